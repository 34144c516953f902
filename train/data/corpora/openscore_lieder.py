"""Read the OpenScore Lieder Corpus: songs of the 19th century as compressed MusicXML, of which the piano part is taken.

The MusicXML holds what is printed; the MuseScore files of the same songs have playback helps that nobody sees.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runtime.score.read.files import read_score
from runtime.score.table import Score
from train.data.errors import DataError
from train.data.written import ScoreCorpus, WrittenPiece


def pieces(folder: Path) -> list[WrittenPiece]:
    """Every song, by name. Raises `DataError` when there is none."""
    found = [
        WrittenPiece(CORPUS.name, str(path.relative_to(folder)), path.parts[-4].split(",")[0], CORPUS.licence, path)
        for path in sorted((folder / "scores").glob("*/*/*/*.mxl"))
    ]
    if not found:
        raise DataError("no scores/COMPOSER/SET/SONG/*.mxl", where=str(folder), cause="not the OpenScore Lieder Corpus")
    return found


def read(piece: WrittenPiece) -> Score:
    """The piano part of a song. Raises `ScoreError`."""
    return keyboard_part(read_score(piece.file))


def keyboard_part(score: Score) -> Score:
    """The score without the parts that are no keyboard, staves numbered anew."""
    kept = score.keyboard_staves()
    new = {old: number for number, old in enumerate(kept, 1)}
    return replace(
        score,
        notes=tuple(replace(n, staff=new[n.staff]) for n in score.notes if n.staff in new),
        marks=tuple(replace(m, staff=new[m.staff]) for m in score.marks if m.staff in new),
        staves=tuple(score.staves[old - 1] for old in kept),
    )


CORPUS = ScoreCorpus(
    name="openscore_lieder",
    title="OpenScore Lieder Corpus",
    address="https://github.com/OpenScore/Lieder",
    licence="CC0-1.0",
    citation=(
        "M. R. H. Gotham, P. Jonas: The OpenScore Lieder Corpus. Proceedings of the Music Encoding Conference 2021"
    ),
    counts={"pieces": 1_430, "measures": 79_800, "dynamics": 18_682, "hairpins": 17_396},
    pieces=pieces,
    read=read,
)
