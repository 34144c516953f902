"""Which hand played what: a beam search over the ways to split every chord into a lower and an upper part.

A split pays for stretches that a hand cannot reach (with the keys it still holds), for leaps in little time, for
hands that cross, and for playing far from where the hand usually plays. Hands do not cross inside one chord.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from runtime.notes.played import Floats, Ints, PlayedNotes

RIGHT, LEFT = 1, 2


@dataclass(frozen=True)
class HandOptions:
    """Costs in arbitrary units; pitches in semitones, times in seconds."""

    together_s: float = 0.03
    wide_semitones: float = 12.0
    wide_cost: float = 0.8
    leap_cost: float = 0.12
    leap_memory_s: float = 3.0
    cross_cost: float = 0.1
    middle: float = 60.0
    window_s: float = 1.5
    narrow_semitones: float = 6.0
    wide_range_semitones: float = 28.0
    local_share: float = 0.7
    side_cost: float = 0.15
    more_than_five: float = 6.0
    centre_weight: float = 0.4
    beam: int = 12


@dataclass(frozen=True, slots=True)
class _Hand:
    """Where a hand is: its running `centre`, when it last struck, and the keys it holds (pitch, until)."""

    centre: float
    struck_s: float
    held: tuple[tuple[int, float], ...]


@dataclass(slots=True)
class _State:
    cost: float
    right: _Hand
    left: _Hand
    split: int
    before: _State | None


def hands(notes: PlayedNotes, options: HandOptions | None = None) -> Ints:
    """The staff of every note [n]: 1 for the right hand, 2 for the left."""
    options = options or HandOptions()
    chords = _chords(notes.onset_s, notes.pitch, options.together_s)
    start = _State(0.0, _Hand(options.middle + 10, -9.0, ()), _Hand(options.middle - 12, -9.0, ()), 0, None)
    beam = [start]
    middles = _middles(notes, options)
    for chord in chords:
        middle = float(middles[chord[0]])
        pitches = [(int(notes.pitch[i]), float(notes.offset_s[i])) for i in chord]
        now_s = float(notes.onset_s[chord[0]])
        following = [
            _struck(state, pitches, split, now_s, middle, options)
            for state in beam
            for split in range(len(pitches) + 1)
        ]
        beam = heapq.nsmallest(options.beam, following, key=lambda s: s.cost)
    staff = np.full(len(notes.pitch), RIGHT)
    state: _State | None = beam[0]
    for chord in reversed(chords):
        assert state is not None  # one state per chord
        staff[chord[: state.split]] = LEFT
        state = state.before
    return staff


def _chords(onset_s: Floats, pitch: Ints, together_s: float) -> list[Ints]:
    """Indexes of notes struck together, from low to high."""
    edges = [0]
    for i in range(1, len(onset_s)):
        if onset_s[i] - onset_s[edges[-1]] > together_s:
            edges.append(i)
    edges.append(len(onset_s))
    out = []
    for a, b in pairwise(edges):
        out.append(a + np.argsort(pitch[a:b], kind="stable"))
    return out


def _middles(notes: PlayedNotes, options: HandOptions) -> Floats:
    """Where the hands part around each note [n]: between the low and the high notes of the seconds around it.

    Where little of the keyboard is in use, which may be one hand's part, it is the middle of the keyboard.
    """
    first = np.searchsorted(notes.onset_s, notes.onset_s - options.window_s)
    last = np.searchsorted(notes.onset_s, notes.onset_s + options.window_s, side="right")
    low, high = np.array([np.percentile(notes.pitch[a:b], (10, 90)) for a, b in zip(first, last, strict=True)]).T
    spread = options.wide_range_semitones - options.narrow_semitones
    share = options.local_share * np.clip((high - low - options.narrow_semitones) / spread, 0.0, 1.0)
    return np.asarray((1 - share) * options.middle + share * (low + high) / 2)


def _struck(
    state: _State, pitches: list[tuple[int, float]], split: int, now_s: float, middle: float, options: HandOptions
) -> _State:
    left_cost, left = _played(state.left, pitches[:split], now_s, -1, middle, options)
    right_cost, right = _played(state.right, pitches[split:], now_s, 1, middle, options)
    cost = state.cost + left_cost + right_cost
    if split:
        low = min((p for p, _ in right.held), default=128)
        cost += options.cross_cost * max(0, pitches[split - 1][0] - low + 1)
    if split < len(pitches):
        high = max((p for p, _ in left.held), default=-1)
        cost += options.cross_cost * max(0, high - pitches[split][0] + 1)
    return _State(cost, right, left, split, state)


def _played(
    hand: _Hand, pitches: list[tuple[int, float]], now_s: float, side: int, middle: float, options: HandOptions
) -> tuple[float, _Hand]:
    """What it costs a hand to strike these keys now, and where it is afterwards."""
    held = tuple(h for h in hand.held if h[1] > now_s)
    if not pitches:
        return 0.0, _Hand(hand.centre, hand.struck_s, held)
    low, high = pitches[0][0], pitches[-1][0]
    reach_low = min([low, *(p for p, _ in held)])
    reach_high = max([high, *(p for p, _ in held)])
    mean = (low + high) / 2
    cost = options.wide_cost * max(0.0, high - low - options.wide_semitones)
    cost += 0.5 * options.wide_cost * max(0.0, reach_high - reach_low - options.wide_semitones - 2)
    fade = float(np.exp(-(now_s - hand.struck_s) / options.leap_memory_s))
    cost += options.leap_cost * fade * abs(mean - hand.centre)
    cost += sum(options.side_cost * max(0.0, side * (middle - p)) for p, _ in pitches)
    cost += options.more_than_five * max(0, len(pitches) - 5)
    weight = 1 - (1 - options.centre_weight) * fade
    centre = hand.centre + weight * (mean - hand.centre)
    return cost, _Hand(centre, now_s, (*held, *pitches))
