"""A transcription as a Standard MIDI File: notes with velocities, and the pedal as controller 64."""

from __future__ import annotations

import io

import mido

from runtime.notes.played import PlayedNotes

TICKS_PER_QUARTER = 960
TICKS_PER_S = 2 * TICKS_PER_QUARTER  # at the 120 quarters a minute of a file that names no tempo
_SUSTAIN = 64


def to_midi(notes: PlayedNotes, name: str = "") -> bytes:
    """One track, times to half a millisecond from the beginning of the recording; equal notes give equal bytes.

    Notes end as the transcriber heard them, at least one tick after they begin.
    """
    events: list[tuple[int, int, int, mido.Message]] = []
    for down_s, up_s in notes.pedal:
        for time_s, value in ((down_s, 127), (up_s, 0)):
            message = mido.Message("control_change", control=_SUSTAIN, value=value)
            events.append((round(time_s * TICKS_PER_S), 1, 0, message))
    columns = (notes.onset_s, notes.offset_s, notes.pitch, notes.velocity)
    for on_s, off_s, pitch, velocity in zip(*(c.tolist() for c in columns), strict=True):
        on = round(on_s * TICKS_PER_S)
        off = max(round(off_s * TICKS_PER_S), on + 1)
        # At one moment keys go up before the pedal moves, and the pedal moves before keys go down.
        events.append((on, 2, pitch, mido.Message("note_on", note=pitch, velocity=velocity)))
        events.append((off, 0, pitch, mido.Message("note_off", note=pitch, velocity=0)))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), mido.Message("program_change", program=0)])
    if name:
        # MIDI files have no encoding of their own; what is not ASCII would be read differently everywhere.
        track.insert(0, mido.MetaMessage("track_name", name=name.encode("ascii", "replace").decode()))
    now = 0
    for tick, _, _, message in sorted(events, key=lambda e: e[:3]):
        track.append(message.copy(time=tick - now))
        now = tick
    out = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_QUARTER, tracks=[track]).save(file=out)
    return out.getvalue()
