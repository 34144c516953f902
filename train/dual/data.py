"""Segments for `train.dual.network`: sound at 16 kHz, a roll of masked velocities, levels and changes at its rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from train.fitting.config import DualConfig
from train.fitting.rate import FrameRate
from train.frames.segments import Pack, Recording, frame_targets, level_in_force
from train.rendering.notes import PackedNotes

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DualSegment:
    """Samples [N], velocities [T, 88] in 0..1, and the targets [T]: `levels` 0 where they do not count, `change`;
    `has_levels` is 0 for a recording without levels."""

    samples: Floats
    velocities: Floats
    levels: Floats
    change: Floats
    has_levels: float


def masked_velocities(notes: PackedNotes, start_s: float, n_frames: int, frame_s: float) -> Floats:
    """[T, 88]: velocity / 127 of each key from its attack to its release (at least one frame), 0 where it is up."""
    roll = np.zeros((n_frames, N_PITCHES), np.float32)
    first = np.rint((notes["onset_s"] - start_s) / frame_s).astype(np.int64)
    last = np.maximum(np.rint((notes["offset_s"] - start_s) / frame_s).astype(np.int64), first + 1)
    key = notes["pitch"].astype(np.int64) - LOWEST_PITCH
    heard = (last > 0) & (first < n_frames) & (key >= 0) & (key < N_PITCHES)
    for i in np.flatnonzero(heard):
        roll[max(first[i], 0) : last[i], key[i]] = notes["velocity"][i] / 127
    return roll


def dual_targets(
    recording: Recording, start_s: float, n_frames: int, rate: FrameRate, mask_frames: int
) -> tuple[Floats, Floats]:
    """Level and change targets [T] of the segment that begins at `start_s`.

    With `mask_frames` ≥ 0 every frame has the level in force, and those further than that from a change of level are 0,
    which the loss leaves out; with −1 the level stands at the beats alone.
    """
    targets = frame_targets(recording, start_s, n_frames, frame_s=rate.frame_s)
    if mask_frames < 0:
        return targets.levels, targets.change
    at = np.flatnonzero(targets.change)[:, None] + np.arange(-mask_frames, mask_frames + 1)
    near = np.zeros(n_frames, bool)
    near[at[(at >= 0) & (at < n_frames)]] = True
    levels = level_in_force(recording, start_s + rate.frame_s * (np.arange(n_frames) + 0.5))
    return np.where(near, levels, 0).astype(np.float32), targets.change


class DualReader:
    """Reads segments of a pack's recordings as `DualConfig` wants them."""

    def __init__(self, pack: Pack, config: DualConfig, segment_s: float) -> None:
        self._pack, self._config, self.rate = pack, config, config.rate
        self.segment_s = segment_s
        self.n_samples = round(segment_s * self.rate.sample_rate_hz)
        self.n_frames = self.rate.n_frames(self.n_samples)

    def starts_s(self, recording: Recording) -> list[float]:
        """Where its segments begin: every `segment_hop_s` while a whole segment is left, the start at least."""
        left_s = recording.n_samples / SAMPLE_RATE_HZ - self.segment_s
        return [k * self._config.segment_hop_s for k in range(int(max(left_s, 0) // self._config.segment_hop_s) + 1)]

    def read(self, recording: Recording, start_s: float) -> DualSegment:
        """The segment from `start_s`, zeros after the end. Raises `MezzoforteError` when notes are missing."""
        first = round(start_s * SAMPLE_RATE_HZ)
        raw = self._pack.samples(recording, first, round(self.segment_s * SAMPLE_RATE_HZ))
        samples = np.zeros(self.n_samples, np.float32)
        resampled = soxr.resample(raw, SAMPLE_RATE_HZ, self.rate.sample_rate_hz)[: self.n_samples]
        samples[: len(resampled)] = resampled
        if self._config.midi == "none":
            velocities = np.zeros((self.n_frames, N_PITCHES), np.float32)
        else:
            velocities = masked_velocities(self._pack.notes(recording), start_s, self.n_frames, self.rate.frame_s)
        levels, change = dual_targets(
            recording, start_s, self.n_frames, self.rate, self._config.level_mask_frames
        )  # fmt: skip
        return DualSegment(samples, velocities, levels, change, float((recording.levels > 0).any()))


class DualSampler:
    """Draws segments of recordings with a level: a corpus by weight, a piece of it, a recording, one of its starts."""

    def __init__(self, reader: DualReader, recordings: list[Recording], corpus_weights: dict[str, float]) -> None:
        self._reader = reader
        tree: dict[str, dict[str, list[Recording]]] = {}
        for r in recordings:
            if (r.levels > 0).any() and corpus_weights.get(r.corpus, 0) > 0:
                tree.setdefault(r.corpus, {}).setdefault(r.piece_id, []).append(r)
        if not tree:
            raise MezzoforteError(f"the pack has no training recordings with levels of {sorted(corpus_weights)}")
        weights = np.array([corpus_weights[c] for c in tree])
        self._weights = weights / weights.sum()
        self._pieces = [list(pieces.values()) for pieces in tree.values()]

    def draw(self, rng: np.random.Generator) -> DualSegment:
        pieces = self._pieces[int(rng.choice(len(self._pieces), p=self._weights))]
        recordings = pieces[rng.integers(len(pieces))]
        recording = recordings[rng.integers(len(recordings))]
        starts = self._reader.starts_s(recording)
        return self._reader.read(recording, starts[rng.integers(len(starts))])
