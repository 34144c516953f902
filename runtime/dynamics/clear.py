"""How clearly the playing does what a mark says: probabilities, and their words for people.

A level changes the strength from the beats before it to those after it, a hairpin from its first half to its second.
How far that stands out of the scatter of beats gives, by a logistic rule fitted on renders with known velocities
(`python -m train.marks.clear`; it comes with the model), the probability that the playing really goes that way.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from runtime.dynamics.ladder import Hairpin, Level
from runtime.dynamics.mark import Beats, Said, scatter
from runtime.dynamics.touch import ClearRule

Clearness = Literal["clear", "likely", "slight"]
CLEAR, LIKELY = 0.9, 0.75
REACH_BEATS = 8
"""So much of what is before and after a change of level counts."""


def clearness(confidence: float) -> Clearness:
    """The word for a probability."""
    return "clear" if confidence >= CLEAR else "likely" if confidence >= LIKELY else "slight"


def of_levels(beats: Beats, said: Said, rule: ClearRule) -> list[float]:
    """Probability, for each level, that the playing changes that way there; for the first, that it is nearer to that
    level than to those two away."""
    if not said.levels:
        return []
    end = said.levels[1].at if len(said.levels) > 1 else len(beats.velocity)
    first = said.levels[0]
    begins = _near(beats, said, first, slice(first.at, min(end, first.at + REACH_BEATS)))
    return [begins, *(_sure(beats, rule, *spans) for spans in stretches_of_level(beats, said))]


def of_hairpin(beats: Beats, hairpin: Hairpin[int], rule: ClearRule) -> float:
    """Probability that the playing goes that way from the first half to the second."""
    return _sure(beats, rule, *stretches_of_hairpin(hairpin))


def stretches_of_level(beats: Beats, said: Said) -> list[tuple[slice, slice, int]]:
    """For each level after the first: beats before, beats after, and 1 when it is louder than the one before, else
    −1."""
    edges = [x.at for x in said.levels] + [len(beats.velocity)]
    out = []
    for i, mark in enumerate(said.levels[1:], 1):
        before = slice(max(edges[i - 1], mark.at - REACH_BEATS), mark.at)
        after = slice(mark.at, min(edges[i + 1], mark.at + REACH_BEATS))
        out.append((before, after, 1 if mark.level > said.levels[i - 1].level else -1))
    return out


def stretches_of_hairpin(h: Hairpin[int]) -> tuple[slice, slice, int]:
    """First half, second half, and direction."""
    middle = (h.start + h.end + 1) // 2
    return slice(h.start, middle), slice(middle, h.end + 1), h.sign


def probability(out: float, scale: float, offset: float) -> float:
    """Of something that stands out by so many standard errors."""
    return 1 / (1 + math.exp(-(scale * out + offset)))


def stands_out(beats: Beats, before: slice, after: slice, sign: int) -> float:
    """By how many standard errors the strength goes that way; 0 where too little is known."""
    (a, va, na), (b, vb, nb) = _mean(beats, before), _mean(beats, after)
    return sign * (b - a) / math.sqrt(va / na + vb / nb) if na and nb else 0.0


def _sure(beats: Beats, rule: ClearRule, before: slice, after: slice, sign: int) -> float:
    return probability(stands_out(beats, before, after, sign), *rule)


def _near(beats: Beats, said: Said, mark: Level[int], stretch: slice) -> float:
    mean, variance, n = _mean(beats, stretch)
    if not n:
        return 0.5
    away = abs(mean - said.scale.values[mark.level]) / said.scale.step
    sigma = math.sqrt(variance / n) / said.scale.step + 0.3
    return 0.5 * (math.erf((1.5 - away) / sigma / math.sqrt(2)) + math.erf((1.5 + away) / sigma / math.sqrt(2)))


def _mean(beats: Beats, stretch: slice) -> tuple[float, float, int]:
    """Mean strength, variance of a beat, and number of beats that are known."""
    velocity, variance = beats.velocity[stretch], scatter(beats)[stretch]
    known = np.isfinite(velocity)
    if not known.any():
        return 0.0, 0.0, 0
    return float(velocity[known].mean()), float(variance[known].mean()), int(known.sum())
