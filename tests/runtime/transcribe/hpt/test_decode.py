"""HPT's post-processing: the notes that were put into rolls come out, as the published program finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.notes.keys import N_PITCHES
from runtime.notes.played import PlayedNotes
from runtime.transcribe.hpt.decode import COLUMNS, FRAMES_PER_S, HptDecoder
from runtime.transcribe.rolls import Values

ONSET, OFFSET, FRAME, VELOCITY = (slice(k * N_PITCHES, (k + 1) * N_PITCHES) for k in range(4))
PEDAL_OFFSET, PEDAL_FRAME = COLUMNS - 2, COLUMNS - 1


def decoded(columns: Values, step: int | None = None) -> tuple[PlayedNotes, npt.NDArray[np.float64]]:
    decoder = HptDecoder()
    for at in range(0, len(columns), step or len(columns)):
        decoder.push(columns[at : at + (step or len(columns))])
    return decoder.finish()


def triangle(at: float, n_frames: int, reach: int) -> npt.NDArray[np.float64]:
    """1 at frame `at`, falling to 0 `reach` frames away, as the network is trained to say it."""
    return np.clip(1 - np.abs(np.arange(n_frames) - at) / reach, 0, None)


def put_note(columns: Values, key: int, onset: float, offset: float, velocity: int) -> None:
    """A note with its times in frames, as a perfect network tells it."""
    n = len(columns)
    columns[:, ONSET.start + key] += triangle(onset, n, 5).astype(np.float32)
    columns[:, OFFSET.start + key] += triangle(offset, n, 5).astype(np.float32)
    columns[int(np.ceil(onset)) : int(np.ceil(offset)), FRAME.start + key] = 0.95
    columns[int(onset) - 1 : int(onset) + 3, VELOCITY.start + key] = velocity / 128


def made_rolls(seed: int, seconds: float = 6.0) -> Values:
    """Rolls full of peaks of every height, with runs of frames, gaps and noise; nothing in them is flat."""
    rng = np.random.default_rng(seed)
    n = round(seconds * FRAMES_PER_S)
    columns = rng.uniform(0, 0.02, (n, COLUMNS))
    for roll in (ONSET, OFFSET):
        for key in range(N_PITCHES):
            for _ in range(rng.integers(0, 8)):
                columns[:, roll.start + key] += rng.uniform(0.1, 0.9) * triangle(rng.uniform(0, n), n, 6)
    for key in range(N_PITCHES):
        for _ in range(rng.integers(0, 6)):
            start = rng.integers(0, n)
            columns[start : start + rng.integers(1, 200), FRAME.start + key] += rng.uniform(0.05, 0.9)
    columns[:, VELOCITY] = rng.uniform(0, 1, (n, N_PITCHES))
    for _ in range(8):
        columns[:, PEDAL_OFFSET] += rng.uniform(0.1, 0.9) * triangle(rng.uniform(0, n), n, 6)
        start = rng.integers(0, n)
        columns[start : start + rng.integers(5, 150), PEDAL_FRAME] += rng.uniform(0.3, 0.9)
    return np.minimum(columns, 1 - rng.uniform(0, 1e-3, columns.shape)).astype(np.float32)


def test_notes_come_out_with_their_times_between_frames_and_their_velocities() -> None:
    columns = np.zeros((500, COLUMNS), np.float32)
    put_note(columns, 39, 100.25, 150.4, 64)
    put_note(columns, 43, 100.8, 220.0, 100)
    put_note(columns, 39, 180.0, 199.6, 1)
    notes, confidence = decoded(columns)
    assert notes.pitch.tolist() == [60, 64, 60]
    assert notes.onset_s == pytest.approx([1.0025, 1.008, 1.8], abs=1e-4)
    assert notes.offset_s == pytest.approx([1.504, 2.2, 1.996], abs=1e-4)
    assert notes.velocity.tolist() == [64, 100, 1]
    assert confidence == pytest.approx([0.95, 0.96, 1.0], abs=0.011)


def test_a_key_struck_again_ends_its_note_and_a_note_at_the_end_ends_with_the_recording() -> None:
    columns = np.zeros((300, COLUMNS), np.float32)
    put_note(columns, 0, 50.0, 400.0, 30)
    put_note(columns, 0, 120.0, 400.0, 30)
    notes, _ = decoded(columns)
    assert notes.onset_s == pytest.approx([0.5, 1.2], abs=1e-4)
    assert notes.offset_s == pytest.approx([1.19, 2.99], abs=1e-4)


def test_a_peak_with_a_flat_top_is_one_note() -> None:
    for width in (2, 3, 5):
        columns = np.zeros((300, COLUMNS), np.float32)
        columns[95 : 105 + width, ONSET.start] = np.clip(
            1 - np.maximum(0, np.abs(np.arange(10 + width) - 5 - (width - 1) / 2) - (width - 1) / 2) / 5, 0, 1
        )
        columns[100:200, FRAME.start] = 1.0
        notes, _ = decoded(columns)
        assert len(notes.onset_s) == 1
        assert 1.0 <= notes.onset_s[0] <= (100 + width) / 100 and notes.offset_s[0] == 2.0


def test_the_pedal_goes_up_at_its_offset_peak_else_where_its_roll_fell_else_at_the_end() -> None:
    columns = np.zeros((900, COLUMNS), np.float32)
    for start, stop in ((100, 200), (300, 400), (700, 900)):
        columns[start:stop, PEDAL_FRAME] = 0.9
    columns[:, PEDAL_OFFSET] = triangle(197.5, 900, 6)
    notes, _ = decoded(columns)
    assert [s for span in notes.pedal for s in span] == pytest.approx([1.0, 1.975, 3.0, 4.0, 7.0, 8.99], abs=1e-4)


def test_rolls_of_nothing_or_of_no_frames_give_no_notes() -> None:
    for columns in (np.zeros((0, COLUMNS), np.float32), np.zeros((3, COLUMNS), np.float32)):
        notes, confidence = decoded(columns, 2)
        assert not len(notes.onset_s) and not len(confidence) and notes.pedal == ()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), step=st.integers(1, 400))
def test_how_the_rolls_are_cut_into_stretches_changes_nothing(seed: int, step: int) -> None:
    columns = made_rolls(seed, 3.0)
    (whole, sure), (cut, cut_sure) = decoded(columns), decoded(columns, step)
    for name in ("onset_s", "offset_s", "pitch", "velocity"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name))
    assert np.array_equal(sure, cut_sure) and whole.pedal == cut.pedal


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), levels=st.integers(2, 6))
def test_any_rolls_give_notes_that_last_and_velocities_that_midi_has(seed: int, levels: int) -> None:
    # Few levels make flat tops, equal neighbours and values of exactly 0 and 1.
    rng = np.random.default_rng(seed)
    columns = (rng.integers(0, levels, (200, COLUMNS)) / (levels - 1)).astype(np.float32)
    notes, confidence = decoded(columns)
    assert len(notes.onset_s) and np.isfinite(notes.onset_s).all() and (notes.offset_s > notes.onset_s).all()
    assert notes.velocity.min() >= 1 and notes.velocity.max() <= 127
    assert (np.diff(notes.onset_s) >= 0).all() and ((confidence >= 0) & (confidence <= 1)).all()
    assert all(down < up for down, up in notes.pedal)


def published(columns: Values) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the published post-processing makes of the same rolls."""
    utilities = pytest.importorskip("piano_transcription_inference.utilities", reason="needs the dependency group test")
    names = ("reg_onset_output", "reg_offset_output", "frame_output", "velocity_output")
    rolls = {n: columns[:, r] for n, r in zip(names, (ONSET, OFFSET, FRAME, VELOCITY), strict=True)}
    rolls["reg_pedal_onset_output"] = np.zeros((len(columns), 1), np.float32)
    rolls["reg_pedal_offset_output"] = columns[:, PEDAL_OFFSET, None]
    rolls["pedal_frame_output"] = columns[:, PEDAL_FRAME, None]
    processor = utilities.RegressionPostProcessor(
        FRAMES_PER_S, classes_num=N_PITCHES, onset_threshold=0.3, offset_threshold=0.3, frame_threshold=0.1,
        pedal_offset_threshold=0.2,
    )  # fmt: skip
    notes, pedal = processor.output_dict_to_midi_events(rolls)
    return notes, pedal


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_the_notes_and_pedal_are_those_of_the_published_post_processing(seed: int) -> None:
    columns = made_rolls(seed)
    theirs, their_pedal = published(columns)
    ours, _ = decoded(columns)
    wanted = sorted((n["midi_note"], n["onset_time"], n["offset_time"], n["velocity"]) for n in theirs)
    got = sorted(zip(ours.pitch, ours.onset_s, ours.offset_s, ours.velocity, strict=True))
    assert len(got) == len(wanted) > 200
    assert [(g[0], g[3]) for g in got] == [(w[0], min(127, max(1, w[3]))) for w in wanted]
    # The published program rounds times to float32.
    assert np.array(got)[:, 1:3] == pytest.approx(np.array(wanted)[:, 1:3], abs=2e-6)
    wanted_spans = [(p["onset_time"], p["offset_time"]) for p in their_pedal]
    assert len(wanted_spans) > 3
    assert np.array(ours.pedal[: len(wanted_spans)]) == pytest.approx(np.array(wanted_spans), abs=2e-6)
    still_down = [span for span in ours.pedal[len(wanted_spans) :]]
    assert len(still_down) <= 1 and all(up_s >= (len(columns) - 11) / FRAMES_PER_S for _, up_s in still_down)
