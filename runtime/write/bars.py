"""Where bars begin among the beats, and the silent bar before the first beat."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.analysis import Analysis, Beat
from runtime.errors import OutputError

# One quarter may not last longer than a standard MIDI tempo can say (16.78 s); stay well inside it.
LONGEST_QUARTER_S = 12.0
SNAP_S = 0.0005
LARGEST_NUMERATOR = 255
MOST_LEAD_IN_SPEEDUP = 2.0
FASTEST_LEAD_IN_BPM = 240.0


@dataclass(frozen=True)
class Bar:
    """One bar on the musical time line; `bar` is its number in the analysis (0 and below: lead-in, pickup)."""

    bar: int
    quarters: float
    numerator: int
    denominator: int


def check_beats(beats: Sequence[Beat]) -> None:
    """Raise `OutputError` unless the times are finite, at or after 0 and strictly increasing."""
    last_s = -1.0
    for index, beat in enumerate(beats):
        if not math.isfinite(beat.time_s) or beat.time_s < 0 or beat.time_s <= last_s:
            raise OutputError(
                f"beat {index} is at {beat.time_s} s, after a beat at {last_s} s: no tempo map goes through that",
                cause="the analysis was edited by hand",
                advice="Beat times must increase and must not be negative",
            )
        last_s = beat.time_s


def quarters_of(beats: Sequence[Beat]) -> list[int]:
    """Quarters that each beat lasts: 1, or more where the next beat is further than a tempo can say."""
    gaps_s = [b.time_s - a.time_s for a, b in itertools.pairwise(beats)]
    return [max(1, math.ceil(gap_s / LONGEST_QUARTER_S)) for gap_s in gaps_s] + [1]


def bar_groups(beats: Sequence[Beat]) -> list[range]:
    """Index ranges of the beats of each bar: a bar begins where the number changes or the position falls."""
    starts = [
        i
        for i, beat in enumerate(beats)
        if i == 0 or beat.bar != beats[i - 1].bar or beat.position <= beats[i - 1].position
    ]
    return [range(a, b) for a, b in itertools.pairwise([*starts, len(beats)])]


def beats_per_bar(analysis: Analysis, time_s: float) -> int:
    """Metre in force at a time; without any metre the commonest bar length among the beats, else 4."""
    if analysis.metre:
        past = [m for m in analysis.metre if m.time_s <= time_s + SNAP_S]
        return max(1, (past[-1] if past else analysis.metre[0]).beats_per_bar)
    lengths = Counter(len(g) for g in bar_groups(analysis.beats)[1:-1])
    return lengths.most_common(1)[0][0] if lengths else max((b.position for b in analysis.beats), default=4)


def lay_bars(analysis: Analysis, finest: int = 64) -> tuple[list[Bar], list[float]]:
    """All bars from time 0 on and the position in quarters of every beat.

    The recording begins at quarter 0. A lead-in fills the time to the first beat, with whole bars where their
    tempo stays within a factor 2 of the music's, else with one short bar of a single note: the longest, from a quarter
    down to 1/`finest`, that is not faster than 240 quarters a minute; `finest` 0 takes whole bars at any tempo.
    Raises `OutputError` for beat times that no tempo map can follow.
    """
    beats = analysis.beats
    check_beats(beats)
    if not beats:
        return [Bar(1, 0.0, beats_per_bar(analysis, 0.0), 4)], []
    lasts = quarters_of(beats)
    bars, at, missing = _lead_in(analysis, finest)
    positions: list[float] = []
    groups = bar_groups(beats)
    for group in groups:
        before = missing if group is groups[0] else 0
        length = before + sum(lasts[i] for i in group)
        if group is groups[-1]:
            length = max(length, beats_per_bar(analysis, beats[group.start].time_s))
        if length > LARGEST_NUMERATOR:
            raise OutputError(f"bar {beats[group.start].bar} lasts longer than any time signature can say")
        bars.append(Bar(beats[group.start].bar, at, length, 4))
        step = at + before
        for i in group:
            positions.append(step)
            step += lasts[i]
        at += length
    return bars, positions


def _lead_in(analysis: Analysis, finest: int) -> tuple[list[Bar], float, int]:
    """Bars before the bar of the first beat, where that bar begins, and its silent quarters."""
    beats = analysis.beats
    first, number = beats[0], beats[0].bar
    interval_s = beats[1].time_s - first.time_s if len(beats) > 1 else 0.5
    metre = beats_per_bar(analysis, first.time_s)
    if first.time_s < SNAP_S:
        return [], 0.0, 0
    silent = first.position - 1
    counts = range(0 if silent else 1, 2 + math.ceil(first.time_s / interval_s / metre))

    def stretch(quarters: float) -> float:
        return abs(math.log(first.time_s / quarters / interval_s))

    whole = min(counts, key=lambda k: stretch(silent + k * metre))
    fits = stretch(silent + whole * metre) <= math.log(MOST_LEAD_IN_SPEEDUP) or first.time_s > interval_s * metre
    if fits or finest == 0:
        bars = [Bar(number - whole + k, k * float(metre), metre, 4) for k in range(whole)]
        return bars, float(whole * metre), silent
    notes = [d for d in (4, 8, 16, 32, 64) if d <= finest]
    unhurried = [d for d in notes if 60 * (4 / d) / first.time_s <= FASTEST_LEAD_IN_BPM]
    denominator = unhurried[0] if unhurried else notes[-1]
    return [Bar(number - 1, 0.0, 1, denominator)], 4 / denominator, 0
