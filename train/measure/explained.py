"""Explained loudness: how much of what was played marks say when they are played back.

The unit is the quarter of the written score, empty ones left out: the mean velocity of the notes that begin in it, all
passes of a repeat averaged, beside the mean level at which the marks are played there (`runtime.dynamics.ladder`). R²
is with the best gain ≥ 0 and offset; `on_ladder` with the gain of MuseScore's ladder, 16 velocities a step, and the
best offset.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import HairpinKind
from runtime.dynamics.ladder import VELOCITY_PER_STEP, Hairpin, Level, playback, step_of
from runtime.score.plan import PlannedMark
from runtime.score.table import Score
from train.measure.marks import editors_marks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Quarters:
    """Quarters that have notes: `velocity` [q], mean of the notes that begin there; the notes' places [k] and `of` [k],
    the quarter of each."""

    velocity: Floats
    places: Floats
    of: Ints

    @property
    def n_quarters(self) -> int:
        return len(self.velocity)

    def mean(self, values: Floats) -> Floats:
        """Per quarter, the mean of one value for each note."""
        return np.asarray(np.bincount(self.of, values) / np.bincount(self.of))


def quarters(places: Floats, velocity: Floats) -> Quarters:
    """Of notes at written places in quarters."""
    order = np.argsort(places, kind="stable")
    places, velocity = places[order], velocity[order]
    _, of = np.unique(np.floor(places + 1e-6).astype(np.int64), return_inverse=True)
    return Quarters(np.bincount(of, velocity) / np.bincount(of), places, of)


@dataclass(frozen=True)
class Explained:
    """Shares of the variance of velocity, at most 1; `on_ladder` may be below 0."""

    r2: float
    on_ladder: float


def explained(played: Quarters, levels: list[Level[float]], hairpins: list[Hairpin[float]]) -> Explained:
    """What these marks, at written places in quarters, say of what was played."""
    return explained_by(played, played.mean(playback(played.places, levels, hairpins)))


def explained_by(played: Quarters, steps: Floats) -> Explained:
    """The same for a curve in steps of the ladder per quarter."""
    truth = played.velocity - played.velocity.mean()
    total = float(truth @ truth)
    if total <= 0:
        return Explained(0.0, 0.0)
    curve = steps - steps.mean()
    power = float(curve @ curve)
    r2 = max(0.0, float(curve @ truth)) ** 2 / (power * total) if power > 1e-12 else 0.0
    left = truth - VELOCITY_PER_STEP * curve
    return Explained(r2, 1 - float(left @ left) / total)


def edition(score: Score, measures: Collection[int]) -> tuple[list[Level[float]], list[Hairpin[float]]]:
    """Levels and gradual changes (words too, see `train.measure.marks`) that people wrote into these measures."""
    levels: dict[float, int] = {}
    for mark in score.marks:
        step = step_of(mark.value) if mark.kind == "dynamic" else None
        if step is not None and mark.measure in measures and not mark.ours:
            levels[float(mark.start)] = max(step, levels.get(float(mark.start), 0))
    graduals = editors_marks(score, measures).graduals
    return (
        [Level(at, step) for at, step in sorted(levels.items())],
        [Hairpin(float(g.start), float(g.end), _kind(g.kind)) for g in graduals],
    )


def planned(score: Score, marks: Sequence[PlannedMark]) -> tuple[list[Level[float]], list[Hairpin[float]]]:
    """Levels and hairpins of a plan, in order."""
    levels, hairpins = [], []
    for mark in marks:
        at = float(score.measures[mark.measure].start + mark.offset)
        step = step_of(mark.value) if mark.kind == "dynamic" else None
        if step is not None:
            levels.append(Level(at, step))
        elif mark.kind == "hairpin":
            end = float(score.measures[mark.end_measure].start + mark.end_offset)
            hairpins.append(Hairpin(at, end, _kind(mark.value)))
    return sorted(levels, key=lambda x: x.at), sorted(hairpins, key=lambda h: h.start)


def _kind(value: str) -> HairpinKind:
    return "crescendo" if value == "crescendo" else "diminuendo"
