"""A performance as timed MIDI events, and the changes that make many performances of one.

Times are seconds, velocities and controller values 0..127.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import mido
import numpy as np

from runtime.errors import MezzoforteError

_PEDALS = (64, 66, 67)
_TICKS_PER_S = 2_000
PEDAL_DOWN = 64
"""A pedal is down from this controller value on: in labels (`train.notes.labels`), and on every piano that plays."""


@dataclass(frozen=True)
class MidiEvent:
    """One event: `kind` on/off/control; `number` is the pitch or the controller."""

    time_s: float
    kind: str
    number: int
    value: int


def read_performance(path: Path) -> list[MidiEvent]:
    """Notes and pedals of a MIDI file in time order. Raises `MezzoforteError` without notes or when broken."""
    try:
        midi = mido.MidiFile(path, clip=True)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as e:
        raise MezzoforteError("not a readable MIDI file", where=str(path), cause=str(e)) from e
    events, now_s = [], 0.0
    for message in midi:
        now_s += message.time
        if message.type == "note_on" and message.velocity > 0:
            events.append(MidiEvent(now_s, "on", message.note, message.velocity))
        elif message.type in ("note_on", "note_off"):
            events.append(MidiEvent(now_s, "off", message.note, 0))
        elif message.type == "control_change" and message.control in _PEDALS:
            events.append(MidiEvent(now_s, "control", message.control, message.value))
    if not any(e.kind == "on" for e in events):
        raise MezzoforteError("the MIDI file has no notes", where=str(path))
    return events


@dataclass(frozen=True)
class Variation:
    """How a performance is changed before it is played; the defaults change nothing.

    velocity' = 127 · (velocity / 127)^`velocity_gamma` + `velocity_offset`; times are multiplied by
    `time_scale`, pitches moved by `transpose` semitones.
    """

    time_scale: float = 1.0
    velocity_gamma: float = 1.0
    velocity_offset: int = 0
    transpose: int = 0

    @staticmethod
    def random(rng: np.random.Generator) -> Variation:
        """Tempo ±15 %, velocity gamma 0.7–1.4 and offset ±10, transposition −3…+3 half the time."""
        transpose = int(rng.integers(-3, 4)) if rng.random() < 0.5 else 0
        return Variation(
            time_scale=round(float(np.exp(rng.uniform(-0.15, 0.15))), 4),
            velocity_gamma=round(float(np.exp(rng.uniform(np.log(0.7), np.log(1.4)))), 4),
            velocity_offset=int(rng.integers(-10, 11)),
            transpose=transpose,
        )

    def apply(self, events: list[MidiEvent], max_s: float | None = None) -> list[MidiEvent]:
        """The changed events, cut after `max_s` seconds of the original time (open notes are ended)."""
        kept = [e for e in events if max_s is None or e.time_s <= max_s]
        return [self._change(e) for e in kept]

    def _change(self, event: MidiEvent) -> MidiEvent:
        time_s = event.time_s * self.time_scale
        if event.kind == "control":
            return replace(event, time_s=time_s)
        value = 0
        if event.kind == "on":
            bent = 127 * (event.value / 127) ** self.velocity_gamma + self.velocity_offset
            value = int(np.clip(round(bent), 1, 127))
        number = event.number + self.transpose
        return MidiEvent(time_s, event.kind, number if 21 <= number <= 108 else event.number, value)


def switched_pedals(events: list[MidiEvent]) -> list[MidiEvent]:
    """The events with each pedal fully down (127) from `PEDAL_DOWN` on and fully up (0) below.

    Samplers take a half-pressed pedal each in their own way, some any value above 0 as fully down; labels count from
    `PEDAL_DOWN`. Switched, a render rings on where its labels say so and nowhere else.
    """
    return [e if e.kind != "control" else replace(e, value=127 if e.value >= PEDAL_DOWN else 0) for e in events]


def write_midi(events: list[MidiEvent], path: Path, *, program: int = 0, bank: int = 0) -> None:
    """Write events to a one-track MIDI file on one channel, times to 0.5 ms; notes left open end with the file."""
    track = mido.MidiTrack()
    if bank:
        track.append(mido.Message("control_change", control=0, value=bank))
    track.append(mido.Message("program_change", program=program))
    last_ticks = 0
    for event in events:
        ticks = round(event.time_s * _TICKS_PER_S)
        track.append(_message(event, max(ticks - last_ticks, 0)))
        last_ticks = max(ticks, last_ticks)
    midi = mido.MidiFile(ticks_per_beat=_TICKS_PER_S // 2)
    midi.tracks.append(track)
    midi.save(path)


def _message(event: MidiEvent, delta_ticks: int) -> mido.Message:
    if event.kind == "control":
        return mido.Message("control_change", control=event.number, value=event.value, time=delta_ticks)
    return mido.Message(f"note_{event.kind}", note=event.number, velocity=event.value, time=delta_ticks)
