"""From notes and the analysis of their recording to a score with dynamics."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.analysis import Analysis
from runtime.decode.on_beats import SoundEvidence
from runtime.engrave.marks import marked
from runtime.engrave.sheet import Sheet, sheet
from runtime.engrave.write import musicxml
from runtime.marks.annotate import AnnotateOptions, Annotation
from runtime.marks.heard import evidence_of
from runtime.marks.table import table
from runtime.notes.played import PlayedNotes
from runtime.score.table import Score


@dataclass(frozen=True)
class Engraved:
    """The MusicXML document, what stands in it, and the decisions about its marks."""

    data: bytes
    sheet: Sheet
    annotation: Annotation
    warnings: tuple[str, ...]
    score: Score

    def table(self) -> str:
        """The marks as a table for people."""
        return table(self.annotation.plan, self.score, self.annotation.second)


def engrave(
    notes: PlayedNotes,
    analysis: Analysis,
    title: str = "",
    options: AnnotateOptions | None = None,
    evidence: SoundEvidence | None = None,
) -> Engraved:
    """Write a score of these notes, whose times are those of the analysed recording.

    `title` stands above the score (default: the recording's name). Marks are chosen by the `evidence` of the recording
    (default: these notes, as heard, and the loudness curve of the analysis). Equal input gives equal bytes. Raises
    `ScoreError` when the analysis has too few beats, or beats and notes lie apart.
    """
    title = title or analysis.source.name
    page = sheet(notes, analysis)
    evidence = evidence or evidence_of(analysis).knowing(notes, None)
    data, annotation, score = marked(
        musicxml(page, title), page, analysis, evidence, options or AnnotateOptions(), title
    )
    return Engraved(data, page, annotation, (*notes.warnings, *annotation.warnings), score)
