"""The plan of edits: what will be written where, as plain data that can be shown, stored and applied.

Places are a measure (index from 0, and its printed number for people), an offset in quarters from the
measure's start, and a staff of the whole score (from 1).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS, ZERO, Mark, MarkKind, Score

PLAN_SCHEMA = 1
TICKS_PER_QUARTER = 480
Action = Literal["insert", "replace", "remove"]
_VALUES: dict[str, tuple[str, ...]] = {
    "dynamic": (*LEVEL_SIGNS, *STRESS_SIGNS),
    "hairpin": ("crescendo", "diminuendo"),
    "accent": ("accent",),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """What was heard, for people: a key and its values, put into words by `runtime.words.marks`."""

    key: str
    values: tuple[tuple[str, str | float], ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedMark:
    """A mark to stand in the score. `end_measure`, `end_offset` matter for hairpins only; ``words`` are those of
    `worded.second_time` alone. `confidence`: how likely the playing really does this; `reason` is None for marks that
    were not heard."""

    kind: MarkKind
    value: str
    measure: int
    offset: Fraction
    staff: int
    end_measure: int = 0
    end_offset: Fraction = ZERO
    confidence: float = 1.0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the file: our `mark` put in, taken out, or put in the place of `instead_of`."""

    action: Action
    mark: PlannedMark
    instead_of: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything of ours that the score shall hold, and the human marks that make way for it.

    `marks` is the complete set: applying takes out what we wrote before and writes these, so that applying
    a plan twice is the same as once. `hidden` is as complete: human marks out of sight, of which `hidden_before`
    are so already; removing ours brings them back. `unmarked` lists the measures (indexes) that the alignment could
    not place.
    """

    fingerprint: str
    numbers: tuple[str, ...]
    marks: tuple[PlannedMark, ...]
    before: tuple[PlannedMark, ...] = ()
    hidden: tuple[PlannedMark, ...] = ()
    unmarked: tuple[int, ...] = ()
    hidden_before: tuple[PlannedMark, ...] = ()

    def edits(self) -> list[Edit]:
        """What changes in the file compared with what we wrote before, in score order."""
        old = {_place(m): m for m in self.before}
        new = {_place(m): m for m in self.marks}
        out = [Edit("remove", m) for place, m in old.items() if place not in new]
        for place, mark in new.items():
            there = old.get(place)
            if there is None:
                out.append(Edit("insert", mark))
            elif _content(there) != _content(mark):
                out.append(Edit("replace", mark, there.value))
        out += [Edit("remove", _human(m)) for m in self.hidden if m not in self.hidden_before]
        out += [Edit("insert", _human(m)) for m in self.hidden_before if m not in self.hidden]
        return sorted(out, key=lambda e: (e.mark.measure, e.mark.offset, e.mark.staff, e.mark.kind, e.action))

    def to_json(self) -> str:
        """The plan as JSON: the edits for people and programs, the full set of marks for `from_json`."""
        return json.dumps(
            {
                "schema": PLAN_SCHEMA,
                "fingerprint": self.fingerprint,
                "edits": [
                    {
                        "action": e.action,
                        **self._plain(e.mark),
                        **({"instead_of": e.instead_of} if e.instead_of else {}),
                    }
                    for e in self.edits()
                ],
                "marks": [self._plain(m) for m in self.marks],
                "hidden": [self._plain(_human(m)) for m in self.hidden],
                "unmarked_measures": [self.numbers[i] for i in self.unmarked],
            },
            ensure_ascii=False,
            indent=1,
        )

    def _plain(self, m: PlannedMark) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": m.kind,
            "value": m.value,
            "measure": m.measure,
            "number": self.numbers[m.measure],
            "offset_quarters": str(m.offset),
            "tick": round(m.offset * TICKS_PER_QUARTER),
            "staff": m.staff,
            "confidence": round(m.confidence, 4),
            "reason": None if m.reason is None else {"key": m.reason.key, "values": dict(m.reason.values)},
        }
        if m.kind == "hairpin":
            data |= {"end_measure": m.end_measure, "end_offset_quarters": str(m.end_offset)}
        return data


def _place(m: PlannedMark) -> tuple[str, int, Fraction, int]:
    stress = m.kind == "dynamic" and m.value in STRESS_SIGNS
    return ("stress" if stress else m.kind, m.measure, m.offset, m.staff)


def _content(m: PlannedMark) -> tuple[str, int, Fraction]:
    return (m.value, m.end_measure, m.end_offset)


def _human(mark: PlannedMark) -> PlannedMark:
    return mark


def planned(score: Score, mark: Mark) -> PlannedMark:
    """A mark that stands in a score, in the terms of a plan."""
    m = score.measures[mark.measure]
    start = mark.start - m.start
    if mark.kind != "hairpin":
        return PlannedMark(mark.kind, mark.value, m.index, start, mark.staff)
    end_measure, end_offset = end_place(score, mark.end)
    return PlannedMark(mark.kind, mark.value, m.index, start, mark.staff, end_measure, end_offset)


def end_place(score: Score, end: Fraction) -> tuple[int, Fraction]:
    """Measure and offset of a hairpin's end; the bar line belongs to the bar before it."""
    m = score.measure_at(end)
    if end == m.start and m.index > 0:
        m = score.measures[m.index - 1]
    return m.index, min(end - m.start, m.duration)


