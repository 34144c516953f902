"""From notes and the analysis of their recording to a score with dynamics."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.analysis import Analysis
from runtime.engrave.marks import marked
from runtime.engrave.sheet import Sheet, sheet
from runtime.engrave.write import musicxml
from runtime.marks.annotate import AnnotateOptions, Annotation
from runtime.notes.played import PlayedNotes


@dataclass(frozen=True)
class Engraved:
    """The MusicXML document, what stands in it, and the decisions about its marks."""

    data: bytes
    sheet: Sheet
    annotation: Annotation
    warnings: tuple[str, ...]


def engrave(
    notes: PlayedNotes, analysis: Analysis, title: str = "", options: AnnotateOptions | None = None
) -> Engraved:
    """Write a score of these notes, whose times are those of the analysed recording.

    `title` stands above the score (default: the recording's name). Equal input gives equal bytes. Raises
    `ScoreError` when the analysis has too few beats, or beats and notes lie apart.
    """
    title = title or analysis.source.name
    page = sheet(notes, analysis)
    data, annotation = marked(musicxml(page, title), page, analysis, options or AnnotateOptions(), title)
    return Engraved(data, page, annotation, (*notes.warnings, *annotation.warnings))
