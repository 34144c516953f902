"""The notes of a performance as a table: what a digital piano, or a perfect transcription, tells beside the sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.piano.emulate import Spans
from train.rendering.performance import MidiEvent

NOTE = np.dtype([("onset_s", "<f4"), ("offset_s", "<f4"), ("pitch", "u1"), ("velocity", "u1")])
"""One note: attack and release of its key in seconds of the audio, MIDI pitch, velocity 1..127."""

PackedNotes = npt.NDArray[np.void]


_SUSTAIN = 64
_PEDAL_DOWN = 64


def note_spans(events: list[MidiEvent]) -> Spans:
    """(start_s, stop_s, pitch, velocity) of every note, in order of ending; the sustain pedal holds notes."""
    spans: list[tuple[float, float, int, int]] = []
    sounding: dict[int, tuple[float, int]] = {}
    released: set[int] = set()
    pedal = False

    def end(pitch: int, now_s: float) -> None:
        start_s, velocity = sounding.pop(pitch)
        released.discard(pitch)
        spans.append((start_s, now_s, pitch, velocity))

    for event in events:
        if event.kind == "on":
            if event.number in sounding:
                end(event.number, event.time_s)
            sounding[event.number] = (event.time_s, event.value)
        elif event.kind == "off" and event.number in sounding:
            if pedal:
                released.add(event.number)
            else:
                end(event.number, event.time_s)
        elif event.kind == "control" and event.number == _SUSTAIN:
            pedal = event.value >= _PEDAL_DOWN
            if not pedal:
                for pitch in sorted(released):
                    end(pitch, event.time_s)
    last_s = events[-1].time_s if events else 0.0
    for pitch in sorted(sounding):
        end(pitch, last_s)
    table = np.array(spans).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2].astype(np.int64), table[:, 3].astype(np.int64)


def packed_notes(events: list[MidiEvent], delay_s: float = 0.0) -> PackedNotes:
    """Notes [k] of dtype `NOTE` in order of onset and pitch, `delay_s` later; the pedal does not lengthen them."""
    start_s, stop_s, pitch, velocity = note_spans([e for e in events if e.kind != "control"])
    table = np.empty(len(pitch), NOTE)
    table["onset_s"], table["offset_s"] = start_s + delay_s, stop_s + delay_s
    table["pitch"], table["velocity"] = pitch, velocity
    return np.sort(table, order=("onset_s", "pitch"))
