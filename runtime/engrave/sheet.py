"""`Sheet`: everything that will stand on the page, and how it comes from notes and an analysis."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from runtime.analysis import Analysis
from runtime.engrave.clefs import Clef, clefs
from runtime.engrave.events import Line, line
from runtime.engrave.grid import BeatGrid, beat_grid
from runtime.engrave.hands import LEFT, RIGHT, hands
from runtime.engrave.key import Key, Spelling, keys, spell
from runtime.engrave.placed import Placed
from runtime.engrave.quantise import Quantised, quantise
from runtime.engrave.values import Bar
from runtime.engrave.voices import voices
from runtime.notes.played import Floats, PlayedNotes

STAVES = (RIGHT, LEFT)
_COMPOUND_SHARE = 0.6
_SHORTEST_PEDAL_S = 0.15


@dataclass(frozen=True, slots=True)
class SheetBar:
    """A bar: its first beat in the grid, what it holds, how many beats its signature counts, key and clefs."""

    first_beat: int
    bar: Bar
    full_beats: int
    key: Key
    clef_of: dict[int, Clef]

    @property
    def is_pickup(self) -> bool:
        """Whether it is shorter than its signature."""
        return self.bar.beats < self.full_beats


@dataclass(frozen=True)
class Sheet:
    """Bars, a `Line` per (staff, voice), the name of every (beat, pitch), pedal spans in beats, and the grid.

    `staff` and `position` (beats, grace notes at the note they stand before) tell where each played note went.
    """

    grid: BeatGrid
    bars: tuple[SheetBar, ...]
    lines: dict[tuple[int, int], Line]
    names: dict[tuple[Fraction, int], Spelling]
    pedal: tuple[tuple[Fraction, Fraction], ...]
    quantised: Quantised
    staff: tuple[int, ...]

    @property
    def compound(self) -> bool:
        """Whether the beats are dotted."""
        return self.bars[0].bar.compound


def sheet(notes: PlayedNotes, analysis: Analysis) -> Sheet:
    """Lay the notes out on the beats of the analysis.

    Raises `ScoreError` when it has too few beats, or beats and notes lie apart.
    """
    grid = beat_grid(analysis.beats, notes)
    onset_beats = grid.beats_at(notes.onset_s)
    places = quantise(notes.onset_s, onset_beats, notes.pitch)
    placed = _placed(notes, grid, onset_beats, places)
    staff = hands(notes)
    shared = _shared(placed, staff.tolist())
    compound = places.ternary > _COMPOUND_SHARE
    bars = [Bar(b - a, compound) for a, b in pairwise(grid.bars)]
    end = Fraction(grid.bars[-1])
    lines = {k: line(v, end, [Fraction(b) for b in grid.bars[1:]]) for k, v in shared.items()}
    bar_keys = keys(_weights(lines.values(), grid))
    bar_clefs = {s: _clefs(lines, s, grid) for s in STAVES}
    return Sheet(
        grid,
        tuple(
            SheetBar(grid.bars[i], bars[i], grid.full_beats[i], bar_keys[i], {s: bar_clefs[s][i] for s in STAVES})
            for i in range(len(bars))
        ),
        lines,
        _names(lines.values(), grid, bar_keys),
        _pedal(notes, grid),
        places,
        tuple(int(s) for s in staff),
    )


def _placed(notes: PlayedNotes, grid: BeatGrid, onset_beats: Floats, places: Quantised) -> list[Placed]:
    release = grid.beats_at(notes.offset_s) - onset_beats
    sustained = grid.beats_at(_damped(notes)) - onset_beats
    end, last = grid.n_beats, grid.n_beats - Fraction(1, 4)
    out = []
    for i, position in enumerate(places.position):
        start = position if position < end else last
        out.append(
            Placed(
                start,
                float(start) + float(release[i]),
                float(start) + float(sustained[i]),
                int(notes.pitch[i]),
                int(notes.velocity[i]),
                places.grace[i],
                i,
            )
        )
    return out


def _damped(notes: PlayedNotes) -> Floats:
    """When each note really ends: at its release, or when the pedal comes up that was down then."""
    if not notes.pedal:
        return notes.offset_s
    down, up = (np.array(side) for side in zip(*notes.pedal, strict=True))
    k = np.searchsorted(down, notes.offset_s, side="right") - 1
    held = (k >= 0) & (notes.offset_s < up[np.maximum(k, 0)])
    return np.where(held, up[np.maximum(k, 0)], notes.offset_s)


def _shared(placed: list[Placed], staff: list[int]) -> dict[tuple[int, int], list[Placed]]:
    """The notes of every (staff, voice); grace notes go to the voice of the nearest note that they stand before."""
    out: dict[tuple[int, int], list[Placed]] = {}
    at: dict[Fraction, list[tuple[int, tuple[int, int]]]] = {}
    for s in STAVES:
        mine = [n for n, k in zip(placed, staff, strict=True) if k == s and not n.grace]
        for note, voice in zip(mine, voices(mine), strict=True):
            out.setdefault((s, voice), []).append(note)
            at.setdefault(note.start, []).append((note.pitch, (s, voice)))
    for note in placed:
        if note.grace and note.start in at:
            _, where = min(at[note.start], key=lambda x: (abs(x[0] - note.pitch), x))
            out[where].append(note)
    return out


def _bar_of(grid: BeatGrid, beat: Fraction) -> int:
    return min(bisect.bisect_right(grid.bars, beat) - 1, len(grid.bars) - 2)


def _weights(lines: Iterable[Line], grid: BeatGrid) -> Floats:
    weights = np.zeros((len(grid.bars) - 1, 12))
    for one in lines:
        for event in one.events:
            for note in event.notes:
                weights[_bar_of(grid, event.start), note.pitch % 12] += min(2.0, float(event.end - event.start))
    return weights


def _clefs(lines: dict[tuple[int, int], Line], staff: int, grid: BeatGrid) -> list[Clef]:
    pitches: list[list[int]] = [[] for _ in grid.bars[1:]]
    for (s, _), one in lines.items():
        for event in one.events if s == staff else ():
            pitches[_bar_of(grid, event.start)] += [n.pitch for n in event.notes]
    return clefs(pitches, "G" if staff == RIGHT else "F")


def _names(lines: Iterable[Line], grid: BeatGrid, bar_keys: list[Key]) -> dict[tuple[Fraction, int], Spelling]:
    """One name for a pitch at a moment, in whatever voices it stands."""
    places = sorted(
        {(e.start, n.pitch) for one in lines for e in one.events for n in (*e.notes, *e.graces)}
    )  # fmt: skip
    named = spell([p for _, p in places], [bar_keys[_bar_of(grid, at)] for at, _ in places])
    return dict(zip(places, named, strict=True))


def _pedal(notes: PlayedNotes, grid: BeatGrid) -> tuple[tuple[Fraction, Fraction], ...]:
    """Pedal spans on half beats; short presses are left out, and what meets on the page is one after the other."""
    out: list[tuple[Fraction, Fraction]] = []
    end = Fraction(grid.n_beats)
    for down_s, up_s in notes.pedal:
        if up_s - down_s < _SHORTEST_PEDAL_S or up_s <= grid.times_s[0] or down_s >= grid.times_s[-1]:
            continue
        down, up = (Fraction(round(float(b) * 2), 2) for b in grid.beats_at(np.array([down_s, up_s])))
        down, up = max(Fraction(0), down), min(up, end)
        if out and down < out[-1][1]:
            down = out[-1][1]
        if down < up and down < end:
            out.append((down, up))
    return tuple(out)
