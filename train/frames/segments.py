"""Segments of recordings for training: balanced by piece, from anywhere in a recording, with frame targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S, HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.sound.level import TARGET_DBFS
from train.data.splits import Split, split_of_recording
from train.fitting.hdf5 import open_hdf5
from train.frames.augment import change_speed
from train.rendering.codec import through_codec
from train.rendering.notes import PackedNotes
from train.sources import UNKNOWN, Sources, union


@dataclass(frozen=True)
class Recording:
    """What a pack says of one recording, without its samples."""

    key: str
    corpus: str
    piece_id: str
    composer: str
    instrument: str
    source: str
    """Path of the performance MIDI below its data folder."""
    gain: float
    n_samples: int
    beats_s: npt.NDArray[np.float64]
    beat_in_bar: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int8]
    sources: Sources = (UNKNOWN,)
    """All that it comes from (`train.sources`)."""

    def beginning(self, n_samples: int) -> Recording:
        """Its first samples as a recording of their own."""
        inside = self.beats_s < n_samples / SAMPLE_RATE_HZ
        return replace(
            self, n_samples=min(n_samples, self.n_samples), beats_s=self.beats_s[inside],
            beat_in_bar=self.beat_in_bar[inside], levels=self.levels[inside],
        )  # fmt: skip

    @property
    def change_beats(self) -> npt.NDArray[np.int64]:
        """Beats whose level is known and differs from the known level of the beat before."""
        now, before = self.levels[1:], self.levels[:-1]
        return 1 + np.flatnonzero((now != before) & (now > 0) & (before > 0))


class Pack:
    """A file that `train.frames.pack` wrote, opened for reading. Raises `MezzoforteError` when it is not one."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = open_hdf5(path, "r")
        except OSError as e:
            raise MezzoforteError(
                "not a training pack", where=str(path), cause="another file, or parts that are missing or cut",
                advice="Make one with train.frames.pack, or copy all its parts again",
            ) from e  # fmt: skip
        groups = [g for g in self._file.values() if g.attrs.get("complete")]
        self.recordings = [_recording(g) for g in groups]
        if not self.recordings:
            raise MezzoforteError("the pack holds no recordings", where=str(path))

    def close(self) -> None:
        """Close the file, for somebody who wants to write to it."""
        self._file.close()

    def split(self, split: Split, fold: int | None) -> list[Recording]:
        """The recordings of one split (see `train.data.splits`)."""
        return [r for r in self.recordings if split_of_recording(r.corpus, r.piece_id, fold) == split]

    def samples(self, recording: Recording, start: int, n: int) -> npt.NDArray[np.float32]:
        """Samples `start` … `start + n`, level rule applied, zeros after the end."""
        raw = self._file[recording.key]["samples"][start : start + n]
        out = np.zeros(n, np.float32)
        out[: len(raw)] = raw
        return out * np.float32(recording.gain / 32768)

    def has_notes(self, recording: Recording) -> bool:
        """Whether it is known what was played (not of real recordings)."""
        return "notes" in self._file[recording.key]

    def notes(self, recording: Recording) -> PackedNotes:
        """The notes of a recording, by onset. Raises `MezzoforteError` when the pack was made without notes."""
        group = self._file[recording.key]
        if "notes" not in group:
            raise MezzoforteError("the pack has no notes of this recording", where=recording.key,
                                  advice="Run train.frames.pack on it again: it adds what is missing")  # fmt: skip
        return group["notes"][()]


def pack_sources(recordings: Iterable[Recording]) -> Sources:
    """What recordings come from, all together."""
    return union(*(r.sources for r in recordings))


def _recording(group: h5py.Group) -> Recording:
    attrs = group.attrs
    return Recording(
        key=group.name.lstrip("/"), corpus=attrs["corpus"], piece_id=attrs["piece_id"], composer=attrs["composer"],
        instrument=attrs["instrument"], source=attrs["source"], gain=float(attrs["gain"]),
        n_samples=group["samples"].shape[0],
        beats_s=group["beats_s"][()], beat_in_bar=group["beat_in_bar"][()].astype(np.int64), levels=group["levels"][()],
        sources=tuple(attrs.get("sources", UNKNOWN).split(",")),
    )  # fmt: skip


