"""Notes that were played or heard, put at the written places that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.score.align.performance import Played, play
from runtime.score.align.recording import Alignment
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAME_NOTE_S = 0.3
"""A note of the same key so near in time is the written one."""


@dataclass(frozen=True)
class Struck:
    """Notes [k] at written positions in quarters: `place`, `velocity` 1…127, and which `measure` of those played (an
    index into `Alignment.measures`) they were struck in."""

    place: Floats
    velocity: Floats
    measure: Ints


def struck(score: Score, alignment: Alignment, onset_s: Floats, pitch: Ints, velocity: Floats) -> Struck:
    """Where the score has these notes: at the written note of the same key nearest in time, else at the nearest attack;
    those outside the part that was aligned are left out.

    A repeated bar's notes come once for each time that it was played.
    """
    page = play(score, list(alignment.measures))
    written_s = alignment.times_of(page.onsets)
    inside = (onset_s >= alignment.times_s[0] - SAME_NOTE_S) & (onset_s <= alignment.times_s[-1] + SAME_NOTE_S)
    onset_s, pitch, velocity = onset_s[inside], pitch[inside], velocity[inside]
    if not len(page.onsets) or not len(onset_s):
        return Struck(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    position = page.onsets[_nearest(written_s, onset_s)]
    for key in np.unique(pitch):
        same, mine = np.flatnonzero(page.pitches == key), np.flatnonzero(pitch == key)
        if len(same):
            there = same[_nearest(written_s[same], onset_s[mine])]
            near = np.abs(written_s[there] - onset_s[mine]) <= SAME_NOTE_S
            position[mine[near]] = page.onsets[there[near]]
    return _on_page(score, page, position, velocity)


def written(score: Score, alignment: Alignment) -> tuple[Struck, Floats, Floats, Ints]:
    """The notes of the page as often as they were played, with seconds of onset and end and pitches [k]."""
    page = play(score, list(alignment.measures))
    notes = _on_page(score, page, page.onsets, np.zeros(len(page.onsets)))
    return notes, alignment.times_of(page.onsets), alignment.times_of(page.ends), page.pitches


def _on_page(score: Score, page: Played, position: Floats, velocity: Floats) -> Struck:
    measure = np.clip(np.searchsorted(page.starts[:-1], position + 1e-6, side="right") - 1, 0, None)
    begins = np.array([float(score.measures[i].start) for i in page.measures])
    return Struck(position - page.starts[measure] + begins[measure], velocity, measure)


def _nearest(ascending: Floats, wanted: Floats) -> Ints:
    right = np.clip(np.searchsorted(ascending, wanted), 1, max(1, len(ascending) - 1))
    left = right - 1
    right = np.minimum(right, len(ascending) - 1)
    return np.where(np.abs(ascending[left] - wanted) <= np.abs(ascending[right] - wanted), left, right)
