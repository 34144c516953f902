"""Loudness of a performance without playing it: note events → loudness in sone per frame, by the measured piano table.

A note is its Bark-band power (`train.data.resynthesis.piano_model`) dying away, damped when its key and the pedal are
up. It takes a fraction of a second per performance, where rendering takes minutes, and is enough for what depends on
loudness alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from train.data.labels.values import Floats
from train.data.resynthesis.loudness import sones, total
from train.data.resynthesis.piano_model import PianoModel
from train.rendering.performance import MidiEvent

_SUSTAIN = 64
_PEDAL_DOWN = 64
_DAMPED_DB_PER_S = 240.0
_AUDIBLE_DB = 50.0
_TAIL_S = 2.0
# A frame's window (Hann, 46 ms) hears that much of its neighbours 20 ms away.
_WINDOW = (0.2, 0.6, 0.2)
N_BANDS = 22
"""Bands up to 9.5 kHz, as the front end of the runtime has them."""


def note_spans(events: list[MidiEvent]) -> tuple[Floats, Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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


def specific_loudness(events: list[MidiEvent], model: PianoModel) -> Floats:
    """Specific loudness in sone [T, 22] of a performance; frame t is at t · 0.02 s, up to 2 s past the last event."""
    start_s, stop_s, pitch, velocity = note_spans(events)
    n_frames = int((events[-1].time_s + _TAIL_S) / FRAME_S) + 1 if events else 1
    power = np.zeros((n_frames, model.power.shape[2]))
    decay = model.decay_db_per_s[pitch]
    ring_s = np.minimum(stop_s - start_s + _AUDIBLE_DB / _DAMPED_DB_PER_S, _AUDIBLE_DB / np.maximum(decay, 1e-3))
    first = np.ceil(start_s / FRAME_S).astype(np.int64)
    last = np.minimum(((start_s + ring_s) / FRAME_S).astype(np.int64) + 1, n_frames)
    for k in range(len(pitch)):
        at_s = np.arange(first[k], last[k]) * FRAME_S
        lost_db = (at_s - start_s[k]) * decay[k] + np.maximum(at_s - stop_s[k], 0.0) * _DAMPED_DB_PER_S
        power[first[k] : last[k]] += 10 ** (-lost_db / 10)[:, None] * model.power[pitch[k], velocity[k]]
    padded = np.pad(power, ((1, 1), (0, 0)), mode="edge")
    smooth = _WINDOW[0] * padded[:-2] + _WINDOW[1] * padded[1:-1] + _WINDOW[2] * padded[2:]
    return sones(smooth)[:, :N_BANDS]


def total_loudness(events: list[MidiEvent], model: PianoModel) -> Floats:
    """Total loudness in sone [T]: the loudest band and 0.15 × the others."""
    return np.asarray(total(specific_loudness(events, model)))
