"""Bars that stand elsewhere too: where a part of a score is played, the first such place is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from runtime.score.align.apart import TOLD, Bars, Keys
from runtime.score.align.coarse import Run
from runtime.score.table import Score

# Places that have less of their notes in common are not taken for one another; of those that are, the first for which
# hardly less speaks than for the best.
_IN_COMMON, _NO_WORSE = 0.9, 0.25


@dataclass(frozen=True)
class Alike:
    """Measures `first`..`last` that are taken to be played, and another place, from `other` on, that it could be: with
    the `same` notes, or nearly, and what is heard does not tell."""

    first: int
    last: int
    other: int
    same: bool = True


def first_places(
    score: Score, bars: Bars, measures: list[int], runs: Sequence[Run], keys: Sequence[Keys]
) -> tuple[list[int], list[Alike]]:
    """Measures as played, each run moved to the first place that it cannot be told from, and the other such places.

    Only for runs of bars that follow one another, and to places that no other run plays.
    """
    contents = _contents(score)
    out, alike = list(measures), []
    for run, heard in zip(runs, keys, strict=True):
        here = measures[run.first : run.last + 1]
        first, n = here[0], len(here)
        if here != list(range(first, first + n)):
            continue
        taken = {*measures[: run.first], *measures[run.last + 1 :]}
        places = {
            k: better for k in range(len(contents) - n + 1)
            if not taken & set(range(k, k + n))
            and (better := 0.0 if contents[k : k + n] == contents[first : first + n]
                 else _better(bars, heard, run, first, k, n)) > -TOLD
        }  # fmt: skip
        if len(places) > 1:
            least = max(places.values()) - _NO_WORSE
            k = next(k for k, better in places.items() if better > least)
            out[run.first : run.last + 1] = range(k, k + n)
            alike += [Alike(k, k + n - 1, p, contents[p : p + n] == contents[k : k + n]) for p in places if p != k]
    return out, alike


def _better(bars: Bars, keys: Keys, run: Run, first: int, other: int, n: int) -> float:
    """How much more of what is heard speaks for `n` measures from `other` on than for those from `first` on; as little
    as can be where they are not nearly the same."""
    pairs = list(zip(range(first, first + n), range(other, other + n), strict=True))
    if not all(b in bars.alike[a] for a, b in pairs):
        return -np.inf
    in_common = sum(len(bars.notes[a] & bars.notes[b]) for a, b in pairs)
    if in_common < _IN_COMMON * sum(len(bars.notes[a] | bars.notes[b]) for a, b in pairs):
        return -np.inf
    return sum(keys.worth(slot, b) - keys.worth(slot, a) for slot, (a, b) in enumerate(pairs, run.first) if a != b)


def _contents(score: Score) -> list[tuple[Fraction, tuple[tuple[Fraction, int, bool], ...]]]:
    """What is struck in each measure, and how long it is."""
    notes: list[list[tuple[Fraction, int, bool]]] = [[] for _ in score.measures]
    for n in score.notes:
        if not n.tied:
            notes[n.measure].append((n.onset - score.measures[n.measure].start, n.pitch, n.grace))
    return [(m.duration, tuple(sorted(of_bar))) for m, of_bar in zip(score.measures, notes, strict=True)]