@dataclass(frozen=True)
class Targets:
    """Frame targets of a segment, all [T] float32; `levels` 0 unknown or no beat; `weights` say which tasks count."""

    beat: npt.NDArray[np.float32]
    downbeat: npt.NDArray[np.float32]
    change: npt.NDArray[np.float32]
    levels: npt.NDArray[np.float32]
    has_bars: float
    has_levels: float


def frame_targets(recording: Recording, start_s: float, n_frames: int, speed: float = 1.0) -> Targets:
    """Targets of the segment that begins at `start_s` and is played `speed` times as fast."""
    frames = np.rint((recording.beats_s - start_s) / speed / FRAME_S).astype(np.int64)
    inside = (frames >= 0) & (frames < n_frames)
    roll = {name: np.zeros(n_frames, np.float32) for name in ("beat", "downbeat", "change", "levels")}
    roll["beat"][frames[inside]] = 1
    roll["downbeat"][frames[inside & (recording.beat_in_bar == 1)]] = 1
    is_change = np.zeros(len(frames), bool)
    is_change[recording.change_beats] = True
    roll["change"][frames[inside & is_change]] = 1
    roll["levels"][frames[inside]] = recording.levels[inside]
    return Targets(
        **roll, has_bars=float((recording.beat_in_bar > 0).any()), has_levels=float((recording.levels > 0).any())
    )


_NOTHING_SHARE = 0.02


class Sampler:
    """Draws segments: a corpus by weight, a piece of it, a recording of it, a start (tails as often as the rest)."""

    def __init__(
        self, pack: Pack, recordings: list[Recording], corpus_weights: dict[str, float], segment_s: float, speed: float,
        codec_probability: float = 0.0,
    ) -> None:  # fmt: skip
        self._pack, self._speed, self._codec_probability = pack, speed, codec_probability
        self.n_samples = round(segment_s * SAMPLE_RATE_HZ / HOP_SAMPLES) * HOP_SAMPLES
        self.n_frames = 1 + self.n_samples // HOP_SAMPLES
        tree: dict[str, dict[str, list[Recording]]] = defaultdict(lambda: defaultdict(list))
        for r in recordings:
            tree[r.corpus][r.piece_id].append(r)
        self._corpora = [c for c in tree if corpus_weights.get(c, 0) > 0]
        if not self._corpora:
            raise MezzoforteError(f"the pack has no training recordings of {sorted(corpus_weights)}")
        weights = np.array([corpus_weights[c] for c in self._corpora])
        self._weights = weights / weights.sum()
        self._pieces = {c: list(tree[c].values()) for c in self._corpora}

    def draw(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], Targets]:
        """One segment: samples [n] and its targets; now and then noise or silence, in which there are no beats."""
        if rng.random() < _NOTHING_SHARE:
            return self._nothing(rng)
        pieces = self._pieces[self._corpora[rng.choice(len(self._corpora), p=self._weights)]]
        recordings = pieces[rng.integers(len(pieces))]
        recording = recordings[rng.integers(len(recordings))]
        speed = float(np.exp(rng.uniform(-self._speed, self._speed))) if self._speed and rng.random() < 0.5 else 1.0
        n_read = int(np.ceil(self.n_samples * speed)) + 1
        start = int(rng.integers(0, max(1, recording.n_samples - n_read + 1)))
        samples = self._pack.samples(recording, start, n_read)
        samples = samples[: self.n_samples] if speed == 1.0 else change_speed(samples, speed, self.n_samples)
        if self._codec_probability and rng.random() < self._codec_probability:
            samples = through_codec(samples, rng)
        return samples, frame_targets(recording, start / SAMPLE_RATE_HZ, self.n_frames, speed)

    def _nothing(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], Targets]:
        """Noise of a random colour at the level rule's level, or silence; all targets 0."""
        spectrum = np.fft.rfft(rng.standard_normal(self.n_samples))
        spectrum *= np.maximum(np.arange(len(spectrum)), 1.0) ** -rng.uniform(0, 1)
        noise = np.fft.irfft(spectrum, self.n_samples)
        noise *= 10 ** (TARGET_DBFS / 20) / noise.std() * (rng.random() < 0.8)
        rolls = {name: np.zeros(self.n_frames, np.float32) for name in ("beat", "downbeat", "change", "levels")}
        return noise.astype(np.float32), Targets(**rolls, has_bars=1.0, has_levels=1.0)
