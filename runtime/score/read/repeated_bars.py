"""Bars drawn as a sign for "the same again" (percent signs, of one bar or several), filled with their notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar


class _InBar(Protocol):
    @property
    def staff(self) -> int: ...
    @property
    def measure(self) -> int: ...


_Note = TypeVar("_Note", bound=_InBar)
Sources = Mapping[tuple[int, int], int]
"""(staff, measure drawn as a repeat sign) → the measure whose notes it stands for."""


def copies(notes: Iterable[_Note], sources: Sources, copy: Callable[[_Note, int], _Note]) -> list[_Note]:
    """The notes of all bars in `sources` that have none of their own, made by `copy(note, measure)`.

    A sign may repeat a bar that is a sign itself.
    """
    of_bar: dict[tuple[int, int], list[_Note]] = {}
    for note in notes:
        of_bar.setdefault((note.staff, note.measure), []).append(note)
    out: list[_Note] = []
    for (staff, measure), source in sorted(sources.items(), key=lambda item: item[0][1]):
        if (staff, measure) not in of_bar:
            of_bar[staff, measure] = [copy(n, measure) for n in of_bar.get((staff, source), [])]
            out += of_bar[staff, measure]
    return out
