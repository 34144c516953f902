"""Place a score's measures along its MIDI file, which plays them with repeats unfolded.

Cumulative measure lengths go wrong in cadenzas and overfull bars, and repeat signs do not say which repeats a MIDI
file leaves out, so each measure is looked for where its notes sound: first where the written order puts it,
then nearby, then anywhere in the score (a jump).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data.scores.midi import MidiScore
from train.data.scores.musicxml import Measure
from train.data.scores.unfold import play_order, variants

_GRID = 24
_GOOD, _JUMP = 0.75, 0.9
_SEARCH_Q = 8.0

Notes = list[tuple[int, int]]


@dataclass(frozen=True)
class Placement:
    """`order` [k]: measures as played; `starts_q` [k]: where each starts in the MIDI file.

    `note_share` is the share of the score's notes found there, `matched` the same but lower when the order leaves
    much of the MIDI file unexplained (ornaments do too), `name` tells how the order was found.
    """

    order: tuple[int, ...]
    starts_q: tuple[float, ...]
    note_share: float
    matched: float
    name: str


def place_measures(measures: list[Measure], midi: MidiScore) -> Placement:
    """The best placement: a plain unfolding when one fits, else the measures followed one by one."""
    follower = _Follower(measures, midi)
    best = follower.plain(play_order(measures), "as written")
    for name, order in variants(measures):
        placement = follower.plain(order, name)
        if placement.matched > best.matched:
            best = placement
        if best.matched >= 0.97:
            return best
    walked = follower.walk(play_order(measures))
    return walked if walked.matched > best.matched + 0.01 else best


class _Follower:
    def __init__(self, measures: list[Measure], midi: MidiScore) -> None:
        self.measures = measures
        self.end_q = midi.end_q
        self.lengths = [float(m.length_q) for m in measures]
        self.content = [_content(m) for m in measures]
        self.sounding: set[tuple[int, int]] = set()
        ticks = np.rint(midi.onset_q * _GRID).astype(int).tolist()
        for tick, pitch in zip(ticks, midi.pitch.tolist(), strict=True):
            # Triplets and rounding in the MIDI file move notes by a tick of the grid.
            self.sounding.update((tick + d, pitch) for d in (-1, 0, 1))
        self.onsets_q = np.unique(np.round(midi.onset_q, 3))
        self.n_midi_notes = len(midi.pitch)

    def match(self, i: int, start_q: float) -> tuple[int, int]:
        """(notes of measure `i` that sound when it starts at `start_q`, all its notes)."""
        origin = round(start_q * _GRID)
        notes = self.content[i]
        return sum((origin + tick, pitch) in self.sounding for tick, pitch in notes), len(notes)

    def share(self, i: int, start_q: float) -> float:
        hits, notes = self.match(i, start_q)
        return hits / notes if notes else 0.0

    def plain(self, order: list[int], name: str) -> Placement:
        """Measures of `order` end to end."""
        starts = np.concatenate([[0.0], np.cumsum([self.lengths[i] for i in order])])[:-1].tolist()
        return self._placement(order, starts, name)

    def walk(self, planned: list[int]) -> Placement:
        """Measures followed one by one through the MIDI file."""
        order, starts = [planned[0]], [0.0]
        step = 1
        while len(order) < 3 * len(planned) + 100:
            q = starts[-1] + self.lengths[order[-1]]
            if q >= self.end_q - 0.01:
                break
            following = [planned[step]] if step < len(planned) else []
            if order[-1] + 1 < len(self.measures):
                following.append(order[-1] + 1)
            found = self._next(following, starts[-1], q)
            if found is None:
                break
            i, start_q = found
            order.append(i)
            starts.append(start_q)
            step = _step_after(planned, step, i)
        return self._placement(order, starts, "followed")

    def _next(self, following: list[int], before_q: float, expected_q: float) -> tuple[int, float] | None:
        for i in following:
            if self.share(i, expected_q) >= _GOOD or not self.content[i]:
                return i, expected_q
        near = self.onsets_q[(self.onsets_q > before_q) & (self.onsets_q < expected_q + _SEARCH_Q)]
        for i in following:
            first = min(tick for tick, _ in self.content[i]) / _GRID if self.content[i] else 0.0
            shares = [(self._pair(i, q - first), -abs(q - first - expected_q), q - first) for q in near.tolist()]
            if shares and max(shares)[0] >= _GOOD:
                return i, max(shares)[2]
        # Of equal bars the first written one: a da capo nobody wrote leads to the beginning.
        jumps = [(self._pair(j, expected_q), -j, j) for j in range(len(self.measures))]
        if max(jumps)[0] >= _JUMP:
            return max(jumps)[2], expected_q
        return (following[0], expected_q) if following else None

    def _pair(self, i: int, start_q: float) -> float:
        """Share of the notes of measure `i` and the one after it that sound from `start_q` on."""
        hits, notes = self.match(i, start_q)
        if i + 1 < len(self.measures):
            more = self.match(i + 1, start_q + self.lengths[i])
            hits, notes = hits + more[0], notes + more[1]
        return hits / notes if notes else 0.0

    def _placement(self, order: list[int], starts: list[float], name: str) -> Placement:
        hits = notes = 0
        for i, start_q in zip(order, starts, strict=True):
            found, all_notes = self.match(i, start_q)
            hits, notes = hits + found, notes + all_notes
        # A short order could match perfectly and leave most of the MIDI file unexplained.
        played = self.n_midi_notes
        matched = min(hits / max(notes, 1), hits / max(played, 1) / 0.9, 1.0)
        return Placement(tuple(order), tuple(starts), hits / max(notes, 1), matched, name)


def _content(measure: Measure) -> Notes:
    return sorted(
        {(round(float(n.onset_q) * _GRID), n.pitch) for n in measure.notes if not (n.is_grace or n.is_tied_from)}
    )


def _step_after(planned: list[int], step: int, i: int) -> int:
    """The step of the plan after playing measure `i`: nearest occurrence at or after `step`, else any."""
    for k in (*range(step, len(planned)), *range(min(step, len(planned)))):
        if planned[k] == i:
            return k + 1
    return len(planned)
