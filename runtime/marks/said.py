"""Marks that somebody put in or took out of a plan, told by their time in the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from runtime.corrections import MarkEdit
from runtime.decode.said_marks import CERTAIN, reach_s
from runtime.marks.onsets import nearest_onset
from runtime.score.align.recording import Alignment
from runtime.score.plan import Plan, PlannedMark, Reason, end_place
from runtime.score.table import LEVEL_SIGNS, Score

_SAID = Reason("by_hand")
_FINEST = 48  # parts of a quarter: a time is not more exact than that


def with_said_marks(plan: Plan, score: Score, alignment: Alignment, edits: Sequence[MarkEdit]) -> Plan:
    """The plan with these changes: each goes to the note that was struck nearest to its time.

    A level takes the place of one that stands at the same moment. What is taken out is the nearest mark of that kind
    within two beats of the time, on any pass of a repeat; where there is none, nothing happens.
    """
    marks = list(plan.marks)
    reach = reach_s([b.time_s for b in alignment.beats(score)])
    for edit in edits:
        if edit.do == "add":
            _put(marks, _placed(edit, score, alignment))
        else:
            _take(marks, edit, alignment, reach)
    return replace(plan, marks=tuple(sorted(marks, key=lambda m: (m.measure, m.offset, m.kind))))


def first_played_s(alignment: Alignment, measure: int, offset: Fraction) -> list[float]:
    """When a place of the page is played, once per pass; empty where it is not."""
    passes = [n for n, index in enumerate(alignment.measures) if index == measure]
    return [float(alignment.times_of(float(alignment.starts[n]) + float(offset))) for n in passes]


def position_at(score: Score, alignment: Alignment, time_s: float) -> Fraction:
    """The written position of a time of the recording."""
    n, offset = alignment.place_at(time_s)
    measure = score.measures[alignment.measures[n]]
    return measure.start + min(Fraction(round(offset * _FINEST), _FINEST), measure.duration)


def _placed(edit: MarkEdit, score: Score, alignment: Alignment) -> PlannedMark:
    at = _struck(score, position_at(score, alignment, edit.time_s))
    m = score.measure_at(at)
    staff = score.keyboard_staves()[0]
    if edit.kind == "dynamic":
        return PlannedMark("dynamic", edit.value, m.index, at - m.start, staff, confidence=CERTAIN, reason=_SAID)
    end = position_at(score, alignment, edit.time_s if edit.end_s is None else edit.end_s)
    end = max(_struck(score, end), at + m.time.beat_quarters)
    place = end_place(score, min(end, score.end))
    return PlannedMark("hairpin", edit.value, m.index, at - m.start, staff, *place, CERTAIN, _SAID)


def _struck(score: Score, at: Fraction) -> Fraction:
    """The nearest onset on the page."""
    onsets = score.onsets()
    k = int(np.abs(np.array([float(o) for o in onsets]) - float(at)).argmin())
    return nearest_onset(score, onsets[k])


def _put(marks: list[PlannedMark], mark: PlannedMark) -> None:
    def same_place(m: PlannedMark) -> bool:
        level = m.kind != "dynamic" or m.value in LEVEL_SIGNS
        return level and (m.kind, m.measure, m.offset) == (mark.kind, mark.measure, mark.offset)

    marks[:] = [m for m in marks if not same_place(m)]
    marks.append(mark)


def _take(marks: list[PlannedMark], edit: MarkEdit, alignment: Alignment, reach: float) -> None:
    def away_s(m: PlannedMark) -> float:
        if m.kind != edit.kind:
            return float("inf")
        times_s = first_played_s(alignment, m.measure, m.offset)
        other = 0.0 if m.value == edit.value else reach / 100  # of two at one moment, the one that was named
        return min((abs(t - edit.time_s) + other for t in times_s), default=float("inf"))

    nearest = min(range(len(marks)), key=lambda i: away_s(marks[i]), default=None)
    if nearest is not None and away_s(marks[nearest]) <= reach:
        del marks[nearest]
