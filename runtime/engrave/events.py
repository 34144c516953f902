"""From the notes of a voice to what is written: divisions of the beats, and chords with durations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from runtime.engrave.placed import Placed
from runtime.engrave.quantise import DIVISIONS, Division

ONE = Fraction(1)
# What one voice can be written in: two against three belongs to two voices.
_PLAIN = tuple(d for d in DIVISIONS if d.family != 6)
_REST_COST = 0.7
_SHORTENED_COST = 0.6
_LONGEST_BEATS = 16


@dataclass(frozen=True, slots=True)
class Event:
    """A chord of a voice from `start` to `end` (beats), with the grace notes before it."""

    start: Fraction
    end: Fraction
    notes: tuple[Placed, ...]
    graces: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class Line:
    """A voice: its events in order, none overlapping, and the division of every beat that has one (else whole)."""

    events: tuple[Event, ...]
    divisions: dict[int, Division]


def line(notes: list[Placed], end: Fraction, bar_ends: list[Fraction]) -> Line:
    """Write one voice up to `end`; `bar_ends` are the bar lines in order (beats)."""
    notes, divisions = _divided(notes)
    sounding = [n for n in notes if not n.grace]
    graces = [n for n in notes if n.grace]
    starts = sorted({n.start for n in sounding})
    events = []
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        chord = tuple(sorted((n for n in sounding if n.start == start), key=lambda n: n.pitch))
        chord = tuple({n.pitch: n for n in chord}.values())
        before = tuple(sorted((n for n in graces if n.start == start), key=lambda n: n.order))
        graces = [n for n in graces if n.start != start]
        stop = _end(chord, start, following, divisions, bar_ends)
        events.append(Event(start, stop, chord, before))
    return Line(tuple(events), divisions)


def _divided(notes: list[Placed]) -> tuple[list[Placed], dict[int, Division]]:
    """Notes moved, where they must be, to the positions of one plain division per beat."""
    by_beat: dict[int, list[Placed]] = {}
    for note in notes:
        by_beat.setdefault(math.floor(note.start), []).append(note)
    out, divisions = [], {}
    for beat, inside in sorted(by_beat.items()):
        wanted = {n.start - beat for n in inside}
        division = min(_PLAIN, key=lambda d: (_misfit(wanted, d), len(d.positions)))
        divisions[beat] = division
        out += [replace(n, start=beat + _nearest(n.start - beat, division)) for n in inside]
    return out, divisions


def _nearest(position: Fraction, division: Division) -> Fraction:
    return min(division.positions, key=lambda p: (abs(p - position), p))


def _misfit(wanted: set[Fraction], division: Division) -> Fraction:
    """How far the positions must move; merging two of them is far worse."""
    placed = {_nearest(p, division) for p in wanted}
    moved = sum((abs(_nearest(p, division) - p) for p in wanted), Fraction(0))
    return moved + 2 * (len(wanted) - len(placed))


def _end(
    chord: tuple[Placed, ...],
    start: Fraction,
    following: Fraction,
    divisions: dict[int, Division],
    bar_ends: list[Fraction],
) -> Fraction:
    """Where the chord's written duration ends: at the next event when it is held about so long, else at a rest."""
    releases = sorted(n.release for n in chord)
    held = max(releases[len(releases) // 2] - float(start), 0.05)
    ringing = max(n.sustained for n in chord) - float(start)
    gap = float(following - start)
    if ringing > held:
        # The pedal makes a chord last, but does not tell how long it was meant to be.
        held = max(held, min(ringing, gap, max(2 * held, 1.0)))
    best, stop = math.inf, following
    for end in _possible_ends(start, following, divisions, bar_ends):
        length = float(end - start)
        ratio = abs(math.log2(held / length))
        if end == following:
            cost = _SHORTENED_COST * ratio if held < length else 0.0
        else:
            rest = float(following - end)
            cost = ratio + _REST_COST + (0.5 if rest < 0.5 else 0.0) + 0.3 * math.log2(end.denominator)
        if cost < best:
            best, stop = cost, end
    return stop


def _possible_ends(
    start: Fraction, following: Fraction, divisions: dict[int, Division], bar_ends: list[Fraction]
) -> list[Fraction]:
    """The next event; before it the divisions of the first beat, whole and half beats, and bar lines."""
    beat = math.floor(start)
    inside = divisions.get(beat, _PLAIN[0])
    if inside.family <= 2:
        inside = max(inside, _PLAIN[1], key=lambda d: len(d.positions))
    ends = {beat + p for p in inside.positions} | {Fraction(beat + 1)}
    last = min(math.ceil(following), beat + _LONGEST_BEATS)
    for k in range(beat + 1, last + 1):
        ends.add(Fraction(k))
        if k < last and divisions.get(k, _PLAIN[0]).family <= 2 and divisions.get(k - 1, _PLAIN[0]).family <= 2:
            ends.add(k + Fraction(1, 2))
    ends |= {b for b in bar_ends if start < b < following}
    kept = sorted(e for e in ends if start < e < following)
    if following - start <= _LONGEST_BEATS or not kept:
        kept.append(following)
    return kept
