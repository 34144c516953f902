"""What the user takes home: an analysis in any format, the marked score, a report; made from what was kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from bridge.api.notes import TICKS_PER_QUARTER
from bridge.page import kept
from runtime.analysis import Analysis
from runtime.analysis import from_json as read_analysis
from runtime.corrections import Corrections
from runtime.decode.said_marks import with_said_marks
from runtime.errors import OutputError, ScoreError
from runtime.marks import said
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read.files import open_source, parse
from runtime.score.table import Score
from runtime.score.write.files import marked
from runtime.write import WRITERS, Envelope, WriteOptions

SCORE = "score"
FORMATS = (*WRITERS, SCORE)


def take(
    heard: Mapping[str, Any],
    wanted: str,
    corrections: Corrections,
    choices: Mapping[str, Any],
    recording: Path,
    score: Path | None,
    options: WriteOptions,
) -> tuple[str, bytes]:
    """Suffix and bytes of one file.

    `heard` is what `tasks.hear` returned, `choices` has the density and the policy of the plan. Raises `OutputError`
    for a format that is not there, `ScoreError` when there is no plan for the score.
    """
    if wanted == SCORE:
        if score is None:
            raise ScoreError("there is no score to write marks into", advice="Drop a score beside the recording")
        return score.suffix, _marked_score(heard, corrections, choices, score)
    if wanted not in WRITERS:
        raise OutputError(f"format {wanted!r} is not one of {', '.join(FORMATS)}")
    analysis = with_said_marks(analysis_of(heard), corrections.marks)
    return WRITERS[wanted].suffix, WRITERS[wanted].render(analysis, replace(options, audio_file=str(recording)))


def analysis_of(heard: Mapping[str, Any]) -> Analysis:
    """The analysis as a value again."""
    return read_analysis(json.dumps(heard["analysis"]))


def envelope(peaks: list[list[int]], hop_s: float, peak: float) -> Envelope:
    """The outline that pictures and reports draw, from points in 127ths of `peak`."""
    import numpy as np

    points = (np.array(peaks, np.float64).reshape(-1, 2) * (peak / 127)).astype(np.float32)
    return Envelope(hop_s, points[:, 0], points[:, 1])


def _marked_score(heard: Mapping[str, Any], corrections: Corrections, choices: Mapping[str, Any], path: Path) -> bytes:
    planned = heard["planned"]
    if planned is None:
        error = heard["plan_error"] or {"message": "no marks were planned", "advice": ""}
        raise ScoreError(error["message"], advice=error["advice"])
    steps = planned["policies"][choices["policy"]]["densities"]
    step = next((s for s in steps if s["name"] == choices["density"]), None)
    if step is None:
        raise OutputError(f"there is no density {choices['density']!r}")
    source = open_source(path)
    score = parse(source)
    plan = Plan(
        score.fingerprint(),
        tuple(m.number for m in score.measures),
        tuple(_planned(m, score) for m in step["marks"]),
        hidden=tuple(_hidden(m, score) for m in step["displaced"]),
    )
    alignment = kept.alignment_of(heard["places"])
    return marked(source, said.with_said_marks(plan, score, alignment, corrections.marks))


def _planned(mark: Mapping[str, Any], score: Score) -> PlannedMark:
    m = score.measures[mark["measure"]]
    plain = PlannedMark(mark["kind"], mark["value"], m.index, _offset(mark["tick"], m.start), mark["staff"])
    plain = replace(plain, confidence=mark["confidence"])
    if mark["kind"] != "hairpin":
        return plain
    end = Fraction(mark["end_tick"], TICKS_PER_QUARTER)
    last = score.measure_at(end)
    if end == last.start and last.index > 0:
        last = score.measures[last.index - 1]
    return replace(plain, end_measure=last.index, end_offset=min(end - last.start, last.duration))


def _hidden(mark: Mapping[str, Any], score: Score) -> PlannedMark:
    """The human mark of the score that stands at this tick."""
    from runtime.score.plan import planned

    at = Fraction(mark["tick"], TICKS_PER_QUARTER)
    wanted = (mark["kind"], mark["value"], mark["staff"])
    for m in (*score.marks, *score.hidden):
        if (m.kind, m.value, m.staff) == wanted and abs(m.start - at) < Fraction(1, TICKS_PER_QUARTER):
            return planned(score, m)
    raise ScoreError("a mark that was to make way is not in the score", cause="the score has changed",
                     advice="Start the analysis again")  # fmt: skip


def _offset(tick: int, start: Fraction) -> Fraction:
    return Fraction(tick, TICKS_PER_QUARTER) - start
