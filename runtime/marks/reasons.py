"""Why a mark is written: what was heard there, as a key with values for `runtime.words.marks`."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np

from runtime.dynamics.mark import Beats, Said
from runtime.marks.heard import HeardInScore
from runtime.piano.table import load_piano
from runtime.score.plan import Reason
from runtime.score.table import Score

_ALIKE_STEPS = 0.5
_FEWEST_FOR_EXTREMES = 3
_KEY_OF_COMPARISON = 60


def of_levels(score: Score, heard: HeardInScore, beats: Beats, said: Said, first: int) -> list[Reason]:
    """For each level, how what follows it compares with the rest; `first` is the beat of the score that is beat 0."""
    edges = [x.at for x in said.levels] + [len(beats.velocity)]
    means = [_mean(beats, a, b) for a, b in pairwise(edges)]
    known = [m for m in means if np.isfinite(m)]
    out = []
    for i, mean in enumerate(means):
        before = means[i - 1] if i else np.nan
        if i == 0 or not np.isfinite(mean) or not np.isfinite(before):
            out.append(Reason("begins_at"))
        elif len(known) >= _FEWEST_FOR_EXTREMES and mean in (max(known), min(known)):
            out.append(Reason("loudest" if mean == max(known) else "softest"))
        else:
            out.append(_compared(score, heard, said, means, edges, i, first))
    return out


def _compared(
    score: Score, heard: HeardInScore, said: Said, means: list[float], edges: list[int], i: int, first: int
) -> Reason:
    alike = [j for j in range(i - 1) if abs(means[j] - means[i]) < _ALIKE_STEPS * said.scale.step]
    if alike and said.levels[alike[-1]].level == said.levels[i].level:
        return Reason("returns_to", _bars(score, heard, edges[alike[-1]] + first, edges[alike[-1] + 1] + first))
    steps = round(abs(means[i] - means[i - 1]) / said.scale.step, 1)
    key = "louder_than" if means[i] > means[i - 1] else "softer_than"
    return Reason(key, (("steps", steps), *_bars(score, heard, edges[i - 1] + first, edges[i] + first)))


def of_hairpins(score: Score, heard: HeardInScore, beats: Beats, said: Said, first: int) -> list[Reason]:
    """For each hairpin: over how many bars it rises or falls, by how much; two that swell say so together."""
    written = {x.at for x in said.levels}
    out: list[Reason] = []
    while len(out) < len(said.hairpins):
        h, *after = said.hairpins[len(out) : len(out) + 2]
        swells = bool(after) and after[0].start == h.end and after[0].sign != h.sign and h.end not in written
        end = after[0].end if swells else h.end
        quarters = float(_place(score, heard, end + first) - heard.at[h.start + first])
        bars = round(quarters / _bar(score, heard, h.start + first), 1)
        key = "swell" if swells else "rises_over" if h.sign > 0 else "falls_over"
        out += [Reason(key, (("bars", bars), ("db", round(abs(_db(beats, h.start, h.end)), 1))))] * (1 + swells)
    return out


def decibels(low: float, high: float) -> float:
    """How much louder a note struck at velocity `high` is than at `low`, on the measured piano."""
    power = load_piano().power[_KEY_OF_COMPARISON].sum(axis=1)
    at = np.interp([low, high], np.arange(len(power)), 10 * np.log10(power))
    return float(at[1] - at[0])


def _db(beats: Beats, start: int, end: int) -> float:
    third = max(1, (end - start) // 3)
    low, high = _mean(beats, start, start + third), _mean(beats, end - third, end + 1)
    return decibels(low, high) if np.isfinite(low) and np.isfinite(high) else 0.0


def _mean(beats: Beats, first: int, end: int) -> float:
    part = beats.velocity[first:end]
    part = part[np.isfinite(part)]
    return float(part.mean()) if len(part) else np.nan


def _place(score: Score, heard: HeardInScore, beat: int) -> Fraction:
    return heard.at[beat] if beat < len(heard.at) else score.end


def _bar(score: Score, heard: HeardInScore, beat: int) -> float:
    return float(score.measures[heard.measure[beat]].time.bar_quarters)


def _bars(score: Score, heard: HeardInScore, first: int, end: int) -> tuple[tuple[str, str], ...]:
    numbers = [score.measures[heard.measure[i]].number for i in (first, max(first, end - 1))]
    return (("first_bar", numbers[0]), ("last_bar", numbers[1]))
