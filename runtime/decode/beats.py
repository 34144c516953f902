"""Beat times from beat logits: peak picking, or the most probable path through the peaks under a tempo model.

The path is a semi-Markov decoder over candidate peaks: rubato is judged by the ratio of neighbouring intervals
alone, with a bounded cost, so that no tempo range and no fixed tempo are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.options import DecodeOptions
from runtime.frames import FRAME_S, frames_to_s

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHORTEST_BEAT_S = 0.15
LONGEST_BEAT_S = 2.4
_PAUSE_COST = 3.0
_PEAK_REACH_FRAMES = 3
_CERTAIN_GAIN = 200.0
_MOST_PREDECESSORS = 24


@dataclass(frozen=True)
class BeatPath:
    """Beats in time order: `frames` (fractional positions) and `probability`, both [n]."""

    frames: Floats
    probability: Floats


def probability(logits: npt.NDArray[np.floating], scale: float, offset: float) -> Floats:
    """Calibrated probability of each logit."""
    z = np.clip(scale * np.asarray(logits, np.float64) + offset, -40, 40)
    return np.asarray(1 / (1 + np.exp(-z)))


def find_peaks(p: Floats, least: float) -> Ints:
    """Frames that are the largest of their ±3 neighbours (the first of equals) and at least `least`."""
    if not len(p):
        return np.empty(0, np.int64)
    reach = _PEAK_REACH_FRAMES
    padded = np.pad(p, reach, constant_values=-1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    first_largest = windows.argmax(axis=1) == reach
    return np.asarray(np.flatnonzero(first_largest & (p >= least)))


def track_beats(
    beat_logits: npt.NDArray[np.floating], options: DecodeOptions, pins_frames: Floats | None = None
) -> BeatPath:
    """The beats of a recording from its beat logits [T]; empty when nothing looks like one.

    `pins_frames` are beats that are certain: they are kept where they are and leave no room for others nearby.
    """
    p = probability(beat_logits, options.beat_scale, options.beat_offset)
    picks_peaks = options.tempo_stiffness <= 0
    candidates = find_peaks(p, options.beat_threshold if picks_peaks else options.candidate_threshold)
    frames = _refine(beat_logits, candidates)
    chances = p[candidates]
    if pins_frames is not None and len(pins_frames):
        frames, chances = _with_pins(frames, chances, pins_frames)
    if not picks_peaks:
        chosen = _best_path(frames_to_s(frames), chances, options)
        frames, chances = frames[chosen], chances[chosen]
    return BeatPath(frames, chances)


def _with_pins(frames: Floats, p: Floats, pins: Floats) -> tuple[Floats, Floats]:
    """Candidates with every pin among them at probability 1 and none closer to a pin than the shortest beat."""
    gap = np.abs(frames[:, None] - pins[None]).min(axis=1)
    free = gap >= SHORTEST_BEAT_S / FRAME_S
    merged = np.concatenate([frames[free], pins])
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate([p[free], np.ones(len(pins))])[order]


def _refine(logits: npt.NDArray[np.floating], frames: Ints) -> Floats:
    """Sub-frame position of each peak: the vertex of the parabola through it and its neighbours."""
    z = np.pad(np.asarray(logits, np.float64), 1, mode="edge")
    left, mid, right = z[frames], z[frames + 1], z[frames + 2]
    bend = left - 2 * mid + right
    shift = np.divide(0.5 * (left - right), bend, out=np.zeros_like(mid), where=bend < -1e-9)
    return np.asarray(np.clip(frames + np.clip(shift, -0.5, 0.5), 0, len(logits) - 1))


def _best_path(times_s: Floats, p: Floats, options: DecodeOptions) -> Ints:
    """Indices of the candidates on the best path.

    A path earns log(p / threshold-odds) per beat and pays for each change of its interval; the state is the
    last interval, so the search is over pairs of candidates.
    """
    n = len(times_s)
    if n == 0:
        return np.empty(0, np.int64)
    bias = np.log(options.beat_threshold / (1 - options.beat_threshold))
    gain = np.log(p / (1 - p + 1e-12) + 1e-12) - bias
    gain = np.where(p >= 1, _CERTAIN_GAIN, np.clip(gain, -6, 4))
    first = np.maximum(np.searchsorted(times_s, times_s - LONGEST_BEAT_S), np.arange(n) - _MOST_PREDECESSORS)
    last = np.searchsorted(times_s, times_s - SHORTEST_BEAT_S, side="right")
    # Column k of row j: the path that ends i → j with i = first[j] + k; the last column: j starts afresh.
    width = _MOST_PREDECESSORS + 1
    score = np.full((n, width), -np.inf)
    back = np.full((n, width), -1, np.int64)
    log_gap = np.zeros((n, width))
    best_before = -np.inf
    best_before_at = -1
    row_best = np.full(n, -np.inf)
    settled = 0
    for j in range(n):
        while settled < last[j]:
            if row_best[settled] > best_before:
                best_before, best_before_at = row_best[settled], settled
            settled += 1
        fresh = 0.0 if best_before_at < 0 else max(0.0, best_before - _PAUSE_COST)
        score[j, -1] = gain[j] + fresh
        back[j, -1] = best_before_at if fresh > 0 else -1
        i0, i1 = int(first[j]), int(last[j])
        if i1 > i0:
            k = i1 - i0
            gaps = np.log2(times_s[j] - times_s[i0:i1])
            log_gap[j, :k] = gaps
            cost = options.tempo_stiffness * (gaps[:, None] - log_gap[i0:i1]) ** 2
            cost = np.minimum(cost, options.tempo_cost_limit)
            cost[:, -1] = 0.0
            through = score[i0:i1] - cost
            choice = through.argmax(axis=1)
            score[j, :k] = gain[j] + through[np.arange(k), choice]
            back[j, :k] = choice
        row_best[j] = score[j].max()
    return _trace(score, back, first)


def _trace(score: Floats, back: Ints, first: Ints) -> Ints:
    flat = int(score.argmax())
    j, k = divmod(flat, score.shape[1])
    path = [j]
    while True:
        if k == score.shape[1] - 1:
            j = int(back[j, k])
            if j < 0:
                break
            k = int(score[j].argmax())
        else:
            j, k = int(first[j]) + k, int(back[j, k])
        path.append(j)
    return np.array(path[::-1], np.int64)
