"""Performances made up for the tests, with the analysis that a recording of them would get."""

from __future__ import annotations

import io
from collections.abc import Sequence

import mido
import numpy as np

from runtime.analysis import Analysis, Beat, Loudness, ModelIdentity, Source
from runtime.notes.played import PlayedNotes

BEAT_S = 0.6


def analysis(
    n_beats: int,
    beats_per_bar: int = 4,
    beat_s: float = BEAT_S,
    pickup: int = 0,
    start_s: float = 0.5,
) -> Analysis:
    """Even beats; `pickup` of them before the first downbeat."""
    places = [(k - pickup) % beats_per_bar + 1 for k in range(n_beats)]
    bars = np.cumsum([p == 1 for p in places])
    times = [start_s + beat_s * k for k in range(n_beats)]
    return Analysis(
        Source("made up", start_s + beat_s * n_beats + 2, 44100),
        ModelIdentity("none", "1", "", "cpu"),
        beats=tuple(Beat(t, int(b), p, 1.0) for t, b, p in zip(times, bars, places, strict=True)),
        loudness=Loudness(0.1, ()),
    )


def notes(
    rows: Sequence[tuple[float, float, int]],
    beat_s: float = BEAT_S,
    start_s: float = 0.5,
    pedal: Sequence[tuple[float, float]] = (),
    jitter_s: float = 0.0,
    loud_from: float | None = None,
) -> PlayedNotes:
    """Notes from (beat, length in beats, pitch); `jitter_s` moves them by chance. Velocities follow the pitch,
    or are 35 and, from the beat `loud_from` on, 100."""
    chance = np.random.default_rng(7)
    made = []
    for beat, length, pitch in rows:
        on_s = start_s + beat * beat_s + chance.uniform(-jitter_s, jitter_s)
        velocity = 40 + pitch % 40 if loud_from is None else 100 if beat >= loud_from else 35
        made.append((on_s, on_s + 0.95 * length * beat_s, pitch, velocity))
    spans = tuple((start_s + a * beat_s, start_s + b * beat_s) for a, b in pedal)
    return PlayedNotes.of(made, spans)


def midi(played: PlayedNotes, channel: int = 0) -> bytes:
    """The MIDI file of a performance (480 ticks at 120 quarters a minute)."""
    events = [(on, 1, p, v) for on, p, v in zip(played.onset_s, played.pitch, played.velocity, strict=True)]
    events += [(off, 0, p, 0) for off, p in zip(played.offset_s, played.pitch, strict=True)]
    track = mido.MidiTrack()
    now = 0
    for time_s, kind, pitch, velocity in sorted(events):
        tick = round(time_s * 960)
        name = "note_on" if kind else "note_off"
        track.append(mido.Message(name, note=int(pitch), velocity=int(velocity), channel=channel, time=tick - now))
        now = tick
    file = mido.MidiFile(tracks=[track], ticks_per_beat=480)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


# A minuet-like phrase over a walking bass: four bars of three.
PHRASE = [
    (0, 1, 74), (1, 0.5, 67), (1.5, 0.5, 69), (2, 0.5, 71), (2.5, 0.5, 72),
    (3, 1, 74), (4, 1, 67), (5, 1, 67),
    (6, 1, 76), (7, 0.5, 72), (7.5, 0.5, 74), (8, 0.5, 76), (8.5, 0.5, 78),
    (9, 1, 79), (10, 1, 67), (11, 1, 67),
    (0, 2, 55), (2, 1, 57), (3, 3, 59), (6, 3, 60), (9, 3, 59),
]  # fmt: skip