def from_json(text: str, score: Score) -> Plan:
    """Read a plan that `Plan.to_json` wrote, for this score.

    Raises `ScoreError` when it is damaged, holds anything but known marks, or belongs to other music.
    """
    try:
        data = json.loads(text)
        if data["schema"] != PLAN_SCHEMA:
            raise ValueError(f"schema {data['schema']!r}, expected {PLAN_SCHEMA}")
        marks = tuple(_checked(m, score) for m in data["marks"])
        # A human mark may be drawn before the bar line of its measure.
        hidden = tuple(_checked(m, score, sign="-?") for m in data.get("hidden", []))
        plan = Plan(str(data["fingerprint"]), tuple(m.number for m in score.measures), marks, hidden=hidden)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as e:
        raise ScoreError(f"not a plan of edits ({e})", advice="Make a new plan with --format plan") from e
    check(plan, score)
    return plan


def _reason(data: Any) -> Reason | None:
    """Plans of earlier versions have a text here, which says nothing to other languages."""
    if not isinstance(data, dict):
        return None
    values = ((str(k)[:40], v if isinstance(v, int | float) else str(v)[:40]) for k, v in data["values"].items())
    return Reason(str(data["key"])[:40], tuple(values))


def _checked(data: dict[str, Any], score: Score, sign: str = "") -> PlannedMark:
    kind, value = data["kind"], data["value"]
    known = worded.is_second_time(str(value)) if kind == "words" else value in _VALUES.get(kind, ())
    if not known:
        raise ValueError(f"unknown mark {kind!r} {value!r}")
    measure, staff, end = int(data["measure"]), int(data["staff"]), int(data.get("end_measure", 0))
    if not (0 <= measure < len(score.measures) and 0 <= end < len(score.measures)):
        raise ValueError(f"no measure {measure}")
    if not 1 <= staff <= len(score.staves):
        raise ValueError(f"no staff {staff}")
    offsets = [str(data["offset_quarters"]), str(data.get("end_offset_quarters", "0"))]
    if not all(re.fullmatch(rf"{sign}\d{{1,6}}(/\d{{1,6}})?", t) for t in offsets):
        raise ValueError(f"no offset {offsets}")
    start, stop = (Fraction(t) for t in offsets)
    confidence = float(data.get("confidence", 1.0))
    return PlannedMark(kind, value, measure, start, staff, end, stop, confidence, _reason(data.get("reason")))


def check(plan: Plan, score: Score) -> None:
    """Raises `ScoreError` when the music of the score is not that which the plan was made for."""
    if plan.fingerprint != score.fingerprint():
        raise ScoreError(
            "the score's notes or measures changed after the plan was made",
            cause="it was edited in between",
            advice="Run the analysis again on the present score",
        )
