"""Attacks to positions in the bar: the cheapest path through subdivisions of the beats.

Every beat is divided by one `Division` (2, 3, 4, 6, 8, … parts, or two against three). A path pays for how fine the
divisions are, for changing them from beat to beat, for attacks away from their position, and for leaving the lean
of the attack before (rubato inside the beat moves neighbours together, so that it costs little). Attacks may share a
position (a chord played apart) or take none (grace notes before the next one). Solved exactly by dynamic programming
over the attacks. The idea of a metrical cost over a path: Temperley, "Music and Probability" (2007), ch. 3; Nakamura,
Yoshii and Sagayama, "Rhythm transcription of polyphonic piano music" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from runtime.notes.played import Floats, Ints


@dataclass(frozen=True)
class Division:
    """Positions inside a beat. `family`: 1 none, 2 halves, 3 thirds, 5 fifths, 6 halves and thirds at once."""

    positions: tuple[Fraction, ...]
    family: int


def _even(parts: int, family: int) -> Division:
    return Division(tuple(Fraction(k, parts) for k in range(parts)), family)


def _both(a: int, b: int) -> Division:
    return Division(tuple(sorted({Fraction(k, a) for k in range(a)} | {Fraction(k, b) for k in range(b)})), family=6)


DIVISIONS = (
    _even(1, 1), _even(2, 2), _even(4, 2), _even(8, 2), _even(16, 2), _even(3, 3), _even(6, 3), _even(12, 3),
    _even(5, 5), _both(2, 3), _both(3, 4),
)  # fmt: skip
# What 2, 4, 8, 16, 32 parts of a beat of ordinary length cost, and what a family costs besides.
_FINENESS_COSTS = (0.0, 0.6, 1.2, 3.0, 7.0, 12.0)
_FAMILY_COSTS = {1: 0.0, 2: 0.0, 3: 0.7, 5: 4.5, 6: 3.3}
_ORDINARY_BEAT_S = 0.7


@dataclass(frozen=True)
class QuantiseOptions:
    """Widths are scales of Student's t; `*_beats` in beats, `*_s` in seconds, costs in nats."""

    away_s: float = 0.03
    away_beats: float = 0.08
    on_beat_share: float = 1.0
    lean_s: float = 0.012
    lean_beats: float = 0.06
    lean_growth: float = 0.16
    chord_s: float = 0.03
    grace_cost: float = 7.0
    grace_span_s: float = 0.25
    family_change: float = 1.2
    fine_cost: float = 0.6
    reach_beats: float = 0.34
    family_prior: float = 1.0
    slow_allowance: float = 1.0
    freedom: float = 3.0
    division_scale: float = 0.7


@dataclass(frozen=True, eq=False)
class Quantised:
    """Per note [n]: `position` in beats from the first of the grid, and whether it is a `grace` note before it.

    `ternary` is the share of divided beats that are divided in three.
    """

    position: tuple[Fraction, ...]
    grace: tuple[bool, ...]
    ternary: float


class _Slots:
    """All places in one beat: a row per division and position."""

    def __init__(self, options: QuantiseOptions, lean_to_three: float) -> None:
        rows = [(d, j) for d, division in enumerate(DIVISIONS) for j in range(len(division.positions))]
        self.division = np.array([d for d, _ in rows])
        self.index = np.array([j for _, j in rows])
        self.position = np.array([float(DIVISIONS[d].positions[j]) for d, j in rows])
        prior = {1: 0.0, 2: lean_to_three, 3: -lean_to_three, 5: 0.0, 6: 0.0}
        self._base = np.array([_FAMILY_COSTS[d.family] + prior[d.family] for d in DIVISIONS])
        self._fineness = np.log2([len(d.positions) for d in DIVISIONS])
        self._allowance, self._scale = options.slow_allowance, options.division_scale
        self.fine = np.array([options.fine_cost * _depth(DIVISIONS[d].positions[j]) for d, j in rows])
        family = np.array([d.family for d in DIVISIONS])
        differ = (family[:, None] != family[None]) & (family[:, None] > 1) & (family[None] > 1)
        self.change = np.where(differ, options.family_change, 0.0)

    def charges(self, pace: float) -> Floats:
        """Cost of each division for a beat of `pace` seconds: slow beats are divided more finely."""
        allowed = self._allowance * float(np.log2(max(pace, _ORDINARY_BEAT_S) / _ORDINARY_BEAT_S))
        fineness = np.maximum(0.0, self._fineness - allowed)
        return np.asarray(
            self._base + self._scale * np.interp(fineness, np.arange(len(_FINENESS_COSTS)), _FINENESS_COSTS)
        )


