"""One name per piece of music across data sets, so that no piece is on two sides of a split."""

from __future__ import annotations

import re

from train.data.errors import DataError

# Sonatas that ASAP counts and Batik names by their Köchel number.
_MOZART_SONATA_KV = {
    1: 279, 2: 280, 3: 281, 4: 282, 5: 283, 6: 284, 7: 309, 8: 310, 9: 311, 10: 330, 11: 331, 12: 332,
    13: 333, 14: 457, 15: 533, 16: 545, 17: 570, 18: 576,
}  # fmt: skip

# Titles that ASAP tells apart although they are one piece with and without its repeat.
_SAME_TITLE = {"schumann/toccata_repeat": "schumann/toccata"}


def mazurka_piece(mazurka: str) -> str:
    """Piece of a MazurkaBL name: `M06-1` → `chopin/mazurka_op6/1`."""
    match = re.fullmatch(r"M(\d+)-(\d+)", mazurka)
    if not match:
        raise DataError(f"{mazurka!r} is no name of the form M06-1", where="mazurka_piece")
    return f"chopin/mazurka_op{int(match[1])}/{int(match[2])}"


def asap_piece(composer: str, title: str) -> str:
    """Piece of an ASAP composer and title: `Mozart`, `Piano_Sonatas_11-3` → `mozart/kv331/3`."""
    composer, title = composer.lower(), title.lower()
    if composer == "mozart" and (match := re.fullmatch(r"piano_sonatas_(\d+)-(\d+)", title)):
        return f"mozart/kv{_MOZART_SONATA_KV[int(match[1])]}/{match[2]}"
    if match := re.fullmatch(r"mazurkas?_op_?\.?(\d+)_(\d+)", title):
        return f"chopin/mazurka_op{int(match[1])}/{int(match[2])}"
    piece = f"{composer}/{title}"
    return _SAME_TITLE.get(piece, piece)


def batik_piece(name: str) -> str:
    """Piece of a Batik file name: `kv331_3` → `mozart/kv331/3`."""
    match = re.fullmatch(r"kv(\d+)_(\d+)", name.lower())
    if not match:
        raise DataError(f"{name!r} is no name of the form kv331_3", where="batik_piece")
    return f"mozart/kv{match[1]}/{match[2]}"
