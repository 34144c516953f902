"""From an analysis and a score to the plans that a notation program shows and applies.

Nothing musical is decided here: the runtime aligns and annotates, this module turns its plans into ticks.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from bridge.api.notes import TICKS_PER_QUARTER
from bridge.api.openapi import DENSITIES, POLICIES
from runtime.analysis import Analysis
from runtime.marks.annotate import AnnotateOptions, Annotation, Density, Policy, annotate
from runtime.marks.files import align_file, hear_in_score, score_summary
from runtime.pipeline import Heard
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import PlannedMark
from runtime.score.table import Score

TEMPO_RANGE_BPM = (5.0, 1000.0)


def plan_all(heard: Heard, score: Score, recording: Path) -> tuple[Analysis, dict[str, Any]]:
    """Align the recording with the score and plan its marks for every density and policy.

    Returns the analysis with what is known of the score in its field `score`, and
    ``{"plans": {"normal/keep": …}, "tempos", "warnings"}`` (see schema ``Plan``). Raises `ScoreError` when the
    recording does not play this score.
    """
    analysis = heard.analysis
    alignment = align_file(recording, score, analysis)
    plans: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()
    densities = cast(tuple[Density, ...], DENSITIES)
    in_score = {d: hear_in_score(score, alignment, analysis, heard.evidence, d) for d in densities}
    for density in densities:
        for policy in POLICIES:
            options = AnnotateOptions(density, cast(Policy, policy))
            decided = annotate(score, alignment, analysis, options, in_score[density])
            plans[f"{density}/{policy}"] = view(decided, score)
            warnings = decided.warnings
    told = {
        "plans": plans,
        "tempos": tempos(alignment, score),
        "warnings": [*score.warnings, *analysis.warnings, *warnings],
    }
    return replace(analysis, score=score_summary(score, alignment, in_score["normal"])), told


def view(decided: Annotation, score: Score) -> dict[str, Any]:
    """One plan in ticks from the start of the written score."""
    plan = decided.plan
    return {
        "marks": [_mark(m, score) for m in sorted(plan.marks, key=lambda m: (m.measure, m.offset, m.staff, m.kind))],
        "displaced": [_displaced(m, score) for m in plan.hidden],
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
        "confidence": round(float(min(1.0, max(0.0, mark.confidence))), 4),
        "reason": mark.reason,
    }
    if mark.kind == "hairpin":
        data["end_tick"] = ticks(score.measures[mark.end_measure].start + mark.end_offset)
    return data


def _displaced(mark: PlannedMark, score: Score) -> dict[str, Any]:
    tick = ticks(score.measures[mark.measure].start + mark.offset)
    return {"kind": mark.kind, "value": mark.value, "tick": tick, "staff": mark.staff}


def tempos(alignment: Alignment, score: Score) -> list[dict[str, Any]]:
    """The tempo of every measure in quarters per minute, as played the first time, where it is known."""
    out: dict[int, dict[str, Any]] = {}
    edges_s = alignment.times_of(alignment.starts)
    for n, index in enumerate(alignment.measures):
        seconds = float(edges_s[n + 1] - edges_s[n])
        if index in out or alignment.confidence[n] < POOR or seconds <= 0:
            continue
        bpm = 60 * float(score.measures[index].duration) / seconds
        if TEMPO_RANGE_BPM[0] <= bpm <= TEMPO_RANGE_BPM[1]:
            out[index] = {"tick": ticks(score.measures[index].start), "bpm": round(bpm, 3)}
    return [out[i] for i in sorted(out)]


def ticks(position: Fraction | float) -> int:
    """Quarters as ticks."""
    return round(position * TICKS_PER_QUARTER)
