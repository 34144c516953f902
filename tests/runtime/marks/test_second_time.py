"""A second pass that was played otherwise, as words on the page, and the level that holds after it."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

from runtime.marks.heard import HeardInScore
from runtime.marks.second_time import SecondTime, after_it, in_words
from runtime.network.parts import parts_of
from runtime.score.align.recording import Alignment
from runtime.score.read import musicxml
from runtime.score.table import Score
from tests.runtime.score import make

PLAYED = (*range(8), *range(7), *range(8, 12))
P = SecondTime("p", F(0), F(0), 0.9)
CRESCENDO = SecondTime("crescendo", F(0), F(28), 0.8)


@pytest.fixture(scope="module")
def score() -> Score:
    """Twelve bars; bar 8 is the first ending, bar 9 the second."""
    signs = {8: (make.ending("1", "start"), make.ending("1", "stop", True)),
             9: (make.ending("2", "start"), make.ending("2", "stop"))}  # fmt: skip
    bars = [make.two_staves(i, before=before, after=after, first=i == 1)
            for i in range(1, 13) for before, after in [signs.get(i, ("", ""))]]  # fmt: skip
    return musicxml.read(make.score(bars), "t")


def after(score: Score, second: list[SecondTime], levels: dict[F, str]) -> list[tuple[str, str, int]]:
    grid, none = list(score.beats()), np.zeros(0)
    measure = np.array([m for _, m, _ in grid])
    at = tuple(at for at, _, _ in grid)
    heard = HeardInScore(at, measure, measure, measure, none, none, None, none, (), parts_of(), (slice(0, 28),))
    alignment = Alignment(PLAYED, none, none, none, np.ones(len(PLAYED)), (), {}, (), 0.3)
    return [(m.kind, m.value, m.measure) for m in after_it(score, alignment, heard, second, levels, 1)]


def test_a_level_and_a_change_at_one_place_are_one_text_as_sure_as_the_less_sure_of_them(score):
    (words,) = in_words(score, [P, CRESCENDO], 1)
    assert (words.kind, words.value, words.measure, words.confidence) == ("words", "2nd time p cresc.", 0, 0.8)


def test_no_words_stand_under_an_ending(score):
    assert in_words(score, [SecondTime("p", F(28), F(28)), SecondTime("p", F(32), F(32))], 1) == []


def test_the_level_that_holds_stands_in_the_second_ending_when_the_second_time_ended_on_another(score):
    assert after(score, [P], {F(0): "f"}) == [("dynamic", "f", 8)]
    assert after(score, [P, CRESCENDO], {F(0): "p"}) == [("dynamic", "p", 8)]


def test_nothing_is_repeated_where_the_level_is_the_same_or_stands_there(score):
    assert after(score, [P], {F(0): "p"}) == []
    assert after(score, [P], {F(0): "f", F(32): "pp"}) == []
