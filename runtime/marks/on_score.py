"""An analysis on the beats of its score: where the page is known and found, its beats are the beats.

Alignment is right to milliseconds, and a page knows its metre; what was detected before is kept beside it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from runtime.analysis import Analysis, Beat, Metre, Tempo
from runtime.decode.assemble import without_doubts_of_beats
from runtime.decode.bars import BarGrid
from runtime.decode.dynamics import on_own_beats
from runtime.decode.said_marks import with_said_marks
from runtime.marks.files import MarkOptions, align_file, mark_file
from runtime.marks.heard import evidence_of
from runtime.pipeline import Heard
from runtime.score.align.pinned import with_pins
from runtime.score.align.recording import Alignment
from runtime.score.read.files import read_score
from runtime.score.table import Score

_LEAST_STEP_S = 0.001


def heard_on_score(recording: Path, heard: Heard, score_path: Path) -> Analysis:
    """What was heard in a recording, on the beats of the score that it plays. Raises what `mark_file` raises."""
    score = read_score(score_path)
    alignment = aligned(recording, score, heard)
    said = heard.said.marks if heard.said else ()
    report = mark_file(
        recording, score_path, None, heard.analysis, MarkOptions(dry_run=True, said=said), alignment, heard.evidence
    )
    found = on_score(heard, score, alignment, report.score_summary)
    return replace(found, warnings=(*found.warnings, *report.warnings))


def aligned(recording: Path, score: Score, heard: Heard) -> Alignment:
    """Where a recording is in its score, the beats that were pinned or tapped at their times. Raises `ScoreError`."""
    found = align_file(recording, score, heard.analysis, heard.parts)
    return found if heard.said is None else with_pins(found, score, heard.said.known_beats)


def on_score(heard: Heard, score: Score, alignment: Alignment, summary: dict[str, Any]) -> Analysis:
    """The analysis with the written beats as they were played, the score's metres, and the marks on these beats.

    `bar` counts on as played, `measure` is the printed number; `summary` goes to `score`, and there the beats that were
    detected to ``beats_detected``. Raises `ModelError`.
    """
    analysis = heard.analysis
    beats, metres, per_bar = _grid(score, alignment)
    times_s = np.array([b.time_s for b in beats])
    bars = BarGrid(
        np.array([b.bar for b in beats]), np.array([b.position for b in beats]), np.array(per_bar),
        np.array([b.confidence for b in beats]),
    )  # fmt: skip
    marks = on_own_beats(times_s, bars, heard.evidence or evidence_of(analysis))
    detected = [{"time_s": b.time_s, "bar": b.bar, "position": b.position, "confidence": b.confidence}
                for b in analysis.beats]  # fmt: skip
    found = replace(
        analysis,
        beats=tuple(beats),
        metre=tuple(metres),
        tempo=tuple(Tempo(a.time_s, 60 / (b.time_s - a.time_s)) for a, b in pairwise(beats)),
        dynamics=marks.dynamics,
        beat_levels=marks.beat_levels,
        change_points=marks.change_points,
        hairpins=marks.hairpins,
        score={**summary, "beats_detected": detected},
        doubts=(),
        warnings=tuple(without_doubts_of_beats(analysis.warnings)),
    )
    return with_said_marks(found, heard.said.marks if heard.said else ())


def _grid(score: Score, alignment: Alignment) -> tuple[list[Beat], list[Metre], list[int]]:
    """Every written beat as it was played, the metres, and how many beats the bar of each beat has."""
    beats: list[Beat] = []
    metres: list[Metre] = []
    per_bar: list[int] = []
    number, signature, whole = 0, "", False
    for n, index in enumerate(alignment.measures):
        measure = score.measures[index]
        # A pickup has bar 0, and the rest of a bar that a repeat sign divides the number of its beginning.
        number += 0 if measure.offset and not (n and whole) else 1
        whole = measure.offset + measure.duration >= measure.time.bar_quarters
        time = measure.time
        count = max(1, int(time.bar_quarters / time.beat_quarters))
        confidence = float(alignment.confidence[n])
        for at, _, position in score.beats(index, index):
            time_s = float(alignment.times_of(float(alignment.starts[n]) + float(at - measure.start)))
            if beats and time_s < beats[-1].time_s + _LEAST_STEP_S:
                continue  # the recording is over: what is written there cannot be heard
            if f"{time.beats}/{time.beat_type}" != signature:
                signature = f"{time.beats}/{time.beat_type}"
                metres.append(Metre(time_s, count, confidence, signature))
            beats.append(Beat(time_s, number, position, confidence, measure.number))
            per_bar.append(count)
    return beats, metres, per_bar
