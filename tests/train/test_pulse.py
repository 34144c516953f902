"""Beats from notes in training: its data, its runs, its export."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from runtime.card import load_card  # noqa: E402
from runtime.errors import MezzoforteError  # noqa: E402
from train.fit_pulse import SEGMENT_FRAMES, PulseSampler, PulseTrainer, heard_notes  # noqa: E402
from train.notes import NOTE  # noqa: E402
from train.pulse_data import Played, read_played  # noqa: E402
from train.pulse_network import PulseConfig, PulseNet  # noqa: E402


def performance(n: int = 200, corpus: str = "asap", piece: str = "bach/x") -> Played:
    """A key struck on every beat, twice a second, in bars of four."""
    notes = np.zeros(n, NOTE)
    notes["onset_s"] = np.arange(n) * 0.5 + 1
    notes["offset_s"] = notes["onset_s"] + 0.4
    notes["pitch"], notes["velocity"] = 60, 80
    return Played("k", corpus, piece, notes, notes["onset_s"].astype(np.float64), np.arange(n) % 4 + 1)


def test_what_is_heard_stays_near_what_was_played():
    played, rng = performance(), np.random.default_rng(3)
    for _ in range(20):
        onset_s, pitch, velocity = heard_notes(played, 10.0, 1.25, rng)
        assert len(onset_s) == len(pitch) == len(velocity)
        assert velocity.min() >= 1 and velocity.max() <= 127
        off = np.abs(onset_s[:, None] - (played.notes["onset_s"][None] - 10.0) / 1.25).min(axis=1)
        assert np.median(off) < 0.03


def test_beats_of_a_segment_lie_on_its_notes():
    sampler, rng = PulseSampler([performance()]), np.random.default_rng(5)
    for _ in range(5):
        roll, targets = sampler.draw(rng)
        assert roll.shape == (SEGMENT_FRAMES, 88)
        struck = np.flatnonzero(roll.max(axis=1) > 0)
        beats = np.flatnonzero(targets.beat)
        near = np.abs(beats[:, None] - struck[None]).min(axis=1) <= 3
        assert near.mean() > 0.7 and 0 < targets.downbeat.sum() < targets.beat.sum()


def test_training_goes_on_where_it_stopped(tmp_path):
    def trainer() -> PulseTrainer:
        made = PulseTrainer([performance()], 2, 1, None)
        for module in made.model.modules():
            if isinstance(module, torch.nn.Dropout1d):
                module.p = 0.0
        return made

    through = trainer()
    through.train_step()
    through.save(tmp_path / "last.pt")
    expected = through.train_step()
    resumed = trainer()
    resumed.load(tmp_path / "last.pt")
    assert resumed.step == 1 and resumed.train_step() == pytest.approx(expected, rel=1e-3)
    other = PulseTrainer([performance(150)], 2, 1, None)
    with pytest.raises(MezzoforteError, match="another network, fold or data"):
        other.load(tmp_path / "last.pt")


@pytest.mark.parametrize("n", [1, 2, 3, 100, 101])
def test_any_number_of_frames_gives_as_many(n):
    with torch.no_grad():
        logits = PulseNet(PulseConfig(channels=8, layers=3)).eval()(torch.rand(2, n, 88))
    assert {task: v.shape for task, v in logits.items()} == {"beat": (2, n), "downbeat": (2, n)}


def test_performances_are_read_by_split(tmp_path):
    path = tmp_path / "notes.h5"
    with h5py.File(path, "w") as file:
        for key, piece in (("a", "bach/prelude_bwv_846"), ("b", "bach/x")):
            group = file.create_group(key)
            played = performance(8)
            group["notes"], group["beats_s"] = played.notes, played.beats_s
            group["beat_in_bar"] = played.beat_in_bar.astype(np.int16)
            group.attrs.update(corpus="asap", piece_id=piece, composer="bach", complete=True)
    assert [p.key for p in read_played(path, "train", 0)] == ["b"]
    assert [p.key for p in read_played(path, "test", 0)] == ["a"]
    with pytest.raises(MezzoforteError, match=r"train\.pulse_data"):
        read_played(tmp_path / "none.h5", "train", 0)


def test_the_exported_network_equals_torch_and_the_card_names_it(tmp_path, capsys):
    pytest.importorskip("onnxscript")
    from export import pulse as export_pulse
    from runtime.model import load_model
    from tests.stub_model import write_stub

    trainer = PulseTrainer([performance()], 1, 1, None)
    trainer.save(tmp_path / "last.pt")
    card_path = write_stub(tmp_path)
    args = export_pulse.build_parser().parse_args([str(tmp_path / "last.pt"), "--model", str(card_path)])
    assert export_pulse.run(args) == 0
    assert "largest difference to torch" in capsys.readouterr().out
    card = load_card(card_path)
    assert card.pulse_sha256 and card.thresholds["pulse_weight"] == export_pulse.FIRST_WEIGHT
    model = load_model(card_path, "cpu")
    assert model.pulse is not None
    roll = np.zeros((700, 88), np.float32)
    roll[::25, 40] = 1
    with torch.no_grad():
        expected = trainer.average.module.eval()(torch.from_numpy(roll)[None])["beat"][0].numpy()
    assert np.abs(model.pulse.logits(roll)[0] - expected).max() < 1e-3


def test_transcriptions_are_kept_and_mixed_in_as_the_runtime_does(tmp_path):
    from types import SimpleNamespace

    from runtime.notes import PlayedNotes
    from runtime.transcribe.transcription import TranscriberIdentity
    from train.transcripts import transcript

    class Transcriber:
        identity = TranscriberIdentity("own", "1", "abc", "")
        times = 0

        def transcribe(self, path, progress=None, cancel=None):
            self.times += 1
            return SimpleNamespace(notes=PlayedNotes.of([(0.5, 1.0, 60, 64)]))

    pack = SimpleNamespace(samples=lambda recording, start, n: np.zeros(n, np.float32))
    recording = SimpleNamespace(key="a", instrument="upright", n_samples=1000)
    ear = Transcriber()
    first, again = (transcript(pack, recording, ear, tmp_path) for _ in range(2))
    assert ear.times == 1 and again.onset_s == first.onset_s == [0.5] and again.velocity.dtype == np.int64
    transcript(pack, SimpleNamespace(key="b", instrument="upright", n_samples=1000), ear, tmp_path)
    assert ear.times == 2
