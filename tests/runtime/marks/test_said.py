"""What somebody changed among the marks goes to the struck note that is meant, on every pass of a repeat."""

from __future__ import annotations

from fractions import Fraction as F

from runtime.corrections import MarkEdit
from runtime.marks.said import with_said_marks
from runtime.score.plan import Plan, PlannedMark
from tests.runtime.marks.playing import QUARTER_S, alignment_of, score_of


def plan_of(score, *marks):
    """A plan that holds these marks."""
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), tuple(marks))


def test_a_level_goes_to_the_nearest_struck_note():
    score = score_of(8)
    said = [MarkEdit("add", "dynamic", "mp", 9 * QUARTER_S + 0.1)]
    (mark,) = with_said_marks(plan_of(score), score, alignment_of(score), said).marks
    assert (mark.kind, mark.value, mark.confidence) == ("dynamic", "mp", 1.0)
    at = score.measures[mark.measure].start + mark.offset
    assert at in score.onsets() and abs(at - 9) <= F(1)


def test_a_level_takes_the_place_of_one_at_the_same_moment():
    score = score_of(8)
    there = PlannedMark("dynamic", "p", 2, F(0), 1)
    said = [MarkEdit("add", "dynamic", "f", 8 * QUARTER_S)]
    (mark,) = with_said_marks(plan_of(score, there), score, alignment_of(score), said).marks
    assert mark.value == "f" and (mark.measure, mark.offset) == (2, F(0))


def test_the_second_pass_of_a_repeat_means_the_same_place():
    barlines = {
        2: ("", '<barline location="right"><repeat direction="backward"/></barline>'),
    }
    score = score_of(4, barlines)
    alignment = alignment_of(score)
    assert alignment.measures == (0, 1, 0, 1, 2, 3)
    there = PlannedMark("dynamic", "p", 1, F(0), 1)
    said = [MarkEdit("remove", "dynamic", "p", 12 * QUARTER_S)]
    assert not with_said_marks(plan_of(score, there), score, alignment, said).marks


def test_only_what_is_near_is_taken_out():
    score = score_of(8)
    there = PlannedMark("dynamic", "p", 4, F(0), 1)
    said = [MarkEdit("remove", "dynamic", "p", 1.0), MarkEdit("remove", "hairpin", "crescendo", 16 * QUARTER_S)]
    assert with_said_marks(plan_of(score, there), score, alignment_of(score), said).marks == (there,)


def test_a_hairpin_has_both_ends_on_the_page():
    score = score_of(8)
    said = [MarkEdit("add", "hairpin", "crescendo", 4 * QUARTER_S, 12 * QUARTER_S)]
    (mark,) = with_said_marks(plan_of(score), score, alignment_of(score), said).marks
    assert (mark.measure, mark.offset) == (1, F(0))
    end = score.measures[mark.end_measure].start + mark.end_offset
    assert end == 12
