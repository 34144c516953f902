"""Where bars begin among the beats, and the silent bar before the first beat."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.analysis import Analysis, Beat, Metre
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


def lengths_in_beats(analysis: Analysis) -> list[int]:
    """How many beats each beat lasts: 1, or more where the next one is further than a tempo can say."""
    gaps = itertools.pairwise(analysis.beats)
    longest_s = [LONGEST_QUARTER_S * float(metre_at(analysis, b.time_s).beat_quarters) for b in analysis.beats]
    return [max(1, math.ceil((b.time_s - a.time_s) / s)) for (a, b), s in zip(gaps, longest_s, strict=False)] + [1]


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
    return metre_at(analysis, time_s).beats_per_bar


def metre_at(analysis: Analysis, time_s: float) -> Metre:
    """The same with its signature, where the beats are those of a score."""
    if analysis.metre:
        at = bisect.bisect_right(analysis.metre, time_s + SNAP_S, key=lambda m: m.time_s)
        metre = analysis.metre[max(0, at - 1)]
        return metre if metre.beats_per_bar > 0 else Metre(metre.time_s, 1, metre.confidence)
    lengths = Counter(len(g) for g in bar_groups(analysis.beats)[1:-1])
    beats = lengths.most_common(1)[0][0] if lengths else max((b.position for b in analysis.beats), default=4)
    return Metre(0.0, beats, 0.0)


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
    lasts = lengths_in_beats(analysis)
    bars, at, missing = _lead_in(analysis, finest)
    positions: list[float] = []
    groups = bar_groups(beats)
    for group in groups:
        metre = metre_at(analysis, beats[group.start].time_s)
        before = missing if group is groups[0] else 0
        length = before + sum(lasts[i] for i in group)
        if group is groups[-1]:
            length = max(length, metre.beats_per_bar)
        bar = _bar(beats[group.start].bar, at, length, metre)
        if bar.numerator > LARGEST_NUMERATOR:
            raise OutputError(f"bar {beats[group.start].bar} lasts longer than any time signature can say")
        bars.append(bar)
        step = before
        for i in group:
            positions.append(at + float(step * metre.beat_quarters))
            step += lasts[i]
        at += float(length * metre.beat_quarters)
    return bars, positions


def _bar(number: int, at: float, beats: int, metre: Metre) -> Bar:
    """A bar of so many beats at a position in quarters."""
    printed = 4 if metre.signature is None else int(metre.signature.split("/")[1])
    quarters = beats * metre.beat_quarters
    denominator = max(printed, quarters.denominator * 4)
    return Bar(number, at, int(quarters * denominator / 4), denominator)


def _lead_in(analysis: Analysis, finest: int) -> tuple[list[Bar], float, int]:
    """Bars before the bar of the first beat, where that bar begins, and its silent quarters."""
    beats = analysis.beats
    first, number = beats[0], beats[0].bar
    interval_s = beats[1].time_s - first.time_s if len(beats) > 1 else 0.5
    said = metre_at(analysis, first.time_s)
    metre = said.beats_per_bar
    if first.time_s < SNAP_S:
        return [], 0.0, 0
    silent = first.position - 1
    counts = range(0 if silent else 1, 2 + math.ceil(first.time_s / interval_s / metre))

    def stretch(quarters: float) -> float:
        return abs(math.log(first.time_s / quarters / interval_s))

    whole = min(counts, key=lambda k: stretch(silent + k * metre))
    fits = stretch(silent + whole * metre) <= math.log(MOST_LEAD_IN_SPEEDUP) or first.time_s > interval_s * metre
    if fits or finest == 0:
        length = float(metre * said.beat_quarters)
        bars = [_bar(number - whole + k, k * length, metre, said) for k in range(whole)]
        return bars, whole * length, silent
    notes = [d for d in (4, 8, 16, 32, 64) if d <= finest]
    unhurried = [d for d in notes if 60 * (4 / d) / first.time_s <= FASTEST_LEAD_IN_BPM]
    denominator = unhurried[0] if unhurried else notes[-1]
    return [Bar(number - 1, 0.0, 1, denominator)], 4 / denominator, 0
