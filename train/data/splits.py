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


_ASAP_TEST_TITLES = {
    "bach": (
        "fugue_bwv_846 fugue_bwv_862 fugue_bwv_866 fugue_bwv_876 fugue_bwv_883 prelude_bwv_846 "
        "prelude_bwv_847 prelude_bwv_850 prelude_bwv_864 prelude_bwv_870 prelude_bwv_874 prelude_bwv_883 "
        "prelude_bwv_889"
    ),
    "beethoven": (
        "piano_sonatas_11-3 piano_sonatas_12-1 piano_sonatas_14-1 piano_sonatas_15-1 piano_sonatas_16-2 "
        "piano_sonatas_21-1 piano_sonatas_28-1 piano_sonatas_7-1 piano_sonatas_7-4 piano_sonatas_9-2"
    ),
    "chopin": "etudes_op_10_2 etudes_op_10_3 etudes_op_25_1 sonata_2_3rd sonata_2_4th",
    "haydn": "keyboard_sonatas_39-3 keyboard_sonatas_6-1",
    "liszt": "concert_etude_s145_2 transcendental_etudes_10",
    "mozart": "kv310/1",
    "rachmaninoff": "preludes_op_23_4",
    "ravel": "miroirs_4_alborada_del_gracioso",
    "schubert": "impromptu_op142_1 impromptu_op142_3",
    "schumann": "kreisleriana_4",
}  # fmt: skip

ASAP_TEST_PIECES = frozenset(f"{c}/{title}" for c, titles in _ASAP_TEST_TITLES.items() for title in titles.split())
"""The ASAP pieces kept for tests, written down so that a part of the data set is split like the whole."""


def choose_asap_test_pieces(pieces: Iterable[str]) -> set[str]:
    """How `ASAP_TEST_PIECES` was chosen from all pieces of ASAP: per composer the 15 % whose hashed names come first,
    and `REAL_AUDIO_PIECES`."""
    by_composer: dict[str, list[str]] = defaultdict(list)
    for piece in sorted(set(pieces)):
        by_composer[piece.split("/")[0]].append(piece)
    chosen = set(REAL_AUDIO_PIECES)
    for names in by_composer.values():
        names.sort(key=_hash)
        chosen.update(names[: round(0.15 * len(names))])
    return chosen


def split_of(piece: str, fold: int | None) -> Split:
    """The split of a piece for MazurkaBL test fold 0…4; None trains on all mazurkas.

    For recordings use `split_of_recording`, which knows the corpora that are only for tests.
    """
    is_test = FOLD_OF_MAZURKA[piece] == fold if piece in FOLD_OF_MAZURKA else piece in ASAP_TEST_PIECES
    is_valid = int(_hash("valid " + piece)[:8], 16) < VALID_SHARE * 0x1_0000_0000
    return "test" if is_test else "valid" if is_valid else "train"


TEST_ONLY_CORPORA = frozenset({"batik_mozart", "real_audio"})
"""Never trained on, whatever the piece."""

REAL_VALIDATION = "real_piano"
"""The corpus of real recordings that choose options (`benchmarks.labels.validation`), whatever the piece."""

BATIK_PIECES_IN_ASAP = frozenset({"mozart/kv331/3", "mozart/kv332/1", "mozart/kv332/2", "mozart/kv332/3"})
"""Movements of Batik-plays-Mozart that a model may have learned from ASAP: no test of what it never heard."""


def split_of_recording(corpus: str, piece: str, fold: int | None) -> Split | None:
    """The split of a recording; None leaves it out of every split."""
    if corpus == REAL_VALIDATION:
        return "valid"
    if corpus not in TEST_ONLY_CORPORA:
        return split_of(piece, fold)
    return None if corpus == "batik_mozart" and piece in BATIK_PIECES_IN_ASAP else "test"


def _hash(name: str) -> str:
    return hashlib.sha256(re.sub(r"\s+", " ", name).encode()).hexdigest()
