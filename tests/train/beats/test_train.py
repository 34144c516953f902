"""Training the stage for beats: truth of peaks, networks that ignore padding and learn context, export and card."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from export import beats as export_beats
from export.beats import load_beats, with_beats
from export.proof import Proven
from runtime.errors import MezzoforteError, ModelError
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.model import load_model, stage_path
from runtime.network.logits import FrameLogits
from runtime.stages.beats import FEATURES, candidate_peaks
from tests import stub_model
from train.beats.data import CROP_PEAKS, Drawer, Peaks, choose, hear, peaks_of
from train.beats.network import BeatEnsemble, BeatNet
from train.beats.train import BeatFitConfig, answer, train_network
from train.frames.predict import Heard, labels_of
from train.frames.segments import Recording


def recording(piece: str = "a/b", beats_s: np.ndarray | None = None, key: str = "r", n_s: float = 62.0) -> Recording:
    beats_s = np.arange(1.0, 60.0, 0.5) if beats_s is None else beats_s
    n = len(beats_s)
    return Recording(
        key, "asap", piece, "a", "upright", "x.mid", 1.0, int(n_s * SAMPLE_RATE_HZ), beats_s,
        np.arange(n) % 4 + 1, np.zeros(n, np.int8),
    )  # fmt: skip


def heard(seed: int = 0, piece: str = "a/b") -> Heard:
    """A peak on every eighth, all alike; what tells a beat is that the peak before it was the softer attack."""
    r, rng = recording(piece, key=f"r{seed}"), np.random.default_rng(seed)
    n_frames = int(62 / FRAME_S)
    beat, ntot = np.full(n_frames, -6.0, np.float32), np.full(n_frames, 2.0, np.float32)
    for k, at_s in enumerate(np.arange(1.0, 60.0, 0.25)):
        at = round(at_s / FRAME_S)
        beat[at - 1 : at + 2] = (-1.0, 0.5 + 0.1 * rng.normal(), -1.0)
        ntot[at : at + 8] = (20.0 if k % 2 else 6.0) * 2 ** rng.normal(0, 0.05)
    logits = FrameLogits(beat, beat - 1, beat, np.zeros((n_frames, 5), np.float32), ntot)
    return Heard(r, labels_of(r), logits)


def example(seed: int = 0, piece: str = "a/b") -> Peaks:
    found = peaks_of(heard(seed, piece))
    assert found is not None
    return found


def test_the_nearest_peak_within_70_ms_is_the_beat_and_no_other() -> None:
    e = example()
    times_s = candidate_peaks(e.heard.logits) * FRAME_S
    assert e.is_beat.sum() == e.heard.truth.n_beats == 118 and e.has_bars
    np.testing.assert_allclose(times_s[e.is_beat], e.heard.truth.beats_s, atol=0.07)
    assert (e.is_downbeat <= e.is_beat).all() and e.is_downbeat.sum() == 30
    late = replace(e.heard, truth=labels_of(recording(beats_s=np.arange(1.1, 60.0, 0.5))))
    far = peaks_of(late)
    assert far is not None and not far.is_beat.any()


def test_a_crop_has_noise_and_another_tempo_and_nothing_where_there_are_no_peaks() -> None:
    e = example()
    batch = Drawer([e], {}).draw(6, np.random.default_rng(0))
    n = len(e.features)
    assert batch.features.shape == (6, CROP_PEAKS, len(FEATURES)) and n < CROP_PEAKS
    assert not batch.features[:, n:].any() and not batch.mask[:, n:].any() and batch.mask[:, :n].all()
    gap = batch.features[:, :n, FEATURES.index("gap_median")].mean(dim=1)
    assert gap.std() > 0.05
    np.testing.assert_array_equal(batch.scored_bars[0, :n], e.is_beat)


def test_what_pads_a_batch_does_not_reach_the_peaks() -> None:
    torch.manual_seed(0)
    net, x = BeatNet().eval(), torch.randn(1, 50, len(FEATURES))
    padded, mask = torch.cat([x, torch.randn(1, 30, len(FEATURES))], dim=1), torch.ones(1, 80)
    mask[:, 50:] = 0
    torch.testing.assert_close(net(padded, mask)[:, :50], net(x, torch.ones(1, 50)), atol=1e-5, rtol=1e-5)


def test_it_learns_what_the_peaks_around_say() -> None:
    config = BeatFitConfig(steps=80, batch=4)
    config = replace(config, net=replace(config.net, channels=16, layers=2, dropout=0.0))
    net = train_network([example(1), example(2)], config, seed=0)
    other = example(3)
    refined = answer([net], other).logits
    peaks = candidate_peaks(other.heard.logits)
    assert ((refined.beat[peaks] > 0) == other.is_beat).mean() > 0.95
    np.testing.assert_array_equal(refined.change, other.heard.logits.change)


def test_the_recordings_of_a_piece_are_drawn_by_name_alone() -> None:
    many = [recording("a/b", key=f"r{k}") for k in range(9)] + [recording("c/d", key="s")]
    chosen = choose(many, 3)
    assert len(chosen) == 4 and choose(many[::-1], 3) == chosen


def test_what_was_heard_is_kept_and_is_of_the_beginning(tmp_path: Path) -> None:
    model = load_model(stub_model.write_stub(tmp_path), "cpu")

    class Noise:
        read = 0

        def samples(self, _: Recording, start: int, n: int) -> np.ndarray:
            self.read += 1
            return np.random.default_rng(0).normal(0, 0.1, n).astype(np.float32)

    pack = Noise()
    first = hear(pack, [recording()], model, 10.0, tmp_path / "cache")  # type: ignore[arg-type]
    again = hear(pack, [recording()], model, 10.0, tmp_path / "cache")  # type: ignore[arg-type]
    assert pack.read == 1 and first[0].truth.beats_s.max() < 10.0 and first[0].truth.n_beats == 18
    np.testing.assert_array_equal(first[0].logits.beat, again[0].logits.beat)


def test_an_exported_stage_equals_torch_and_is_verified_by_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    card_path = stub_model.write_stub(tmp_path)
    before = load_model(card_path, "cpu")
    nets = [BeatNet(), BeatNet()]
    checkpoint = {
        "config": asdict(BeatFitConfig()), "networks": [n.state_dict() for n in nets], "fold": 0, "recordings": 3,
        "pieces": 2, "corpora": ["asap"], "identity": "0" * 64, "options": {"beat_threshold": 0.4},
        "frames_sha256": before.card.sha256,
    }  # fmt: skip
    torch.save(checkpoint, tmp_path / "beats.pt")
    export_beats.run(export_beats.main.parse([str(tmp_path), "--model", str(card_path)]))
    assert "20,000 peaks" in capsys.readouterr().out
    model = load_model(card_path, "cpu")
    assert model.beats is not None and model.card.thresholds["beat_threshold"] == 0.4
    features = np.random.default_rng(0).standard_normal((77, len(FEATURES)))
    with torch.no_grad():
        expected = BeatEnsemble(nets).eval()(torch.from_numpy(features[None].astype(np.float32)))
    for got, torch_says in zip(model.beats.run(features), expected, strict=True):
        np.testing.assert_allclose(got, torch_says[0].numpy(), atol=1e-4)
    onnx = stage_path(card_path, "beats").read_bytes()
    with pytest.raises(MezzoforteError, match="another frame network"):
        with_beats(model.card, Proven(onnx, 2, 0.0, ()), {**checkpoint, "frames_sha256": "1" * 64})
    stage_path(card_path, "beats").write_bytes(onnx + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(card_path, "cpu")
    (tmp_path / "beats.pt").write_bytes(b"no")
    with pytest.raises(MezzoforteError, match="not a checkpoint of this stage"):
        load_beats(tmp_path / "beats.pt")
