"""The types of results and options, for annotations and for `isinstance`."""

from runtime.analysis import (
    Analysis,
    Beat,
    ChangePoint,
    Dynamic,
    Hairpin,
    Loudness,
    Metre,
    ModelIdentity,
    Source,
    Tempo,
)  # fmt: skip
from runtime.corrections import Corrections, MarkEdit, Passage, Pin
from runtime.engrave.engrave import Engraved
from runtime.marks.files import MarkReport
from runtime.model import Model
from runtime.notes.played import PlayedNotes
from runtime.score.table import Score
from runtime.transcribe.transcription import Transcription
from runtime.write.options import WriteOptions

__all__ = [
    "Analysis",
    "Beat",
    "ChangePoint",
    "Corrections",
    "Dynamic",
    "Engraved",
    "Hairpin",
    "Loudness",
    "MarkEdit",
    "MarkReport",
    "Metre",
    "Model",
    "ModelIdentity",
    "Passage",
    "Pin",
    "PlayedNotes",
    "Score",
    "Source",
    "Tempo",
    "Transcription",
    "WriteOptions",
]  # fmt: skip
