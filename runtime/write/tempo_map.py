"""From beats to a tempo map: which tempo changes to write, and how far the map then is from the playing.

A map is a chain of knots (seconds, quarters) with constant tempo between them, from the start of the recording
to its end. One beat is one quarter. Three choices: a knot on every beat, on every bar, or as few as keep each
beat within a tolerance (a greedy pass with a cone of slopes, knots on beats only).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import Analysis
from runtime.write.bars import SNAP_S, Bar, lay_bars
from runtime.write.options import TempoMode

DEFAULT_BPM = 120.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Knot:
    """A point the map passes through."""

    time_s: float
    quarters: float


@dataclass(frozen=True)
class TempoMap:
    """Knots from (0, 0) to the end, all bars, the quarter of every beat, and the distance from the beats in ms."""

    mode: TempoMode
    knots: tuple[Knot, ...]
    bars: tuple[Bar, ...]
    beat_quarters: tuple[float, ...]
    worst_ms: float
    rms_ms: float

    @property
    def bpm(self) -> tuple[float, ...]:
        """Tempo in quarters per minute from each knot to the next (one fewer than knots)."""
        pairs = zip(self.knots[:-1], self.knots[1:], strict=True)
        return tuple(60 * (b.quarters - a.quarters) / (b.time_s - a.time_s) for a, b in pairs)

    @property
    def metres(self) -> tuple[Bar, ...]:
        """The bars at which the time signature changes, the first included."""
        return tuple(
            bar
            for i, bar in enumerate(self.bars)
            if i == 0 or (bar.numerator, bar.denominator) != (self.bars[i - 1].numerator, self.bars[i - 1].denominator)
        )

    def quarters_at(self, times_s: npt.ArrayLike) -> Floats:
        """Musical position of times in seconds (clipped to the map)."""
        return np.interp(
            np.asarray(times_s, dtype=np.float64), [k.time_s for k in self.knots], [k.quarters for k in self.knots]
        )

    def seconds_at(self, quarters: npt.ArrayLike) -> Floats:
        """Time in seconds of musical positions (clipped to the map)."""
        return np.interp(
            np.asarray(quarters, dtype=np.float64), [k.quarters for k in self.knots], [k.time_s for k in self.knots]
        )

    def describe(self) -> str:
        """One line for people: the choice, the number of tempi, and the distance from the beats."""
        return (
            f"tempo map: {self.mode}, {len(self.knots) - 1} tempi for {len(self.beat_quarters)} beats, "
            f"off the beats by {self.rms_ms:.2f} ms rms, {self.worst_ms:.2f} ms at worst"
        )


def tempo_map(analysis: Analysis, mode: TempoMode = "beat", tolerance_ms: float = 20.0, finest: int = 64) -> TempoMap:
    """Tempo map of an analysis; without beats one knot pair at 120 quarters per minute.

    `finest` is the shortest note that a lead-in bar may last; 4 keeps every tempo on a whole quarter, and 0 takes
    whole bars only.

    Raises `OutputError` for beat times that do not increase.
    """
    bars, positions = lay_bars(analysis, finest)
    end_s = max(analysis.source.duration_s, SNAP_S, analysis.beats[-1].time_s if analysis.beats else 0.0)
    if not positions:
        knots = [Knot(0.0, 0.0), Knot(end_s, end_s * DEFAULT_BPM / 60)]
        return TempoMap(mode, tuple(knots), tuple(bars), (), 0.0, 0.0)
    times = np.array([b.time_s for b in analysis.beats])
    quarters = np.array(positions)
    if times[0] < SNAP_S:
        times[0] = 0.0
    chosen = _choose(analysis, times, quarters, mode, tolerance_ms / 1000)
    knots = [Knot(float(times[i]), float(quarters[i])) for i in chosen]
    if knots[0].time_s > 0:
        knots.insert(0, Knot(0.0, 0.0))
    knots.extend(_tail(knots, end_s))
    off_ms = 1000 * np.abs(
        np.interp(quarters, [k.quarters for k in knots], [k.time_s for k in knots]) - [b.time_s for b in analysis.beats]
    )
    rms_ms = float(np.sqrt(np.mean(off_ms**2)))
    return TempoMap(mode, tuple(knots), tuple(bars), tuple(positions), float(off_ms.max()), rms_ms)


def _tail(knots: list[Knot], end_s: float) -> list[Knot]:
    """The last tempo, carried on to the end of the recording."""
    last = knots[-1]
    if end_s <= last.time_s:
        return []
    if len(knots) > 1:
        before = knots[-2]
        rate = (last.quarters - before.quarters) / (last.time_s - before.time_s)
    else:
        rate = DEFAULT_BPM / 60
    return [Knot(end_s, last.quarters + (end_s - last.time_s) * rate)]


def _choose(analysis: Analysis, times_s: Floats, quarters: Floats, mode: TempoMode, tolerance_s: float) -> list[int]:
    last = len(times_s) - 1
    if mode == "beat":
        return list(range(last + 1))
    if mode == "bar":
        down = {i for i, beat in enumerate(analysis.beats) if beat.position == 1}
        return sorted(down | {0, last})
    chosen = [0]
    while chosen[-1] < last:
        chosen.append(_farthest(times_s, quarters, chosen[-1], tolerance_s))
    return chosen


def _farthest(times_s: Floats, quarters: Floats, start: int, tolerance_s: float) -> int:
    """Last beat that one tempo from beat `start` reaches with every beat between within the tolerance."""
    low, high, best = -np.inf, np.inf, start + 1
    for j in range(start + 1, len(times_s)):
        span = quarters[j] - quarters[start]
        slope = (times_s[j] - times_s[start]) / span
        if low <= slope <= high:
            best = j
        low = max(low, slope - tolerance_s / span)
        high = min(high, slope + tolerance_s / span)
        if low > high:
            break
    return best
