"""From an analysis and a score to the plans that a notation program shows and applies.

Nothing musical is decided here: the runtime aligns and annotates, this module turns its plans into ticks.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from bridge.api import curve
from bridge.api.notes import TICKS_PER_QUARTER
from bridge.api.openapi import POLICIES
from runtime.analysis import Analysis
from runtime.decode.assemble import without_doubts_of_beats
from runtime.dynamics.clear import clearness
from runtime.dynamics.mark import DEFAULT_STEP, PRICE_STEPS
from runtime.marks.annotate import AnnotateOptions, Annotation, Policy, annotate
from runtime.marks.files import align_file, score_summary, tuning_warning
from runtime.marks.heard import evidence_of, hear
from runtime.marks.on_score import on_score
from runtime.marks.said import with_said_marks
from runtime.pipeline import Heard
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import PlannedMark, planned
from runtime.score.table import Score

TEMPO_RANGE_BPM = (5.0, 1000.0)


def plan_all(
    heard: Heard, score: Score, recording: Path, alignment: Alignment | None = None
) -> tuple[Analysis, dict[str, Any]]:
    """Align the recording with the score (unless that is known) and plan its marks for every density and policy.

    What was said of marks stands in the marks of every density. Returns the analysis on the score's beats
    (`runtime.marks.on_score`), and
    ``{"policies": {"keep": {"densities", "default"}, …}, "curve", "tempos", "warnings"}`` (see schema ``Plan``).
    Raises `ScoreError` when the recording does not play this score.
    """
    analysis = heard.analysis
    alignment = alignment or align_file(recording, score, analysis, heard.parts)
    in_score = hear(score, alignment, heard.evidence or evidence_of(analysis))
    struck = curve.curve_of(score, alignment, in_score)
    policies: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()
    for policy in POLICIES:
        steps = []
        for name, price, density in PRICE_STEPS:
            options = AnnotateOptions(density, cast(Policy, policy), price)
            decided = annotate(score, alignment, analysis, in_score, options)
            warnings = decided.warnings
            if heard.said and heard.said.marks:
                plan = with_said_marks(decided.plan, score, alignment, heard.said.marks)
                decided = replace(decided, plan=plan)
            playing = sounding(decided, score, keep=policy == "keep")
            played = curve.plain(curve.played(score, playing, struck))
            steps.append({"name": name, **view(decided, score, alignment), "playback_velocity": played})
        policies[policy] = {"densities": steps, "default": DEFAULT_STEP}
    told = {
        "policies": policies,
        "curve": struck.view(TICKS_PER_QUARTER),
        "tempos": tempos(alignment, score),
        "warnings": [
            *score.warnings,
            *tuning_warning(alignment),
            *without_doubts_of_beats(analysis.warnings),
            *warnings,
        ],
    }
    usual = annotate(score, alignment, analysis, in_score, AnnotateOptions(policy="replace"))
    return on_score(heard, score, alignment, score_summary(score, alignment, usual)), told


def sounding(decided: Annotation, score: Score, keep: bool) -> list[PlannedMark]:
    """The marks that would be played back: the plan's, with those that people wrote when they stay."""
    human = [planned(score, m) for m in score.marks if not m.ours and m.kind in ("dynamic", "hairpin")]
    return [*decided.plan.marks, *(human if keep else [])]


def view(decided: Annotation, score: Score, alignment: Alignment) -> dict[str, Any]:
    """One plan in ticks from the start of the written score."""
    plan = decided.plan
    marks = sorted(plan.marks, key=lambda m: (m.measure, m.offset, m.staff, m.kind))
    return {
        "marks": [_mark(m, score, alignment) for m in marks],
        "displaced": [_displaced(m, score) for m in plan.hidden],
        "unmarked_measures": [plan.numbers[i] for i in plan.unmarked],
    }


def _mark(mark: PlannedMark, score: Score, alignment: Alignment) -> dict[str, Any]:
    measure = score.measures[mark.measure]
    confidence = round(float(min(1.0, max(0.0, mark.confidence))), 4)
    data: dict[str, Any] = {
        "kind": mark.kind,
        "value": mark.value,
        "measure": mark.measure,
        "number": measure.number,
        "beat": _beat(score, mark.measure, mark.offset),
        "tick": ticks(measure.start + mark.offset),
        "staff": mark.staff,
        "confidence": confidence,
        "clearness": clearness(confidence),
        "reason": None if mark.reason is None else {"key": mark.reason.key, "values": dict(mark.reason.values)},
        "time_s": _first_played_s(alignment, score, mark.measure, mark.offset),
    }
    if mark.kind == "hairpin":
        data["end_number"] = score.measures[mark.end_measure].number
        data["end_beat"] = _beat(score, mark.end_measure, mark.end_offset)
        data["end_tick"] = ticks(score.measures[mark.end_measure].start + mark.end_offset)
    return data


def _beat(score: Score, measure: int, offset: Fraction) -> float:
    m = score.measures[measure]
    return round(float(1 + (m.offset + offset) / m.time.beat_quarters), 3)


def _first_played_s(alignment: Alignment, score: Score, measure: int, offset: Fraction) -> float | None:
    """When a place of the page is played for the first time; None where it is not."""
    for n, index in enumerate(alignment.measures):
        if index == measure:
            return round(float(alignment.times_of(float(alignment.starts[n]) + float(offset))), 3)
    return None


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
