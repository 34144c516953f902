"""Which pieces are trained on, which choose thresholds, and which are kept for tests: by piece, not by performance.

The choice depends on names alone, so it never changes with the order or the number of files. A fold of MazurkaBL
is one of the five piece-disjoint folds of all 1,999 recordings; ASAP has one held-out set beside them.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from train.data.pieces import mazurka_piece

Split = Literal["train", "valid", "test"]

MAZURKA_FOLDS = (
    "6-2 17-2 24-4 33-3 41-1 50-1 50-2 50-3 63-1",
    "6-1 6-3 24-2 56-1 56-3 63-3 67-3 67-4 68-2",
    "17-3 17-4 24-3 30-2 30-4 33-1 41-2 68-3",
    "7-2 17-1 33-2 33-4 41-3 41-4 56-2 59-1 59-2",
    "7-1 7-3 24-1 30-1 30-3 59-3 67-1 67-2 68-1",
)
"""Test pieces of each fold (`test_fold` in the index of the resynthesised set)."""

FOLD_OF_MAZURKA = {
    mazurka_piece(f"M{name}"): fold for fold, names in enumerate(MAZURKA_FOLDS) for name in names.split()
}

HELD_OUT_SHARE = 0.15
"""Share of each composer's ASAP pieces kept for tests (rounded; composers with one piece keep none)."""

VALID_SHARE = 0.08
"""Share of the pieces left for training that choose thresholds and are not trained on."""

REAL_AUDIO_PIECES = frozenset(
    {
        "bach/prelude_bwv_846",
        "bach/fugue_bwv_846",
        "bach/prelude_bwv_847",
        "bach/prelude_bwv_850",
        "beethoven/piano_sonatas_14-1",
    }
)
"""Pieces of the real recordings in the data folder: never trained on, whatever the performer."""


def held_out_asap_pieces(pieces: Iterable[str]) -> set[str]:
    """The ASAP pieces kept for tests: per composer the 15 % whose hashed names come first, and `REAL_AUDIO_PIECES`."""
    by_composer: dict[str, list[str]] = defaultdict(list)
    for piece in sorted(set(pieces)):
        by_composer[piece.split("/")[0]].append(piece)
    held_out = set(REAL_AUDIO_PIECES)
    for names in by_composer.values():
        names.sort(key=_hash)
        held_out.update(names[: round(HELD_OUT_SHARE * len(names))])
    return held_out


def split_pieces(pieces: Iterable[str], fold: int | None) -> dict[str, Split]:
    """The split of every piece for MazurkaBL test fold 0…4; None trains on all mazurkas.

    `pieces` must be all pieces of the training data, since the held-out share is taken from them. Pieces of
    corpora that are only for tests (Batik) must not be among them.
    """
    names = sorted(set(pieces))
    held_out = held_out_asap_pieces(p for p in names if p not in FOLD_OF_MAZURKA)
    splits: dict[str, Split] = {}
    for piece in names:
        is_test = FOLD_OF_MAZURKA[piece] == fold if piece in FOLD_OF_MAZURKA else piece in held_out
        is_valid = int(_hash("valid " + piece)[:8], 16) < VALID_SHARE * 0x1_0000_0000
        splits[piece] = "test" if is_test else "valid" if is_valid else "train"
    return splits


def _hash(name: str) -> str:
    return hashlib.sha256(re.sub(r"\s+", " ", name).encode()).hexdigest()
