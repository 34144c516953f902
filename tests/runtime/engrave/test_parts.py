"""The steps one by one: grid, quantisation, hands, voices, values, keys, clefs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engrave.clefs import clefs
from runtime.engrave.grid import beat_grid
from runtime.engrave.hands import hands
from runtime.engrave.key import Key, Spelling, keys, spell
from runtime.engrave.placed import Placed
from runtime.engrave.quantise import DIVISIONS, Quantised, quantise
from runtime.engrave.values import Bar, split, written
from runtime.engrave.voices import voices
from tests.runtime.engrave import played


def test_beats_go_on_at_both_ends_until_they_hold_every_note() -> None:
    grid = beat_grid(played.analysis(8, 4, start_s=5.0).beats, played.notes([(0, 1, 60), (20, 1, 60)], start_s=2.6))
    assert grid.times_s[0] <= 2.6 and grid.times_s[-1] >= 2.6 + 20 * played.BEAT_S
    assert np.diff(grid.times_s) == pytest.approx(played.BEAT_S, abs=0.01)


def test_bars_before_and_after_the_music_are_left_out() -> None:
    grid = beat_grid(played.analysis(40, 4).beats, played.notes([(8, 1, 60), (13, 1, 60)]))
    assert grid.bars == (0, 4, 8) and grid.times_s[0] == pytest.approx(0.5 + 8 * played.BEAT_S)


def test_beats_move_to_the_attack_beside_them() -> None:
    notes = played.notes([(k + 0.04, 1, 60 + k) for k in range(8)])
    assert beat_grid(played.analysis(8, 4).beats, notes).times_s[1:7] == pytest.approx(notes.onset_s[1:7], abs=1e-6)


def placed_at(beats: list[float], pitches: list[int] | None = None, pace_s: float = 0.6) -> Quantised:
    at = np.array(beats)
    return quantise(at * pace_s, at, np.array(pitches or range(40, 40 + len(beats))))


def test_even_attacks_inside_rubato_keep_their_order_in_the_beat() -> None:
    # Four sixteenths in each beat, the second and third of every beat late.
    beats = [k + x for k in range(8) for x in (0.0, 0.29, 0.55, 0.77)] + [8.0]
    expected = [Fraction(k, 4) for k in range(33)]
    assert list(placed_at(beats).position) == expected


def test_triplets_and_pairs_are_told_apart() -> None:
    beats = (
        [float(k) for k in range(8)] + [k + 0.5 for k in range(4)] + [k + x for k in range(4, 8) for x in (0.34, 0.66)]
    )
    beats = [*sorted(beats), 8.0]
    expected = sorted({Fraction(k) for k in range(9)} | {k + Fraction(1, 2) for k in range(4)}
                      | {k + Fraction(x, 3) for k in range(4, 8) for x in (1, 2)})  # fmt: skip
    assert list(placed_at(beats).position) == expected


def test_a_chord_played_apart_is_one_chord() -> None:
    beats = [k + x for k in range(6) for x in (0.0, 0.03, 0.06)]
    assert list(placed_at(beats).position) == [Fraction(k) for k in range(6) for _ in range(3)]


def test_the_same_key_is_never_struck_twice_at_one_place() -> None:
    beats = [0.0, 0.06, 1.0, 1.06, 2.0]
    assert len(set(placed_at(beats, [60] * 5).position)) + sum(placed_at(beats, [60] * 5).grace) >= 5


def test_hands_are_told_apart_by_reach_and_place() -> None:
    rows = [(k, 1, 48 + 7 * (k % 2)) for k in range(12)] + [(k, 1, p) for k in range(12) for p in (72, 76)]
    notes = played.notes(rows)
    assert [int(s) for s in hands(notes)] == [1 if p >= 72 else 2 for p in notes.pitch]


def test_a_chord_wider_than_a_hand_is_shared() -> None:
    staff = hands(played.notes([(0, 1, 60), (0, 1, 64), (0, 1, 79), (0, 1, 84)]))
    assert set(staff.tolist()) == {1, 2}


def note(start: float, length: float, pitch: int) -> Placed:
    return Placed(Fraction(start), start + length, start + length, pitch, 64)


def test_a_held_note_over_a_moving_one_makes_two_voices() -> None:
    moving = [note(k, 1, 65 + k % 3) for k in range(8)]
    held = [note(0, 4, 79), note(4, 4, 77)]
    assert voices([*moving, *held]) == [2] * 8 + [1] * 2


def test_chords_in_one_rhythm_are_one_voice() -> None:
    assert set(voices([note(k, 1, p) for k in range(8) for p in (60, 64, 67)])) == {1}


plain = st.sampled_from([d for d in DIVISIONS if d.family != 6])


@settings(deadline=None)
@given(st.integers(1, 7), st.booleans(), st.data())
def test_values_fill_any_stretch_exactly(beats: int, compound: bool, data: st.DataObject) -> None:
    bar = Bar(beats, compound)
    divisions = {k: data.draw(plain) for k in range(beats)}
    places = sorted({k + p for k, d in divisions.items() for p in d.positions} | {Fraction(beats)})
    start, end = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
    at = start
    for value in split(start, end, bar, divisions, rest=data.draw(st.booleans())):
        scale = Fraction(*value.tuplet) if value.tuplet else 1
        assert value.start == at
        assert written((value.end - value.start) * bar.beat_quarters * scale) == (value.kind, value.dots)
        at = value.end
    assert at == end


@pytest.mark.parametrize(
    ("start", "end", "kinds"),
    [
        ("0", "4", ["whole"]), ("0", "3", ["half."]), ("1/2", "3/2", ["quarter"]), ("3/2", "5/2", ["eighth", "eighth"]),
        ("0", "3/2", ["quarter."]), ("1", "5/2", ["quarter", "eighth"]), ("3/4", "2", ["16th", "quarter"]),
    ],
)  # fmt: skip
def test_values_in_a_bar_of_four_keep_its_middle_in_sight(start: str, end: str, kinds: list[str]) -> None:
    found = split(Fraction(start), Fraction(end), Bar(4, False), {})
    if start == "1":
        assert sum(v.end - v.start for v in found) == Fraction(3, 2)
    else:
        assert [v.kind + "." * v.dots for v in found] == kinds


def test_the_key_follows_the_notes_and_names_fit_it() -> None:
    e_major, f_minor = (np.zeros(12) for _ in range(2))
    e_major[[4, 6, 8, 9, 11, 1, 3]] = (4, 1, 3, 1, 3, 1, 1)
    f_minor[[5, 7, 8, 10, 0, 1, 4]] = (4, 1, 3, 1, 3, 1, 1)
    assert keys(np.array([e_major] * 8)) == [Key(4, False)] * 8
    assert [k.fifths for k in keys(np.array([e_major] * 8 + [f_minor] * 8))] == [4] * 8 + [-4] * 8
    assert spell([68, 63], [Key(4, False)] * 2) == [Spelling("G", 1, 4), Spelling("D", 1, 4)]
    assert spell([68, 64], [Key(-4, True)] * 2) == [Spelling("A", -1, 4), Spelling("E", 0, 4)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 127), max_size=30), st.integers(-5, 6), st.booleans())
def test_every_name_sounds_as_the_pitch_it_stands_for(pitches: list[int], fifths: int, minor: bool) -> None:
    semitones = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    for pitch, name in zip(pitches, spell(pitches, [Key(fifths, minor)] * len(pitches)), strict=True):
        assert 12 * (name.octave + 1) + semitones[name.step] + name.alter == pitch and abs(name.alter) <= 2


def test_a_left_hand_that_stays_high_gets_a_treble_clef() -> None:
    low, high = [40, 47, 52, 55] * 3, [72, 76, 79, 74] * 3
    assert clefs([low] * 4, "F") == ["F"] * 4
    assert clefs([low] * 4 + [high] * 4 + [low] * 4, "F") == ["F"] * 4 + ["G"] * 4 + ["F"] * 4
