"""The notes of a performance as a table: what a digital piano, or a perfect transcription, tells beside the sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from train.data.resynthesis.emulate import note_spans
from train.rendering.performance import MidiEvent

NOTE = np.dtype([("onset_s", "<f4"), ("offset_s", "<f4"), ("pitch", "u1"), ("velocity", "u1")])
"""One note: attack and release of its key in seconds of the audio, MIDI pitch, velocity 1..127."""

PackedNotes = npt.NDArray[np.void]


def packed_notes(events: list[MidiEvent], delay_s: float = 0.0) -> PackedNotes:
    """Notes [k] of dtype `NOTE` in order of onset and pitch, `delay_s` later; the pedal does not lengthen them."""
    start_s, stop_s, pitch, velocity = note_spans([e for e in events if e.kind != "control"])
    table = np.empty(len(pitch), NOTE)
    table["onset_s"], table["offset_s"] = start_s + delay_s, stop_s + delay_s
    table["pitch"], table["velocity"] = pitch, velocity
    return np.sort(table, order=("onset_s", "pitch"))
