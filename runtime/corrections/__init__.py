"""What a listener knows better: corrections that the decoder honours, so that everything stays consistent.

A correction is a statement about the music, not a patch of the result: the beats are decoded again under it, and
bars, dynamics and tempo follow. They come as a small JSON file or as words on the command line.
"""

from runtime.corrections.files import from_json, read_file
from runtime.corrections.said import (
    DENSITIES,
    POLICIES,
    SAME_BEAT_S,
    SIGNS,
    CorrectionError,
    Corrections,
    EditedKind,
    EditKind,
    MarkEdit,
    Passage,
    Pin,
    TempoFactor,
    merge,
)
from runtime.corrections.taps import read_taps
from runtime.corrections.words import WORDS, parse_words

__all__ = [
    "DENSITIES", "POLICIES", "SAME_BEAT_S", "SIGNS", "WORDS", "CorrectionError", "Corrections", "EditKind",
    "EditedKind", "MarkEdit", "Passage", "Pin", "TempoFactor", "from_json", "merge", "parse_words", "read_file",
    "read_taps",
]  # fmt: skip
