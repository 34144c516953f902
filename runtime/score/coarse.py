"""First look: which measures are played when, repeats and cuts included, at a few frames per second."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.score import dtw
from runtime.score.dtw import INFINITE, PAD, Array, Layout, Penalties
from runtime.score.features import Heard, written_features
from runtime.score.performance import nominal_seconds, play
from runtime.score.table import Score
from runtime.score.unfold import Graph, Span, graph

MAX_ROWS = 3500
MAX_RATE = 5
_ATTACK_WEIGHT = 0.45
_JUMP_S = 2.0
_PARTIAL_S = 2.0
# Frames per column from which the score is laid out anew at the tempo that was heard, at most so much slower.
_SLOW, _MOST_SLOW = 1.5, 6.0
_MAX_CELLS = 20_000_000


@dataclass(frozen=True)
class Run:
    """Measures played without a break: knots (seconds, unfolded quarters)."""

    first: int
    last: int
    times_s: npt.NDArray[np.float64]
    positions: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outline:
    """What was found: measures in playing order, the runs between cuts, and how well it fits.

    `cost` is the mean cost per frame of music, `others` the same for the score transposed by 1…11 semitones,
    `shifted` the same with the recording moved by two to seven seconds against the path.
    """

    measures: list[int]
    runs: list[Run]
    cost: float
    others: npt.NDArray[np.float64]
    shifted: float


@dataclass(frozen=True)
class _Columns:
    """Pooled score features, column by column, and where each column lies."""

    features: Array
    measure: npt.NDArray[np.int64]
    centre: npt.NDArray[np.float64]
    layout: Layout


def outline(score: Score, heard: Heard) -> Outline:
    """Find the order of measures that the recording plays, and roughly when."""
    pool = max(FRAMES_PER_S // MAX_RATE, -(-len(heard.harmony) // MAX_ROWS))
    rows = _heard_rows(heard, pool)
    silent = ~heard_anything(heard, pool)
    found, slowness = _follow(score, rows, silent, pool, 1.0)
    if slowness > _SLOW:  # an excerpt, or fewer repeats than written: the score was laid out much too fast
        size = found.path.size * found.columns.layout.n_columns
        again, _ = _follow(score, rows, silent, pool, max(1.0, min(slowness, _MOST_SLOW, _MAX_CELLS / size)))
        found = min(found, again, key=lambda f: f.cost / max(f.shifted, 1e-6))
    measures, runs = _read_path(found.path, found.columns, score, pool)
    others = [_mean_cost(rows, found.columns, found.path, t) for t in range(1, 12)]
    return Outline(measures, runs, found.cost, np.array(others), found.shifted)


@dataclass(frozen=True)
class _Followed:
    """A path through columns, its mean cost and that of the recording moved against it."""

    columns: _Columns
    path: npt.NDArray[np.int32]
    cost: float
    shifted: float


def _follow(
    score: Score, rows: Array, silent: npt.NDArray[np.bool_], pool: int, stretch: float
) -> tuple[_Followed, float]:
    """The best path when the score is laid out `stretch` times as slow, and how much slower still it was played."""
    columns = _columns(score, graph(score), round(len(rows) * stretch), pool)
    rate = FRAMES_PER_S / pool
    penalties = Penalties(jump=_JUMP_S * rate, partial=_PARTIAL_S * rate)
    path, _ = dtw.follow_graph(_cost(rows, columns, 0, silent), columns.layout, penalties)
    music = path[path >= 0]
    steps = np.diff(music)
    slowness = len(music) / max(1, int(np.clip(steps, 0, PAD).sum()))
    shifts = [round(s * rate) for s in (-7, -5, -3, -2, 2, 3, 5, 7)]
    shifted = [_mean_cost(np.roll(rows, s, axis=0), columns, path, 0) for s in shifts]
    return _Followed(columns, path, _mean_cost(rows, columns, path, 0), float(np.mean(shifted))), slowness


def best_transposition(score: Score, heard: Heard) -> tuple[int, npt.NDArray[np.float64]]:
    """(semitones, total cost per frame for each of 12): the free search repeated for every transposition."""
    pool = max(2 * FRAMES_PER_S // MAX_RATE, -(-len(heard.harmony) // (MAX_ROWS // 3)))
    rows = _heard_rows(heard, pool)
    columns = _columns(score, graph(score), len(rows), pool)
    rate = FRAMES_PER_S / pool
    penalties = Penalties(jump=_JUMP_S * rate, partial=_PARTIAL_S * rate)
    silent = ~heard_anything(heard, pool)
    totals = [
        dtw.follow_graph(_cost(rows, columns, t, silent), columns.layout, penalties)[1] / len(rows) for t in range(12)
    ]
    best = int(np.argmin(totals))
    return (best if best <= 6 else best - 12), np.array(totals)


def _pooled(values: Array, pool: int) -> Array:
    n = -(-len(values) // pool)
    padded = np.pad(values, ((0, n * pool - len(values)), (0, 0)))
    return np.asarray(padded.reshape(n, pool, values.shape[1]).mean(axis=1))


def _joined(harmony: Array, attack: Array) -> Array:
    """Both views side by side, so that a scalar product is a weighted likeness of 0..1.

    Frames much weaker than usual stay short instead of being blown up: noise shall look like nothing.
    """
    out = []
    for view, weight in ((harmony, 1 - _ATTACK_WEIGHT), (attack, _ATTACK_WEIGHT)):
        length = np.sqrt((view**2).sum(axis=1, keepdims=True))
        present = length[length > 1e-3]
        usual = float(np.median(present)) if len(present) else 1.0
        out.append(view / np.maximum(length, 0.5 * usual) * np.float32(np.sqrt(weight)))
    return np.hstack(out).astype(np.float32)


def _heard_rows(heard: Heard, pool: int) -> Array:
    return _joined(_pooled(heard.harmony, pool), _pooled(heard.attack, pool))


def heard_anything(heard: Heard, pool: int) -> npt.NDArray[np.bool_]:
    """Whether each pooled frame has any sound."""
    sounding = _pooled((heard.harmony.sum(axis=1, keepdims=True) > 0).astype(np.float32), pool)
    return np.asarray(sounding[:, 0] > 0.2)


def _cost(rows: Array, columns: _Columns, semitones: int, silent: npt.NDArray[np.bool_]) -> Array:
    turned = np.roll(rows.reshape(-1, 2, 12), -semitones, axis=2).reshape(-1, 24)
    cost = (1 - turned @ columns.features.T).astype(np.float32)
    cost[silent] = Penalties.outside
    cost[:, columns.measure < 0] = INFINITE
    return cost


def _columns(score: Score, g: Graph, n_rows: int, pool: int) -> _Columns:
    """The score's columns: as many as there are rows if everything is played as written."""
    edges = nominal_seconds(score)
    everything = list(range(len(score.measures)))
    written_s = sum(edges[s.last + 1] - edges[s.first] for s in _written_spans(g))
    scale = n_rows * pool / FRAMES_PER_S / max(written_s, 1e-6)
    edges = edges * scale
    played = play(score, everything)
    seconds = np.interp(played.onsets, played.starts, edges)
    ends = np.interp(played.ends, played.starts, edges)
    n_frames = int(edges[-1] * FRAMES_PER_S) + pool
    harmony, attack = written_features(seconds, ends, played.pitches, n_frames)
    counts: list[int] = []
    pooled: list[tuple[Array, Array]] = []
    for m in everything:
        count = max(1, round((edges[m + 1] - edges[m]) * FRAMES_PER_S / pool))
        cuts = np.linspace(edges[m] * FRAMES_PER_S, edges[m + 1] * FRAMES_PER_S, count + 1).round().astype(int)
        cuts = np.maximum.accumulate(np.minimum(cuts, n_frames - 1))
        spans = [(a, max(a + 1, b)) for a, b in pairwise(cuts)]
        counts.append(len(spans))
        pooled += [(harmony[a:b].mean(axis=0), attack[a:b].mean(axis=0)) for a, b in spans]
    joined = _joined(np.array([h for h, _ in pooled]), np.array([a for _, a in pooled]))
    return _laid_out(g, np.split(joined, np.cumsum(counts)[:-1]))


