"""A MIDI file as a score: its ticks are taken as written note values on its own bar grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import mido

from runtime.errors import ScoreError
from runtime.notes import midi_file
from runtime.score import worded
from runtime.score.read.musicxml import MAX_MEASURES, MAX_NOTES
from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS, ZERO, Mark, Measure, Note, Score, Staff, TimeSignature

OWN_TEXT = "mezzoforte:"
_PERCUSSION_CHANNEL = 9


@dataclass
class _Found:
    notes: list[tuple[int, int, int, int, int]] = field(default_factory=list)  # start, end, pitch, velocity, track
    times: dict[int, TimeSignature] = field(default_factory=dict)
    tempos: dict[int, float] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    marks: list[tuple[int, str]] = field(default_factory=list)
    percussion: int = 0


def read(data: bytes, where: str) -> Score:
    """Read MIDI bytes as a score; tracks (or channels) with notes become staves. Raises `ScoreError`."""
    parsed = midi_file.parse(data, where)
    midi = parsed.file
    found = _Found()
    for index, track in enumerate(midi.tracks):
        _track(index, track, found)
        if len(found.notes) > MAX_NOTES:
            raise ScoreError(f"more than {MAX_NOTES} notes", where=where)
    ppq = midi.ticks_per_beat
    tracks = sorted({n[4] for n in found.notes})
    staff_of = {t: i for i, t in enumerate(tracks, 1)}
    end = Fraction(max((n[1] for n in found.notes), default=0), ppq)
    measures = _measures(found.times, ppq, end, where)
    score = Score("midi", (), tuple(measures), ())
    notes = [
        Note(
            onset=Fraction(start, ppq),
            duration=Fraction(stop - start, ppq),
            pitch=pitch,
            staff=staff_of[track],
            voice="1",
            measure=score.measure_at(Fraction(start, ppq)).index,
            velocity=velocity,
        )
        for start, stop, pitch, velocity, track in sorted(found.notes)
    ]
    percussion = (f"{found.percussion} percussion notes are left out",) if found.percussion else ()
    return Score(
        "midi",
        tuple(notes),
        tuple(measures),
        tuple(Staff(0, staff_of[t], found.names.get(t, "")) for t in tracks),
        tuple(_marks(found.marks, ppq, score)),
        tuple((Fraction(t, ppq), bpm) for t, bpm in sorted(found.tempos.items())),
        (*parsed.warnings, *percussion),
    )


def _track(index: int, track: mido.MidiTrack, found: _Found) -> None:
    now = 0
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for message in track:
        now += message.time
        if message.type == "time_signature":
            found.times[now] = TimeSignature(max(1, message.numerator), message.denominator)
        elif message.type == "set_tempo" and message.tempo > 0:
            found.tempos[now] = mido.tempo2bpm(message.tempo)
        elif message.type == "track_name":
            found.names.setdefault(index, message.name)
        elif message.type == "marker" and message.text.startswith(OWN_TEXT):
            found.marks.append((now, message.text.removeprefix(OWN_TEXT)))
        elif message.type == "note_on" and message.velocity > 0:
            if message.channel == _PERCUSSION_CHANNEL:
                found.percussion += 1
                continue
            sounding.setdefault((message.channel, message.note), []).append((now, message.velocity))
        elif message.type in ("note_off", "note_on"):
            started = sounding.get((message.channel, message.note))
            if started:
                start, velocity = started.pop(0)
                found.notes.append((start, max(now, start + 1), message.note, velocity, index))
    for (_, pitch), started in sounding.items():
        found.notes += [(start, max(now, start + 1), pitch, velocity, index) for start, velocity in started]


def _measures(times: dict[int, TimeSignature], ppq: int, end: Fraction, where: str) -> list[Measure]:
    changes = sorted((Fraction(t, ppq), time) for t, time in times.items())
    out: list[Measure] = []
    start, time = ZERO, TimeSignature(4, 4)
    while start < end or not out:
        while changes and changes[0][0] <= start:
            time = changes.pop(0)[1]
        length = time.bar_quarters
        if changes and start < changes[0][0] < start + length:
            length = changes[0][0] - start
        out.append(Measure(len(out), str(len(out) + 1), start, length, time))
        start += length
        if len(out) > MAX_MEASURES:
            raise ScoreError(f"more than {MAX_MEASURES} measures", where=where)
    return out


def _marks(texts: list[tuple[int, str]], ppq: int, score: Score) -> list[Mark]:
    """Our own markers: ``mezzoforte:p``, ``mezzoforte:crescendo 3/2`` (quarters), ``mezzoforte:2nd time p``."""
    marks = []
    for tick, text in texts:
        at = Fraction(tick, ppq)
        value, _, length = text.partition(" ")
        measure = score.measure_at(at).index
        if worded.is_second_time(text):
            marks.append(Mark("words", text, at, at, measure, 1, True))
        elif value in LEVEL_SIGNS or value in STRESS_SIGNS:
            marks.append(Mark("dynamic", value, at, at, measure, 1, True))
        elif value in ("crescendo", "diminuendo") and length.replace("/", "").isdigit() and "/0" not in length:
            marks.append(Mark("hairpin", value, at, at + Fraction(length), measure, 1, True))
        elif value == "accent":
            marks.append(Mark("accent", value, at, at, measure, 1, True))
    return sorted(marks, key=lambda m: (m.start, m.kind))
