"""Short scores as text, for the recordings whose score is in no data set: notes of equal length, bar by bar.

The first line that is no comment (``#``) is ``time 4/4``; each further line is one bar. Voices are parted by ``|``; the
notes of a voice share the bar evenly. A note is written as in Humdrum: ``c`` is middle C, ``cc`` the octave above,
``C`` the octave below, ``#`` and ``-`` (flat) behind it; ``r`` is a rest, ``-`` alone holds the note before. ``2*`` at
the start of a bar plays it twice within the bar.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import mido

from runtime.errors import ScoreError
from runtime.score.read import midi as read_midi
from runtime.score.table import Score

TICKS_PER_QUARTER = 480
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-gA-G])\1*([#-]?)")


def read_text_score(path: Path) -> Score:
    """The score in `path`. Raises `ScoreError` naming file and line when it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise ScoreError("the score cannot be read", where=str(path), cause=str(e)) from e
    numbered = [(n, line.strip()) for n, line in enumerate(lines, start=1) if line.strip() and line[0] != "#"]
    time = re.fullmatch(r"time (\d+)/(\d+)", numbered[0][1]) if numbered else None
    if not time or len(numbered) < 2:
        raise ScoreError("no time signature or no bars", where=str(path), advice="Begin with a line like: time 4/4")
    beats, beat_type = int(time[1]), int(time[2])
    bar_ticks = TICKS_PER_QUARTER * 4 * beats // beat_type
    events: list[tuple[int, int, int]] = []
    for bar, (number, line) in enumerate(numbered[1:]):
        try:
            events += [(bar * bar_ticks + at, end + bar * bar_ticks, pitch) for at, end, pitch in _bar(line, bar_ticks)]
        except ValueError as e:
            raise ScoreError(f"line {number}: {e}", where=str(path)) from e
    return read_midi.read(_midi(events, beats, beat_type), str(path))


def _bar(line: str, bar_ticks: int) -> list[tuple[int, int, int]]:
    """(start, end, pitch) in ticks of every note of one bar."""
    times = 2 if line.startswith("2*") else 1
    notes = []
    for voice in line.removeprefix("2*").split("|"):
        tokens = voice.split() * times
        if not tokens or bar_ticks % len(tokens):
            raise ValueError(f"{len(tokens)} notes do not share a bar of {bar_ticks} ticks evenly")
        step = bar_ticks // len(tokens)
        for n, token in enumerate(tokens):
            if token in ("r", "-"):
                continue
            held = next((k for k in range(n + 1, len(tokens)) if tokens[k] != "-"), len(tokens))
            notes.append((n * step, held * step, pitch_of(token)))
    return notes


def pitch_of(name: str) -> int:
    """MIDI pitch of a Humdrum note name. Raises `ValueError` when it is none."""
    found = _NOTE.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} is no note")
    letters = name.rstrip("#-")
    octave = 3 + len(letters) if letters.islower() else 4 - len(letters)
    return 12 * (octave + 1) + _STEPS[letters[0].lower()] + {"#": 1, "-": -1, "": 0}[found[2]]


def _midi(events: list[tuple[int, int, int]], beats: int, beat_type: int) -> bytes:
    track = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=beats, denominator=beat_type)])
    # A pitch that two voices share sounds once; ends come before starts of the same tick.
    changes = sorted({(at, True, pitch) for at, _, pitch in events} | {(end, False, pitch) for _, end, pitch in events},
                     key=lambda c: (c[0], c[1]))  # fmt: skip
    now = 0
    for tick, starts, pitch in changes:
        velocity = 64 if starts else 0
        track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()
