"""The small curve under a list of marks: how loud every written beat was played, and how loud the marks say it is.

Both are in dB around the piece's mean. What the marks say is put on the scale of what was heard by the gain and offset
that fit best, because a page tells steps and no decibels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import Analysis
from runtime.decode.hairpins import beat_loudness_phon
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import PlannedMark
from runtime.score.table import LEVEL_SIGNS, Score

Floats = npt.NDArray[np.float64]
_LADDER = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")
_BEFORE_ANY = float(_LADDER.index("mf"))
"""What a page without a level is played at."""


@dataclass(frozen=True, eq=False)
class Heard:
    """The written beats that were played, in order: place, loudness level [n] in dB around their mean, and when each is
    played the first time [n]."""

    at: tuple[Fraction, ...]
    db: Floats
    times_s: Floats

    def view(self, ticks_per_quarter: int) -> dict[str, Any]:
        """As the API shows it."""
        ticks = [round(at * ticks_per_quarter) for at in self.at]
        return {"ticks": ticks, "times_s": plain(self.times_s), "heard_db": plain(self.db)}


def heard(score: Score, alignment: Alignment, analysis: Analysis) -> Heard:
    """How loud every written beat was played. All passes of a repeated one are averaged."""
    if not analysis.loudness.ntot_sone:
        return Heard((), np.zeros(0), np.zeros(0))
    played = alignment.beats(score)
    times_s = np.array([b.time_s for b in played])
    phon = beat_loudness_phon(np.array(analysis.loudness.ntot_sone), times_s, analysis.loudness.hop_s)
    passes: dict[Fraction, list[float]] = {}
    first_s: dict[Fraction, float] = {}
    places = [at for i in alignment.measures for at, _, _ in score.beats(i, i)]
    for at, beat, value in zip(places, played, phon, strict=True):
        if beat.confidence >= POOR:
            passes.setdefault(at, []).append(float(value))
            first_s.setdefault(at, beat.time_s)
    at_beats = tuple(sorted(passes))
    mean = np.array([np.mean(passes[at]) for at in at_beats])
    return Heard(at_beats, mean - mean.mean() if len(mean) else mean, np.array([first_s[at] for at in at_beats]))


def said_steps(score: Score, marks: Iterable[PlannedMark], at_beats: Sequence[Fraction]) -> Floats:
    """What these marks play at each beat [n], in steps of the ladder: a level holds, a hairpin leads straight to the
    level at its end, or one step where none stands there."""
    levels, hairpins = _places(score, marks)
    out = np.array([_level_at(levels, at) for at in at_beats])
    for start, end, way in hairpins:
        low = _level_at(levels, start)
        after = [v for p, v in levels if start < p <= end + 1]
        high = after[0] if after else low + way
        for i, at in enumerate(at_beats):
            if start <= at < end:
                out[i] = low + (high - low) * float((at - start) / (end - start))
            elif not after and at >= end and not any(end < p <= at for p, _ in levels):
                out[i] = high
    return out


def fitted(said: Floats, db: Floats) -> Floats:
    """`said` [n] on the scale of `db` [n] by the best gain from 0 on and the best offset."""
    if not len(db):
        return said
    spread = said - said.mean()
    power = float(spread @ spread)
    gain = max(0.0, float(spread @ db) / power) if power > 0 else 0.0
    return np.asarray(gain * spread + db.mean())


def plain(values: Floats) -> list[float]:
    """For JSON."""
    return [round(float(v), 2) for v in values]


def _places(
    score: Score, marks: Iterable[PlannedMark]
) -> tuple[list[tuple[Fraction, float]], list[tuple[Fraction, Fraction, int]]]:
    levels: list[tuple[Fraction, float]] = []
    hairpins: list[tuple[Fraction, Fraction, int]] = []
    for m in marks:
        at = score.measures[m.measure].start + m.offset
        if m.kind == "dynamic" and m.value in LEVEL_SIGNS and m.value in _LADDER:
            levels.append((at, float(_LADDER.index(m.value))))
        elif m.kind == "hairpin":
            end = score.measures[m.end_measure].start + m.end_offset
            if end > at:
                hairpins.append((at, end, 1 if m.value == "crescendo" else -1))
    return sorted(levels), sorted(hairpins)


def _level_at(levels: list[tuple[Fraction, float]], at: Fraction) -> float:
    before = [v for p, v in levels if p <= at]
    return before[-1] if before else levels[0][1] if levels else _BEFORE_ANY
