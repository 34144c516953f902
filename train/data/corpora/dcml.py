"""Read DCML's corpora of keyboard music: 32 repositories side by side, each with tables of notes, bars and chords.

Eight repositories of Debussy have no table of chords, which holds the dynamics; there the MuseScore files are read.
The keyboard works of Bach, Couperin and Scarlatti have no dynamics here. Some movements of Beethoven, Mozart, C. P. E.
Bach and Kozeluh have no marks at all because nobody entered them: not because they are to be played in one level.
"""

from __future__ import annotations

from pathlib import Path

from runtime.score.read.files import read_score
from runtime.score.table import Score
from train.data.errors import DataError
from train.data.scores.tables import read_tables
from train.data.written import ScoreCorpus, WrittenPiece

_NAMES = {"c": "C. P. E. Bach", "jc": "J. C. Bach", "wf": "W. F. Bach", "cpe": "C. P. E. Bach"}


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every piece with a table of notes, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.relative_to(folder)), _composer(path.parts[-3]), CORPUS.licence, path)
        for path in sorted(folder.glob("*/notes/*.tsv"))
    ]
    if not found:
        raise DataError("no */notes/*.tsv", where=str(folder), cause="not DCML's repositories side by side")
    return found


def read(piece: WrittenPiece) -> Score:
    """The score of a piece. Raises `DataError` or `ScoreError`."""
    repository, stem = piece.file.parents[1], piece.file.name.split(".")[0]
    if (engraved := repository / "MS3" / f"{stem}.mscx").is_file():
        return read_score(engraved)
    suffix = piece.file.name.removeprefix(stem)
    chords = repository / "chords" / f"{stem}{suffix.replace('notes', 'chords')}"
    return read_tables(
        piece.file,
        repository / "measures" / f"{stem}{suffix.replace('notes', 'measures')}",
        chords if chords.is_file() else None,
    )


def _composer(repository: str) -> str:
    first, *rest = repository.split("_")
    if rest and rest[0] == "bach" and first in _NAMES:
        return _NAMES[first]
    return first.capitalize()


CORPUS = ScoreCorpus(
    name="dcml",
    title="DCML corpora of keyboard music",
    address="https://github.com/DCMLab",
    licence="CC-BY-NC-SA-4.0",
    citation=(
        "J. Hentschel, Y. Rammos, M. Neuwirth, M. Rohrmeier: An Annotated Corpus of Tonal Piano Music from the Long "
        "19th Century. Empirical Musicology Review 18(1), 2023"
    ),
    counts={"pieces": 801, "measures": 77_039, "notes": 1_154_935, "levels": 15_957, "graduals": 10_040},
    pieces=pieces,
    read=read,
)
