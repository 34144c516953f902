"""Single notes that stick out of the recording, by its loudness, and beats that were struck harder than all around."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from runtime.analysis import Analysis
from runtime.dynamics.ladder import VELOCITY_PER_STEP
from runtime.dynamics.mark import Beats, stands_alone
from runtime.marks.onsets import nearest_onset
from runtime.marks.reasons import decibels
from runtime.score.align.recording import Alignment, Floats, position_in
from runtime.score.table import Score

# A note sticks out of the attacks within this time on either side, and must fall back after it.
_NEIGHBOURHOOD_S = 2.0
_FALL_BACK = 0.75
_LEAST_NEIGHBOURS = 4
_BARS_PER_STRESS = 4


@dataclass(frozen=True, slots=True)
class Stress:
    """A note at a written position, `ratio` times as loud (in sone) as those around it."""

    at: Fraction
    ratio: float
    strong: bool
    confidence: float


def stresses(
    score: Score, alignment: Alignment, analysis: Analysis, strong_ratio: float, accent_ratio: float | None
) -> list[Stress]:
    """Attacks far louder than those around them, the clearest first, few enough to mean something."""
    curve = np.array(analysis.loudness.ntot_sone)
    if len(curve) < 2 or analysis.loudness.hop_s > 0.1:
        return []
    least = strong_ratio if accent_ratio is None else min(strong_ratio, accent_ratio)
    inside = (alignment.positions >= alignment.starts[0]) & (alignment.positions < alignment.starts[-1])
    times = alignment.times_s[inside]
    peaks = _peaks(curve, analysis.loudness.hop_s, times)
    found: dict[Fraction, Stress] = {}
    for k, (time, peak) in enumerate(zip(times, peaks, strict=True)):
        near = np.abs(times - time) <= _NEIGHBOURHOOD_S
        near[k] = False
        if near.sum() < _LEAST_NEIGHBOURS:
            continue
        after = peaks[k + 1 : k + 3]
        ratio = float(peak / max(np.percentile(peaks[near], 75), 1e-6))
        if ratio < least or not len(after) or after.mean() > _FALL_BACK * peak:
            continue
        _, at = position_in(score, alignment, float(time) + 1e-3)
        if at not in found or found[at].ratio < ratio:
            found[at] = Stress(at, ratio, ratio >= strong_ratio, min(1.0, 1 - 0.5 * least / ratio))
    limit = max(1, len(alignment.measures) // _BARS_PER_STRESS)
    onsets = set(score.onsets())
    clear = sorted((s for s in found.values() if s.at in onsets), key=lambda s: -s.ratio)[:limit]
    return sorted(clear, key=lambda s: s.at)


def hard_beats(
    score: Score, at: Sequence[Fraction], beats: Beats, step_velocity: float, least_steps: float
) -> list[Stress]:
    """Beats struck at least so many steps of the ladder (and one of MuseScore's) harder than all within two beats of
    them, which no level is written for (`runtime.dynamics.mark`); `at` are their written places. The hardest, few
    enough to mean something."""
    alone = stands_alone(beats)
    many = max(1, len({score.measure_at(place).index for place in at}) // _BARS_PER_STRESS)
    hardest = sorted(
        (int(i) for i in np.flatnonzero(alone >= max(least_steps * step_velocity, VELOCITY_PER_STEP))),
        key=lambda i: -alone[i],
    )
    found = []
    for i in hardest[:many]:
        struck = float(beats.velocity[i])
        ratio = 2 ** (decibels(struck - float(alone[i]), struck) / 10)
        sure = 0.5 * (1 + math.erf(0.5 * float(alone[i]) / math.sqrt(max(1.0, float(beats.variance[i])))))
        found.append(Stress(nearest_onset(score, at[i]), ratio, True, sure))
    return sorted(found, key=lambda s: s.at)


def _peaks(curve: Floats, hop_s: float, times: Floats) -> Floats:
    """The loudest value from just before each attack to 120 ms after it."""
    first = np.clip(np.floor((times - 0.02) / hop_s).astype(int), 0, len(curve) - 1)
    last = np.clip(np.ceil((times + 0.12) / hop_s).astype(int) + 1, 1, len(curve))
    return np.array([curve[a : max(a + 1, b)].max() for a, b in zip(first, last, strict=True)])
