"""The notes of a render and their frame targets: what a transcriber has to find.

A note sounds until its key is released, or, with the sustain pedal down, until the pedal is raised or the key is struck
again: this is the convention of MAESTRO's evaluation (Hawthorne et al., ICLR 2019).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from train.rendering.performance import PEDAL_DOWN, MidiEvent, Variation, read_performance

ONSET_REACH_FRAMES = 3.0
"""An onset target falls from 1 at the onset to 0 this far from it (Kong et al., IEEE TASLP 2021, equation 1)."""

_SUSTAIN = 64
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NoteTable:
    """Notes by onset: `onset_s`, `offset_s` (sound ends), `release_s` (key goes up), `pitch`, `velocity`, all [n];
    `pedal` [m, 2] are spans (down_s, up_s). Times are seconds of the audio. `doubtful` [k, 3] are spans of a key,
    (from_s, to_s, pitch), of which nobody knows what happened there."""

    onset_s: Floats
    offset_s: Floats
    release_s: Floats
    pitch: npt.NDArray[np.int64]
    velocity: npt.NDArray[np.int64]
    pedal: Floats
    doubtful: Floats = field(default_factory=lambda: np.empty((0, 3)))

    def moved(self, start_s: float, speed: float) -> NoteTable:
        """In seconds after `start_s`, played `speed` times as fast."""
        times_s = [(t - start_s) / speed for t in (self.onset_s, self.offset_s, self.release_s)]
        doubtful = (self.doubtful - (start_s, start_s, 0)) / (speed, speed, 1)
        return NoteTable(*times_s, self.pitch, self.velocity, (self.pedal - start_s) / speed, doubtful)


def notes_of_events(events: list[MidiEvent]) -> NoteTable:
    """Notes and pedal spans of a performance in time order; notes left open end with the last event."""
    end_s = events[-1].time_s if events else 0.0
    spans, down_s = [], None
    for e in events:
        if e.kind == "control" and e.number == _SUSTAIN:
            if e.value >= PEDAL_DOWN and down_s is None:
                down_s = e.time_s
            elif e.value < PEDAL_DOWN and down_s is not None:
                spans.append((down_s, e.time_s))
                down_s = None
    if down_s is not None:
        spans.append((down_s, end_s))
    pedal = np.array(spans, np.float64).reshape(-1, 2)
    rows = _held(events, end_s)
    table = np.array(sorted(rows), np.float64).reshape(-1, 4)
    onset_s, pitch, velocity, release_s = table.T
    offset_s = _sounding(onset_s, pitch, release_s, pedal)
    return NoteTable(onset_s, offset_s, release_s, pitch.astype(np.int64), velocity.astype(np.int64), pedal)


def _held(events: list[MidiEvent], end_s: float) -> list[tuple[float, int, int, float]]:
    """Rows (onset_s, pitch, velocity, release_s)."""
    rows, open_notes = [], {}
    for e in events:
        if e.kind not in ("on", "off"):
            continue
        if e.number in open_notes:
            start_s, velocity = open_notes.pop(e.number)
            rows.append((start_s, e.number, velocity, e.time_s))
        if e.kind == "on":
            open_notes[e.number] = (e.time_s, e.value)
    rows.extend((start_s, pitch, velocity, end_s) for pitch, (start_s, velocity) in open_notes.items())
    return rows


def _sounding(onset_s: Floats, pitch: Floats, release_s: Floats, pedal: Floats) -> Floats:
    """When the sound ends: the pedal holds a note on, the same key struck again does not."""
    out = release_s.copy()
    if len(pedal):
        span = np.searchsorted(pedal[:, 0], release_s, side="right") - 1
        held = (span >= 0) & (pedal[np.maximum(span, 0), 1] > release_s)
        out[held] = pedal[span[held], 1]
    for p in np.unique(pitch):
        index = np.flatnonzero(pitch == p)
        out[index[:-1]] = np.minimum(out[index[:-1]], onset_s[index[1:]])
    return np.maximum(out, onset_s)


def notes_of_render(midi_dir: Path, audio_path: Path) -> NoteTable:
    """The notes of a file of `train.rendering`, by the JSON beside it: variation and onset latency applied."""
    how = json.loads(audio_path.with_suffix(".json").read_text())
    events = Variation(**how["variation"]).apply(read_performance(midi_dir / how["midi"]), how["max_s"])
    notes, late_s = notes_of_events(events), how["onset_latency_s"]
    return NoteTable(
        notes.onset_s + late_s, notes.offset_s + late_s, notes.release_s + late_s,
        notes.pitch, notes.velocity, notes.pedal + late_s,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class NoteTargets:
    """Targets of a segment, float32: `onset`, `frame`, `offset`, `velocity` [T, 88]; `pedal` [T]. Velocity is
    velocity / 127 at the frames next to an onset, 0 elsewhere. `asked` [T, 88] is 0 where nothing is known, else 1."""

    onset: npt.NDArray[np.float32]
    frame: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]
    velocity: npt.NDArray[np.float32]
    pedal: npt.NDArray[np.float32]
    asked: npt.NDArray[np.float32]


def note_targets(notes: NoteTable, start_s: float, n_frames: int) -> NoteTargets:
    """Targets of the `n_frames` frames from `start_s` on."""
    shape = (n_frames, N_PITCHES)
    onset, offset, frame, velocity = (np.zeros(shape, np.float32) for _ in range(4))
    end_s = start_s + n_frames * FRAME_S
    reach = int(ONSET_REACH_FRAMES) + 1
    near = (notes.offset_s > start_s - 0.2) & (notes.onset_s < end_s + 0.2)
    for i in np.flatnonzero(near):
        column = notes.pitch[i] - LOWEST_PITCH
        if not 0 <= column < N_PITCHES:
            continue
        first = (notes.onset_s[i] - start_s) / FRAME_S
        last = (notes.offset_s[i] - start_s) / FRAME_S
        frame[max(0, round(first)) : max(0, round(last)) + 1, column] = 1
        for roll, place in ((onset, first), (offset, last)):
            rows = np.arange(max(0, round(place) - reach), min(n_frames, round(place) + reach + 1))
            value = 1 - np.abs(rows - place) / ONSET_REACH_FRAMES
            roll[rows, column] = np.maximum(roll[rows, column], value)
        rows = slice(max(0, round(first) - 1), max(0, round(first) + 2))
        velocity[rows, column] = notes.velocity[i] / 127
    times_s = start_s + np.arange(n_frames) * FRAME_S
    pedal = np.zeros(n_frames, np.float32)
    for down_s, up_s in notes.pedal:
        pedal[(times_s >= down_s) & (times_s < up_s)] = 1
    return NoteTargets(onset, frame, offset, velocity, pedal, _asked(notes.doubtful, start_s, shape))


def _asked(doubtful: Floats, start_s: float, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    asked = np.ones(shape, np.float32)
    for from_s, to_s, pitch in doubtful:
        first, last = (round((t - start_s) / FRAME_S) for t in (from_s, to_s))
        if 0 <= pitch - LOWEST_PITCH < N_PITCHES:
            asked[max(0, first) : max(0, last + 1), int(pitch) - LOWEST_PITCH] = 0
    return asked
