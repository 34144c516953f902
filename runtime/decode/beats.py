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

    def part(self, first: int, after: int) -> BeatPath:
        """The beats from one index to before another."""
        return BeatPath(self.frames[first:after], self.probability[first:after])


@dataclass(frozen=True)
class KnownBeats:
    """What is certain of the beats: `frames` [n], where some are, and `rows` [k, 2], from where to where there are no
    others."""

    frames: Floats
    rows: Floats

    @staticmethod
    def nothing() -> KnownBeats:
        """When nobody said anything."""
        return KnownBeats(np.empty(0), np.empty((0, 2)))


def track_beats(
    beat_logits: npt.NDArray[np.floating],
    downbeat_logits: npt.NDArray[np.floating],
    options: DecodeOptions,
    known: KnownBeats | None = None,
    beats_per_bar: int | None = None,
) -> BeatPath:
    """The beats of a recording from its beat and downbeat logits [T]; empty when nothing looks like one.

    `known` beats are kept where they are and leave no room for others nearby. `beats_per_bar` is the metre when it is
    known. Peak picking ignores downbeats and metre.
    """
    p = probability(beat_logits, options.beat_scale, options.beat_offset)
    picks_peaks = options.tempo_stiffness <= 0
    candidates = find_peaks(p, options.beat_threshold if picks_peaks else options.candidate_threshold)
    frames = onset_frames(_refine(beat_logits, candidates), options)
    chances = p[candidates]
    if known is not None and len(known.frames):
        frames, chances = with_known(BeatPath(frames, chances), known)
    if not picks_peaks:
        states = BarStates.of(options, beats_per_bar)
        evidence = bar_evidence(downbeat_probability(downbeat_logits, frames, options), states)
        chosen = best_path(frames_to_s(frames), chances, evidence, states, options)
        frames, chances = frames[chosen], chances[chosen]
    return BeatPath(frames, chances)


def onset_frames(peak_frames: Floats, options: DecodeOptions) -> Floats:
    """Where the onsets of these peaks are."""
    return np.maximum(peak_frames - options.beat_delay_s / FRAME_S, 0.0)


def with_known(path: BeatPath, known: KnownBeats) -> tuple[Floats, Floats]:
    """Frames and probabilities with every known beat among them at probability 1, none closer to one than the shortest
    beat, and no others in their rows."""
    gap = np.abs(path.frames[:, None] - known.frames[None]).min(axis=1, initial=np.inf)
    in_row = ((path.frames[:, None] > known.rows[None, :, 0]) & (path.frames[:, None] < known.rows[None, :, 1])).any(
        axis=1
    )
    free = (gap >= SHORTEST_BEAT_S / FRAME_S) & ~in_row
    merged = np.concatenate([path.frames[free], known.frames])
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate([path.probability[free], np.ones(len(known.frames))])[order]


def _refine(logits: npt.NDArray[np.floating], frames: Ints) -> Floats:
    """Sub-frame position of each peak: the vertex of the parabola through it and its neighbours."""
    z = np.pad(np.asarray(logits, np.float64), 1, mode="edge")
    left, mid, right = z[frames], z[frames + 1], z[frames + 2]
    bend = left - 2 * mid + right
    shift = np.divide(0.5 * (left - right), bend, out=np.zeros_like(mid), where=bend < -1e-9)
    return np.asarray(np.clip(frames + np.clip(shift, -0.5, 0.5), 0, len(logits) - 1))
