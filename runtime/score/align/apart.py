"""Bars that are nearly alike told apart by the keys that are struck.

The outline hears pitch classes a few times a second: a theme and its reprise an octave lower, or with one other chord,
are the same to it, and it takes the one that is reached more easily. The keys tell them apart once the times are known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.score.align.coarse import Outline, Run
from runtime.score.align.features import Heard
from runtime.score.align.fine import Placed
from runtime.score.align.performance import Played, written_notes
from runtime.score.table import Score
from runtime.score.unfold import graph

Floats = npt.NDArray[np.float64]
Note = tuple[Fraction, int]

# Bars of one length that share so much of their pitch classes, each at its place, are alike.
_ALIKE = 0.4
# A key struck with this probability is no sign for or against a bar. To leave the score's order costs so much.
_NEUTRAL, _JUMP = 0.45, 2.0
# So much must speak for other bars than those that were taken, and so much for each key that only one of them has. What
# is found of these keys: the mean probability of the others', at least, and of the taken ones', at most.
TOLD, _TOLD_EACH, _STRUCK, _NOT_STRUCK = 0.5, 0.2, 0.5, 0.35
# What is left at an end of the path when the rest of it belongs elsewhere must be worth so much.
_LEAST_WORTH = 4.0
_REACH_FRAMES = 2


class Alike:
    """For each measure all of the same length with much the same pitch classes at the same places, itself included.

    Looked for when it is asked: in a long score of one pattern all pairs would be more than memory holds.
    """

    def __init__(self, score: Score, notes: list[set[Note]]) -> None:
        self._durations = [m.duration for m in score.measures]
        self._classes = [frozenset((at, pitch % 12) for at, pitch in of_bar) for of_bar in notes]
        self._size = np.array([len(c) for c in self._classes])
        having: dict[tuple[Fraction, Fraction, int], list[int]] = {}
        for n, (duration, of_bar) in enumerate(zip(self._durations, self._classes, strict=True)):
            for at, pitch_class in of_bar:
                having.setdefault((duration, at, pitch_class), []).append(n)
        self._having = {key: np.array(bars) for key, bars in having.items()}
        self._found: dict[int, tuple[int, ...]] = {}

    def __getitem__(self, measure: int) -> tuple[int, ...]:
        if measure not in self._found:
            self._found[measure] = self._of(measure)
        return self._found[measure]

    def _of(self, measure: int) -> tuple[int, ...]:
        keys = [(self._durations[measure], at, pitch_class) for at, pitch_class in self._classes[measure]]
        if not keys:
            return (measure,)
        shared = np.bincount(np.concatenate([self._having[key] for key in keys]), minlength=len(self._size))
        alike = (shared > 0) & (shared >= _ALIKE * (self._size + self._size[measure] - shared))
        return tuple(np.flatnonzero(alike).tolist())


@dataclass(frozen=True)
class Bars:
    """For each measure: its attacks as (quarters into it, pitch), the measures alike, those that may come before it."""

    notes: tuple[frozenset[Note], ...]
    alike: Alike
    before: tuple[frozenset[int], ...]

    @classmethod
    def of(cls, score: Score) -> Bars:
        """The bars of a score."""
        notes: list[set[Note]] = [set() for _ in score.measures]
        for note, _ in written_notes(score):
            if not note.grace:
                notes[note.measure].add((note.onset - score.measures[note.measure].start, note.pitch))
        return cls(tuple(map(frozenset, notes)), Alike(score, notes), tuple(map(frozenset, _before(score))))


def _before(score: Score) -> list[set[int]]:
    g = graph(score)
    out: list[set[int]] = [set() for _ in score.measures]
    for span, following in zip(g.spans, g.following, strict=True):
        for m in range(span.first, span.last):
            out[m + 1].add(m)
        for n in following:
            if n >= 0:
                out[g.spans[n].first].add(span.last)
    return out


class Keys:
    """What the keys say of each measure in the time of another."""

    def __init__(self, bars: Bars, heard: Heard, played: Played, placed: Placed) -> None:
        self._bars, self._heard, self._starts = bars, heard, played.starts
        self._positions, self._times = placed.positions, np.maximum.accumulate(placed.times_s)

    def struck(self, slot: int, notes: frozenset[Note], reach_frames: int = _REACH_FRAMES) -> Floats:
        """The probability that each note is struck, in the time of the measure that is played as number `slot`."""
        kept = [(float(at), pitch - LOWEST_PITCH) for at, pitch in notes if 0 <= pitch - LOWEST_PITCH < N_PITCHES]
        if not kept or not len(self._heard.keys) or not len(self._positions):
            return np.zeros(0)
        at, key = np.array([a for a, _ in kept]), np.array([k for _, k in kept])
        at_s = np.interp(self._starts[slot] + at, self._positions, self._times) + self._heard.keys_late_s
        frame = np.rint(at_s * FRAMES_PER_S).astype(int)[:, None] + np.arange(-reach_frames, reach_frames + 1)
        frame = np.clip(frame, 0, len(self._heard.keys) - 1)
        return np.asarray(self._heard.keys[frame, key[:, None]].max(axis=1), dtype=np.float64)

    def worth(self, slot: int, measure: int) -> float:
        """What speaks for a measure, in keys."""
        return float((self.struck(slot, self._bars.notes[measure]) - _NEUTRAL).sum())


def told_apart(bars: Bars, heard: Heard, found: Outline, played: Played, placed: list[Placed]) -> Outline:
    """The outline with the measures that the keys tell to be played instead of those that are like them; itself where
    all is well."""
    measures, runs, kept = list(found.measures), list[Run](), list[bool]()
    for run, p in zip(found.runs, placed, strict=True):
        keys = Keys(bars, heard, played, p)
        other = _other(bars, keys, found.measures, run)
        if other is None:
            runs.append(run)
            kept.append(True)
            continue
        measures[run.first : run.last + 1] = other
        parts = _parts(bars, played, measures, run)
        runs += parts
        kept += [sum(keys.worth(n, measures[n]) for n in range(r.first, r.last + 1)) >= _LEAST_WORTH for r in parts]
    if measures == found.measures:
        return found
    while len(runs) > 1 and not kept[0]:
        runs, kept = runs[1:], kept[1:]
    while len(runs) > 1 and not kept[-1]:
        runs, kept = runs[:-1], kept[:-1]
    return _cut_to(replace(found, measures=measures), runs, played)


def _cut_to(found: Outline, runs: list[Run], played: Played) -> Outline:
    """The outline from the first of these runs to the last."""
    first, start = runs[0].first, float(played.starts[runs[0].first])
    moved = [Run(r.first - first, r.last - first, r.times_s, r.positions - start) for r in runs]
    return replace(found, measures=found.measures[first : runs[-1].last + 1], runs=moved)


def _other(bars: Bars, keys: Keys, measures: list[int], run: Run) -> list[int] | None:
    """What is played in the time of a run, None when it is what was taken or cannot be told from it."""
    taken = measures[run.first : run.last + 1]
    if all(len(bars.alike[m]) == 1 for m in taken):
        return None
    worths = [
        {m: keys.worth(slot, m) for m in bars.alike[measures[slot]]} for slot in range(run.first, run.last + 1)
    ]  # fmt: skip
    path, total = _best(bars, worths)
    changed = [(run.first + n, old, new) for n, (old, new) in enumerate(zip(taken, path, strict=True)) if old != new]
    if not changed:
        return None
    only_new = [keys.struck(slot, bars.notes[new] - bars.notes[old]) for slot, old, new in changed]
    only_old = [keys.struck(slot, bars.notes[old] - bars.notes[new]) for slot, old, new in changed]
    better = total - sum(w[m] for w, m in zip(worths, taken, strict=True))
    told = better >= max(TOLD, _TOLD_EACH * sum(map(len, only_new + only_old)))
    return path if told and _mean(only_new, 1.0) >= _STRUCK and _mean(only_old, 0.0) <= _NOT_STRUCK else None


def _mean(values: list[Floats], none: float) -> float:
    joined = np.concatenate(values)
    return float(joined.mean()) if len(joined) else none


def _best(bars: Bars, worths: list[dict[int, float]]) -> tuple[list[int], float]:
    """The measures of the highest worth, in an order that the score allows but for jumps, which cost."""
    best, back = dict(worths[0]), list[dict[int, int]]()
    for here in worths[1:]:
        source: dict[int, int] = {}
        reached: dict[int, float] = {}
        top = max(best, key=best.__getitem__)
        for m, value in here.items():
            allowed = [p for p in bars.before[m] if p in best]
            follows = max(allowed, key=best.__getitem__, default=top)
            go = best[follows] - (0.0 if allowed else _JUMP)
            source[m], reached[m] = (follows, go) if go >= best[top] - _JUMP else (top, best[top] - _JUMP)
            reached[m] += value
        back.append(source)
        best = reached
    last = max(best, key=best.__getitem__)
    path = [last]
    for source in reversed(back):
        path.append(source[path[-1]])
    return path[::-1], best[last]


def _parts(bars: Bars, played: Played, measures: list[int], run: Run) -> list[Run]:
    """A run cut where the new measures do not follow one another."""
    cuts = [n for n in range(run.first + 1, run.last + 1) if measures[n - 1] not in bars.before[measures[n]]]
    positions = np.union1d(run.positions, played.starts[cuts])
    times = np.interp(positions, run.positions, run.times_s)
    out = []
    for first, end in pairwise([run.first, *cuts, run.last + 1]):
        inside = (positions >= played.starts[first]) & (positions <= played.starts[end])
        out.append(Run(first, end - 1, times[inside], positions[inside]))
    return out
