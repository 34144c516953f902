"""At most two voices per staff: a beam search over the ways to share each chord of a hand between them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from fractions import Fraction

from runtime.engrave.placed import Placed


@dataclass(frozen=True)
class VoiceOptions:
    """Costs in arbitrary units, per beat of sound cut off and per semitone of leap."""

    cut_cost: float = 1.4
    cut_free_beats: float = 0.3
    cut_most_beats: float = 2.0
    spread_cost: float = 0.5
    leap_cost: float = 0.03
    second_cost: float = 0.7
    second_begins_cost: float = 2.0
    low_alone_cost: float = 1.2
    cross_cost: float = 3.0
    beam: int = 16


@dataclass(frozen=True, slots=True)
class _Line:
    """The last chord of a voice: when it began and is let go (beats), and its middle, lowest and highest pitch."""

    at: float
    until: float
    middle: float
    low: int
    high: int


@dataclass(slots=True)
class _State:
    cost: float
    upper: _Line | None
    lower: _Line | None
    split: int
    before: _State | None


_FORGOTTEN_BEATS = 2.0


def voices(notes: list[Placed], options: VoiceOptions | None = None) -> list[int]:
    """The voice, 1 or 2, of every note of one staff; notes that begin together are split from above."""
    options = options or VoiceOptions()
    chords = _chords(notes)
    beam = [_State(0.0, None, None, 0, None)]
    for chord in chords:
        following = [_with(s, [notes[i] for i in chord], k, options) for s in beam for k in range(len(chord) + 1)]
        beam = heapq.nsmallest(options.beam, following, key=lambda s: s.cost)
    out = [1] * len(notes)
    state: _State | None = beam[0]
    for chord in reversed(chords):
        assert state is not None  # one state per chord
        for i in chord[state.split :]:
            out[i] = 2
        state = state.before
    return out


def _chords(notes: list[Placed]) -> list[list[int]]:
    """Indexes of the notes at each position, from high to low; grace notes go with what follows."""
    by_position: dict[Fraction, list[int]] = {}
    for i, note in enumerate(notes):
        by_position.setdefault(note.start, []).append(i)
    return [sorted(by_position[p], key=lambda i: -notes[i].pitch) for p in sorted(by_position)]


def _with(state: _State, chord: list[Placed], split: int, options: VoiceOptions) -> _State:
    now = float(chord[0].start)
    cost = state.cost
    upper, lower = state.upper, state.lower
    if split:
        added, upper = _joined(upper, chord[:split], now, options)
        cost += added
    if split < len(chord):
        fresh = lower is None or now - lower.until > _FORGOTTEN_BEATS
        added, lower = _joined(lower, chord[split:], now, options)
        cost += added + options.second_cost + (options.second_begins_cost if fresh else 0.0)
        if not split and (state.upper is None or state.upper.until < now + options.cut_free_beats):
            cost += options.low_alone_cost
    if upper and lower and upper.until > now and lower.until > now and lower.high >= upper.low:
        cost += options.cross_cost
    return _State(cost, upper, lower, split, state)


def _joined(line: _Line | None, chord: list[Placed], now: float, options: VoiceOptions) -> tuple[float, _Line]:
    """What it costs a voice to go on with this chord, and the voice afterwards."""
    ends = [n.release for n in chord if not n.grace] or [now]
    pitches = [n.pitch for n in chord]
    middle = sum(pitches) / len(pitches)
    cost = options.spread_cost * min(options.cut_most_beats, max(0.0, max(ends) - min(ends) - 0.5))
    if line is not None:
        cut = max(0.0, line.until - now - options.cut_free_beats)
        cost += options.cut_cost * min(options.cut_most_beats, cut)
        cost += options.leap_cost * min(24.0, abs(middle - line.middle))
    return cost, _Line(now, max(ends), middle, min(pitches), max(pitches))
