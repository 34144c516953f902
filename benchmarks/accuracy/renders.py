"""Renders and real recordings with their true beats, as the product hears them; what is slow is kept in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.labels.recordings import LABELS, RECORDINGS
from runtime.analysis import Beat, Metre, Source
from runtime.corrections import Corrections
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.notes.played import PlayedNotes
from runtime.pipeline import Frames
from train.frames.pack import READERS
from train.marks.hear import Listener
from train.measure.metrics import TOLERANCE_S, track_scores
from train.rendering.render import audio_path_of
from train.sources import Sources

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Piece:
    """One recording: its true beats (seconds) and their places in the bar, what was heard in it, and what it comes from
    (`train.sources`)."""

    name: str
    corpus: str
    beats_s: Floats
    position: Ints
    frames: Frames
    notes: PlayedNotes
    sources: Sources

    @property
    def downbeats_s(self) -> Floats:
        """The true ones."""
        return self.beats_s[self.position == 1]

    def grid(self, listener: Listener, said: Corrections | None = None, *, with_notes: bool = True) -> Shown:
        """The beats and bars that a user sees, under corrections; with notes that is quality ``best``, without it is
        ``fast``."""
        found = self.frames.grid(listener.model, said, self.notes if with_notes else None)
        return Shown((), ()) if found is None else Shown(found.beats(), found.metres())

    def scored(self, shown: Shown) -> tuple[float, float]:
        """As the function `scored`."""
        return scored(self.beats_s, self.position, shown)


@dataclass(frozen=True)
class Shown:
    """Beats and metres as an analysis has them."""

    beats: tuple[Beat, ...]
    metre: tuple[Metre, ...]


def scored(beats_s: Floats, position: Ints, shown: Shown) -> tuple[float, float]:
    """Beat and downbeat F as everywhere in docs/accuracy.md, of the part whose beats are known."""
    end_s = beats_s[-1] + TOLERANCE_S
    found = [b for b in shown.beats if b.time_s <= end_s]
    beat = track_scores(beats_s, np.array([b.time_s for b in found]))
    downbeat = track_scores(beats_s[position == 1], np.array([b.time_s for b in found if b.position == 1]))
    return (beat[0] if beat else 0.0), (downbeat[0] if downbeat else 0.0)


def rendered(corpus: str, data: Path, renders: Path, listener: Listener) -> Iterator[Piece]:
    """Every performance of a corpus that was rendered (`train.rendering`), in order of name."""
    items = READERS[corpus](data, only=lambda midi: _audio(midi, data, renders) is not None).items
    for item in sorted(items, key=lambda i: i.id):
        path = None if item.midi_path is None else _audio(item.midi_path, data, renders)
        if path is None:
            continue
        how = json.loads(path.with_suffix(".json").read_text())
        beats_s = item.labels.beats_s * how["variation"]["time_scale"] + how["onset_latency_s"]
        frames, notes = _heard(path, listener)
        inside = beats_s < frames.source.duration_s
        if how["max_s"] is not None:
            inside &= item.labels.beats_s <= how["max_s"]
        position = np.asarray(item.labels.beat_in_bar[inside], np.int64)
        yield Piece(item.id, corpus, beats_s[inside], position, frames, notes, item.sources)


def real(folder: Path, listener: Listener) -> Iterator[Piece]:
    """The real recordings, with the labels of `benchmarks/labels/real_audio`: the first minute of each."""
    for recording in RECORDINGS:
        rows = np.loadtxt(LABELS / f"{recording.name}.csv", delimiter=",", skiprows=1, usecols=(0, 2))
        frames, notes = _heard(folder / recording.audio, listener)
        position = rows[:, 1].astype(np.int64)
        yield Piece(recording.name, "real_audio", rows[:, 0], position, frames, notes, (f"recording/{recording.name}",))


def _audio(midi: Path, data: Path, renders: Path) -> Path | None:
    path = audio_path_of(renders, str(midi.relative_to(data)))
    return path if path.is_file() and path.with_suffix(".json").is_file() else None


def _heard(path: Path, listener: Listener) -> tuple[Frames, PlayedNotes]:
    evidence = listener.hear(path)
    assert evidence.logits is not None and evidence.notes is not None
    source = Source(path.name, len(evidence.ntot_sone) * FRAME_S, SAMPLE_RATE_HZ)
    return Frames(evidence.logits, source, ()), evidence.notes
