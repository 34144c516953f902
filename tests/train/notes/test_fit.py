"""The transcriber in training: its labels, its spectrum, its network, its runs and its export."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import mido
import numpy as np
import pytest
import soundfile as sf

torch = pytest.importorskip("torch")

from runtime.errors import MezzoforteError  # noqa: E402
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ  # noqa: E402
from runtime.notes.keys import LOWEST_PITCH  # noqa: E402
from train.frames.segments import Pack  # noqa: E402
from train.notes import fit  # noqa: E402
from train.notes.augment import CHANGES, NOISE, augment_notes, augment_samples, in_a_room, with_wow  # noqa: E402
from train.notes.fit import NoteSampler, NoteTrainer, note_losses  # noqa: E402
from train.notes.labels import note_targets, notes_of_events, notes_of_render  # noqa: E402
from train.notes.network import NoteNet, PitchSpectrum, bin_frequencies_hz  # noqa: E402
from train.rendering.performance import MidiEvent  # noqa: E402

ON_OFF = [MidiEvent(1.0, "on", 60, 90), MidiEvent(1.5, "off", 60, 0)]


def pedal(time_s: float, down: bool) -> MidiEvent:
    return MidiEvent(time_s, "control", 64, 127 if down else 0)


def test_a_note_ends_with_its_key():
    notes = notes_of_events(ON_OFF)
    assert (notes.onset_s, notes.offset_s, notes.pitch, notes.velocity) == ([1.0], [1.5], [60], [90])
    assert notes.pedal.shape == (0, 2)


def test_the_pedal_holds_a_note_until_it_is_raised():
    notes = notes_of_events([pedal(1.2, True), *ON_OFF, pedal(3.0, False)])
    assert notes.offset_s == [3.0] and notes.release_s == [1.5]
    assert notes.pedal.tolist() == [[1.2, 3.0]]


def test_the_same_key_struck_again_ends_a_held_note():
    again = [MidiEvent(2.0, "on", 60, 50), MidiEvent(2.2, "off", 60, 0)]
    notes = notes_of_events([pedal(0.0, True), *ON_OFF, *again, pedal(4.0, False)])
    assert notes.offset_s.tolist() == [2.0, 4.0]


def test_a_pedal_raised_before_the_key_changes_nothing():
    assert notes_of_events([pedal(0.5, True), pedal(1.1, False), *ON_OFF]).offset_s == [1.5]


def test_targets_peak_at_the_onset_between_frames():
    notes = notes_of_events([MidiEvent(0.205, "on", 60, 127), MidiEvent(0.6, "off", 60, 0)])
    targets = note_targets(notes, 0.0, 50)
    column = 60 - LOWEST_PITCH
    assert targets.onset[10, column] == pytest.approx(1 - 0.25 / 3)
    assert targets.onset[11, column] == pytest.approx(1 - 0.75 / 3)
    assert targets.onset[:, column].argmax() == 10 and targets.offset[:, column].argmax() == 30
    assert targets.frame[:, column].sum() == 21 and targets.frame[9, column] == 0
    assert set(np.flatnonzero(targets.velocity[:, column])) == {9, 10, 11}
    assert np.delete(targets.onset, column, axis=1).sum() == 0


def test_a_segment_begins_in_the_middle_of_a_note():
    targets = note_targets(notes_of_events(ON_OFF), 1.2, 20)
    column = 60 - LOWEST_PITCH
    assert targets.frame[:16, column].all() and not targets.frame[17:, column].any()
    assert not targets.onset.any()


@pytest.mark.parametrize("pitch", [21, 33, 45, 69, 93, 108])
def test_the_spectrum_hears_a_key_in_its_own_bin(pitch):
    hz = 440 * 2 ** ((pitch - 69) / 12)
    samples = 0.5 * np.sin(2 * np.pi * hz * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)
    power = PitchSpectrum()(torch.from_numpy(samples.astype(np.float32))[None])
    assert power.shape == (1, 51, len(bin_frequencies_hz()))
    own = 3 * (pitch - LOWEST_PITCH) + 1
    assert power[0, 25].argmax() == own
    assert float(power[0, 25, own].sqrt()) == pytest.approx(0.5, rel=0.02)


def test_a_transposed_spectrum_gives_transposed_rolls():
    """All pitches share the network, but for what it learns of registers (nothing before training)."""
    torch.manual_seed(0)
    network = NoteNet().eval()
    power = torch.zeros(1, 20, len(bin_frequencies_hz()))
    power[:, 10:, 100:140] = torch.rand(40)
    moved = torch.roll(power, 6, dims=2)
    with torch.no_grad():
        one, two = network(power)["onset"], network(moved)["onset"]
    assert torch.allclose(one[..., 32:54], two[..., 34:56], atol=1e-5)
    assert not torch.allclose(one[..., 32:54], two[..., 32:54], atol=1e-5)


def test_augmented_spectra_are_powers():
    rng = np.random.default_rng(0)
    for _ in range(20):
        out = augment_notes(torch.rand(2, 60, 310) ** 8, rng)
        assert torch.isfinite(out).all() and float(out.min()) >= 0


def test_a_room_follows_the_direct_sound():
    click = np.zeros(SAMPLE_RATE_HZ, np.float32)
    click[1_000] = 1.0
    for seed in range(5):
        heard = in_a_room(click, np.random.default_rng(seed))
        assert heard.shape == click.shape and np.abs(heard).argmax() == 1_000 and np.abs(heard[:1_000]).max() < 1e-6
        assert 0.001 < np.square(heard[1_001:]).sum() < 0.5


def test_wow_sways_the_pitch_by_a_few_cents_and_moves_no_onset_by_a_quarter_of_a_frame():
    clicks, at = np.zeros(4 * SAMPLE_RATE_HZ, np.float32), np.arange(1, 16) * SAMPLE_RATE_HZ // 4
    for k in range(-3, 4):  # a pulse of several samples: one alone may fall between two
        clicks[at + k] = 4 - abs(k)
    phase = 2 * np.pi * 1_000 * np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    deepest = moved_ms = 0.0
    for seed in range(40):
        heard = with_wow(clicks, np.random.default_rng(seed))
        found = np.array([a - 400 + heard[a - 400 : a + 400].argmax() for a in at])
        moved_ms = max(moved_ms, float(np.abs(found - at).max()) / SAMPLE_RATE_HZ * 1000)
        tone = with_wow(np.sin(phase).astype(np.float32), np.random.default_rng(seed))[200:-200]
        rising = np.flatnonzero((tone[:-1] < 0) & (tone[1:] >= 0))
        crossings = rising + tone[rising] / (tone[rising] - tone[rising + 1])
        cents = 1200 * np.log2(50 * SAMPLE_RATE_HZ / 1_000 / (crossings[50:] - crossings[:-50]))
        deepest = max(deepest, float(np.abs(cents).max()))
    assert 2.0 < moved_ms < 1000 * FRAME_S / 4
    assert 8.0 < deepest < 15.5


def test_what_is_left_out_does_not_happen():
    tone, power = np.sin(np.arange(4_000) * 0.1).astype(np.float32), torch.rand(2, 60, 310)
    for seed in range(20):
        assert augment_samples(tone, np.random.default_rng(seed), without=CHANGES) is tone
        rooms = augment_notes(power, np.random.default_rng(seed), without=(NOISE,))
        plain = augment_notes(power, np.random.default_rng(seed), without=(NOISE, "rooms"))
        gains = plain / power
        assert torch.allclose(gains, gains[:, :1].expand_as(gains), rtol=1e-4), "a level and a curve over pitch alone"
        assert (rooms >= plain - 1e-6).all()


def test_augmented_samples_keep_their_length_and_times():
    rng = np.random.default_rng(1)
    tone = np.zeros(SAMPLE_RATE_HZ, np.float32)
    tone[8_000:] = 0.3 * np.sin(np.arange(SAMPLE_RATE_HZ - 8_000) * 0.1)
    for _ in range(20):
        out = augment_samples(tone, rng)
        assert out.shape == tone.shape and out.dtype == np.float32 and np.isfinite(out).all()
        assert np.abs(out[:7_000]).max() < 0.1 * np.abs(out[8_000:]).max()


def test_losses_are_smallest_for_the_truth():
    targets = note_targets(notes_of_events(ON_OFF), 0.9, 40)
    truth = {k: torch.from_numpy(getattr(targets, k))[None] for k in vars(targets)}
    right = {k: torch.logit(v.clamp(1e-4, 1 - 1e-4)) for k, v in truth.items()}
    nothing = {k: torch.full_like(v, -9.0) for k, v in truth.items()}
    assert all(note_losses(right, truth)[k] < note_losses(nothing, truth)[k] for k in ("onset", "frame", "velocity"))


@pytest.fixture
def renders(tmp_path):
    """A pack with one mazurka of two seconds, its MIDI and what `train.rendering.render` says of it."""
    midi_dir, audio_dir = tmp_path / "midi", tmp_path / "audio"
    midi_dir.mkdir()
    audio_dir.mkdir()
    track = mido.MidiTrack([mido.Message("note_on", note=60, velocity=80, time=480)])
    track.append(mido.Message("note_off", note=60, time=480))
    mido.MidiFile(tracks=[track]).save(midi_dir / "a.mid")
    samples = (np.sin(np.arange(2 * SAMPLE_RATE_HZ) * 0.0746) * 8000).astype(np.int16)
    sf.write(audio_dir / "a.flac", samples, SAMPLE_RATE_HZ)
    variation = {"time_scale": 2.0, "velocity_gamma": 1.0, "velocity_offset": 0, "transpose": 1}
    how = {"midi": "a.mid", "variation": variation, "max_s": None, "onset_latency_s": 0.01}
    (audio_dir / "a.json").write_text(json.dumps(how))
    with h5py.File(tmp_path / "pack.h5", "w") as pack:
        group = pack.create_group("a")
        group["samples"], group["beats_s"] = samples, np.array([0.5, 1.0])
        group["beat_in_bar"], group["levels"] = np.array([1, 2], np.int16), np.zeros(2, np.int8)
        group.attrs.update(
            corpus="asap", piece_id="bach/x", composer="bach", instrument="salamander", gain=1.0, source="a.mid",
            complete=True,
        )  # fmt: skip
    return tmp_path


def trainer_of(renders, steps: int) -> NoteTrainer:
    pack = Pack(renders / "pack.h5")
    sampler = NoteSampler(pack, pack.recordings, [(renders / "midi", renders / "audio")])
    return NoteTrainer(sampler, "identity", steps, 1, None)


def test_labels_follow_the_variation_of_the_render(renders):
    notes = notes_of_render(renders / "midi", renders / "audio" / "a.flac")
    assert notes.onset_s == pytest.approx([1.01]) and notes.offset_s == pytest.approx([2.01])
    assert notes.pitch.tolist() == [61]


def test_a_recording_without_its_json_is_named(renders):
    (renders / "audio" / "a.json").unlink()
    with pytest.raises(MezzoforteError, match=r"a\.mid.*--renders"):
        trainer_of(renders, 1).train_step()


def test_training_goes_on_where_it_stopped(renders):
    through = trainer_of(renders, 2)
    through.train_step()
    through.save(renders / "last.pt")
    expected = through.train_step()
    resumed = trainer_of(renders, 2)
    resumed.load(renders / "last.pt")
    assert resumed.step == 1 and resumed.train_step() == pytest.approx(expected, rel=1e-4)


def test_a_checkpoint_of_other_data_is_refused(renders):
    trainer = trainer_of(renders, 1)
    trainer.save(renders / "last.pt")
    other = trainer_of(renders, 1)
    other.identity = "other"
    with pytest.raises(MezzoforteError, match="other data"):
        other.load(renders / "last.pt")
    other.load(renders / "last.pt", new_data=True)


def test_the_kept_run_goes_on(renders):
    kept = trainer_of(renders, 1701)
    kept.fold = 0
    kept.load(Path(fit.__file__).with_name("second_edition.pt"), new_data=True)
    assert kept.step == 1700
    assert all(np.isfinite(loss) for loss in kept.train_step().values())


def test_the_exported_transcriber_equals_torch_and_is_small(renders, capsys):
    pytest.importorskip("onnxscript")
    from export import notes as export_notes
    from runtime.network.card import NOTES, load_card

    trainer_of(renders, 1).save(renders / "last.pt")
    out = renders / "tiny.notes.onnx"
    args = export_notes.main.parse([str(renders / "last.pt"), "--out", str(out)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_notes, "PROOF_LENGTHS", (1, 441, 50_000))
        patch.setattr("export.proof.seconds_per_minute", lambda path, threads: 0.0)
        export_notes.run(args)
    assert "largest difference to torch" in capsys.readouterr().out
    card = load_card(out.with_suffix(".json"))
    assert card.kind == NOTES and out.stat().st_size < 5e6
    assert set(card.thresholds) == set(export_notes.THRESHOLDS)


def test_frames_of_the_spectrum_lie_on_the_grid_of_the_runtime():
    """A click at frame 20 is loudest there in the short windows."""
    samples = np.zeros(SAMPLE_RATE_HZ, np.float32)
    samples[round(20 * FRAME_S * SAMPLE_RATE_HZ)] = 1
    power = PitchSpectrum()(torch.from_numpy(samples)[None])
    assert power[0, :, -1].argmax() == 20


def test_segments_sound_like_their_notes(renders):
    trainer = trainer_of(renders, 1)
    samples, targets = trainer.sampler.draw(np.random.default_rng(1))
    assert samples.shape == (trainer.sampler.n_samples,) and targets.onset.shape == (trainer.sampler.n_frames, 88)
    struck = np.flatnonzero(targets.onset[:, 61 - LOWEST_PITCH] > 0.5)
    assert struck.mean() == pytest.approx(1.01 / FRAME_S, rel=0.03)
