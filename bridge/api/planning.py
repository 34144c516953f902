"""From an analysis and a score to the plan that a notation program shows and applies.

Nothing musical is decided here: the runtime aligns and annotates, this module turns its plan into ticks.
"""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path
from typing import Any

from bridge.api.notes import TICKS_PER_QUARTER
from runtime.analysis import Analysis
from runtime.errors import MezzoforteError
from runtime.progress import Progress
from runtime.score.plan import Plan, PlannedMark
from runtime.score.table import Score

PLANNER = "runtime.score.annotate"


class PlanningError(MezzoforteError):
    """Marks cannot be placed in the score."""


def check_available() -> None:
    """Raises `PlanningError` when this installation cannot align a recording with a score."""
    if importlib.util.find_spec(PLANNER) is None:
        raise PlanningError(
            "this version of Mezzoforte cannot place marks in a score",
            cause="the part that aligns a recording with a score is not installed",
            advice="Update Mezzoforte",
        )


def make(analysis: Analysis, score: Score, recording: Path, progress: Progress) -> dict[str, Any]:
    """Align the recording with the score and plan its marks (schema ``Plan``). Raises `MezzoforteError`."""
    check_available()
    raise NotImplementedError


def view(plan: Plan, score: Score) -> dict[str, Any]:
    """A plan in ticks from the start of the written score (schema ``Plan``)."""
    return {
        "marks": [_mark(m, score) for m in sorted(plan.marks, key=lambda m: (m.measure, m.offset, m.staff, m.kind))],
        "unmarked_measures": [plan.numbers[i] for i in plan.unmarked],
    }


def _mark(mark: PlannedMark, score: Score) -> dict[str, Any]:
    measure = score.measures[mark.measure]
    beat = 1 + (measure.offset + mark.offset) / measure.time.beat_quarters
    data: dict[str, Any] = {
        "kind": mark.kind,
        "value": mark.value,
        "measure": mark.measure,
        "number": measure.number,
        "beat": round(float(beat), 3),
        "tick": ticks(measure.start + mark.offset),
        "staff": mark.staff,
        "confidence": round(float(mark.confidence), 4),
        "reason": mark.reason,
    }
    if mark.kind == "hairpin":
        data["end_tick"] = ticks(score.measures[mark.end_measure].start + mark.end_offset)
    return data


def ticks(position: Fraction | float) -> int:
    """Quarters as ticks."""
    return round(position * TICKS_PER_QUARTER)
