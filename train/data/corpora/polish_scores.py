"""Read Polish piano music in Humdrum: salon pieces and dances from the libraries of the Polish heritage project.

Names that differ in ``-pc0`` and ``-pc1`` are two states of one manuscript (`train.data.overlaps` joins them).
"""

from __future__ import annotations

import re
from pathlib import Path

from runtime.score.table import Score
from train.data.errors import DataError
from train.data.scores.kern import read_kern
from train.data.written import ScoreCorpus, WrittenPiece

_COMPOSER = re.compile(r"_([a-z]+)(?:-[a-z-]+)?--")


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every piece, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.relative_to(folder)), _composer(path.name), CORPUS.licence, path)
        for path in sorted(folder.glob("*/kern/*.krn"))
    ]
    if not found:
        raise DataError("no LIBRARY/kern/*.krn", where=str(folder), cause="not the repository of Polish scores")
    return found


def read(piece: WrittenPiece) -> Score:
    """The score of a piece. Raises `DataError`."""
    return read_kern(piece.file)


def _composer(name: str) -> str:
    match = _COMPOSER.search(name)
    return match[1].capitalize() if match else "Anonim"


CORPUS = ScoreCorpus(
    name="polish_scores",
    title="Digital scores from the Polish Heritage in Open Access project",
    address="https://github.com/pl-wnifc/humdrum-polish-scores",
    licence="CC-BY-4.0",
    citation="Fryderyk Chopin Institute: Humdrum digital scores of Polish music, doi:10.5281/zenodo.7118989",
    counts={"pieces": 961, "measures": 73_729, "levels": 10_364, "graduals": 10_721},
    pieces=pieces,
    read=read,
)
