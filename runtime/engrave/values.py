"""Stretches of a bar as note values: which value may stand where, with dots, tuplets and ties."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from runtime.engrave.quantise import Division

_TYPES = {
    Fraction(8): "breve", Fraction(4): "whole", Fraction(2): "half", Fraction(1): "quarter", Fraction(1, 2): "eighth",
    Fraction(1, 4): "16th", Fraction(1, 8): "32nd", Fraction(1, 16): "64th", Fraction(1, 32): "128th",
}  # fmt: skip
HALF, ONE = Fraction(1, 2), Fraction(1)


@dataclass(frozen=True, slots=True)
class Value:
    """A note value: `kind` as in MusicXML, dots, and (actual, normal) notes of the tuplet it belongs to, if any."""

    start: Fraction
    end: Fraction
    kind: str
    dots: int
    tuplet: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """What the values of a bar depend on: how many beats it has, and whether they are dotted (three parts)."""

    beats: int
    compound: bool

    @property
    def beat_quarters(self) -> Fraction:
        """Quarters per beat."""
        return Fraction(3, 2) if self.compound else ONE

    def tuplet_of(self, division: Division | None) -> tuple[int, int] | None:
        """(actual, normal) of a beat divided so, None when plain values do."""
        family = division.family if division else 1
        if family == 3 and not self.compound:
            return (3, 2)
        if family == 5:
            return (5, 6) if self.compound else (5, 4)
        return None


def written(quarters: Fraction, most_dots: int = 1) -> tuple[str, int] | None:
    """The value and dots of a duration in quarters, None when no single value has it."""
    for dots in range(most_dots + 1):
        base = quarters * 2**dots / (2 ** (dots + 1) - 1)
        if base in _TYPES:
            return _TYPES[base], dots
    return None


def split(start: Fraction, end: Fraction, bar: Bar, divisions: dict[int, Division], rest: bool = False) -> list[Value]:
    """Values that fill `start`..`end` (beats from the start of the bar) so that the beats stay visible."""
    out: list[Value] = []
    while start < end:
        value = _first(start, end, bar, divisions, rest)
        out.append(value)
        start = value.end
    return out


def _first(start: Fraction, end: Fraction, bar: Bar, divisions: dict[int, Division], rest: bool) -> Value:
    beat = math.floor(start)
    if start == beat and end >= beat + 1:
        return _whole_beats(beat, end, bar, divisions, rest)
    across = _syncopation(start, end, bar, divisions, rest)
    if across is not None:
        return across
    stop = min(end, Fraction(beat + 1))
    return _inside(beat, start, stop, bar, divisions)


def _whole_beats(beat: int, end: Fraction, bar: Bar, divisions: dict[int, Division], rest: bool) -> Value:
    """The longest value of whole beats that may begin here (or one and a half beats before another note)."""
    start = Fraction(beat)
    half_more = beat + ONE + HALF
    plain = bar.tuplet_of(divisions.get(beat)) is None and bar.tuplet_of(divisions.get(beat + 1)) is None
    middle = bar.beats == 4 and beat == 1
    if end == half_more and plain and not rest and not bar.compound and not middle:
        return Value(start, end, "quarter", 1)
    most = min(math.floor(end) - beat, bar.beats - beat)
    for count in range(most, 1, -1):
        value = written(count * bar.beat_quarters)
        if value is not None and _may_span(beat, count, bar, rest):
            return Value(start, start + count, *value)
    kind, dots = written(bar.beat_quarters) or ("quarter", 0)
    return Value(start, start + 1, kind, dots)


def _may_span(beat: int, count: int, bar: Bar, rest: bool) -> bool:
    if beat == 0 and count == bar.beats:
        return True
    if bar.beats == 4:
        return (beat, count) in ({(0, 2), (2, 2)} if rest else {(0, 2), (0, 3), (1, 2), (1, 3), (2, 2)})
    return not rest and count <= 3


def _syncopation(start: Fraction, end: Fraction, bar: Bar, divisions: dict[int, Division], rest: bool) -> Value | None:
    """An off-beat note of one beat, tied to nothing, where it does not hide the middle of a bar of four."""
    beat = math.floor(start)
    if rest or bar.compound or start - beat != HALF or end < start + 1 or (bar.beats == 4 and beat == 1):
        return None
    if bar.tuplet_of(divisions.get(beat)) or bar.tuplet_of(divisions.get(beat + 1)) or end > start + HALF * 3:
        return None
    return Value(start, start + 1, "quarter", 0) if end == start + 1 else None


def _inside(beat: int, start: Fraction, stop: Fraction, bar: Bar, divisions: dict[int, Division]) -> Value:
    """The longest single value inside one beat."""
    tuplet = bar.tuplet_of(divisions.get(beat))
    scale = bar.beat_quarters * (Fraction(*tuplet) if tuplet else ONE)
    for parts in (*range(1, 97),):
        # Candidate ends from far to near, on ever finer divisions of the beat.
        unit = Fraction(1, parts)
        ends = [beat + k * unit for k in range(parts, 0, -1) if start < beat + k * unit <= stop]
        for end in ends:
            value = written((end - start) * scale)
            if value is not None and (end == stop or _aligned(start - beat, end - start)):
                return Value(start, end, *value, tuplet)
    raise ValueError(f"no note value for {start}..{stop}")


def _aligned(offset: Fraction, length: Fraction) -> bool:
    """Whether a value stands where its own length is counted from the beat."""
    return (offset / length).denominator <= 2
