"""What is known about MazurkaBL beyond its files: fixes, exclusions and the published folds.

Sources: the files themselves; Zhan et al., arXiv 2510.18190, and the split files shipped with its code.
"""

from __future__ import annotations

from typing import Literal

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
PUBLISHED_EXCLUSION_REASON = "left out of the published runs (high gradients)"

TEST_MAZURKAS = (
    ("M06-2", "M17-2", "M24-4", "M33-3", "M41-1", "M50-1", "M50-2", "M50-3", "M63-1"),
    ("M06-1", "M06-3", "M24-2", "M56-1", "M56-3", "M63-3", "M67-3", "M67-4", "M68-2"),
    ("M17-3", "M17-4", "M24-3", "M30-2", "M30-4", "M33-1", "M41-2", "M68-3"),
    ("M07-2", "M17-1", "M33-2", "M33-4", "M41-3", "M41-4", "M56-2", "M59-1", "M59-2"),
    ("M07-1", "M07-3", "M24-1", "M30-1", "M30-3", "M59-3", "M67-1", "M67-2", "M68-1"),
)
"""Test mazurkas of folds 0…4: disjoint, all 44. With `PUBLISHED_EXCLUSIONS` left out these are the published
folds (1,988 recordings), without it the clean ones (1,999)."""

N_FOLDS = len(TEST_MAZURKAS)
Role = Literal["train", "valid", "test"]


def fold_of(mazurka: str) -> int | None:
    """The fold whose test set holds `mazurka`, or None for one without dynamics."""
    return next((k for k, names in enumerate(TEST_MAZURKAS) if mazurka in names), None)


def fold_role(mazurka: str, fold: int) -> Role | None:
    """`mazurka`'s role in `fold`: its own fold tests it, the fold before validates with it, others train."""
    own = fold_of(mazurka)
    if own is None:
        return None
    return "test" if own == fold else "valid" if own == (fold + 1) % N_FOLDS else "train"
