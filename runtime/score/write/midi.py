"""Dynamics into a MIDI file: velocities or expression (controller 11), and a marker for each mark.

Our markers read ``mezzoforte:p`` or ``mezzoforte:crescendo 4`` (length in quarters); words such as
``mezzoforte:2nd time p`` change no velocity. Original velocities are kept in the file itself, in a
sequencer-specific event, so that `remove` brings them back.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from statistics import median
from typing import Literal

import mido

from runtime.notes import midi_file
from runtime.score import plan
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read import midi as read_midi
from runtime.score.read.midi import OWN_TEXT
from runtime.score.table import Score
from runtime.score.write.musicxml import VELOCITIES

MidiMode = Literal["velocity", "cc"]
_SIGNATURE = tuple(b"\x7dmezzoforte")  # 0x7d: the manufacturer number for no commerce
_EXPRESSION = 11
_END = f"{OWN_TEXT}end"
_CURVE_STEPS_PER_QUARTER = 4


def remove(data: bytes, where: str) -> bytes:
    """The file without our events and with its own velocities (unchanged bytes when it holds none of ours)."""
    midi = midi_file.parse(data, where).file
    if not any(_is_ours(m) for track in midi.tracks for m in track):
        return data
    for track in midi.tracks:
        _strip(track)
    return _saved(midi)


def apply(data: bytes, edits: Plan, where: str, mode: MidiMode = "velocity") -> bytes:
    """The file with exactly the plan's dynamics. Raises `ScoreError` when it does not fit the plan."""
    clean = remove(data, where)
    score = read_midi.read(clean, where)
    plan.check(edits, score)
    if not edits.marks:
        return clean
    midi = midi_file.parse(clean, where).file
    level = _level(score, edits.marks)
    playing = [t for t in midi.tracks if any(m.type == "note_on" and m.velocity > 0 for m in t)]
    for track in playing:
        if mode == "velocity":
            _set_velocities(track, level, midi.ticks_per_beat, bool(edits.marks))
        else:
            _add_expression(track, level, midi.ticks_per_beat, score)
    _merge(midi.tracks[0], [(_tick(score, m, midi), _marker(score, m)) for m in edits.marks])
    return _saved(midi)


def _is_ours(message: mido.messages.BaseMessage) -> bool:
    if message.type == "sequencer_specific":
        return tuple(message.data[: len(_SIGNATURE)]) == _SIGNATURE
    return bool(message.type == "marker" and message.text.startswith(OWN_TEXT))


def _strip(track: mido.MidiTrack) -> None:
    """Take out our events (an expression event of ours follows a marker of ours at once)."""
    events, velocities, end = _absolute(track), None, None
    kept, drop_next = [], False
    for tick, message in events:
        if _is_ours(message):
            if message.type == "sequencer_specific":
                velocities = list(message.data[len(_SIGNATURE) :])
            else:
                drop_next = message.text == f"{OWN_TEXT}expression"
                end = tick if message.text == _END else end
        elif drop_next and message.is_cc(_EXPRESSION):
            drop_next = False
        else:
            kept.append((tick, message))
    if velocities is not None:
        struck = (m for _, m in kept if m.type == "note_on" and m.velocity > 0)
        for message, velocity in zip(struck, velocities, strict=False):
            message.velocity = velocity
    _replace(track, [(tick if end is None or m.type != "end_of_track" else end, m) for tick, m in kept])


