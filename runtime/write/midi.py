"""Standard MIDI file, type 1: the tempo map, time signatures, markers and a controller lane.

Track 0 conducts; track 1 carries the lane and one quiet note along the whole length, because some programs take
over tempo changes only where a note spans them.
Source: Standard MIDI Files 1.0 (MIDI Manufacturers Association).
"""

from __future__ import annotations

import io

import mido
import numpy as np

from runtime.analysis import Analysis
from runtime.errors import OutputError
from runtime.write.marks import LANE_RANGE_DB, lane_db, marks, thin
from runtime.write.options import WriteOptions
from runtime.write.tempo_map import TempoMap, tempo_map

PPQ = 960
LONGEST_TEMPO_US = 2**24 - 1
Event = tuple[int, int, "mido.Message | mido.MetaMessage"]


def render_midi(analysis: Analysis, options: WriteOptions) -> bytes:
    """The MIDI file; every beat within 1 µs of the tempo map, the recording starting at tick 0.

    Raises `OutputError` when a tempo is slower than MIDI can say.
    """
    tempo = tempo_map(analysis, options.tempo_mode, options.tolerance_ms, options.finest_lead_in)
    end = max(1, round(tempo.knots[-1].quarters * PPQ))
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ, charset="utf-8")
    file.tracks.append(_track(_conductor(analysis, tempo), end))
    file.tracks.append(_track(_lane(analysis, tempo, options, end), end))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def tempo_events_us(tempo: TempoMap) -> list[tuple[int, int]]:
    """(tick, µs per quarter) with the rounding error carried on, so that it never adds up.

    A stretch of n quarters gets at most two whole-microsecond tempi whose sum is its length to the microsecond.
    """
    events: list[tuple[int, int]] = []
    written_s = 0.0
    for a, b in zip(tempo.knots[:-1], tempo.knots[1:], strict=True):
        quarters = b.quarters - a.quarters
        wanted_us = (b.time_s - written_s) * 1e6
        tick = round(a.quarters * PPQ)
        whole = int(quarters)
        if whole == quarters and whole > 0:
            base, extra = divmod(round(wanted_us), whole)
            steps = [(tick, base + 1), (tick + extra * PPQ, base)] if extra else [(tick, base)]
            written_s += round(wanted_us) / 1e6
        else:
            base = round(wanted_us / quarters)
            steps = [(tick, base)]
            written_s += base * quarters / 1e6
        if not 1 <= base < LONGEST_TEMPO_US:
            raise OutputError(f"a tempo of {base} µs per quarter at {a.time_s:.3f} s is outside what MIDI can say")
        events += steps
    return events


def _conductor(analysis: Analysis, tempo: TempoMap) -> list[Event]:
    events: list[Event] = [(0, 0, mido.MetaMessage("track_name", name="Mezzoforte tempo map"))]
    for bar in tempo.metres:
        message = mido.MetaMessage("time_signature", numerator=bar.numerator, denominator=bar.denominator)
        events.append((round(bar.quarters * PPQ), 1, message))
    for tick, us in tempo_events_us(tempo):
        events.append((tick, 2, mido.MetaMessage("set_tempo", tempo=us)))
    for mark in marks(analysis):
        events.append((_tick(tempo, mark.time_s), 3, mido.MetaMessage("marker", text=mark.label)))
        if mark.kind == "hairpin":
            end = mido.MetaMessage("marker", text=f"end of {mark.label}")
            events.append((_tick(tempo, mark.end_s), 3, end))
    return events


def _lane(analysis: Analysis, tempo: TempoMap, options: WriteOptions, end: int) -> list[Event]:
    events: list[Event] = [
        (0, 0, mido.MetaMessage("track_name", name=f"Mezzoforte dynamics (CC {options.cc_number})")),
        (0, 2, mido.Message("note_on", note=0, velocity=1)),
        (end, 0, mido.Message("note_off", note=0, velocity=0)),
    ]
    times_s, level_db = lane_db(analysis, options.lane)
    share = 1 + level_db / LANE_RANGE_DB
    values = np.rint(options.cc_low + (options.cc_high - options.cc_low) * share)
    for time_s, value in thin(times_s, values, 1):
        message = mido.Message("control_change", control=options.cc_number, value=int(value))
        events.append((_tick(tempo, time_s), 1, message))
    return events


def _tick(tempo: TempoMap, time_s: float) -> int:
    return round(float(tempo.quarters_at(time_s)) * PPQ)


def _track(events: list[Event], end: int) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda e: e[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track
