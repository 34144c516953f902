"""The search for marks finds the cheapest set of all, within its limits, around what stands already."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.dynamics.choose import Choice, Heard, Limits, Prices, choose
from runtime.dynamics.ladder import Hairpin, Level

KINDS = ("crescendo", "diminuendo")


@dataclass(frozen=True)
class Problem:
    """What `choose` is asked."""

    heard: Heard
    values: np.ndarray
    prices: Prices
    limits: Limits
    kept_levels: tuple[Level[int], ...] = ()
    kept_hairpins: tuple[Hairpin[int], ...] = ()
    walls: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        return len(self.heard.strength)

    def chosen(self) -> Choice:
        return choose(
            self.heard, self.values, self.prices, self.limits, self.kept_levels, self.kept_hairpins, self.walls
        )


def problem(seed: int, n: int, k: int, level_price: float = 1.0, **more) -> Problem:
    rng = np.random.default_rng(seed)
    level = level_price * rng.uniform(0.3, 1.5, (n, k))
    level[rng.random(n) < 0.2] = np.inf
    level[0] = rng.uniform(0.3, 1.5, k)
    ends = rng.uniform(0.1, 0.8, (2, 2, n + 1))
    heard = Heard(rng.uniform(-1, k, n), rng.uniform(0, 1.5, n) * (rng.random(n) > 0.15), rng.uniform(0, 0.2, (n, k)))
    limits = Limits(2, 2, int(rng.integers(2, 6)), int(rng.integers(2, 4)))
    return Problem(heard, np.arange(k, dtype=float), Prices(level, ends[0], ends[1]), limits, **more)


@dataclass(frozen=True)
class Reading:
    """One way to mark all beats: its levels and hairpins (kept ones left out) and what it costs."""

    levels: tuple[Level[int], ...]
    hairpins: tuple[Hairpin[int], ...]
    cost: float


def readings(p: Problem) -> Iterator[Reading]:
    """Every set of marks that the rules allow, written down by going through the beats from left to right."""
    kept = {x.at: x.level for x in p.kept_levels}
    spans = {h.start: h for h in p.kept_hairpins}
    inside = {i for h in p.kept_hairpins for i in range(h.start + 1, h.end)}
    stops = {*kept, *p.walls, *(i for h in p.kept_hairpins for i in (h.start, h.end))}
    cut = {*kept, *(i for h in p.kept_hairpins for i in (h.start, h.end))}
    k_all = range(len(p.values))

    def against(i: int, level: int) -> float:
        return 0.0 if p.heard.against is None else float(p.heard.against[i, level])

    def flat(i: int, level: int) -> float:
        return float(p.heard.weight[i] * (p.heard.strength[i] - p.values[level]) ** 2) + against(i, level)

    def line(a: int, b: int, low: float, high: float) -> float:
        t = np.arange(a, b)
        curve = low + (high - low) * (t - a) / (b - a)
        return float((p.heard.weight[a:b] * (p.heard.strength[a:b] - curve) ** 2).sum())

    def said_against(a: int, b: int, first: int, last: int) -> float:
        return sum(0.5 * (against(i, first) + against(i, last)) for i in range(a, b))

    def free(a: int, b: int) -> bool:
        return not any(a < s < b for s in stops)

    def go(i: int, level: int, since: int | None, levels, hairpins, cost: float) -> Iterator[Reading]:
        """`level` is in force at beat i, `since` where it was written if nothing came after it yet; kept marks that
        begin at i are still to be played."""
        if i == p.n:
            yield Reading(levels, hairpins, cost)
            return
        if i in spans:
            h = spans[i]
            one = min(max(level + h.sign, 0), len(p.values) - 1)
            to = kept[h.end] if h.end in kept and (kept[h.end] - level) * h.sign > 0 else one
            done = cost + line(i, h.end, p.values[level], p.values[to])
            if h.end in kept:
                yield from go(h.end, kept[h.end], h.end, levels, hairpins, done)
            elif h.end < p.n:
                yield from arrive(h.end, to, levels, hairpins, done)
            else:
                yield Reading(levels, hairpins, done)
            return
        # The level goes on for one beat, or for as long as a new one must last.
        yield from stay(i, level, since, levels, hairpins, cost)
        for j in range(i + p.limits.shortest_hairpin, min(p.n, i + p.limits.longest_hairpin) + 1):
            if not free(i, j) or j in inside:
                continue
            for to in k_all:
                if to == level or j == p.n:
                    continue
                way = 0 if to > level else 1
                price = float(p.prices.begins[way, i] + p.prices.ends[way, j])
                done = cost + price + line(i, j, p.values[level], p.values[to]) + said_against(i, j, level, to)
                mark = Hairpin(i, j, KINDS[way])
                if j in kept:
                    if kept[j] == to:
                        yield from go(j, to, j, levels, (*hairpins, mark), done)
                else:
                    done += float(p.prices.level[j, to])
                    yield from go(j, to, j, (*levels, Level(j, to)), (*hairpins, mark), done)
        for j in range(i + p.limits.shortest_hairpin, min(p.n, i + p.limits.longest_swell) + 1):
            for m in range(j + p.limits.shortest_hairpin, min(p.n, j + p.limits.longest_swell) + 1):
                if not free(i, m) or j in stops or m in inside:
                    continue
                for way in (0, 1):
                    top = p.values[level] + (1 if way == 0 else -1)
                    prices = p.prices.begins[way, i] + p.prices.ends[way, j]
                    prices += p.prices.begins[1 - way, j] + p.prices.ends[1 - way, m]
                    done = cost + float(prices) + line(i, j, p.values[level], top) + line(j, m, top, p.values[level])
                    done += said_against(i, m, level, level)
                    two = (Hairpin(i, j, KINDS[way]), Hairpin(j, m, KINDS[1 - way]))
                    yield from arrive(m, level, levels, (*hairpins, *two), done)

    def stay(i, level, since, levels, hairpins, cost) -> Iterator[Reading]:
        if since is None:
            yield from arrive(i + 1, level, levels, hairpins, cost + flat(i, level))
            return
        for j in range(i + 1, p.n + 1):
            if any(i < s < j for s in cut):
                break
            cost += flat(j - 1, level)
            if j - i >= p.limits.shortest_level or j == p.n or j in cut or since in kept:
                yield from arrive(j, level, levels, hairpins, cost)
            if j - i >= p.limits.shortest_level:
                break

    def arrive(i, level, levels, hairpins, cost) -> Iterator[Reading]:
        """Beat i is reached with this level: it stays, or another is written."""
        if i == p.n:
            yield Reading(levels, hairpins, cost)
            return
        if i in kept:
            yield from go(i, kept[i], i, levels, hairpins, cost)
            return
        yield from go(i, level, None, levels, hairpins, cost)
        for to in k_all:
            if to != level and np.isfinite(p.prices.level[i, to]):
                price = float(p.prices.level[i, to])
                yield from go(i, to, i, (*levels, Level(i, to)), hairpins, cost + price)

    if 0 in kept:
        yield from go(0, kept[0], 0, (), (), 0.0)
        return
    for first in k_all:
        yield from go(0, first, 0, (Level(0, first),), (), float(p.prices.level[0, first]))


def cheapest(p: Problem) -> Reading:
    return min(readings(p), key=lambda r: r.cost)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(2, 3))
def test_it_is_the_cheapest_of_all_sets_of_marks(seed, n, k):
    p = problem(seed, n, k)
    found, best = p.chosen(), cheapest(p)
    assert found.cost == pytest.approx(best.cost, abs=1e-9)
    assert any(
        (r.levels, r.hairpins) == (found.levels, found.hairpins) and r.cost == pytest.approx(found.cost, abs=1e-9)
        for r in readings(p)
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(4, 6), st.data())
def test_it_is_the_cheapest_around_marks_that_stay_and_walls(seed, n, data):
    kept = data.draw(st.dictionaries(st.integers(0, n - 1), st.integers(0, 2), max_size=2))
    walls = tuple(data.draw(st.sets(st.integers(1, n - 1), max_size=2)))
    spans: tuple[Hairpin[int], ...] = ()
    if data.draw(st.booleans()):
        a = data.draw(st.integers(0, n - 2))
        b = data.draw(st.integers(a + 1, n))
        if not any(a < i < b for i in kept):
            spans = (Hairpin(a, b, data.draw(st.sampled_from(KINDS))),)
    levels = tuple(Level(i, x) for i, x in sorted(kept.items()))
    p = problem(seed, n, 3, kept_levels=levels, kept_hairpins=spans, walls=walls)
    assert p.chosen().cost == pytest.approx(cheapest(p).cost, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 120), st.floats(0.05, 4))
def test_marks_keep_their_limits_and_places(seed, n, price):
    p = problem(seed, n, 6, price, walls=tuple(range(10, n, 17)))
    found = p.chosen()
    at = {x.at: x.level for x in found.levels}
    assert found.levels[0].at == 0 and all(np.isfinite(p.prices.level[i, k]) for i, k in at.items())
    for a, b in itertools.pairwise(found.levels):
        assert a.level != b.level or any(a.at < h.end <= b.at for h in found.hairpins)
        assert b.at - a.at >= p.limits.shortest_level
    for h in found.hairpins:
        longest = p.limits.longest_hairpin if h.end in at else p.limits.longest_swell
        assert p.limits.shortest_hairpin <= h.end - h.start <= max(longest, p.limits.longest_swell)
        assert not any(h.start < w < h.end for w in p.walls) and not any(h.start < i < h.end for i in at)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found.hairpins))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(4, 80))
def test_no_flat_segments_anywhere_are_cheaper(seed, n):
    p = problem(seed, n, 5)
    rng = np.random.default_rng(seed)
    against = p.heard.against
    assert against is not None
    unit = p.heard.weight[:, None] * (p.heard.strength[:, None] - p.values) ** 2 + against
    for _ in range(50):
        cuts = sorted({0, *(2 * rng.integers(1, max(2, n // 2), rng.integers(0, 5))).tolist()} - {n})
        cost, before = 0.0, -1
        for a, b in zip(cuts, [*cuts[1:], n], strict=True):
            options = [p.prices.level[a, k] + unit[a:b, k].sum() for k in range(5) if k != before]
            cost += min(options)
            before = [k for k in range(5) if k != before][int(np.argmin(options))]
        assert p.chosen().cost <= cost + 1e-9


def test_what_is_cheap_to_say_is_said_and_what_is_dear_is_not():
    strength = np.repeat([1.0, 4.0], 16)
    flat = Prices(np.full((32, 6), 1.0), np.full((2, 33), 9.0), np.full((2, 33), 9.0))
    heard = Heard(strength, np.ones(32))
    assert choose(heard, np.arange(6.0), flat).levels == (Level(0, 1), Level(16, 4))
    dear = Prices(np.full((32, 6), 1e3), flat.begins, flat.ends)
    assert len(choose(heard, np.arange(6.0), dear).levels) == 1


def test_a_steady_rise_is_one_hairpin_to_a_written_level():
    strength = np.concatenate([np.full(8, 1.0), np.linspace(1, 4, 9)[:-1], np.full(8, 4.0)])
    prices = Prices(np.full((24, 6), 1.0), np.full((2, 25), 0.5), np.full((2, 25), 0.5))
    found = choose(Heard(strength, np.ones(24)), np.arange(6.0), prices)
    assert found.hairpins == (Hairpin(8, 16, "crescendo"),) and found.levels == (Level(0, 1), Level(16, 4))


def test_a_rise_and_fall_is_a_swell_that_needs_no_level():
    strength = 2 + np.concatenate([np.zeros(8), np.linspace(0, 1, 5)[:-1], np.linspace(1, 0, 5)[:-1], np.zeros(8)])
    prices = Prices(np.full((24, 6), 1.0), np.full((2, 25), 0.1), np.full((2, 25), 0.1))
    found = choose(Heard(strength, 4 * np.ones(24)), np.arange(6.0), prices)
    assert [(h.start, h.end, h.kind) for h in found.hairpins] == [(8, 12, "crescendo"), (12, 16, "diminuendo")]
    assert found.levels == (Level(0, 2),)


def test_marks_that_say_it_already_leave_nothing_to_add():
    strength = np.repeat([1.0, 4.0], 16)
    prices = Prices(np.full((32, 6), 1.0), np.full((2, 33), 1.0), np.full((2, 33), 1.0))
    found = choose(Heard(strength, np.ones(32)), np.arange(6.0), prices, kept_levels=[Level(0, 1), Level(16, 4)])
    assert found.n_marks == 0 and found.cost == pytest.approx(0)


def test_without_beats_there_is_nothing():
    empty = Heard(np.zeros(0), np.zeros(0))
    assert choose(empty, np.arange(6.0), Prices(np.zeros((0, 6)), np.zeros((2, 1)), np.zeros((2, 1)))) == Choice()


def test_where_no_set_is_allowed_none_is_chosen() -> None:
    nowhere = Prices(np.full((4, 3), np.inf), np.full((2, 5), np.inf), np.full((2, 5), np.inf))
    assert choose(Heard(np.zeros(4), np.ones(4)), np.arange(3.0), nowhere) == Choice()