def _level(score: Score, marks: tuple[PlannedMark, ...]) -> Callable[[Fraction], float]:
    """Velocity at a position: the level in force, moved along the hairpins."""
    place = sorted((score.measures[m.measure].start + m.offset, m) for m in marks if m.value in VELOCITIES)
    steps = [(at, float(VELOCITIES[m.value])) for at, m in place] or [(Fraction(0), float(VELOCITIES["mf"]))]
    ramps = []
    for m in marks:
        if m.kind == "hairpin":
            start = score.measures[m.measure].start + m.offset
            end = score.measures[m.end_measure].start + m.end_offset
            ramps.append((start, end, 1 if m.value == "crescendo" else -1))

    def held(at: Fraction) -> float:
        return next((v for p, v in reversed(steps) if p <= at), steps[0][1])

    def level(at: Fraction) -> float:
        for start, end, sign in ramps:
            if start <= at < end:
                a, b = held(at), held(end)
                b = b if (b - a) * sign > 0 else a + 16 * sign
                return a + (b - a) * float((at - start) / (end - start))
        return held(at)

    return level


def _set_velocities(track: mido.MidiTrack, level: Callable[[Fraction], float], ppq: int, keep: bool) -> None:
    """Move each note to the level at its place, keeping how it stands out from the track's median."""
    events = _absolute(track)
    struck = [(t, m) for t, m in events if m.type == "note_on" and m.velocity > 0]
    original = [m.velocity for _, m in struck]
    middle = median(original)
    for tick, message in struck:
        message.velocity = max(1, min(127, round(level(Fraction(tick, ppq)) * message.velocity / middle)))
    if keep:
        note = mido.MetaMessage("sequencer_specific", data=(*_SIGNATURE, *original))
        _replace(track, [(0, note), *events])


def _add_expression(track: mido.MidiTrack, level: Callable[[Fraction], float], ppq: int, score: Score) -> None:
    channel = next(m.channel for m in track if m.type == "note_on")
    last, events = None, []
    for n in range(int(score.end * _CURVE_STEPS_PER_QUARTER)):
        value = max(1, min(127, round(level(Fraction(n, _CURVE_STEPS_PER_QUARTER)))))
        if value != last:
            tick = n * ppq // _CURVE_STEPS_PER_QUARTER
            control = mido.Message("control_change", channel=channel, control=_EXPRESSION, value=value)
            events += [(tick, mido.MetaMessage("marker", text=f"{OWN_TEXT}expression")), (tick, control)]
            last = value
    _merge(track, events)


def _tick(score: Score, mark: PlannedMark, midi: mido.MidiFile) -> int:
    ticks_per_quarter: int = midi.ticks_per_beat
    return round((score.measures[mark.measure].start + mark.offset) * ticks_per_quarter)


def _marker(score: Score, mark: PlannedMark) -> mido.MetaMessage:
    text = mark.value
    if mark.kind == "hairpin":
        start = score.measures[mark.measure].start + mark.offset
        text += f" {score.measures[mark.end_measure].start + mark.end_offset - start}"
    return mido.MetaMessage("marker", text=OWN_TEXT + text)


def _absolute(track: mido.MidiTrack) -> list[tuple[int, mido.messages.BaseMessage]]:
    now, out = 0, []
    for message in track:
        now += message.time
        out.append((now, message))
    return out


def _merge(track: mido.MidiTrack, events: list[tuple[int, mido.messages.BaseMessage]]) -> None:
    """Put events in front of those that stand at the same tick. Where the track ended before them, a marker tells."""
    there = _absolute(track)
    music = [e for e in there if e[1].type != "end_of_track"]
    ends = [e for e in there if e[1].type == "end_of_track"]
    last = max((tick for tick, _ in events), default=0)
    if ends and last > ends[0][0]:
        events = [*events, (ends[0][0], mido.MetaMessage("marker", text=_END))]
        ends = [(last, ends[0][1])]
    _replace(track, sorted([*events, *music], key=lambda e: e[0]) + ends)


def _replace(track: mido.MidiTrack, events: list[tuple[int, mido.messages.BaseMessage]]) -> None:
    now = 0
    for tick, message in events:
        message.time, now = tick - now, tick
    track[:] = [message for _, message in events]


def _saved(midi: mido.MidiFile) -> bytes:
    out = io.BytesIO()
    midi.save(file=out)
    return out.getvalue()
