"""Beat times from beat logits: peak picking, or the most probable path through the peaks (`path.py`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.bars import BarStates, bar_evidence, downbeat_probability
from runtime.decode.options import DecodeOptions
from runtime.decode.path import SHORTEST_BEAT_S, best_path
from runtime.decode.probability import probability
from runtime.frames import FRAME_S, frames_to_s
from runtime.stages.peaks import find_peaks

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BeatPath:
    """Beats in time order: `frames` (fractional positions) and `probability`, both [n]."""

    frames: Floats
    probability: Floats


def track_beats(
    beat_logits: npt.NDArray[np.floating],
    downbeat_logits: npt.NDArray[np.floating],
    options: DecodeOptions,
    pins_frames: Floats | None = None,
    pin_positions: Ints | None = None,
    beats_per_bar: int | None = None,
) -> BeatPath:
    """The beats of a recording from its beat and downbeat logits [T]; empty when nothing looks like one.

    `pins_frames` are beats that are certain: they are kept where they are and leave no room for others nearby.
    `pin_positions` are their positions in the bar (0: not known), `beats_per_bar` is the metre when it is known.
    Peak picking ignores downbeats and metre.
    """
    p = probability(beat_logits, options.beat_scale, options.beat_offset)
    picks_peaks = options.tempo_stiffness <= 0
    candidates = find_peaks(p, options.beat_threshold if picks_peaks else options.candidate_threshold)
    frames = onset_frames(_refine(beat_logits, candidates), options)
    chances = p[candidates]
    if pins_frames is not None and len(pins_frames):
        frames, chances = _with_pins(frames, chances, pins_frames)
    if not picks_peaks:
        known = np.zeros(len(frames), np.int64)
        if pins_frames is not None and pin_positions is not None and len(pins_frames):
            known[np.abs(frames[:, None] - pins_frames[None]).argmin(axis=0)] = pin_positions
        states = BarStates.of(options, beats_per_bar)
        evidence = bar_evidence(downbeat_probability(downbeat_logits, frames, options), states, known)
        chosen = best_path(frames_to_s(frames), chances, evidence, states, options)
        frames, chances = frames[chosen], chances[chosen]
    return BeatPath(frames, chances)


def onset_frames(peak_frames: Floats, options: DecodeOptions) -> Floats:
    """Where the onsets of these peaks are."""
    return np.maximum(peak_frames - options.beat_delay_s / FRAME_S, 0.0)


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
