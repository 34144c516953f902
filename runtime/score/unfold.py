"""Every order in which the measures of a score may be played.

Playing is a walk through states (measure, pass through its repeated section, whether a D.C. or D.S. was
already taken). Where a player has a choice (to repeat or not, to take the da capo or not) a state has more
than one successor; the first is what the page asks for. Chains without a choice are joined into spans, and
the resulting graph is what alignment searches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from runtime.score.table import ZERO, Score

_END = None
_State = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class Span:
    """Measures `first`..`last` (indexes, inclusive) played in one go, on the given pass."""

    first: int
    last: int
    play: int = 1


@dataclass(frozen=True)
class Graph:
    """Spans and their allowed successors; `following[i]` lists indexes, -1 stands for the end."""

    spans: tuple[Span, ...]
    following: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]


@dataclass(frozen=True)
class Unfolding:
    """One way to play the piece: measure indexes in playing order and their starts in quarters."""

    measures: tuple[int, ...]
    starts: tuple[Fraction, ...]
    end: Fraction

    @classmethod
    def of(cls, score: Score, measures: list[int]) -> Unfolding:
        """The unfolding that plays these measures in this order."""
        starts, position = [], ZERO
        for i in measures:
            starts.append(position)
            position += score.measures[i].duration
        return cls(tuple(measures), tuple(starts), position)

    def passes(self) -> Iterator[tuple[int, Fraction]]:
        """(measure index, unfolded start) of each measure played."""
        return zip(self.measures, self.starts, strict=True)


@dataclass(frozen=True, slots=True)
class _Section:
    """A repeated section: measures `start`..`last`, voltas included, and how often it is played."""

    start: int
    last: int
    times: int


def graph(score: Score) -> Graph:
    """The playing graph of a score."""
    return _Player(score).graph()


def unfoldings(score: Score, limit: int = 256) -> list[Unfolding]:
    """Up to `limit` distinct ways to play, the written one (all repeats taken) first."""
    g = graph(score)
    out: dict[tuple[int, ...], Unfolding] = {}
    stack: list[tuple[int, ...]] = [(i,) for i in reversed(g.starts)]
    while stack and len(out) < limit:
        path = stack.pop()
        if path[-1] == -1:
            order = [m for i in path[:-1] for m in range(g.spans[i].first, g.spans[i].last + 1)]
            out.setdefault(tuple(order), Unfolding.of(score, order))
        else:
            stack += [(*path, n) for n in reversed(g.following[path[-1]])]
    return list(out.values())


def written(score: Score) -> Unfolding:
    """What the page asks for: every repeat and jump taken."""
    return unfoldings(score, 1)[0]


def repeats_taken(score: Score, unfolding: Unfolding) -> dict[int, bool]:
    """For each repeat sign (numbered from 1 in score order) whether the unfolding goes back there."""
    signs = [m.index for m in score.measures if m.repeat_times]
    turns = {a for a, b in zip(unfolding.measures, unfolding.measures[1:], strict=False) if b <= a}
    return {n: i in turns for n, i in enumerate(signs, 1)}


class _Player:
    """The rules of playing one score."""

    def __init__(self, score: Score) -> None:
        self._measures = score.measures
        self._section_of = self._find_sections()
        self._segno = next((m.index for m in score.measures if m.segno), 0)
        codas = [m.index for m in score.measures if m.coda]
        leaves = [m.index for m in score.measures if m.to_coda]
        if not leaves and len(codas) > 1:  # two coda signs: the first is where to leave
            leaves = codas[:1]
        self._coda = codas[-1] if codas and leaves and codas[-1] > leaves[0] else None
        self._leaves = set(leaves) if self._coda is not None else set()

    def _find_sections(self) -> dict[int, _Section]:
        """The repeated section of each measure that is in one."""
        found: dict[int, _Section] = {}
        start = 0
        for m in self._measures:
            if m.repeat_start:
                start = m.index
            if not m.repeat_times or m.index in found:
                continue
            last, times = m.index, m.repeat_times
            if m.endings:
                while last + 1 < len(self._measures) and self._follows_in_volta(last + 1):
                    last += 1
                numbers = [n for k in range(start, last + 1) for n in self._measures[k].endings]
                times = max(2, *numbers)
            section = _Section(start, last, times)
            found.update({k: section for k in range(start, last + 1)})
            start = last + 1
        return found

    def _follows_in_volta(self, k: int) -> bool:
        """Whether measure `k` still belongs to the voltas of the section before it."""
        here, before = self._measures[k], self._measures[k - 1]
        if not here.endings or here.repeat_start:
            return False
        return here.endings == before.endings or min(here.endings) > min(before.endings)

    def enter(self, k: int, jumped: bool) -> list[_State | None]:
        """The states in which measure `k` can be reached from outside its section."""
        if k >= len(self._measures):
            return [_END]
        section = self._section_of.get(k)
        if section is None:
            return [(k, 1, jumped)]
        passes = [section.times, 1] if jumped else [1, section.times]
        return [s for p in passes for s in self._inside(k, p, jumped)]

    def _inside(self, k: int, play: int, jumped: bool) -> list[_State | None]:
        """Measure `k` on this pass, or the first one after it that is not under another pass's volta."""
        section = self._section_of.get(k)
        while k < len(self._measures) and self._section_of.get(k) == section:
            endings = self._measures[k].endings
            if section is None or not endings or play in endings:
                return [(k, play, jumped)]
            k += 1
        return self.enter(k, jumped)

    def after(self, state: _State) -> list[_State | None]:
        """What may be played after a state's measure, the written choice first."""
        i, play, jumped = state
        m, section = self._measures[i], self._section_of.get(i)
        if jumped and m.fine:
            return [_END]
        if jumped and i in self._leaves and self._coda is not None:
            return self.enter(self._coda, jumped)
        if section and m.repeat_times and play < section.times:
            return self._inside(section.start, play + 1, jumped)
        onward = self._inside(i + 1, play, jumped) if self._section_of.get(i + 1) == section else None
        if onward is None or section is None:
            onward = self.enter(i + 1, jumped)
        if m.jump and not jumped:
            return self.enter(0 if m.jump == "dacapo" else self._segno, True) + onward
        return onward

    def graph(self) -> Graph:
        starts = self.enter(0, False)
        edges: dict[_State, list[_State | None]] = {}
        queue = [s for s in starts if s]
        while queue:
            state = queue.pop()
            if state not in edges:
                edges[state] = list(dict.fromkeys(self.after(state)))
                queue += [s for s in edges[state] if s]
        heads = self._heads(edges, [s for s in starts if s])
        index = {s: n for n, s in enumerate(heads)}
        spans, following = [], []
        for head in heads:
            tail = head
            while len(edges[tail]) == 1 and (n := edges[tail][0]) is not None and n not in index:
                tail = n
            spans.append(Span(head[0], tail[0], head[1]))
            following.append(tuple(-1 if n is None else index[n] for n in edges[tail]))
        return Graph(tuple(spans), tuple(following), tuple(index[s] for s in starts if s))

    @staticmethod
    def _heads(edges: dict[_State, list[_State | None]], starts: list[_State]) -> list[_State]:
        """The states that begin a span: starts, targets of choices and jumps, and meeting points."""
        incoming: dict[_State, int] = {}
        heads = set(starts)
        for state, targets in edges.items():
            for t in targets:
                if t is None:
                    continue
                incoming[t] = incoming.get(t, 0) + 1
                if len(targets) > 1 or t[0] != state[0] + 1:
                    heads.add(t)
        heads |= {s for s, n in incoming.items() if n > 1}
        return sorted(heads)
