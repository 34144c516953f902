"""Which marks say what was played: one exact search over beats for levels and hairpins together.

Marks are a compression of the playing. A set of marks, played back, gives a curve; wanted is the set that makes the
squared distance of that curve from what was heard, weighed by how sure that is, plus a price for every mark, as small
as it can be. A level holds until the next mark. A hairpin leads in a straight line to a level that is written at its
end; or two of them swell by one step and fall back. Marks that stand already are played back too and cost nothing.
Dynamic programming over beats and levels finds the best set of all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.dynamics.ladder import Hairpin, Level

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Heard:
    """How hard beats were struck: `strength` [n], and `weight` [n] ≥ 0, how much it counts (0 where nothing is known);
    `against` [n, K]: what else speaks against each level there, and costs as much (None: nothing)."""

    strength: Floats
    weight: Floats
    against: Floats | None = None


@dataclass(frozen=True)
class Prices:
    """What marks cost, in squared distance times weight; infinite where none may stand.

    `level` [n, K]: a level written at a beat; `begins`, `ends` [2, n + 1]: a crescendo (row 0) or diminuendo (row 1)
    pays one of them at each of its ends.
    """

    level: Floats
    begins: Floats
    ends: Floats


@dataclass(frozen=True)
class Limits:
    """Lengths in beats: of a level at least, of a hairpin, and of each half of a swell at most."""

    shortest_level: int = 2
    shortest_hairpin: int = 2
    longest_hairpin: int = 16
    longest_swell: int = 8


@dataclass(frozen=True)
class Choice:
    """Levels (indexes into the values that were given) and hairpins, in order, and their total cost."""

    levels: tuple[Level[int], ...] = ()
    hairpins: tuple[Hairpin[int], ...] = ()
    cost: float = 0.0

    @property
    def n_marks(self) -> int:
        """Levels and hairpins."""
        return len(self.levels) + len(self.hairpins)


def choose(
    heard: Heard,
    values: Floats,
    prices: Prices,
    limits: Limits | None = None,
    kept_levels: Sequence[Level[int]] = (),
    kept_hairpins: Sequence[Hairpin[int]] = (),
    walls: Collection[int] = (),
) -> Choice:
    """The best set of marks beside those that are kept, which are not in the result; no hairpin crosses a beat of
    `walls`.

    `values` [K], ascending, are the strengths at which the K levels are played. Kept hairpins do not overlap. Without
    beats, or where no set is allowed, it is empty; else the first beat has a level, ours or a kept one.
    """
    if not len(heard.strength):
        return Choice()
    kept = {x.at: x.level for x in kept_levels}
    search = _Search(heard, values, prices, limits or Limits(), kept, kept_hairpins, walls)
    return search.run()


# States of a beat: a level in force; one just written; a hairpin's end where one must be written; the top of a swell
# above, or its bottom below, the level in force.
_FLAT, _WRITTEN, _ARRIVED, _CREST, _TROUGH = range(5)
_UP, _DOWN = 0, 1
_KINDS = ("crescendo", "diminuendo")


class _Search:
    def __init__(
        self,
        heard: Heard,
        values: Floats,
        prices: Prices,
        limits: Limits,
        kept: dict[int, int],
        kept_hairpins: Sequence[Hairpin[int]],
        walls: Collection[int],
    ) -> None:
        self.n, self.k = len(heard.strength), len(values)
        self.values, self.prices, self.limits, self.kept = values, prices, limits, kept
        self.kept_spans = {h.end: h for h in kept_hairpins if h.end > h.start}
        inside = np.zeros(self.n + 1, bool)
        for h in self.kept_spans.values():
            inside[h.start + 1 : h.end] = True
        self.inside = inside
        self.walls = {*kept, *(p for h in self.kept_spans.values() for p in (h.start, h.end))}
        self.wall = self._last_before({*self.walls, *walls})
        self.other = self._last_before(self.walls)
        against = np.zeros((self.n, self.k)) if heard.against is None else heard.against
        self.unit = heard.weight[:, None] * (heard.strength[:, None] - values[None]) ** 2 + against
        self.against = np.vstack([np.zeros(self.k), np.cumsum(against, axis=0)])
        self.ahead = np.vstack([np.zeros(self.k), np.cumsum(self.unit, axis=0)])
        self.lines = _Lines(heard)
        self.best = np.full((5, self.n + 1, self.k), np.inf)
        self.back = np.zeros((5, self.n + 1, self.k), np.int64)
        first, last = np.meshgrid(values, values, indexing="ij")
        self.to_levels = _basis(first.ravel(), last.ravel())
        self.rising = (last > first).ravel()
        self.same = (last == first).ravel()
        # From a level to one step above and below it, and back.
        self.away = [_basis(values, values + 1), _basis(values, values - 1)]
        self.home = [_basis(values + 1, values), _basis(values - 1, values)]

    def run(self) -> Choice:
        self._write(0)
        for i in range(1, self.n + 1):
            if self.inside[i]:
                continue
            if i in self.kept_spans:
                self._kept_hairpin(self.kept_spans[i])
            else:
                self._stay(i)
                self._lead(i)
            if i < self.n:
                self._write(i)
        return self._traced()

    def _last_before(self, places: Collection[int]) -> Ints:
        """[n + 1]: the last of these places (0 is one) that is before each beat."""
        stops = sorted({0, *places})
        return np.array(stops)[np.maximum(0, np.searchsorted(stops, np.arange(self.n + 1)) - 1)]

    def _node(self, state: int, i: Ints | int, level: Ints | int) -> Ints:
        return np.asarray((state * (self.n + 1) + i) * self.k + level, np.int64)

    def _open(self, starts: Ints) -> tuple[Floats, Ints]:
        """The better of level in force and level just written, [S, K], where a hairpin can begin; and its node."""
        flat, written = self.best[_FLAT, starts], self.best[_WRITTEN, starts]
        at, level = starts[:, None], np.arange(self.k)[None]
        is_flat = flat < written
        return np.where(is_flat, flat, written), np.where(
            is_flat, self._node(_FLAT, at, level), self._node(_WRITTEN, at, level)
        )

    def _stay(self, i: int) -> None:
        """The level in force goes on; one that was just written lasts for a while, unless other marks cut it short."""
        every = np.arange(self.k)
        self._offer(_FLAT, i, self.best[_FLAT, i - 1] + self.unit[i - 1], self._node(_FLAT, i - 1, every))
        enough = max(i - self.limits.shortest_level, self.other[i])
        cut_short = i == self.n or i in self.walls
        for since in range(enough, i):
            if cut_short or i - since == self.limits.shortest_level or since in self.kept:
                value = self.best[_WRITTEN, since] + self.ahead[i] - self.ahead[since]
                self._offer(_FLAT, i, value, self._node(_WRITTEN, since, every))

    def _offer(self, state: int, i: int, value: Floats, node: Ints) -> None:
        better = value < self.best[state, i]
        self.best[state, i][better] = value[better]
        self.back[state, i][better] = node[better]

    def _lead(self, i: int) -> None:
        """Hairpins and halves of swells that end at beat i, all that may begin early enough."""
        longest = max(self.limits.longest_hairpin, self.limits.longest_swell)
        starts = np.arange(max(0, i - longest, self.wall[i]), i - self.limits.shortest_hairpin + 1)
        if len(starts):
            before, nodes = self._open(starts)
            costs = self.lines.costs(starts, i)
            hairpin, swell = (starts >= i - x for x in (self.limits.longest_hairpin, self.limits.longest_swell))
            self._hairpins(i, starts[hairpin], before[hairpin], nodes[hairpin], costs[hairpin])
            self._swells(i, starts[swell], before[swell], nodes[swell], costs[swell])

    def _hairpins(self, i: int, starts: Ints, before: Floats, nodes: Ints, costs: Floats) -> None:
        """Hairpins to a level that is written at beat i."""
        if not len(starts):
            return
        total = np.maximum(costs @ self.to_levels, 0.0)
        price = self.prices.begins[:, starts] + self.prices.ends[:, i, None]
        total += np.where(self.rising[None], price[_UP][:, None], price[_DOWN][:, None])
        against = 0.5 * (self.against[i] - self.against[starts])
        total += (against[:, :, None] + against[:, None, :]).reshape(len(starts), -1)
        total[:, self.same] = np.inf
        total += np.repeat(before, self.k, axis=1)
        by_start = total.reshape(-1, self.k)
        best = by_start.argmin(axis=0)
        self._offer(_ARRIVED, i, by_start[best, np.arange(self.k)], nodes.ravel()[best])

    def _swells(self, i: int, starts: Ints, before: Floats, nodes: Ints, costs: Floats) -> None:
        """Tops and bottoms of swells at beat i, and swells that are over there."""
        if not len(starts):
            return
        price = self.prices.begins[:, starts] + self.prices.ends[:, i, None]
        every = np.arange(self.k)
        against = self.against[i] - self.against[starts]
        for state, away, back in ((_CREST, _UP, _DOWN), (_TROUGH, _DOWN, _UP)):
            total = before + np.maximum(costs @ self.away[away], 0.0) + against + price[away][:, None]
            best = total.argmin(axis=0)
            self._offer(state, i, total[best, every], nodes[best, every])
            total = self.best[state, starts] + np.maximum(costs @ self.home[away], 0.0) + against + price[back][:, None]
            best = total.argmin(axis=0)
            self._offer(_FLAT, i, total[best, every], self._node(state, starts[best], every))

    def _kept_hairpin(self, h: Hairpin[int]) -> None:
        """A hairpin that stands already: to the level at its end, else by one step."""
        before, nodes = self._open(np.array([h.start]))
        costs, every = self.lines.costs(np.array([h.start]), h.end)[0], np.arange(self.k)
        one_step = np.clip(every + h.sign, 0, self.k - 1)
        written = self.kept.get(h.end)
        for k in every:
            leads = written is not None and (written - k) * h.sign > 0
            to = int(written) if leads and written is not None else int(one_step[k])
            value = before[0, k] + max(0.0, float(costs @ _basis(self.values[[k]], self.values[[to]])[:, 0]))
            state, level = (_FLAT, to) if written is None else (_ARRIVED, written)
            if value < self.best[state, h.end, level]:
                self.best[state, h.end, level], self.back[state, h.end, level] = value, nodes[0, k]

    def _write(self, i: int) -> None:
        """A level is written at beat i: another than that in force, or the one that a hairpin led to. One that is kept
        is written there whatever was in force."""
        every = np.arange(self.k)
        if i == 0:
            self.best[_WRITTEN, 0] = self.prices.level[0]
            self.back[_WRITTEN, 0] = -1
            if 0 in self.kept:
                self.best[_WRITTEN, 0] = np.where(every == self.kept[0], 0.0, np.inf)
            return
        flat, arrived = self.best[_FLAT, i], self.best[_ARRIVED, i]
        changed = np.tile(flat[:, None], (1, self.k))
        if i not in self.kept:
            changed[every, every] = np.inf
        before = changed.argmin(axis=0)
        from_flat = changed[before, every]
        price = self.prices.level[i] if i not in self.kept else np.where(every == self.kept[i], 0.0, np.inf)
        nodes = np.where(from_flat < arrived, self._node(_FLAT, i, before), self._node(_ARRIVED, i, every))
        self._offer(_WRITTEN, i, np.minimum(from_flat, arrived) + price, nodes)
        if i in self.kept:
            self.best[[_FLAT, _ARRIVED, _CREST, _TROUGH], i] = np.inf

    def _traced(self) -> Choice:
        node = int(self._node(_FLAT, self.n, int(self.best[_FLAT, self.n].argmin())))
        cost = float(self.best.reshape(-1)[node])
        if not np.isfinite(cost):
            return Choice()
        levels: list[Level[int]] = []
        hairpins: list[Hairpin[int]] = []
        back = self.back.reshape(-1)
        while node >= 0:
            state, i, level = self._place(node)
            came = int(back[node])
            before = self._place(came) if came >= 0 else (_FLAT, 0, 0)
            if state == _WRITTEN and i not in self.kept:
                levels.append(Level(i, level))
            elif i not in self.kept_spans and (state in (_ARRIVED, _CREST, _TROUGH) or before[0] in (_CREST, _TROUGH)):
                up = state == _CREST or before[0] == _TROUGH or (state == _ARRIVED and level > before[2])
                hairpins.append(Hairpin(before[1], i, "crescendo" if up else "diminuendo"))
            node = came
        return Choice(tuple(levels[::-1]), tuple(hairpins[::-1]), cost)

    def _place(self, node: int) -> tuple[int, int, int]:
        rest, level = divmod(node, self.k)
        state, i = divmod(rest, self.n + 1)
        return state, i, level


class _Lines:
    """Squared distances of straight lines from what was heard, by sums over beats that are made once."""

    def __init__(self, heard: Heard) -> None:
        t = np.arange(len(heard.strength), dtype=np.float64)
        w, y = heard.weight, heard.strength
        rows = np.stack([w * y * y, w * y, w, w * t * y, w * t, w * t * t])
        self._sums = np.hstack([np.zeros((6, 1)), np.cumsum(rows, axis=1)])

    def costs(self, starts: Ints, end: int) -> Floats:
        """[S, 6]: times a `_basis` [6, m], the distance over the beats from each of `starts` to before `end` of lines
        that are at their first value on the first of them and would be at their last on `end`."""
        wyy, wy, w, wty, wt, wtt = self._sums[:, end, None] - self._sums[:, starts]
        at, length = starts.astype(np.float64), (end - starts).astype(np.float64)
        wtt = wtt - 2 * at * wt + at * at * w
        wt, wty = wt - at * w, wty - at * wy
        return np.stack([wyy, -2 * wy, -2 * wty / length, w, 2 * wt / length, wtt / length**2], axis=1)


def _basis(first: Floats, last: Floats) -> Floats:
    """[6, m] for lines from `first` [m] to `last` [m]."""
    rise = last - first
    return np.stack([np.ones_like(first), first, rise, first**2, first * rise, rise**2])
