"""Trivial ways to mark a score, beside which `benchmarks.marks` puts the search; they are told how many marks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER
from runtime.dynamics.ladder import Level
from train.measure.explained import Quarters, explained_by

Floats = npt.NDArray[np.float64]

DRAWS = 200


def in_turn(places: Floats, n: int) -> list[Level[float]]:
    """p and f in turn at `n` of these places, evenly spread from the first."""
    at = np.unique(np.linspace(0, len(places) - 1, max(1, n) + 1).astype(int)[: max(1, n)])
    return [Level(float(places[k]), LADDER.index("fp"[i % 2 == 0])) for i, k in enumerate(at)]


def random_segments(played: Quarters, n: int, rng: np.random.Generator) -> float:
    """Mean R² over draws of `n` segments between random quarters, each at its best level."""
    out = []
    for _ in range(DRAWS):
        cuts = np.sort(rng.choice(np.arange(1, played.n_quarters), min(n - 1, played.n_quarters - 1), replace=False))
        of = np.searchsorted(cuts, np.arange(played.n_quarters), side="right")
        level = np.bincount(of, played.velocity) / np.bincount(of)
        out.append(explained_by(played, level[of]).r2)
    return float(np.mean(out))