def _depth(position: Fraction) -> float:
    """How far a position is from the beat in the tree of its divisions."""
    return float(np.log2(position.denominator))


@dataclass(slots=True)
class _Candidates:
    """The places that one attack may have: absolute beat, slot, and how far off it is (played minus written)."""

    beat: Ints
    slot: Ints
    off: Floats
    cost: Floats
    charge: Floats


def quantise(onset_s: Floats, onset_beats: Floats, pitch: Ints, options: QuantiseOptions | None = None) -> Quantised:
    """Places for notes in the order of their onsets, given in seconds and in beats (all [n]).

    Whether the piece leans to halves or to thirds is decided by what explains its beginning at less cost.
    """
    options = options or QuantiseOptions()
    first, last = _attacks(onset_s)
    keys = [frozenset(pitch[a:b].tolist()) for a, b in zip(first, last, strict=True)]
    attacks = (onset_s[first], onset_beats[first], keys)
    leans = [_Slots(options, lean) for lean in (options.family_prior, -options.family_prior)]
    slots = min(leans, key=lambda s: _path(*attacks, s, options, _SAMPLE)[1])
    path, _ = _path(*attacks, slots, options)
    position: list[Fraction] = []
    grace: list[bool] = []
    for (beat, slot, is_grace), a, b in zip(path, first, last, strict=True):
        at = beat + DIVISIONS[slots.division[slot]].positions[slots.index[slot]]
        position += [at] * int(b - a)
        grace += [is_grace] * int(b - a)
    return Quantised(tuple(position), tuple(grace), _ternary_share(path, slots))


_TOGETHER_S = 0.012
_MOST_CANDIDATES = 20
_SAMPLE = 400


def _attacks(onset_s: Floats) -> tuple[Ints, Ints]:
    """Runs of notes that nobody could have meant to be apart: first and one past the last of each."""
    edges = np.flatnonzero(np.diff(onset_s, prepend=-np.inf) > _TOGETHER_S)
    return edges, np.append(edges[1:], len(onset_s))


def _ternary_share(path: list[tuple[int, int, bool]], slots: _Slots) -> float:
    by_beat = {beat: DIVISIONS[slots.division[slot]].family for beat, slot, _ in path}
    twos, threes = (sum(f == k for f in by_beat.values()) for k in (2, 3))
    return threes / (twos + threes) if twos + threes else 0.0


def _path(
    onset_s: Floats,
    beats: Floats,
    keys: list[frozenset[int]],
    slots: _Slots,
    options: QuantiseOptions,
    most: int | None = None,
) -> tuple[list[tuple[int, int, bool]], float]:
    """(beat, slot, is a grace note) of every attack (the first `most`) on the cheapest path, and what it costs."""
    onset_s, beats = onset_s[:most], beats[:most]
    n = len(beats)
    pace = _seconds_per_beat(onset_s, beats)
    rows = [_candidates(float(beats[i]), float(pace[i]), slots, options) for i in range(n)]
    total: list[Floats] = []
    came: list[tuple[Ints, Ints]] = []
    for i, here in enumerate(rows):
        entry = here.cost + here.charge
        best, from_i, from_k = entry + (0.0 if i == 0 else np.inf), np.full(len(entry), -1), np.full(len(entry), -1)
        for skipped in range(_skippable(onset_s, keys, i, options) + 1):
            j = i - 1 - skipped
            if j < 0:
                continue
            # The same key cannot be struck twice in one chord.
            apart_s = np.inf if keys[i] & keys[j] else float(onset_s[i] - onset_s[j])
            step = _steps(rows[j], here, slots, options, apart_s, float(pace[i]))
            through = total[j][:, None] + step
            k = through.argmin(axis=0)
            value = through[k, np.arange(len(k))] + here.cost + skipped * options.grace_cost
            better = value < best
            best = np.where(better, value, best)
            from_i, from_k = np.where(better, j, from_i), np.where(better, k, from_k)
        total.append(best)
        came.append((from_i, from_k))
    return _traced(rows, total, came), float(total[-1].min())