def _written_spans(g: Graph) -> list[Span]:
    path = [g.starts[0]]
    while (n := g.following[path[-1]][0]) != -1:
        path.append(n)
    return [g.spans[i] for i in path]


def _laid_out(g: Graph, blocks: list[Array]) -> _Columns:
    features, measure, centre, first, last, restarts = [], [], [], [], [], []
    width = 0
    for span in g.spans:
        first.append(width)
        for m in range(span.first, span.last + 1):
            restarts.append(width)
            count = len(blocks[m])
            features.append(blocks[m])
            measure += [m] * count
            centre += [(k + 0.5) / count for k in range(count)]
            width += count
        last.append(width - 1)
        features.append(np.zeros((PAD, 24), np.float32))
        measure += [-1] * PAD
        centre += [0.0] * PAD
        width += PAD
    entries: list[list[int]] = [[] for _ in g.spans]
    for i, following in enumerate(g.following):
        for n in following:
            if n >= 0:
                entries[n].append(i)
    layout = Layout(
        np.array(first, np.int32),
        np.array(last, np.int32),
        tuple(tuple(e) for e in entries),
        g.starts,
        tuple(i for i, f in enumerate(g.following) if -1 in f),
        np.array(restarts, np.int32),
        width,
    )
    return _Columns(np.vstack(features), np.array(measure), np.array(centre), layout)


