"""Marks as they sound when they are played back."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.analysis import LADDER
from runtime.dynamics.ladder import UNMARKED, Hairpin, Level, playback, step_of

BEATS = np.arange(12.0)


def level(at: float, name: str) -> Level[float]:
    return Level(at, LADDER.index(name))


def heard(levels=(), hairpins=()) -> list[float]:
    return playback(BEATS, levels, hairpins).round(2).tolist()


def test_without_marks_it_is_played_as_before_any():
    assert heard() == [UNMARKED] * 12


def test_a_level_holds_until_the_next_and_the_first_counts_from_the_beginning():
    assert heard([level(2, "p"), level(6, "f")]) == [2] * 6 + [5] * 6


def test_a_hairpin_leads_straight_to_the_level_at_its_end():
    assert heard([level(0, "p"), level(8, "f")], [Hairpin(4.0, 8.0, "crescendo")]) == [
        2, 2, 2, 2, 2, 2.75, 3.5, 4.25, 5, 5, 5, 5,
    ]  # fmt: skip


def test_a_level_just_after_a_hairpin_is_what_it_leads_to_and_one_later_is_not():
    just_after = heard([level(0, "p"), level(9, "f")], [Hairpin(4.0, 8.0, "crescendo")])
    assert just_after[7] == 4.25
    later = heard([level(0, "p"), level(10, "f")], [Hairpin(4.0, 8.0, "crescendo")])
    assert later[6:9] == [2.5, 2.75, 3] and later[10] == 5


@pytest.mark.parametrize(("kind", "step"), [("crescendo", 1), ("diminuendo", -1)])
def test_a_hairpin_that_leads_nowhere_is_one_step_and_what_it_reached_holds(kind, step):
    assert heard([level(0, "mf")], [Hairpin(2.0, 6.0, kind)])[6:] == [4 + step] * 6


@pytest.mark.parametrize(("kind", "name"), [("crescendo", "fff"), ("diminuendo", "ppp")])
def test_a_hairpin_at_the_end_of_the_ladder_stays_on_it(kind, name):
    assert heard([level(0, name)], [Hairpin(2.0, 6.0, kind)]) == [LADDER.index(name)] * 12


def test_a_level_that_contradicts_a_hairpin_is_not_what_it_leads_to():
    out = heard([level(0, "f"), level(6, "p")], [Hairpin(2.0, 6.0, "crescendo")])
    assert out[5] == 5.75 and out[6] == 2


def test_a_swell_comes_back():
    out = heard([level(0, "p")], [Hairpin(2.0, 4.0, "crescendo"), Hairpin(4.0, 6.0, "diminuendo")])
    assert out[:8] == [2, 2, 2, 2.5, 3, 2.5, 2, 2]


def test_signs_beyond_the_ladder_are_its_ends_and_other_signs_are_none():
    assert [step_of(s) for s in ("pppp", "ppp", "mp", "fff", "fffff", "sf", "fp", "")] == [
        0,
        0,
        3,
        7,
        7,
        None,
        None,
        None,
    ]
