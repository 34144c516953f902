"""First look: which measures are played when, repeats and cuts included, at a few frames per second."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.score.align import dtw
from runtime.score.align.dtw import INFINITE, PAD, Array, Layout, Penalties
from runtime.score.align.features import Heard, written_features
from runtime.score.align.performance import nominal_seconds, play
from runtime.score.table import Score
from runtime.score.unfold import Graph, Span, graph

Floats = npt.NDArray[np.float64]

MAX_ROWS = 3500
MAX_RATE = 5
_ATTACK_WEIGHT = 0.6
_JUMP_S, _RESUME_S = 2.0, 4.0
_BLOCKED = 5.0
# Seconds per quarter; a path can be twice as fast as its layout, or slower.
_PACES = (0.3, 0.6, 1.2)
# To begin or end in the middle of the piece; the second where that must be expected.
_PARTIAL_S, _EXCERPT_S = 2.0, 0.4
_TEMPO_TRUST = 0.5
_DOUBTFUL, _STRETCHES = 0.55, (2.0, 4.0)
_PACE_BARS, _PACE_RANGE = 4, 4.0
_LIVELY_S, _RISE_DB, _RINGING = 0.8, 1.5, 0.3
# Slower than this (seconds per quarter) a layout is one chord held over everything.
SLOWEST = 5.0
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

    `cost` is the mean cost per frame of music, `shifted` the same with the recording moved by two to seven seconds
    against the path.
    """

    measures: list[int]
    runs: list[Run]
    cost: float
    shifted: float


@dataclass(frozen=True)
class _Columns:
    """Pooled score features, column by column, and where each column lies."""

    features: Array
    measure: npt.NDArray[np.int64]
    centre: npt.NDArray[np.float64]
    layout: Layout


