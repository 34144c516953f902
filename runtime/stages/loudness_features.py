"""What the second stage knows about each beat: loudness there and around it, seen against the whole recording.

Everything comes from the total-loudness curve, the beats and their place in the bar, so the numbers mean the same
for every frame network and every instrument. Loudness is in phon, relative to the recording's own middle and range.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.sound.phon import phon

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ATTACK_FRAMES = (-2, 8)
SPANS = (2, 4, 8, 16, 32)
SLOPES = (1, 2, 4, 8, 16, 32)
_LEAST_RANGE_PHON = 3.0
LIMIT = 4.0
_EDGE_BEATS = 8.0

FEATURES = (
    "attack", "mean", "peak", "peak_over_mean", "mean_over_floor", "rise",
    *(f"mean_{k}" for k in SPANS), *(f"step_{k}" for k in SLOPES), *(f"step_phon_{k}" for k in SLOPES),
    "rank", "rank_4", "rank_16", "range", "interval", "tempo",
    "place", "since_start", "until_end", "length",
    "bar_known", "downbeat", "bar_sin", "bar_cos",
)  # fmt: skip
"""Names of the columns, in order; a model card that lists others was made for another version."""


def beat_features(ntot_sone: npt.NDArray[np.floating], beats_s: Floats, beat_in_bar: Ints, bar_beats: Ints) -> Floats:
    """One row per beat, float64 [n, len(FEATURES)], every value within ±4.

    `ntot_sone` [T] at 50 frames per second, `beats_s` [n] increasing, `beat_in_bar` [n] (1 is the downbeat, 0
    unknown) and `bar_beats` [n] (beats of that bar, 0 unknown). At least two beats are needed.
    """
    pooled = _pool(phon(ntot_sone), beats_s)
    mean = pooled["mean"]
    low, middle, high = np.percentile(mean, (10, 50, 90))
    spread = max((high - low) / 2, _LEAST_RANGE_PHON)
    columns = [(pooled[name] - middle) / spread for name in ("attack", "mean", "peak")]
    columns += [(pooled["peak"] - mean) / 10, (mean - pooled["floor"]) / 15, pooled["rise"] / 30 - 1]
    near = {k: around(mean, k) for k in SPANS}
    columns += [(near[k] - middle) / spread for k in SPANS]
    steps = [step(mean, k) for k in SLOPES]
    columns += [s / spread for s in steps] + [s / 5 for s in steps]
    columns += [rank(mean), rank(near[4]), rank(near[16]), np.full(len(mean), spread / 5 - 1.5)]
    columns += [*_time(beats_s), *_place(len(mean)), *_bar(beat_in_bar, bar_beats)]
    return np.asarray(np.clip(np.column_stack(columns), -LIMIT, LIMIT), np.float64)


def _pool(level: Floats, beats_s: Floats) -> dict[str, Floats]:
    """Loudness in phon [n] of each beat: attack, and mean, peak, floor and sum of rises until the next beat."""
    n_frames = len(level)
    edges_s = np.append(beats_s, 2 * beats_s[-1] - beats_s[-2])
    edges = np.clip(np.rint(edges_s / FRAME_S).astype(np.int64), 0, n_frames - 1)
    edges = np.maximum.accumulate(edges)
    starts, ends = edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)
    near = np.clip(starts[:, None] + np.arange(*_ATTACK_FRAMES), 0, n_frames - 1)
    sums = np.concatenate([[0.0], np.cumsum(level)])
    rises = np.concatenate([[0.0], np.cumsum(np.maximum(np.diff(level, prepend=level[0]), 0.0))])
    bounds = np.minimum(np.column_stack([starts, ends]).ravel(), n_frames - 1)
    return {
        "attack": level[near].max(axis=1),
        "mean": (sums[ends] - sums[starts]) / (ends - starts),
        "peak": np.maximum.reduceat(level, bounds)[::2],
        "floor": np.minimum.reduceat(level, bounds)[::2],
        "rise": rises[ends] - rises[starts],
    }


def around(x: Floats, reach: int) -> Floats:
    """Mean over ±reach beats, of those that exist."""
    sums = np.concatenate([[0.0], np.cumsum(x)])
    i = np.arange(len(x))
    first, last = np.maximum(i - reach, 0), np.minimum(i + reach + 1, len(x))
    return np.asarray((sums[last] - sums[first]) / (last - first))


def step(x: Floats, reach: int) -> Floats:
    """Mean of this and the next reach − 1 beats less the mean of the reach beats before; 0 at the first beat."""
    sums = np.concatenate([[0.0], np.cumsum(x)])
    i = np.arange(len(x))
    first, last = np.maximum(i - reach, 0), np.minimum(i + reach, len(x))
    found = (sums[last] - sums[i]) / (last - i) - (sums[i] - sums[first]) / np.maximum(i - first, 1)
    return np.where(i > 0, found, 0.0)


def rank(x: Floats) -> Floats:
    """Rank among all beats, −1 (softest) to 1 (loudest)."""
    order = np.empty(len(x))
    order[np.argsort(x, kind="stable")] = np.arange(len(x))
    return 2 * order / max(len(x) - 1, 1) - 1


def _time(beats_s: Floats) -> list[Floats]:
    """Octaves by which each interval is longer than the median one; octaves of that one above 0.5 s."""
    intervals = np.append(np.diff(beats_s), beats_s[-1] - beats_s[-2])
    median = max(float(np.median(intervals)), 1e-3)  # beats after the end of a recording are all at its end
    return [2 * np.log2(np.maximum(intervals, 1e-3) / median), np.full(len(beats_s), np.log2(median / 0.5))]


def _place(n: int) -> list[Floats]:
    i = np.arange(n, dtype=np.float64)
    place = 2 * i / max(n - 1, 1) - 1
    return [place, np.exp(-i / _EDGE_BEATS), np.exp((i - n + 1) / _EDGE_BEATS), np.full(n, np.log2(n / 300))]


def _bar(beat_in_bar: Ints, bar_beats: Ints) -> list[Floats]:
    known = (beat_in_bar > 0) & (bar_beats > 0)
    angle = 2 * np.pi * (beat_in_bar - 1) / np.maximum(bar_beats, 1)
    downbeat = known & (beat_in_bar == 1)
    return [known * 1.0, downbeat * 1.0, np.where(known, np.sin(angle), 0.0), np.where(known, np.cos(angle), 0.0)]
