"""Which peaks of the beat logits are beats: heard again with the whole recording in view.

A frame network sees seconds, and gives every subdivision a peak. The stage sees the peaks of a recording, how they
compare with each other and how far they are apart, and says anew how likely each is a beat, and, if it is one, a
downbeat. Graph contract of ``NAME.beats.onnx``: input ``features`` float32 [batch, n, F] as `peak_features` makes them,
outputs ``beat`` and ``downbeat`` [batch, n], logits, for any n ≥ 1. It is small and always runs on the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.sound.phon import phon
from runtime.stages.peaks import find_peaks, where_it_sounds
from runtime.stages.run import run_stage

if TYPE_CHECKING:
    from runtime.network.logits import FrameLogits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_LOGIT = -4.0
"""Peaks below are not candidates."""
FEWEST_PEAKS = 8
"""A recording with fewer stays as it is."""
FEATURES = (
    "beat", "beat_z", "beat_rank", "downbeat", "downbeat_z", "downbeat_rank", "attack", "attack_z", "attack_rank",
    "loudness_z", "loudness_rank", "decay", "gap_before", "gap_after", "gap_before_rel", "gap_after_rel",
    "gap_median", "beat_mean", "downbeat_mean", "beat_high",
)  # fmt: skip
"""Names of the columns, in order; a model card that lists others was made for another version."""
LOGITS = (("beat", "beat_mean", "beat_high"), ("downbeat", "downbeat_mean"))
"""Those that move with all beat logits, and with all downbeat logits, of a recording."""
GAPS = ("gap_before", "gap_after", "gap_median")
"""Those that say how fast the peaks follow each other: log2 of seconds."""

_LIMIT = 4.0
_DOWNBEAT_REACH_FRAMES = 2
_ATTACK_FRAMES = (-4, 3)
_LOUD_REACH_FRAMES = 3
_DECAY_FRAMES = 8
_EDGE_GAP_S = 0.5


@dataclass(frozen=True)
class BeatStage:
    """A verified stage for beats, ready to run."""

    name: str
    session: Any

    def run(self, features: Floats) -> tuple[Floats, Floats]:
        """Beat and downbeat logits [n] of peaks with these features [n, F]. Raises `ModelError`."""
        beat, downbeat = run_stage(self.session, self.name, features, {"beat": (), "downbeat": ()})
        return beat, downbeat

    def refined(self, logits: FrameLogits) -> FrameLogits:
        """Frame logits in which every peak stands as high as the stage says; the shape around it stays.

        Raises `ModelError`.
        """
        peaks = candidate_peaks(logits)
        if len(peaks) < FEWEST_PEAKS:
            return logits
        return moved(logits, peaks, *self.run(peak_features(logits, peaks)))


def candidate_peaks(logits: FrameLogits) -> Ints:
    """Frames of the peaks [n] that may be beats: where there is sound, and not out of the question."""
    beat = where_it_sounds(logits.beat, logits.ntot_sone).astype(np.float64)
    return find_peaks(beat, LEAST_LOGIT)


def peak_features(logits: FrameLogits, peaks: Ints) -> Floats:
    """One row per peak, float64 [n, len(FEATURES)], every value within ±4. At least two peaks are needed."""
    n_frames = len(logits.beat)
    beat = logits.beat[peaks].astype(np.float64)
    downbeat = _largest_near(logits.downbeat, peaks, _DOWNBEAT_REACH_FRAMES)
    loudness = phon(logits.ntot_sone)
    before, after = (loudness[np.clip(peaks + k, 0, n_frames - 1)] for k in _ATTACK_FRAMES)
    attack, loud = after - before, _largest_near(loudness, peaks, _LOUD_REACH_FRAMES)
    decay = loud - loudness[np.clip(peaks + _DECAY_FRAMES, 0, n_frames - 1)]
    gaps = np.log2(np.diff(peaks) * FRAME_S)
    edge = np.log2(_EDGE_GAP_S)
    gap_before, gap_after = np.append(edge, gaps), np.append(gaps, edge)
    middle, ones = float(np.median(gaps)), np.ones(len(peaks))
    columns = [
        beat / 4, _z(beat), _rank(beat), downbeat / 4, _z(downbeat), _rank(downbeat),
        attack / 10, _z(attack), _rank(attack), _z(loud), _rank(loud), decay / 5,
        gap_before, gap_after, gap_before - middle, gap_after - middle, middle * ones,
        beat.mean() / 4 * ones, downbeat.mean() / 4 * ones, float(np.quantile(beat, 0.9)) / 4 * ones,
    ]  # fmt: skip
    return np.asarray(np.clip(np.column_stack(columns), -_LIMIT, _LIMIT), np.float64)


def moved(logits: FrameLogits, peaks: Ints, beat: Floats, downbeat: Floats) -> FrameLogits:
    """Frame logits moved up or down as far as their nearest peak is, so that peaks [n] have the given logits [n].

    A downbeat's is the largest within ±2 frames of its peak, which is where decoding looks.
    """
    nearest = np.searchsorted((peaks[1:] + peaks[:-1]) / 2, np.arange(len(logits.beat)))
    by_beat = beat - logits.beat[peaks]
    by_downbeat = downbeat - _largest_near(logits.downbeat, peaks, _DOWNBEAT_REACH_FRAMES)
    return replace(
        logits,
        beat=(logits.beat + by_beat[nearest]).astype(np.float32),
        downbeat=(logits.downbeat + by_downbeat[nearest]).astype(np.float32),
    )


def _largest_near(values: npt.NDArray[np.floating], frames: Ints, reach: int) -> Floats:
    near = frames[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(values[np.clip(near, 0, len(values) - 1)].max(axis=1), np.float64)


def _z(values: Floats) -> Floats:
    """Against the recording's own mean and deviation."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-3))


def _rank(values: Floats) -> Floats:
    """From −1 (lowest of the recording) to 1."""
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values))
    return np.asarray((order + 0.5) / len(values) * 2 - 1)
