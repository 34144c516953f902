"""What the scores of ASAP say about the notes of a performance: place in the beat, staff, metre."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from runtime.analysis import Analysis, Beat, Loudness, ModelIdentity, Source
from runtime.notes.played import Floats, Ints, PlayedNotes
from train.data.errors import DataError
from train.data.labels.annotations import Annotation, bar_positions, read_annotation

NEAR_BEATS = 0.75
_ON_GRID = 0.01


@dataclass(frozen=True, eq=False)
class Truth:
    """Per note of a performance [n]: `place` in annotated beats (NaN where the note has no partner in the score or the
    partner is an ornament between the divisions), `staff` 1 or 2 (0: not known). `beats_s`, `position`, `per_bar` [m]
    are the annotated beats; `triple` tells whether the printed metre divides its beats in three.
    """

    place: Floats
    staff: Ints
    beats_s: Floats
    position: Ints
    per_bar: Ints
    triple: bool


def truth_of(notes: PlayedNotes, annotation: Path, midi_score: Path, score_annotation: Path) -> Truth:
    """Match a performance with the MIDI file of its score by pitch and annotated beat.

    Raises `DataError` when the performance does not play the beats of the score one by one.
    """
    played, written = read_annotation(annotation), read_annotation(score_annotation)
    if len(played.kinds) != len(written.kinds):
        raise DataError(f"{len(played.kinds)} beats played, {len(written.kinds)} in the score", where=annotation.name)
    time_s, pitch, staff = _score_notes(midi_score)
    score_beat = _beats_at(time_s, written.times_s)
    played_beat = _beats_at(notes.onset_s, played.times_s)
    partner = _partners(played_beat, notes.pitch, score_beat, pitch)
    found = partner >= 0
    place = np.where(found, score_beat[partner], np.nan)
    place = np.where(_on_divisions(place), place, np.nan)
    position, per_bar = bar_positions(played)
    return Truth(
        place, np.where(found, staff[partner], 0), played.times_s, position, per_bar, _is_triple(written, per_bar)
    )


def _is_triple(annotation: Annotation, per_bar: Ints) -> bool:
    """Whether the first signature is compound and its beats are annotated as dotted notes."""
    if not annotation.signatures:
        return False
    beats, kind = (int(x) for x in annotation.signatures[0][1].split("/"))
    usual = int(np.bincount(per_bar[per_bar > 0]).argmax()) if (per_bar > 0).any() else 0
    return kind >= 8 and beats == 3 * usual


def _score_notes(path: Path) -> tuple[Floats, Ints, Ints]:
    """Seconds, pitch and staff (order of the tracks that have notes; 0 when there are not two) of a score's MIDI."""
    midi = mido.MidiFile(path, clip=True)
    tempi = sorted((t, m.tempo) for track in midi.tracks for t, m in _timed(track) if m.type == "set_tempo")
    rows = [
        (tick, m.note, k)
        for k, track in enumerate(midi.tracks)
        for tick, m in _timed(track)
        if m.type == "note_on" and m.velocity > 0
    ]
    tracks = sorted({k for _, _, k in rows})
    ticks = np.array([t for t, _ in tempi] or [0], np.float64)
    tempo = np.array([t for _, t in tempi] or [500_000], np.float64)
    if ticks[0] > 0:
        ticks, tempo = np.insert(ticks, 0, 0.0), np.insert(tempo, 0, 500_000.0)
    begin_s = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * tempo[:-1])]) / midi.ticks_per_beat / 1e6
    at = np.array([t for t, _, _ in rows], np.float64)
    k = np.searchsorted(ticks, at, side="right") - 1
    seconds = begin_s[k] + (at - ticks[k]) * tempo[k] / midi.ticks_per_beat / 1e6
    staff = np.array([tracks.index(t) + 1 if len(tracks) == 2 else 0 for _, _, t in rows])
    return seconds, np.array([p for _, p, _ in rows]), staff


def _timed(track: mido.MidiTrack) -> list[tuple[int, mido.Message]]:
    out, now = [], 0
    for message in track:
        now += message.time
        out.append((now, message))
    return out


def _beats_at(times_s: Floats, beats_s: Floats) -> Floats:
    """Times as beats from the first, going on at both ends at the pace there."""
    first, last = beats_s[1] - beats_s[0], beats_s[-1] - beats_s[-2]
    ends = np.arange(1, 9)
    knots_s = np.concatenate([beats_s[0] - first * ends[::-1], beats_s, beats_s[-1] + last * ends])
    return np.interp(times_s, knots_s, np.arange(len(knots_s)) - len(ends))


def _partners(played: Floats, played_pitch: Ints, written: Floats, written_pitch: Ints) -> Ints:
    """Index of the written note of the same pitch that is nearest in beats, each taken once; -1: none."""
    partner = np.full(len(played), -1)
    for p in np.unique(played_pitch):
        a, b = np.flatnonzero(played_pitch == p), np.flatnonzero(written_pitch == p)
        if not len(b):
            continue
        apart = np.abs(played[a][:, None] - written[b][None])
        order = np.argsort(apart, axis=None, kind="stable")
        rows, columns = np.unravel_index(order, apart.shape)
        used_a, used_b = set(), set()
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
            if apart[i, j] > NEAR_BEATS:
                break
            if i not in used_a and j not in used_b:
                used_a.add(i)
                used_b.add(j)
                partner[a[i]] = b[j]
    return partner


def _on_divisions(place: Floats) -> np.ndarray:
    near = [np.abs(place * d - np.round(place * d)) / d < _ON_GRID for d in (16, 12, 5)]
    return np.logical_or.reduce(near)


def annotated_analysis(truth: Truth, duration_s: float) -> Analysis:
    """An `Analysis` whose beats are those of the annotation, and nothing else."""
    position, bar, beats = 0, 0, []
    for time_s, written, length in zip(truth.beats_s, truth.position, truth.per_bar, strict=True):
        position = int(written) or position + 1
        if length and position > length:
            position = 1
        bar += position == 1
        beats.append(Beat(float(time_s), bar, position, 1.0))
    source = Source("annotation", duration_s, 22050)
    return Analysis(source, ModelIdentity("annotation", "", "", ""), beats=tuple(beats), loudness=Loudness(0.1, ()))
