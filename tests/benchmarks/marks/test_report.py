"""The measure of marks against editors' marks: what pairs with what, who is told what, and that choosing is fair."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest

from benchmarks.marks.choose import Tried, _stricter_level, _three
from benchmarks.marks.rules import RULES
from runtime.marks.annotate import TASTES
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Mark, Score
from tests.runtime.score import make
from train.measure.marks import Gradual, Marks, Sign, agreement, editors_marks, five_levels, most_pairs

BAR = F(4)


def signs(*levels: tuple[float, str]) -> Marks:
    return Marks(tuple(Sign(F(at), five_levels(level), BAR) for at, level in levels), ())


def spans(*those: tuple[int, int, str]) -> Marks:
    return Marks((), tuple(Gradual(F(a), F(b), kind) for a, b, kind in those))


def score_with(*marks: tuple[str, str, int, int]) -> Score:
    """Sixteen bars of 4/4 with (kind, value, start, end) in quarters."""
    score = read_musicxml.read(make.plain(16), "t")
    return replace(score, marks=tuple(Mark(k, v, F(a), F(b), a // 4, 1) for k, v, a, b in marks))  # type: ignore[arg-type]


def test_equal_marks_agree_in_everything():
    marks = Marks(signs((0, "p"), (16, "f"), (32, "pp")).signs, spans((8, 16, "crescendo")).graduals)
    result = agreement(marks, marks)
    assert [c.f1 for c in (result.place, result.level, result.near, result.gradual)] == [1, 1, 1, 1]


def test_a_bar_early_or_late_is_near_enough_and_more_is_not():
    truth = signs((16, "f"))
    for at, hit in [(12, 1), (20, 1), (11, 0), (21, 0)]:
        assert agreement(truth, signs((at, "f"))).place.tp == hit


def test_place_level_and_one_step_are_different_questions():
    result = agreement(signs((0, "p"), (16, "f")), signs((0, "mf"), (16, "pp"), (40, "p")))
    assert (result.place.tp, result.near.tp, result.level.tp) == (2, 1, 0)
    assert (result.place.fp, result.place.fn) == (1, 0)


def test_two_marks_cannot_both_count_for_one():
    result = agreement(signs((16, "f")), signs((15, "f"), (17, "f")))
    assert (result.level.tp, result.level.fp, result.level.fn) == (1, 1, 0)


def test_as_many_pairs_are_found_as_there_can_be():
    # The nearest partner of the first is the only one of the second.
    assert agreement(signs((16, "p"), (20, "p")), signs((14, "p"), (17, "p"))).place.tp == 2
    assert most_pairs([[0, 1], [0], [1, 2], [2]]) == 3


def test_hairpins_pair_by_direction_and_half_of_the_shorter():
    truth = spans((8, 16, "crescendo"))
    assert agreement(truth, spans((14, 17, "crescendo"))).gradual.tp == 1
    assert agreement(truth, spans((15, 18, "crescendo"))).gradual.tp == 0
    assert agreement(truth, spans((8, 16, "diminuendo"))).gradual.tp == 0


def test_an_editors_marks_are_the_loudest_at_a_place_and_ours_do_not_count():
    score = score_with(
        ("dynamic", "p", 0, 0), ("dynamic", "fff", 0, 0), ("dynamic", "mp", 8, 8), ("dynamic", "sf", 9, 9)
    )
    score = replace(score, marks=(*score.marks, Mark("dynamic", "f", F(20), F(20), 5, 1, ours=True)))
    assert [(s.at, s.level) for s in editors_marks(score, range(16)).signs] == [(0, 4), (8, 1)]


def test_a_crescendo_in_words_ends_at_the_next_level_or_after_two_bars():
    score = score_with(("words", "crescendo", 4, 4), ("dynamic", "f", 10, 10), ("words", "diminuendo", 20, 20))
    assert [(g.start, g.end) for g in editors_marks(score, range(16)).graduals] == [(4, 10), (20, 28)]


def test_bars_that_were_not_played_do_not_count():
    score = score_with(("dynamic", "p", 0, 0), ("dynamic", "f", 40, 40), ("hairpin", "crescendo", 32, 40))
    marks = editors_marks(score, range(8))
    assert [s.at for s in marks.signs] == [0] and not marks.graduals


@pytest.mark.parametrize("name", RULES)
def test_a_trivial_rule_writes_no_more_levels_than_the_editors(name):
    score = score_with(*(("dynamic", "pf"[i % 2], 8 * i, 8 * i) for i in range(8)), ("hairpin", "crescendo", 4, 8))
    truth = editors_marks(score, range(16))
    answers = list(RULES[name](score, range(16), truth))
    for answer in answers:
        assert 1 <= len(answer.signs) <= len(truth.signs)
        at = [s.at for s in answer.signs]
        assert at == sorted(at) and at[-1] < score.end
    assert answers == list(RULES[name](score, range(16), truth))


def tried(confidence: float, bars: float, f1: float, marks: int) -> Tried:
    return Tried(replace(TASTES["normal"], confidence=confidence, level_bars=bars), f1, marks, 100)


def test_normal_is_the_best_that_does_not_outnumber_the_editors():
    best = _three([tried(0.1, 1, 0.9, 130), tried(0.5, 2, 0.7, 90), tried(0.7, 4, 0.6, 40)], _stricter_level)
    assert [best[d].marks for d in ("sparse", "normal", "detailed")] == [40, 90, 130]  # type: ignore[index]


def test_densities_are_ordered_whatever_was_measured():
    random = np.random.default_rng(0)
    for _ in range(50):
        grid = [tried(c, b, random.random(), int(random.integers(1, 200))) for c in (0.1, 0.5, 0.9) for b in (1, 2, 4)]
        best = {d: t.taste for d, t in _three(grid, _stricter_level).items()}
        assert _stricter_level(best["sparse"], best["normal"]) and _stricter_level(best["normal"], best["detailed"])
