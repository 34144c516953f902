"""Truth and predictions per beat: the value types that readers give and `train.measure.metrics` compares.

Levels are int8: 0 unknown (masked wherever it is truth, "no answer" where it is a prediction), 1 pp, 2 p,
3 mf, 4 f, 5 ff. Times are seconds from the start of the recording, float64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS, Analysis, folded
from train.data.errors import DataError

UNKNOWN = 0
N_LEVELS = len(LEVELS)
LEVEL_NUMBER = {name: i + 1 for i, name in enumerate(LEVELS)}

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LevelArray = npt.NDArray[np.int8]


@dataclass(frozen=True)
class HairpinSpan:
    """A crescendo or diminuendo from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    kind: Literal["crescendo", "diminuendo"]


@dataclass(frozen=True, eq=False)
class BeatLabels:
    """What is true of one recording.

    `beats_s` [n] strictly increasing; `beat_in_bar` [n] int: 1 is the downbeat, 0 an unknown position;
    `levels` [n]: the dynamic level in force at each beat, 0 unknown; `change_points` [k]: 0-based beat
    indices, increasing, at which the level differs from the beat before (never beat 0; derived from `levels`
    when omitted); `flagged` [n] bool: beats whose time is doubtful (alignment collapse, unclear notation);
    `beats_per_bar` [n] int: the metre in force, 0 unknown. Arrays are copied and made read-only.

    Raises `DataError` when shapes, order or ranges are wrong.
    """

    beats_s: Floats
    beat_in_bar: Ints
    levels: LevelArray
    change_points: Ints = field(default=None)  # type: ignore[assignment]
    hairpins: tuple[HairpinSpan, ...] = ()
    flagged: npt.NDArray[np.bool_] = field(default=None)  # type: ignore[assignment]
    beats_per_bar: Ints = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n = len(self.beats_s)
        changes = change_points(self.levels) if self.change_points is None else self.change_points
        arrays = {
            "beats_s": np.array(self.beats_s, np.float64),
            "beat_in_bar": np.array(self.beat_in_bar, np.int64),
            "levels": np.array(self.levels, np.int8),
            "change_points": np.array(changes, np.int64),
            "flagged": np.zeros(n, bool) if self.flagged is None else np.array(self.flagged, bool),
            "beats_per_bar": np.zeros(n, np.int64)
            if self.beats_per_bar is None
            else np.array(self.beats_per_bar, np.int64),
        }
        for name, array in arrays.items():
            if name != "change_points" and array.shape != (n,):
                raise DataError(f"{name} has shape {array.shape}, expected ({n},)", where="BeatLabels")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check_times(self.beats_s, "BeatLabels")
        _check_levels(self.levels, self.change_points, n, "BeatLabels")

    @property
    def n_beats(self) -> int:
        """Number of beats."""
        return len(self.beats_s)

    @property
    def downbeats_s(self) -> Floats:
        """Times of the beats at position 1."""
        return self.beats_s[self.beat_in_bar == 1]


@dataclass(frozen=True, eq=False)
class BeatPrediction:
    """Beats and downbeats that a system found: seconds, strictly increasing, float64 [n] and [m]."""

    beats_s: Floats
    downbeats_s: Floats

    def __post_init__(self) -> None:
        for name in ("beats_s", "downbeats_s"):
            array = np.array(getattr(self, name), np.float64).reshape(-1)
            _check_times(array, f"BeatPrediction.{name}")
            array.setflags(write=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, eq=False)
class LevelPrediction:
    """Levels [n] and change points [k] on one grid of beats.

    The grid is the truth's beats in the ground-truth protocol and `BeatPrediction.beats_s` in the own-beats
    protocol. Change points default to the beats at which `levels` changes.
    """

    levels: LevelArray
    change_points: Ints = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        levels = np.array(self.levels, np.int8).reshape(-1)
        given = change_points(levels) if self.change_points is None else self.change_points
        changes = np.array(given, np.int64).reshape(-1)
        _check_levels(levels, changes, len(levels), "LevelPrediction")
        for name, array in (("levels", levels), ("change_points", changes)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)


def change_points(levels: npt.ArrayLike) -> Ints:
    """Indices b ≥ 1 with levels[b] ≠ levels[b-1] where both are known: int64 [k], increasing."""
    known = np.asarray(levels, np.int64)
    both = (known[1:] != UNKNOWN) & (known[:-1] != UNKNOWN)
    return np.flatnonzero(both & (known[1:] != known[:-1])) + 1


def carry_forward(n_beats: int, marks: Iterable[tuple[int, int]]) -> LevelArray:
    """Level per beat from (beat index, level) marks: the last mark at or before a beat, unknown before any.

    Of several marks on one beat the last given wins. Raises `DataError` for a mark outside the beats.
    """
    levels = np.zeros(n_beats, np.int8)
    for beat, level in sorted(marks, key=lambda m: m[0]):
        if not 0 <= beat < n_beats:
            raise DataError(f"a mark on beat {beat} of {n_beats}", where="carry_forward")
        levels[beat:] = level
    return levels


def prediction_of(analysis: Analysis) -> tuple[BeatPrediction, LevelPrediction]:
    """The own-beats prediction held by an `Analysis`."""
    beats = BeatPrediction(
        np.array([b.time_s for b in analysis.beats]), np.array([b.time_s for b in analysis.downbeats])
    )
    levels = np.zeros(len(analysis.beats), np.int8)
    if analysis.beat_levels:
        levels[:] = [LEVEL_NUMBER[folded(level)] for level in analysis.beat_levels]
    return beats, LevelPrediction(levels, np.array([c.beat for c in analysis.change_points], np.int64))


def _check_times(times_s: Floats, where: str) -> None:
    if not np.all(np.isfinite(times_s)):
        raise DataError("times that are not finite", where=where)
    if np.any(np.diff(times_s) <= 0):
        at = int(np.flatnonzero(np.diff(times_s) <= 0)[0]) + 1
        raise DataError(f"times do not increase at index {at} ({times_s[at]:.3f} s)", where=where)


def _check_levels(levels: LevelArray, changes: Ints, n_beats: int, where: str) -> None:
    if levels.size and not (levels.min() >= UNKNOWN and levels.max() <= N_LEVELS):
        raise DataError(f"levels outside 0..{N_LEVELS}", where=where)
    if np.any(np.diff(changes) <= 0) or (changes.size and not (changes[0] >= 0 and changes[-1] < n_beats)):
        raise DataError(f"change points must increase within 0..{n_beats - 1}", where=where)
