"""Dynamics and hairpins on an engraved score, by the same decisions and the same writer as for any other score."""

from __future__ import annotations

import numpy as np

from runtime.analysis import Analysis
from runtime.decode.on_beats import SoundEvidence
from runtime.engrave.sheet import Sheet
from runtime.marks.annotate import AnnotateOptions, Annotation, annotate
from runtime.marks.heard import hear
from runtime.score.align.recording import Alignment
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.write import musicxml as write_musicxml


def marked(
    data: bytes, sheet: Sheet, analysis: Analysis, evidence: SoundEvidence, options: AnnotateOptions, where: str
) -> tuple[bytes, Annotation, Score]:
    """The engraved document with marks, what was decided about them, and its score."""
    score = read_musicxml.read(data, where)
    alignment = known_alignment(sheet, score)
    decided = annotate(score, alignment, analysis, hear(score, alignment, evidence), options)
    return write_musicxml.apply(data, decided.plan, where), decided, score


def known_alignment(sheet: Sheet, score: Score) -> Alignment:
    """The alignment of a recording with the score that was made from it: the beats of its own grid."""
    quarters = np.array([0.0] + [float(m.end) for m in score.measures])
    step = float(sheet.bars[0].bar.beat_quarters)
    positions = np.asarray(step * np.arange(sheet.grid.n_beats + 1), np.float64)
    return Alignment(
        measures=tuple(range(len(score.measures))),
        starts=quarters,
        positions=positions,
        times_s=sheet.grid.times_s,
        confidence=np.ones(len(score.measures)),
        breaks=(),
        repeats={},
        unplayed=(),
        fit=0.0,
    )