def _traced(rows: list[_Candidates], total: list[Floats], came: list[tuple[Ints, Ints]]) -> list[tuple[int, int, bool]]:
    out: list[tuple[int, int, bool]] = []
    i, k = len(rows) - 1, int(total[-1].argmin())
    while i >= 0:
        here = (int(rows[i].beat[k]), int(rows[i].slot[k]))
        out.append((*here, False))
        j, k = int(came[i][0][k]), int(came[i][1][k])
        out += [(*here, True)] * (i - j - 1)
        i = j
    return out[::-1]


def _seconds_per_beat(onset_s: Floats, beats: Floats) -> Floats:
    """The pace at each attack: seconds over beats from one beat before to one beat after."""
    edges_b = np.stack([beats - 1, beats + 1])
    if beats[-1] <= beats[0]:
        return np.full(len(beats), 0.5)
    edges_s = np.interp(edges_b, beats, onset_s)
    inside = np.clip(edges_b, beats[0], beats[-1])
    return np.asarray(np.clip((edges_s[1] - edges_s[0]) / np.maximum(inside[1] - inside[0], 1e-3), 0.1, 4.0))


def _candidates(beat: float, pace: float, slots: _Slots, options: QuantiseOptions) -> _Candidates:
    base = int(np.floor(beat))
    reach = options.reach_beats
    found = []
    for b in (base - 1, base, base + 1):
        if b < 0:
            continue
        off = beat - b - slots.position
        near = np.flatnonzero(np.abs(off) <= reach)
        found.append((np.full(len(near), b), near, off[near]))
    where, slot, off = (np.concatenate(x) for x in zip(*found, strict=True))
    width = np.hypot(options.away_s / pace, options.away_beats * _calm(pace))
    width = np.where(slots.position[slot] == 0, options.on_beat_share * width, width)
    charge = slots.charges(pace)[slots.division[slot]]
    cost = _surprise((off / width) ** 2, options.freedom) + slots.fine[slot]
    kept = np.argsort(cost + 0.5 * charge, kind="stable")[:_MOST_CANDIDATES]
    return _Candidates(where[kept], slot[kept], off[kept], cost[kept], charge[kept])


def _surprise(squares: Floats | float, freedom: float) -> Floats:
    """Negative log of Student's t density up to a constant: players sometimes stray far."""
    return np.asarray(0.5 * (freedom + 1) * np.log1p(squares / freedom))


def _calm(pace: float) -> float:
    """Players keep long beats more exactly than short ones, as shares of the beat."""
    return float(np.sqrt(min(1.0, _ORDINARY_BEAT_S / pace)))


def _steps(
    a: _Candidates, b: _Candidates, slots: _Slots, options: QuantiseOptions, apart_s: float, pace: float
) -> Floats:
    """Costs [from, to] of going from one attack's places to the next attack's."""
    da, db = slots.division[a.slot][:, None], slots.division[b.slot][None]
    place_a = a.beat[:, None] + slots.position[a.slot][:, None]
    place_b = b.beat[None] + slots.position[b.slot][None]
    moved = place_b - place_a
    same_beat = a.beat[:, None] == b.beat[None]
    later_beat = a.beat[:, None] < b.beat[None]
    lean = b.off[None] - a.off[:, None]
    calm = _calm(pace)
    still2 = (options.lean_s / pace) ** 2 + (options.lean_beats * calm) ** 2
    width2 = still2 + (options.lean_growth * calm * moved) ** 2
    cost = _surprise(lean**2 / width2, options.freedom) + 0.5 * np.log(width2 / still2)
    cost = np.where(later_beat, cost + b.charge[None] + slots.change[da, db], cost)
    together = float(_surprise((apart_s / options.chord_s) ** 2, options.freedom))
    cost = np.where(same_beat & (moved == 0), together, cost)
    allowed = later_beat | (same_beat & (da == db) & (moved >= 0))
    return np.where(allowed, cost, np.inf)


def _skippable(onset_s: Floats, keys: list[frozenset[int]], i: int, options: QuantiseOptions) -> int:
    """How many single notes right before attack `i` may be its grace notes."""
    count = 0
    while count < 4 and i - 1 - count > 0 and len(keys[i - 1 - count]) == 1:
        if onset_s[i] - onset_s[i - 1 - count] > options.grace_span_s:
            break
        count += 1
    return count
