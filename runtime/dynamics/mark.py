"""From how hard beats were struck to marks on them: where the ladder of levels stands, and what marks cost.

The names of levels are relative: is this player's quiet p or pp? Steps between levels come from how hard was struck;
where the ladder stands comes softly from what the level network says of the whole recording and of each beat.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime.analysis import FOLDED, LADDER, LEVELS
from runtime.dynamics.choose import Heard, Limits, Prices, choose
from runtime.dynamics.ladder import Hairpin, Level

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Density = Literal["sparse", "normal", "detailed"]
PRICES: dict[Density, float] = {"sparse": 2.6, "normal": 1.5, "detailed": 0.8}
"""Nats that a mark must explain to be worth writing."""


def _between(first: Density, second: Density, share: float) -> float:
    return float(PRICES[first] ** (1 - share) * PRICES[second] ** share)


PRICE_STEPS: tuple[tuple[str, float, Density], ...] = (
    ("sparse", PRICES["sparse"], "sparse"),
    ("sparse+", _between("sparse", "normal", 1 / 3), "sparse"),
    ("normal-", _between("sparse", "normal", 2 / 3), "normal"),
    ("normal", PRICES["normal"], "normal"),
    ("normal+", _between("normal", "detailed", 1 / 3), "normal"),
    ("detailed-", _between("normal", "detailed", 2 / 3), "detailed"),
    ("detailed", PRICES["detailed"], "detailed"),
)
"""Steps of a slider from few marks to many: name, price, and the density whose other rules hold."""
DEFAULT_STEP = 3
STEP_VELOCITY = (6.0, 16.0)
"""Velocities per step: at least and at most."""
SPREAD_STEPS = 4.5
"""Steps that lie between the 5th and 95th percentile of the beats, smoothed over a bar, within these bounds."""
OFFSET_COST = 0.02
"""Against moving the ladder, per squared step, where it makes no difference."""
USUAL_LEVEL = 3.3
"""Where on the ladder the mean of a recording stands when nothing else is known: between mp and mf."""
PLAYING_SHARE, PLAYING_VARIANCE = 0.4, (16.0, 70.0)
"""Share of the variance of beats that no marks could say, and at least and at most so much, in squared velocities:
where loud and soft lie far apart, most of the variance is what marks say."""
USUAL_VARIANCE = 150.0
"""Of the beats of a performance; where they vary less, hearing has compressed them and errs by less."""
NAMES_WEIGHT = 0.05
"""How much a beat of the level network counts: neighbouring beats say the same thing over again."""
MOST_ODDS = 2.5
"""A place speaks against a mark by no more than so many nats,"""
LEAST_SHARE = 0.4
"""and for it by no more than what leaves this share of its price."""
LEAST_RISE_STEPS = 0.2
"""From the first half of a hairpin to the second the playing goes that way by so much; one of a step does by half."""
LEAST_CHANGE_STEPS, SHORT_CHANGE_STEPS = 0.4, 1.0
"""From before a level to after it the playing goes that way by so much; for less than a bar by as much as the second,
and back."""
REACH_BEATS = 8
"""So much of what is before and after a change of level counts."""
ALONE_STEPS = 1.0
"""By so much a beat may stand out of those around it: what more it has is a stress, and no level."""
RARE = np.array([4.0, 0.4, 0.0, 1.0, 0.8, 0.0, 0.4, 4.0])
"""How many prices of a mark a level costs more: editors write p and f, seldom mp, and ppp or fff in need."""


@dataclass(frozen=True)
class Beats:
    """n beats: how hard they were struck, `velocity` [n] with its `variance` [n] (NaN and infinite where nothing was);
    `beats_per_bar` [n]; what the level network says, `log_p` [n, 5] (None: nothing); and a place's part in the price in
    nats: `level_odds` [n], `begin_odds` and `end_odds` [2, n + 1] (crescendo, diminuendo), −inf where none may stand.
    """

    velocity: Floats
    variance: Floats
    beats_per_bar: Ints
    log_p: Floats | None
    level_odds: Floats
    begin_odds: Floats
    end_odds: Floats


@dataclass(frozen=True)
class Scale:
    """The ladder in velocities: level k is played at `middle` + (k − `level`) · `step`."""

    middle: float
    level: float
    step: float

    @property
    def values(self) -> Floats:
        """Velocity of every level of `LADDER`."""
        return np.asarray(self.middle + (np.arange(len(LADDER)) - self.level) * self.step, np.float64)

    def steps(self, velocity: Floats) -> Floats:
        """Places on the ladder of velocities."""
        return self.level + (velocity - self.middle) / self.step


def scale_of(beats: Beats, more: Floats | None = None) -> Scale:
    """Where the ladder stands for this playing; `more` are velocities of beats that were played another time."""
    velocity = beats.velocity if more is None else np.concatenate([beats.velocity, more])
    velocity = velocity[np.isfinite(velocity)]
    if not len(velocity):
        return Scale(64.0, USUAL_LEVEL, STEP_VELOCITY[1])
    width = max(1, int(np.median(beats.beats_per_bar)))
    smooth = np.convolve(np.pad(velocity, width // 2, mode="edge"), np.full(width, 1 / width), "valid")
    spread = float(np.percentile(smooth, 95) - np.percentile(smooth, 5))
    step = float(np.clip(spread / SPREAD_STEPS, *STEP_VELOCITY))
    return _settled(Scale(float(velocity.mean()), _mean_level(beats), step), smooth)


def _settled(scale: Scale, smooth: Floats) -> Scale:
    """The ladder moved by up to half a step, so that playing that stays where it is stands on a rung."""
    offsets = np.linspace(-0.5, 0.5, 10, endpoint=False)
    places = scale.steps(smooth)[None] + offsets[:, None]
    missed = ((places - np.rint(places)) ** 2).mean(axis=1) + OFFSET_COST * offsets**2
    return replace(scale, level=scale.level + float(offsets[missed.argmin()]))


def _against(beats: Beats) -> Floats | None:
    """What the level network says against each level of the ladder at each beat."""
    if beats.log_p is None:
        return None
    said = np.nan_to_num(beats.log_p, nan=np.log(1 / len(LEVELS)))
    return np.asarray(NAMES_WEIGHT * (said.max(axis=1, keepdims=True) - said)[:, list(FOLDED)])


def _mean_level(beats: Beats) -> float:
    if beats.log_p is None:
        return USUAL_LEVEL
    known = np.isfinite(beats.velocity) & np.isfinite(beats.log_p).all(axis=1)
    if not known.any():
        return USUAL_LEVEL
    places = np.array([LADDER.index(name) for name in LEVELS], np.float64)
    said = float((np.exp(beats.log_p[known]) @ places).mean())
    return 0.5 * (said + USUAL_LEVEL)


@dataclass(frozen=True)
class Said:
    """Marks on beats, levels as indexes into `LADDER`, and the scale on which they stand."""

    levels: tuple[Level[int], ...]
    hairpins: tuple[Hairpin[int], ...]
    scale: Scale

    @property
    def n_marks(self) -> int:
        """Levels and hairpins."""
        return len(self.levels) + len(self.hairpins)


def say(
    beats: Beats,
    price: float,
    kept_levels: Sequence[Level[int]] = (),
    kept_hairpins: Sequence[Hairpin[int]] = (),
    walls: Collection[int] = (),
    scale: Scale | None = None,
) -> Said:
    """The marks that say best how hard the beats were struck, at `price` nats a mark; the rest as in `choose`."""
    scale = scale or scale_of(beats)
    known = np.isfinite(beats.velocity) & np.isfinite(beats.variance)
    weight = np.where(known, 0.5 / scatter(beats), 0.0)
    velocity = np.where(known, beats.velocity - _beyond(stands_alone(beats) / scale.step) * scale.step, 0.0)
    per_bar = max(1, int(np.median(beats.beats_per_bar))) if len(velocity) else 4
    limits = Limits(longest_hairpin=4 * per_bar, longest_swell=2 * per_bar)
    chosen = choose(
        Heard(velocity, weight, _against(beats)),
        scale.values,
        prices(beats, price),
        limits,
        kept_levels,
        kept_hairpins,
        walls,
    )
    hairpins = _played(chosen.hairpins, {x.at for x in (*chosen.levels, *kept_levels)}, beats, scale)
    levels = _done(chosen.levels, kept_levels, (*hairpins, *kept_hairpins), beats, scale)
    return Said(levels, hairpins, scale)


def stands_alone(beats: Beats) -> Floats:
    """By how many velocities [n] each beat is louder (softer, below 0) than all that are within two beats of it, where
    there are some before and some after; 0 for the others."""
    known = np.isfinite(beats.velocity)
    out = np.zeros(len(known))
    for sign in (1, -1):
        around = np.full((4, len(known)), -np.inf)
        v = np.where(known, sign * beats.velocity, -np.inf)
        for row, shift in enumerate((1, 2)):
            around[row, shift:], around[2 + row, :-shift] = v[:-shift], v[shift:]
        before, after = around[:2].max(axis=0), around[2:].max(axis=0)
        both = known & np.isfinite(before) & np.isfinite(after)
        out[both] += sign * np.maximum(0.0, v[both] - np.maximum(before, after)[both])
    return out


def _beyond(steps: Floats) -> Floats:
    """What is more than `ALONE_STEPS`."""
    return np.asarray(np.sign(steps) * np.maximum(0.0, np.abs(steps) - ALONE_STEPS))


def _done(
    levels: tuple[Level[int], ...],
    kept: Sequence[Level[int]],
    hairpins: Sequence[Hairpin[int]],
    beats: Beats,
    scale: Scale,
) -> tuple[Level[int], ...]:
    """The levels that the playing really goes to, the least of the others taken out first. Steady playing between two
    rungs is near to both, and a few beats can be nearer to the other one; what a hairpin leads to stays."""
    fixed = {x.at for x in kept} | {h.end for h in hairpins}
    ours = {x.at for x in levels}
    rest = sorted((*levels, *kept), key=lambda x: x.at)
    while True:
        slack = [_slack(rest, i, beats, scale) if x.at in ours - fixed else 0.0 for i, x in enumerate(rest)]
        if min(slack, default=0.0) >= 0:
            return tuple(x for x in rest if x.at in ours)
        weakest = slack.index(min(slack))
        after = rest[weakest + 1 :]
        if after and after[0].level == rest[weakest - 1].level and after[0].at in ours - fixed:
            after = after[1:]
        rest = [*rest[:weakest], *after]


def _slack(levels: list[Level[int]], i: int, beats: Beats, scale: Scale) -> float:
    """By how many steps more than it must the playing goes to this level, and back from it where it is soon over; the
    first level is never in doubt."""
    if i == 0:
        return 0.0
    ends = [*(x.at for x in levels[1:]), len(beats.velocity)]
    at, end = levels[i].at, ends[i]
    before, here, after = (
        _mean(beats.velocity, a, b)
        for a, b in (
            (max(levels[i - 1].at, at - REACH_BEATS), at),
            (at, min(end, at + REACH_BEATS)),
            (end, min(ends[i + 1] if i + 1 < len(ends) else end, end + REACH_BEATS)),
        )
    )
    sign = 1 if levels[i].level > levels[i - 1].level else -1
    goes = sign * (here - before) / scale.step
    if end - at >= beats.beats_per_bar[at]:
        return _known(goes) - LEAST_CHANGE_STEPS
    turns = i + 1 < len(levels) and (levels[i + 1].level > levels[i].level) == (sign < 0)
    comes_back = sign * (here - after) / scale.step if turns else np.inf
    few = np.isfinite(beats.velocity[at:end]).sum() < 2  # not even two beats say so
    return min(_known(goes), _known(comes_back)) - SHORT_CHANGE_STEPS * (2 if few else 1)


def _known(steps: float) -> float:
    return np.inf if np.isnan(steps) else steps


def _mean(velocity: Floats, first: int, end: int) -> float:
    part = velocity[first:end]
    part = part[np.isfinite(part)]
    return float(part.mean()) if len(part) else np.nan


def _played(
    hairpins: tuple[Hairpin[int], ...], written: set[int], beats: Beats, scale: Scale
) -> tuple[Hairpin[int], ...]:
    """Those over which the playing goes their way. Between two levels that both lie half a step off, a swell is nearer
    to even playing than either; both halves of one go together."""
    goes = [_rise(beats, h) * h.sign >= LEAST_RISE_STEPS * scale.step for h in hairpins]
    for i, (a, b) in enumerate(pairwise(hairpins)):
        if a.end == b.start and a.end not in written:
            goes[i] = goes[i + 1] = goes[i] and goes[i + 1]
    return tuple(h for h, real in zip(hairpins, goes, strict=True) if real)


def _rise(beats: Beats, h: Hairpin[int]) -> float:
    """From the mean of its first half to that of its second, in velocities; 0 where too little is known."""
    middle = (h.start + h.end + 1) // 2
    first, second = (v[np.isfinite(v)] for v in (beats.velocity[h.start : middle], beats.velocity[middle : h.end + 1]))
    return float(second.mean() - first.mean()) if len(first) and len(second) else 0.0


def scatter(beats: Beats) -> Floats:
    """Variance [n] of a beat around what marks say: of hearing, and of playing itself; 1 where nothing is known."""
    known = np.isfinite(beats.velocity) & np.isfinite(beats.variance)
    spread = float(beats.velocity[known].var()) if known.any() else USUAL_VARIANCE
    heard = np.where(known, beats.variance, 1.0) * min(1.0, spread / USUAL_VARIANCE)
    return np.asarray(heard + np.clip(PLAYING_SHARE * spread, *PLAYING_VARIANCE))


def prices(beats: Beats, price: float) -> Prices:
    """What marks cost at each beat: less where a mark is likely to stand, more for rare levels."""
    level = _price(price, beats.level_odds)[:, None] + price * RARE[None]
    return Prices(level, _price(0.5 * price, beats.begin_odds), _price(0.5 * price, beats.end_odds))


def _price(price: float, odds: Floats) -> Floats:
    """However likely a place, a mark must say something of the playing."""
    odds = np.nan_to_num(odds, nan=0.0, neginf=-np.inf)
    return np.where(np.isneginf(odds), np.inf, np.maximum(price - np.maximum(odds, -MOST_ODDS), LEAST_SHARE * price))
