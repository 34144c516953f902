"""A score on the way to being played: its notes on an unfolded axis, and rough seconds for both axes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from runtime.score.table import Note, Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Played:
    """Sounding notes in playing order; positions in quarters on the axis that `starts` describe.

    `measures`: written measure index of each measure played; `starts`: their unfolded positions, one more
    than measures (the last is the end). `grace` notes are played, but when exactly is up to the player.
    """

    measures: Ints
    starts: Floats
    onsets: Floats
    ends: Floats
    pitches: Ints
    grace: npt.NDArray[np.bool_]

    def attacks(self) -> Floats:
        """The distinct positions of attacks that are not grace notes."""
        return np.unique(self.onsets[~self.grace])


def written_notes(score: Score) -> list[tuple[Note, Fraction]]:
    """The attacks of a score with the positions where their sound ends, ties included."""
    reach: dict[tuple[int, int], int] = {}
    out: list[tuple[Note, Fraction]] = []
    for note in score.notes:
        key = (note.pitch, note.staff)
        end = note.onset + note.duration
        if note.tied and key in reach:
            first, old = out[reach[key]]
            if old >= note.onset:
                out[reach[key]] = (first, max(old, end))
                continue
        if not note.tied:
            reach[key] = len(out)
            out.append((note, end))
    return out


def play(score: Score, measures: list[int]) -> Played:
    """The notes that sound when these measures are played in this order."""
    by_measure: dict[int, list[tuple[Note, Fraction]]] = {}
    for note, end in written_notes(score):
        by_measure.setdefault(note.measure, []).append((note, end))
    starts, position = [], Fraction(0)
    rows: list[tuple[float, float, int, bool]] = []
    for index in measures:
        m = score.measures[index]
        starts.append(float(position))
        for note, end in by_measure.get(index, []):
            onset = position + note.onset - m.start
            rows.append((float(onset), float(onset + end - note.onset), note.pitch, note.grace))
        position += m.duration
    starts.append(float(position))
    rows.sort()
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Played(
        np.array(measures, np.int64),
        np.array(starts),
        table[:, 0],
        table[:, 1],
        table[:, 2].astype(np.int64),
        table[:, 3].astype(bool),
    )


def nominal_seconds(score: Score) -> Floats:
    """Seconds of each measure's start by the printed tempos (one more than measures), 120 where none are."""
    edges = [0.0]
    tempos = [(float(p), q) for p, q in score.tempos]
    now, k = 120.0, 0
    for m in score.measures:
        start, end, seconds = float(m.start), float(m.end), 0.0
        while k < len(tempos) and tempos[k][0] < end:
            at = max(start, tempos[k][0])
            seconds += (at - start) * 60 / now
            start, now = at, tempos[k][1]
            k += 1
        edges.append(edges[-1] + seconds + (end - start) * 60 / now)
    return np.array(edges)
