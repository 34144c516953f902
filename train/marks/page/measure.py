"""How well places agree with an editor's, with as many marks as the editor.

The first beat of a piece, which nearly always has one, is left out of both. Two places can be a pair when they are at
most a bar apart (or at the same beat), one to one, as many pairs as there can be; with equal numbers the F1 is the
share of pairs. Means are over pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from runtime.marks.page_features import FEATURES
from train.marks.page.data import Page
from train.measure.marks import most_pairs
from train.measure.tune import fit_logistic

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST_PLACES = 4
_PER_BAR, _DOWNBEAT = FEATURES.index("beats_per_bar"), FEATURES.index("downbeat")
APART_BARS = 0.5
"""Two chosen places are at least so far apart."""


def editors_places(page: Page, output: int = 0) -> Ints:
    """Beats with a mark, the first bar's first mark left out."""
    at = np.flatnonzero(page.truth[:, output] > 0)
    return at[at > 0] if output == 0 else at


def chosen_places(page: Page, logits: Floats, n: int) -> Ints:
    """The `n` likeliest beats after the first, each at least `APART_BARS` from those before it in the ranking."""
    apart = np.maximum(1, np.round(APART_BARS * page.features[:, _PER_BAR].astype(float))).astype(np.int64)
    free = np.ones(len(logits), bool)
    free[0] = False
    out: list[int] = []
    for i in np.argsort(-logits, kind="stable"):
        if len(out) == n:
            break
        if free[i]:
            out.append(int(i))
            free[max(0, i - apart[i] + 1) : i + apart[i]] = False
    return np.array(sorted(out), np.int64)


def even_places(page: Page, n: int) -> Ints:
    """`n` downbeats evenly spaced over the piece, the first one left out."""
    downbeats = np.flatnonzero(page.features[:, _DOWNBEAT] > 0)
    downbeats = downbeats[downbeats > 0]
    if not len(downbeats):
        return downbeats
    return np.unique(downbeats[((np.arange(n) + 0.5) * len(downbeats) / n).astype(np.int64)])


def place_f1(page: Page, truth: Ints, found: Ints, bars: float) -> float:
    """F1 of pairs at most `bars` bars apart (0: the same beat)."""
    reach = bars * page.features[:, _PER_BAR].astype(float)
    pairs = most_pairs([np.flatnonzero(np.abs(found - t) <= reach[t] + 1e-6).tolist() for t in truth])
    return 2 * pairs / max(1, len(truth) + len(found))


def figures(pages: Sequence[Page], said: Mapping[str, Floats]) -> dict[str, float]:
    """Mean F1 over the pieces with enough levels: within a bar and at the exact beat, beside even spacing."""
    rows = [
        (page, truth, chosen_places(page, said[page.id][:, 0], len(truth)), even_places(page, len(truth)))
        for page in pages
        if len(truth := editors_places(page)) >= FEWEST_PLACES
    ]

    def mean(which: Callable[[tuple[Page, Ints, Ints, Ints]], Ints], bars: float) -> float:
        return float(np.mean([place_f1(r[0], r[1], which(r), bars) for r in rows])) if rows else float("nan")

    return {
        "pieces": len(rows),
        "within_bar": mean(lambda r: r[2], 1.0),
        "exact": mean(lambda r: r[2], 0.0),
        "even_within_bar": mean(lambda r: r[3], 1.0),
        "even_exact": mean(lambda r: r[3], 0.0),
    }


def calibration(pages: Sequence[Page], said: Mapping[str, Floats], output: int) -> tuple[float, float]:
    """(scale, offset) that make the logits of one output calibrated on these pages, each edition by its weight."""
    x = np.concatenate([said[p.id][p.known[:, output] > 0, output] for p in pages])
    y = np.concatenate([p.truth[p.known[:, output] > 0, output] > 0 for p in pages])
    return fit_logistic(x, y)


def information(pages: Sequence[Page], said: Mapping[str, Floats], output: int) -> float:
    """Share of the log loss of the base rate that the logits save, over all known beats of these pages."""
    x = np.concatenate([said[p.id][p.known[:, output] > 0, output] for p in pages])
    y = np.concatenate([p.truth[p.known[:, output] > 0, output] for p in pages])
    if not 0 < y.mean() < 1:
        return float("nan")
    loss = np.mean(np.logaddexp(0.0, x) - y * x)
    rate = y.mean()
    return float(1 - loss / -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))
