"""Read Chopin's first editions in Humdrum: one to three editions of every work, all with their own dynamics.

Several editions of one piece belong on one side of a split (`train.data.overlaps`).
"""

from __future__ import annotations

from pathlib import Path

from runtime.score.table import Score
from train.data.errors import DataError
from train.data.scores.kern import read_kern
from train.data.written import ScoreCorpus, WrittenPiece


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every edition of every piece, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.relative_to(folder)), "Chopin", CORPUS.licence, path)
        for path in sorted((folder / "kern").glob("*.krn"))
    ]
    if not found:
        raise DataError("no kern/*.krn", where=str(folder), cause="not the repository of Chopin's first editions")
    return found


def read(piece: WrittenPiece) -> Score:
    """The score of an edition. Raises `DataError`."""
    return read_kern(piece.file)


CORPUS = ScoreCorpus(
    name="chopin_first_editions",
    title="Humdrum digital scores of Chopin first editions",
    address="https://github.com/pl-wnifc/humdrum-chopin-first-editions",
    licence="CC-BY-4.0",
    citation="Fryderyk Chopin Institute (M. Konik, C. S. Sapp and others): Humdrum scores of Chopin first editions",
    counts={"pieces": 477, "measures": 66_979, "levels": 7_962, "graduals": 21_204},
    pieces=pieces,
    read=read,
)
