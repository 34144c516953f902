"""Beats drawn as a slash for "the same beat again", filled with the notes of the beat before the first slash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from runtime.score.table import ZERO

Place = tuple[int, Fraction]
"""A measure and quarters from its start."""


class _InBar(Protocol):
    @property
    def staff(self) -> int: ...
    @property
    def measure(self) -> int: ...
    @property
    def at(self) -> Fraction: ...


_Note = TypeVar("_Note", bound=_InBar)


@dataclass(frozen=True, slots=True)
class Slashes:
    """Slashes in a staff from one place to another."""

    staff: int
    start: Place
    stop: Place


@dataclass(frozen=True, slots=True)
class Bar:
    """The length of a measure and of its beats in quarters."""

    length: Fraction
    beat: Fraction


def copies(
    notes: Iterable[_Note], slashes: Iterable[Slashes], bars: Sequence[Bar], copy: Callable[[_Note, Place], _Note]
) -> list[_Note]:
    """The notes of all slashed beats that have none of their own, made by `copy(note, place)`."""
    here, out = list(notes), []
    for region in slashes:
        of_staff = [n for n in here if n.staff == region.staff]
        source = _beat_before(region.start, bars)
        if source is None:
            continue
        again = _between(of_staff, source, bars)
        for measure, at in _beats(region, bars):
            if not _between(of_staff, (measure, at), bars):
                out += [copy(n, (measure, at + n.at - source[1])) for n in again]
    return out


def _beat_before(place: Place, bars: Sequence[Bar]) -> Place | None:
    measure, at = place
    if at >= bars[measure].beat:
        return measure, at - bars[measure].beat
    return (measure - 1, max(ZERO, bars[measure - 1].length - bars[measure - 1].beat)) if measure else None


def _between(notes: Iterable[_Note], place: Place, bars: Sequence[Bar]) -> list[_Note]:
    measure, at = place
    return [n for n in notes if n.measure == measure and at <= n.at < at + bars[measure].beat]


def _beats(region: Slashes, bars: Sequence[Bar]) -> Iterator[Place]:
    measure, at = region.start
    while (measure, at) < region.stop and measure < len(bars):
        if at < bars[measure].length:
            yield measure, at
            at += bars[measure].beat
        else:
            measure, at = measure + 1, ZERO