def _mean_cost(rows: Array, columns: _Columns, path: npt.NDArray[np.int32], semitones: int) -> float:
    """Mean cost along a path, the score turned by some semitones (music frames only; 1 when there are none)."""
    music = path >= 0
    if not music.any():
        return 1.0
    turned = np.roll(rows[music].reshape(-1, 2, 12), -semitones, axis=2).reshape(-1, 24)
    return float(1 - np.mean((turned * columns.features[path[music]]).sum(axis=1)))


def _read_path(path: npt.NDArray[np.int32], columns: _Columns, score: Score, pool: int) -> tuple[list[int], list[Run]]:
    """Turn columns over time into measures in playing order and runs of (time, position) knots."""
    measures: list[int] = []
    position, runs, run_first, previous = 0.0, list[Run](), 0, -1
    knots: list[tuple[float, float]] = []
    for frame, column in enumerate(path):
        if column < 0:
            continue
        entered = _entered(columns, previous, int(column))
        if entered is None:
            runs.append(Run(run_first, len(measures) - 1, *_means(knots)))
            knots, run_first, entered = [], len(measures), [int(columns.measure[column])]
        for m in entered:
            if measures:
                position += float(score.measures[measures[-1]].duration)
            measures.append(m)
        at = position + float(columns.centre[column]) * float(score.measures[measures[-1]].duration)
        knots.append(((frame + 0.5) * pool / FRAMES_PER_S, at))
        previous = int(column)
    if knots:
        runs.append(Run(run_first, len(measures) - 1, *_means(knots)))
    return measures, runs


def _entered(columns: _Columns, previous: int, column: int) -> list[int] | None:
    """The measures begun by going from one column to the next; None when that is a jump."""
    layout, measure = columns.layout, columns.measure
    if previous < 0:
        return [int(measure[column])]
    if column == previous:
        return []
    old, new = (int(np.searchsorted(layout.first, c, side="right")) - 1 for c in (previous, column))
    if old == new and 0 < column - previous <= PAD:
        return list(range(int(measure[previous]) + 1, int(measure[column]) + 1))
    if column == layout.first[new] and old in layout.entries[new] and previous >= layout.last[old] - 1:
        rest = range(int(measure[previous]) + 1, int(measure[layout.last[old]]) + 1)
        return [*rest, int(measure[column])]
    return None


def _means(knots: list[tuple[float, float]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """One knot per position: the mean of the times spent there."""
    times, positions = np.array(knots).T
    unique, inverse = np.unique(positions, return_inverse=True)
    return np.bincount(inverse, times) / np.bincount(inverse), unique
