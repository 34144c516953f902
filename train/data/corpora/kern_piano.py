"""Read C. S. Sapp's Humdrum editions of piano music: six sets side by side.

Haydn, Joplin and Mozart are licensed; Beethoven's sonatas and Chopin's mazurkas and preludes state no licence: for
experiments and tests, not for what is handed out.
"""

from __future__ import annotations

from pathlib import Path

from runtime.score.table import Score
from train.data.errors import DataError
from train.data.scores.kern import read_kern
from train.data.written import NO_LICENCE, ScoreCorpus, WrittenPiece

_SETS = {
    "beethoven-piano-sonatas": ("Beethoven", NO_LICENCE),
    "chopin-mazurkas": ("Chopin", NO_LICENCE),
    "chopin-preludes": ("Chopin", NO_LICENCE),
    "haydn-piano-sonatas": ("Haydn", "CC-BY-NC-SA-4.0"),
    "joplin": ("Joplin", "CC-BY-NC-SA-4.0"),
    "mozart-piano-sonatas": ("Mozart", "CC-BY-NC-SA-4.0"),
}


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every file of the sets that are there, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.relative_to(folder)), *_SETS[name], path)
        for name in sorted(_SETS)
        for path in sorted((folder / name / "kern").glob("*.krn"))
    ]
    if not found:
        raise DataError(f"none of {', '.join(sorted(_SETS))}", where=str(folder), cause="not these sets side by side")
    return found


def read(piece: WrittenPiece) -> Score:
    """The score of a file. Raises `DataError`."""
    return read_kern(piece.file)


CORPUS = ScoreCorpus(
    name="kern_piano",
    title="Humdrum editions of piano music by C. S. Sapp",
    address="https://github.com/craigsapp",
    licence="CC-BY-NC-SA-4.0 (Haydn, Joplin, Mozart); none stated (Beethoven, Chopin)",
    citation="C. S. Sapp: Beethoven, Mozart and Haydn piano sonatas, Joplin, Chopin mazurkas and preludes in Humdrum",
    counts={"pieces": 320, "measures": 38_893, "levels": 7_594, "graduals": 4_415},
    pieces=pieces,
    read=read,
)
