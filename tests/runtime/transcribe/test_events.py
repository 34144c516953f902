"""Rolls to notes: what was drawn into the rolls is what comes out, however it is cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.frames import FRAME_S
from runtime.transcribe.events import EventDecoder, notes_of
from runtime.transcribe.rolls import RollOptions, Rolls

Row = tuple[float, float, int, int]
REACH = 3.0


def drawn(rows: list[Row], n_frames: int, pedal: list[tuple[int, int]] = []) -> Rolls:  # noqa: B006  # not changed
    """Ideal rolls of rows (onset, offset in frames, pitch, velocity): triangles, plateaus, as a model is taught."""
    onset, frame, offset, velocity = (np.zeros((n_frames, 88), np.float32) for _ in range(4))
    t = np.arange(n_frames)
    for on, off, pitch, loud in rows:
        key = pitch - 21
        for roll, at in ((onset, on), (offset, off)):
            roll[:, key] = np.maximum(roll[:, key], np.maximum(0, 1 - np.abs(t - at) / REACH))
        frame[(t >= round(on)) & (t <= off), key] = 1
        velocity[np.abs(t - round(on)) <= 1, key] = loud / 127
    pressed = np.zeros(n_frames, np.float32)
    for down, up in pedal:
        pressed[down:up] = 1
    return Rolls(onset, frame, velocity, offset, pressed)


@st.composite
def performances(draw: st.DrawFn) -> tuple[list[Row], int]:
    """Notes of some keys, of each key one after the other, with 3 frames at least between an end and the next."""
    rows: list[Row] = []
    for pitch in draw(st.lists(st.integers(21, 108), min_size=1, max_size=5, unique=True)):
        at = draw(st.floats(0, 20))
        for _ in range(draw(st.integers(1, 5))):
            length = draw(st.floats(8, 60))
            rows.append((at, at + length, pitch, draw(st.integers(1, 127))))
            at += length + draw(st.floats(7, 40))
    return sorted(rows), int(max(r[1] for r in rows)) + draw(st.integers(5, 12))


@settings(max_examples=150, deadline=None)
@given(performances())
def test_notes_that_were_drawn_come_out(made: tuple[list[Row], int]) -> None:
    rows, n_frames = made
    notes, confidence = notes_of(drawn(rows, n_frames))
    rows = sorted(rows, key=lambda r: r[2])
    order = np.lexsort((notes.onset_s, notes.pitch))
    by_key = sorted(rows, key=lambda r: (r[2], r[0]))
    assert notes.pitch[order].tolist() == [r[2] for r in by_key]
    assert notes.onset_s[order] / FRAME_S == pytest.approx([r[0] for r in by_key], abs=0.51)
    assert notes.offset_s[order] / FRAME_S == pytest.approx([r[1] for r in by_key], abs=1.01)
    # An onset between two frames is read with a frame before it, where ideal velocities are still 0.
    assert notes.velocity[order] == pytest.approx([r[3] for r in by_key], rel=0.2, abs=1)
    assert (confidence > 0.8).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 60), max_size=12))
def test_how_the_rolls_are_cut_changes_nothing(seed: int, cuts: list[int]) -> None:
    chance = np.random.default_rng(seed)
    n = 120
    rolls = [chance.random((n, 88), np.float32) ** 4 for _ in range(4)]
    whole = Rolls(*rolls, pedal=chance.random(n, np.float32))
    decoder, at = EventDecoder(), 0
    for length in [*cuts, n]:
        part = slice(at, at + length)
        decoder.push(Rolls(*(r[part] for r in rolls), pedal=whole.pedal[part]))  # type: ignore[index]
        at += length
    notes, confidence = decoder.finish()
    expected, sure = notes_of(whole)
    for name in ("onset_s", "offset_s", "pitch", "velocity"):
        np.testing.assert_array_equal(getattr(notes, name), getattr(expected, name))
    np.testing.assert_array_equal(confidence, sure)
    assert notes.pedal == expected.pedal


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95), st.integers(0, 80))
def test_any_rolls_give_notes_in_order_that_do_not_overlap_on_a_key(seed: int, threshold: float, n: int) -> None:
    chance = np.random.default_rng(seed)
    rolls = Rolls(
        *(chance.choice([0, 0.3, 0.7, 1], (n, 88), p=[0.7, 0.1, 0.1, 0.1]).astype(np.float32) for _ in "1234")
    )
    notes, confidence = notes_of(rolls, RollOptions(onset_threshold=threshold))
    assert (np.diff(notes.onset_s) >= 0).all()
    assert ((notes.velocity >= 1) & (notes.velocity <= 127)).all()
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (notes.offset_s - notes.onset_s >= RollOptions.shortest_s - 1e-9).all()
    for pitch in np.unique(notes.pitch):
        mine = notes.pitch == pitch
        assert (notes.onset_s[mine][1:] >= notes.offset_s[mine][:-1] - 1e-9).all()


@pytest.mark.parametrize("place", [10.0, 10.2, 10.5, 10.7])
def test_an_onset_between_two_frames_is_found_between_them(place: float) -> None:
    notes, _ = notes_of(drawn([(place, 40, 60, 64)], 60))
    assert notes.onset_s[0] / FRAME_S == pytest.approx(place, abs=0.11)


def test_a_key_struck_again_while_it_sounds_is_two_notes() -> None:
    notes, _ = notes_of(drawn([(10, 30, 60, 50), (30, 50, 60, 90)], 70))
    assert notes.velocity.tolist() == [50, 90]
    assert notes.offset_s[0] == pytest.approx(notes.onset_s[1], abs=FRAME_S)


def test_a_weak_onset_of_a_key_that_sounds_is_no_new_note_where_that_is_asked_for() -> None:
    rolls = drawn([(10, 50, 60, 50)], 70)
    rolls.onset[29:32, 39] = (0.3, 0.55, 0.3)
    assert len(notes_of(rolls)[0].pitch) == 2
    assert notes_of(rolls, RollOptions(again_threshold=0.6))[0].offset_s / FRAME_S == pytest.approx([50], abs=1)
    rolls.onset[:20, 39] = 0
    assert len(notes_of(rolls, RollOptions(again_threshold=0.6))[0].pitch) == 1


def test_without_an_offset_roll_the_frames_say_where_a_note_ends() -> None:
    notes, _ = notes_of(replace(drawn([(10, 30, 60, 50)], 60), offset=None))
    assert notes.offset_s[0] / FRAME_S == pytest.approx(30.5, abs=0.51)


def test_a_peak_of_the_offset_roll_in_an_even_sound_ends_nothing() -> None:
    rolls = drawn([(10, 50, 60, 50)], 70)
    assert rolls.offset is not None
    rolls.offset[28:31, 39] = (0.6, 0.9, 0.6)
    assert notes_of(rolls)[0].offset_s[0] / FRAME_S == pytest.approx(50, abs=1)


def test_a_note_that_still_sounds_at_the_end_ends_with_the_recording() -> None:
    notes, _ = notes_of(drawn([(10, 500, 60, 50)], 60))
    assert notes.offset_s[0] / FRAME_S == pytest.approx(59, abs=1)


def test_an_onset_without_frames_is_a_short_note_of_little_confidence() -> None:
    rolls = drawn([(10, 40, 60, 50)], 60)
    rolls.frame[:] = 0
    notes, confidence = notes_of(rolls)
    assert notes.offset_s[0] - notes.onset_s[0] == pytest.approx(RollOptions.shortest_s)
    assert confidence[0] == pytest.approx(0.5)


def test_latency_is_taken_from_every_time() -> None:
    rolls = drawn([(10, 40, 60, 50)], 60, [(20, 40)])
    now, earlier = notes_of(rolls)[0], notes_of(rolls, RollOptions(latency_s=0.05))[0]
    assert now.onset_s - earlier.onset_s == pytest.approx(0.05)
    assert now.offset_s - earlier.offset_s == pytest.approx(0.05)
    assert now.pedal[0][0] - earlier.pedal[0][0] == pytest.approx(0.05)


def test_the_pedal_is_spans_without_the_shortest_presses_and_gaps() -> None:
    notes, _ = notes_of(drawn([(10, 40, 60, 50)], 200, [(20, 60), (61, 80), (100, 102), (150, 200)]))
    assert [(round(a / FRAME_S), round(b / FRAME_S)) for a, b in notes.pedal] == [(20, 80), (150, 200)]


def test_another_frame_rate_gives_other_times() -> None:
    rolls = drawn([(10, 40, 60, 50)], 60)
    notes, _ = notes_of(rolls, frame_s=256 / 22_050)
    assert notes.onset_s[0] == pytest.approx(10 * 256 / 22_050, abs=1e-3)


def test_nothing_gives_nothing() -> None:
    notes, confidence = notes_of(drawn([], 0))
    assert notes.onset_s.size == confidence.size == 0 and notes.pedal == ()


def test_rolls_of_different_shapes_are_a_mistake_of_the_caller() -> None:
    good = np.zeros((10, 88), np.float32)
    with pytest.raises(ValueError, match="shape"):
        Rolls(good, good, good[:5])
