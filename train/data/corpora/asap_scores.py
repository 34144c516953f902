"""Read the scores of (n)ASAP with their printed marks, for what is learned from the page alone.

`train.data.corpora.asap` reads its performances.
"""

from __future__ import annotations

from pathlib import Path

from runtime.score.read.files import read_score
from runtime.score.table import Score
from train.data.errors import DataError
from train.data.written import ScoreCorpus, WrittenPiece


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every score, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.parent.relative_to(folder)), path.relative_to(folder).parts[0],
                     CORPUS.licence, path)
        for path in sorted(folder.glob("**/xml_score.musicxml"))
    ]  # fmt: skip
    if not found:
        raise DataError("no COMPOSER/…/xml_score.musicxml", where=str(folder), cause="not the folder of ASAP")
    return found


def read(piece: WrittenPiece) -> Score:
    """The score of a piece. Raises `ScoreError`."""
    return read_score(piece.file)


CORPUS = ScoreCorpus(
    name="asap",
    title="(n)ASAP: scores",
    address="https://github.com/CPJKU/asap-dataset",
    licence="CC-BY-NC-SA-4.0",
    citation=(
        "F. Foscarin, A. McLeod, P. Rigaux, F. Jacquemard, M. Sakai: ASAP: a Dataset of Aligned Scores and "
        "Performances for Piano Transcription. ISMIR 2020"
    ),
    counts={"pieces": 239},
    pieces=pieces,
    read=read,
)
