"""The search alone on real loudness: MazurkaBL's recordings, whose audio cannot be had, by loudness at every beat.

`beat_dyn/` has the loudness of 2,000 real recordings at the beats. Here it is both what is heard and what is to be
explained, so nothing is said of hearing; what counts is whether marks on this ladder, so few, say what was played.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.marks.rules import random_segments
from runtime.analysis import LADDER, LEVELS
from runtime.decode.dynamics import OFF_BAR_ODDS
from runtime.dynamics.ladder import Level, playback
from runtime.dynamics.mark import Beats, Said, say
from train.data.corpora.mazurkabl import mazurka_names, read_markings
from train.measure.explained import Quarters, explained_by

Floats = npt.NDArray[np.float64]

FEWEST_LEVELS = 4
EVERY = 8
"""Every so many of the recordings of a mazurka."""
_SPREAD_VELOCITY = 12.0
_BISECTIONS = 9


def loudness_table(folder: Path) -> str:
    """Markdown."""
    rows = [row for name in mazurka_names(folder) for row in _rows(folder, name)]
    if not rows:
        return ""
    of = dict(zip(("search", "edition", "random", "best", "levels", "hairpins"), np.mean(rows, axis=0), strict=True))
    return f"""## MazurkaBL: loudness of {len(rows)} real recordings at their beats, without audio

Every {EVERY}th recording of each mazurka with at least {FEWEST_LEVELS} printed levels; R² per recording, mean, as many
marks as the edition has levels. The loudness is both heard and explained: this is the search alone.

| marks | R² |
|---|---:|
| the search ({of["levels"]:.1f} levels and {of["hairpins"]:.1f} hairpins each) | **{of["search"]:.2f}** |
| the edition's levels (five classes) | {of["edition"]:.2f} |
| random segments, levels fitted | {of["random"]:.2f} |
| best possible: free segments with free levels | {of["best"]:.2f} |
"""


def _rows(folder: Path, name: str) -> Iterator[tuple[float, ...]]:
    path = folder / "beat_dyn" / f"{name}beat_dynNORM.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    table = np.array([[float(v or "nan") for v in line[1:]] for line in lines[1:] if line], np.float64)
    try:
        markings = read_markings(folder, name, len(table))
    except Exception:  # two mazurkas have none
        return
    if len(markings) < FEWEST_LEVELS:
        return
    edition = [Level(at, LADDER.index(LEVELS[level - 1])) for at, level in sorted(dict(markings).items())]
    for column in range(2, table.shape[1], EVERY):
        loud = table[:, column]
        if np.isfinite(loud).all() and loud.std() > 0:
            yield _row(loud, table[:, 1].astype(np.int64), edition)


def _row(loud: Floats, beat: npt.NDArray[np.int64], edition: list[Level[int]]) -> tuple[float, ...]:
    n, wanted = len(loud), len(edition)
    at = np.arange(n, dtype=np.float64)
    played = Quarters(loud, at, np.arange(n))
    said = _with_as_many(loud, beat, wanted)
    return (
        explained_by(played, playback(at, said.levels, said.hairpins)).r2,
        explained_by(played, playback(at, edition, [])).r2,
        random_segments(played, wanted, np.random.default_rng(0)),
        _best(loud, wanted),
        len(said.levels), len(said.hairpins),
    )  # fmt: skip


def _with_as_many(loud: Floats, beat: npt.NDArray[np.int64], wanted: int) -> Said:
    n = len(loud)
    velocity = 64 + _SPREAD_VELOCITY * (loud - loud.mean()) / loud.std()
    odds = np.where(beat == 0, 0.0, OFF_BAR_ODDS)
    ends = 0.5 * np.tile(np.append(odds, 0.0), (2, 1))
    beats = Beats(velocity, np.zeros(n), np.full(n, 3), None, odds, ends, ends)
    low, high = -1.5, 6.0
    best = say(beats, float(np.exp(high)))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        said = say(beats, float(np.exp(middle)))
        if abs(said.n_marks - wanted) < abs(best.n_marks - wanted):
            best = said
        if said.n_marks == wanted:
            break
        low, high = (middle, high) if said.n_marks > wanted else (low, middle)
    return best


def _best(loud: Floats, segments: int) -> float:
    """R² of the best partition into so many segments, by dynamic programming."""
    n = len(loud)
    sums, squares = (np.concatenate([[0.0], np.cumsum(x)]) for x in (loud, loud**2))
    first, last = np.arange(n)[:, None], np.arange(1, n + 1)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        error = squares[last] - squares[first] - (sums[last] - sums[first]) ** 2 / (last - first)
    error[last <= first] = np.inf
    best = error[0]
    for _ in range(segments - 1):
        best = np.minimum(best, np.concatenate([[np.inf], (best[:-1, None] + error[1:]).min(axis=0)[1:]]))
    return float(1 - best[-1] / ((loud - loud.mean()) ** 2).sum())
