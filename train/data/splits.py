"""Which pieces are trained on and which are kept for tests, by piece and not by performance.

A piece is named by its folder in ASAP (``Bach/Prelude/bwv_846``). The choice depends on names alone, so it never
changes with the order or the number of files.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable

HELD_OUT_SHARE = 0.15
"""Share of each composer's ASAP pieces that is kept for tests (rounded; composers with one piece keep none)."""

REAL_AUDIO_PIECES = frozenset(
    {
        "Bach/Prelude/bwv_846",
        "Bach/Fugue/bwv_846",
        "Bach/Prelude/bwv_847",
        "Bach/Prelude/bwv_850",
        "Beethoven/Piano_Sonatas/14-1",
    }
)
"""Pieces of the real recordings in the data folder: never trained on, whatever the performer."""


def piece_of(folder: str) -> str:
    """The piece of an ASAP folder: versions with and without repeats are one piece."""
    return re.sub(r"(_no)?_repeat$", "", folder)


def held_out_asap_pieces(folders: Iterable[str]) -> set[str]:
    """The pieces (see `piece_of`) among ASAP folders kept for tests: per composer, the 15 % whose hashed names come first, and every piece
    of `REAL_AUDIO_PIECES`."""
    by_composer: dict[str, list[str]] = defaultdict(list)
    for piece in sorted({piece_of(f) for f in folders}):
        by_composer[piece.split("/")[0]].append(piece)
    held_out = set(REAL_AUDIO_PIECES)
    for names in by_composer.values():
        names.sort(key=lambda n: hashlib.sha256(n.encode()).hexdigest())
        held_out.update(names[: round(HELD_OUT_SHARE * len(names))])
    return held_out
