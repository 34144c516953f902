"""The notes of a mazurka's score on the grid of MazurkaBL's beats.

The k-th played measure is the k-th bar of the beat file in all 44 scores. Bar 1 is right-aligned (a pickup), notes
before the first beat by more than half a beat move onto it (M56-2, M17-4), and an onset beyond its bar, from
tuplets that overflow, is held just inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.corpora.mazurkabl import Mazurka
from train.data.errors import DataError
from train.data.scores.musicxml import Measure, ScoreNote, read_measures
from train.data.scores.unfold import play_order

_BAR_Q = 3.0
_EARLIEST = -0.5


@dataclass(frozen=True)
class GridNote:
    """A note at `position` (in beats from the first row, fractional) lasting `length` beats; grace notes 0."""

    position: float
    length: float
    pitch: int
    staff: int
    is_grace: bool
    arpeggiated: bool


def score_path(folder: Path, name: str) -> Path:
    """The MusicXML file of a mazurka, whatever its capitals. Raises `DataError` when there is none."""
    wanted = f"mazurka{name.removeprefix('M')}".lower()
    for path in sorted((folder / "xml_scores").glob("*.xml")):
        if path.stem.lower() == wanted:
            return path
    raise DataError(f"no score of {name}", where=str(folder / "xml_scores"))


def grid_notes(folder: Path, mazurka: Mazurka) -> list[GridNote]:
    """All notes of `mazurka` in order of position, tied notes joined.

    Raises `DataError` when the score is missing or has another number of bars than the beat file.
    """
    path = score_path(folder, mazurka.name)
    measures = read_measures(path)
    order = play_order(measures)
    bars = np.unique(mazurka.bar)
    if len(order) != len(bars):
        raise DataError(f"{len(order)} bars in the score, {len(bars)} in the beat file", where=str(path))
    notes: list[GridNote] = []
    sounding: dict[tuple[int, int], int] = {}
    for k, i in enumerate(order):
        first_row = int(np.searchsorted(mazurka.bar, bars[k]))
        origin = first_row - (int(mazurka.beat_in_bar[first_row]) - 1)
        start = _BAR_Q - float(measures[i].length_q) if k == 0 else 0.0
        for note in sorted(measures[i].notes, key=lambda n: (n.onset_q, n.is_grace is False, n.pitch)):
            _add(notes, sounding, note, origin + max(start, 0.0) + _within(note, measures[i]))
    return _without_unisons(notes)


def _without_unisons(notes: list[GridNote]) -> list[GridNote]:
    """Notes in order; of two voices on one key at one time the longer note stays."""
    kept: dict[tuple[float, int, bool], GridNote] = {}
    for note in notes:
        key = (round(note.position, 3), note.pitch, note.is_grace)
        if key not in kept or kept[key].length < note.length:
            kept[key] = note
    return sorted(kept.values(), key=lambda n: (n.position, not n.is_grace, n.pitch))


def _within(note: ScoreNote, measure: Measure) -> float:
    onset = float(note.onset_q)
    overflow = float(measure.length_q) > _BAR_Q and onset >= _BAR_Q
    return _BAR_Q - 0.05 if overflow else onset


def _add(notes: list[GridNote], sounding: dict[tuple[int, int], int], note: ScoreNote, position: float) -> None:
    key = (note.pitch, note.staff)
    if note.is_tied_from and key in sounding:
        held = notes[sounding[key]]
        length = max(held.length, position + float(note.duration_q) - held.position)
        notes[sounding[key]] = GridNote(held.position, length, *_rest(held))
        return
    if position < _EARLIEST:
        position = 0.0
    if not note.is_grace:
        sounding[key] = len(notes)
    notes.append(GridNote(position, float(note.duration_q), note.pitch, note.staff, note.is_grace, note.arpeggiated))


def _rest(note: GridNote) -> tuple[int, int, bool, bool]:
    return note.pitch, note.staff, note.is_grace, note.arpeggiated