def outline(
    score: Score, heard: Heard, outside: float = Penalties.outside, blocked: npt.NDArray[np.bool_] | None = None
) -> Outline:
    """Find the order of measures that the recording plays, and roughly when.

    `outside`: the cost of a frame that is not the score's, small when much of the recording is known to be something
    else; `blocked` [n_frames]: where the score is known not to be.
    """
    pool = max(FRAMES_PER_S // MAX_RATE, -(-len(heard.harmony) // MAX_ROWS))
    search = _Search(score, heard, pool, outside, blocked)
    if outside < Penalties.outside:
        found = _cheapest(search)
        if not (found.path >= 0).any():
            return Outline([], [], 1.0, 1.0)
        measures, runs = _read_path(found.path, found.columns, score, pool)
        return Outline(measures, runs, found.cost, found.shifted)
    found = search.follow(search.written_seconds())
    if not (found.path >= 0).any():
        return Outline([], [], 1.0, 1.0)
    if found.fit > _DOUBTFUL:
        for stretch in _STRETCHES:
            found = min(found, search.follow(search.written_seconds() * stretch), key=_Followed.rank)
    found = min(found, search.follow(search.heard_seconds(found)), key=_Followed.rank)
    measures, runs = _read_path(found.path, found.columns, score, pool)
    return Outline(measures, runs, found.cost, found.shifted)


def _cheapest(search: _Search) -> _Followed:
    """The path that explains most of a recording that also holds other things: how much is the score's is not known, so
    layouts at several paces are tried, and the cheapest once more at the pace at which it was heard."""
    quarters = _quarters(search.score)
    found = min((search.follow(quarters * pace) for pace in _PACES), key=_Followed.whole)
    if not (found.path >= 0).any():
        return found
    return min(found, search.follow(search.heard_seconds(found)), key=_Followed.whole)


@dataclass(frozen=True)
class _Followed:
    """A path through columns, its mean cost, that of the recording moved against it, seconds per quarter, and the cost
    of the whole recording."""

    columns: _Columns
    path: npt.NDArray[np.int32]
    cost: float
    shifted: float
    pace: float
    total: float

    def whole(self) -> float:
        """For choosing the one that explains most."""
        return self.total

    @property
    def fit(self) -> float:
        """Small when the recording matches here and not some seconds away."""
        return self.cost / max(self.shifted, 1e-6)

    def rank(self) -> tuple[bool, float]:
        """For choosing the best of several: a playable pace first, then the fit."""
        return self.pace > SLOWEST, self.fit


class _Search:
    """A recording to be followed through a score that may be laid out at several tempos."""

    def __init__(
        self, score: Score, heard: Heard, pool: int, outside: float, blocked: npt.NDArray[np.bool_] | None
    ) -> None:
        self.score, self.pool, self.graph = score, pool, graph(score)
        self.rows = _heard_rows(heard, pool)
        self.rate = FRAMES_PER_S / pool
        self.partial_s = _PARTIAL_S if outside >= Penalties.outside else _EXCERPT_S
        before, after = np.full(len(self.rows), outside, np.float32), _outside_cost(heard, pool, outside)
        self.fixed = np.where(heard_anything(heard, pool), np.float32(np.nan), np.float32(outside))
        if blocked is not None:
            never = _pooled(blocked[:, None].astype(np.float32), pool)[:, 0] > 0.5
            before[never] = after[never] = 0
            self.fixed[never] = _BLOCKED
        self.outside = (before, after)

    def written_seconds(self) -> Floats:
        """Seconds of each measure if the recording plays everything as written, printed tempos taken half."""
        return _evened(self.score, self.graph) * (len(self.rows) / self.rate)

    def heard_seconds(self, found: _Followed) -> Floats:
        """Seconds of each measure at the pace at which it, or what is near it, was played."""
        quarters = _quarters(self.score)
        rows, passed = _time_spent(found.path, found.columns, quarters)
        kernel = np.hanning(2 * min(_PACE_BARS, (len(quarters) - 1) // 2) + 3)[1:-1]
        spent, through = np.convolve(rows, kernel, mode="same"), np.convolve(passed, kernel, mode="same")
        known = through > 0
        usual = rows.sum() / max(passed.sum(), 1e-6)
        pace = np.interp(np.arange(len(rows)), np.flatnonzero(known), spent[known] / through[known])
        pace = np.clip(pace, usual / _PACE_RANGE, usual * _PACE_RANGE)
        return np.asarray(pace * quarters / self.rate)

    def follow(self, seconds: Floats) -> _Followed:
        """The best path when the measures of the score take `seconds`."""
        laid_out = self.rate * sum(float(seconds[s.first : s.last + 1].sum()) for s in self.graph.spans)
        seconds = seconds * min(1.0, _MAX_CELLS / len(self.rows) / laid_out)
        columns = _columns(self.score, self.graph, seconds, self.pool)
        penalties = Penalties(
            jump=_JUMP_S * self.rate, partial=self.partial_s * self.rate, resume=_RESUME_S * self.rate
        )
        cost = _cost(self.rows, columns, 0, self.fixed)
        path, total = dtw.follow_graph(cost, columns.layout, penalties, self.outside)
        shifts = [round(s * self.rate) for s in (-7, -5, -3, -2, 2, 3, 5, 7)]
        shifted = [_mean_cost(np.roll(self.rows, s, axis=0), columns, path, 0) for s in shifts]
        rows, passed = _time_spent(path, columns, _quarters(self.score))
        pace = float(rows.sum() / self.rate / max(passed.sum(), 1e-6))
        return _Followed(columns, path, _mean_cost(self.rows, columns, path, 0), float(np.mean(shifted)), pace, total)


def _quarters(score: Score) -> Floats:
    return np.array([float(m.duration) for m in score.measures])


def _time_spent(path: npt.NDArray[np.int32], columns: _Columns, quarters: Floats) -> tuple[Floats, Floats]:
    """(frames, quarters) that a path spends in each written measure, all its passes together."""
    measure = columns.measure[path[path >= 0]]
    passes = np.bincount(measure[np.diff(measure, prepend=-1) != 0], minlength=len(quarters))
    return np.bincount(measure, minlength=len(quarters)).astype(np.float64), passes * quarters


def _evened(score: Score, g: Graph) -> Floats:
    """Share of each measure in a performance as written; tempo changes are printed more often than taken back."""
    seconds = np.diff(nominal_seconds(score))
    quarters = _quarters(score)
    pace = np.log(np.maximum(seconds, 1e-3) / np.maximum(quarters, 1e-3))
    usual = float(np.average(pace, weights=np.maximum(quarters, 1e-3)))
    even = quarters * np.exp(usual + _TEMPO_TRUST * (pace - usual))
    return np.asarray(even / sum(float(even[s.first : s.last + 1].sum()) for s in _written_spans(g)))


def _outside_cost(heard: Heard, pool: int, outside: float) -> Array:
    """Cost of each frame after the music: less where the level only falls (the last chord rings, silence)."""
    level_db = 10 * np.log10(_pooled(heard.loud[:, None], pool)[:, 0] + 1e-12)
    reach = max(1, round(_LIVELY_S * FRAMES_PER_S / pool))
    rise = np.pad(np.diff(level_db, prepend=level_db[:1]), reach)
    near = np.lib.stride_tricks.sliding_window_view(rise, 2 * reach + 1).max(axis=1)
    ringing = min(_RINGING, outside)
    return np.asarray(ringing + (outside - ringing) * np.clip(near / _RISE_DB, 0, 1), dtype=np.float32)


def best_transposition(score: Score, heard: Heard) -> tuple[int, npt.NDArray[np.float64]]:
    """(semitones, total cost per frame for each of 12): the free search repeated for every transposition."""
    pool = max(2 * FRAMES_PER_S // MAX_RATE, -(-len(heard.harmony) // (MAX_ROWS // 3)))
    rows = _heard_rows(heard, pool)
    g, rate = graph(score), FRAMES_PER_S / pool
    columns = _columns(score, g, _evened(score, g) * len(rows) / rate, pool)
    penalties = Penalties(jump=_JUMP_S * rate, partial=_PARTIAL_S * rate, resume=_RESUME_S * rate)
    fixed = np.where(heard_anything(heard, pool), np.float32(np.nan), np.float32(Penalties.outside))
    outside = (np.full(len(rows), Penalties.outside, np.float32), _outside_cost(heard, pool, Penalties.outside))
    totals = [
        dtw.follow_graph(_cost(rows, columns, t, fixed), columns.layout, penalties, outside)[1] / len(rows)
        for t in range(12)
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


def _cost(rows: Array, columns: _Columns, semitones: int, fixed: Array) -> Array:
    """Shape (n_frames, n_columns); frames where `fixed` is a number cost that in every column."""
    turned = np.roll(rows.reshape(-1, 2, 12), -semitones, axis=2).reshape(-1, 24)
    cost = (1 - turned @ columns.features.T).astype(np.float32)
    known = ~np.isnan(fixed)
    cost[known] = fixed[known, None]
    cost[:, columns.measure < 0] = INFINITE
    return cost


def _columns(score: Score, g: Graph, measure_s: Floats, pool: int) -> _Columns:
    """The score's columns, its measures taking `measure_s`."""
    edges = np.concatenate([[0.0], np.cumsum(measure_s)])
    everything = list(range(len(score.measures)))
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
