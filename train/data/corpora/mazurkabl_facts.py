"""What is known about MazurkaBL beyond its files: fixes, exclusions and the published folds.

Sources: the files themselves; Zhan et al., arXiv 2510.18190, and the split files shipped with its code.
"""

from __future__ import annotations

from train.data.pieces import mazurka_piece
from train.data.splits import FOLD_OF_MAZURKA, MAZURKA_FOLDS, Split

PID_FIXES = {("M41-1", "pid9070b-01"): "pid9070b-09"}
"""Columns of `beat_time` under a wrong name: the right one is that of the loudness curve and discography."""

MAZURKAS_WITHOUT_DYNAMICS = {
    "M06-4": "its dynamics file holds fermatas",
    "M63-2": "its dynamics file holds tempo words",
}

FIRST_MARK_BEAT = {"M17-3": 49, "M24-2": 37, "M41-4": 71, "M50-2": 51, "M50-3": 101, "M59-2": 67, "M63-1": 25,
                   "M67-4": 2}  # fmt: skip
"""1-based score beat of the first dynamic marking where that is not beat 1; levels before it are unknown."""

PUBLISHED_EXCLUSIONS = {
    "M17-4": ("pid9058-13", "pid9173-18", "pid9161-12", "pid9050-13", "pid9170-13"),
    "M33-4": ("pid9080-08", "pid9068-15", "pid9125-13", "pid9057f-02"),
    "M50-3": ("pid9085-05",),
    "M56-3": ("pid9063b-10",),
}
"""Recordings that the published runs left out (high gradients)."""

N_FOLDS = len(MAZURKA_FOLDS)
"""With `PUBLISHED_EXCLUSIONS` left out the folds are the published ones (1,988 recordings), else clean (1,999)."""


def fold_of(mazurka: str) -> int | None:
    """The fold whose test set holds `mazurka`, or None for one without dynamics."""
    return FOLD_OF_MAZURKA.get(mazurka_piece(mazurka))


def fold_role(mazurka: str, fold: int) -> Split | None:
    """`mazurka`'s role in `fold`: its own fold tests it, the fold before validates with it, others train."""
    own = fold_of(mazurka)
    if own is None:
        return None
    return "test" if own == fold else "valid" if own == (fold + 1) % N_FOLDS else "train"
