"""Bars that stand elsewhere note for note: where a part of a score is played, the first such place is taken."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from runtime.score.align.coarse import Run
from runtime.score.table import Score


def first_places(
    score: Score, measures: list[int], runs: Sequence[Run]
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Measures as played, each run moved to the first place where the same notes are written, and what sounds the same.

    Only for runs of bars that follow one another, and to places that no other run plays. The second result has
    (first, last, other first) measure indexes of places that sound alike.
    """
    contents = _contents(score)
    out, alike = list(measures), []
    for run in runs:
        here = measures[run.first : run.last + 1]
        first, n = here[0], len(here)
        if here != list(range(first, first + n)):
            continue
        taken = {*measures[: run.first], *measures[run.last + 1 :]}
        places = [
            k for k in range(len(contents) - n + 1)
            if contents[k : k + n] == contents[first : first + n] and not taken & set(range(k, k + n))
        ]  # fmt: skip
        if len(places) > 1:
            out[run.first : run.last + 1] = range(places[0], places[0] + n)
            alike += [(places[0], places[0] + n - 1, k) for k in places[1:]]
    return out, alike


def _contents(score: Score) -> list[tuple[Fraction, tuple[tuple[Fraction, int, bool], ...]]]:
    """What is struck in each measure, and how long it is."""
    notes: list[list[tuple[Fraction, int, bool]]] = [[] for _ in score.measures]
    for n in score.notes:
        if not n.tied:
            notes[n.measure].append((n.onset - score.measures[n.measure].start, n.pitch, n.grace))
    return [(m.duration, tuple(sorted(of_bar))) for m, of_bar in zip(score.measures, notes, strict=True)]
