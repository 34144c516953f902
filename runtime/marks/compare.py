"""Where the edition and the performance part: bar by bar, what the printed marks say beside what was played.

The edition's marks are played back (`runtime.dynamics.ladder`) and fitted to the playing with one gain and offset; bars
are sorted by how many steps of the ladder the playing is away from that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER
from runtime.dynamics.ladder import Hairpin, Level, playback
from runtime.dynamics.mark import STEP_VELOCITY, Beats, scale_of
from runtime.marks.heard import HeardInScore
from runtime.score.table import Score
from runtime.words import marks as words

Floats = npt.NDArray[np.float64]

_LEAST_STEPS = 0.5


@dataclass(frozen=True)
class Difference:
    """A bar, what the edition asks for there (`written`, a level), and by how many `steps` of the ladder the playing is
    louder (or softer, below 0) than that. `first_bar`, `last_bar`: neighbouring bars that part the same way."""

    first_bar: str
    last_bar: str
    written: str
    steps: float


def differences(
    score: Score, heard: HeardInScore, beats: Beats, levels: list[Level[int]], hairpins: list[Hairpin[int]]
) -> tuple[Difference, ...]:
    """Runs of bars whose playing is at least half a step away from the edition's marks, farthest first."""
    known = np.isfinite(heard.velocity)
    if not known.any() or not levels:
        return ()
    asked = playback(np.arange(len(heard.at), dtype=np.float64), levels, hairpins)
    step = scale_of(beats).step
    apart = np.full(len(known), np.nan)
    apart[known] = (heard.velocity[known] - _fitted(asked[known], heard.velocity[known], step)) / step
    rows: list[tuple[int, int, float]] = []
    for measure in np.unique(heard.measure[known]):
        mean = float(np.nanmean(apart[(heard.measure == measure) & known]))
        if abs(mean) < _LEAST_STEPS:
            continue
        if rows and rows[-1][1] == measure - 1 and (rows[-1][2] > 0) == (mean > 0):
            first, last, before = rows[-1]
            n = last - first + 1
            rows[-1] = (first, int(measure), (before * n + mean) / (n + 1))
        else:
            rows.append((int(measure), int(measure), mean))
    out = [
        Difference(score.measures[a].number, score.measures[b].number, _sign(asked, heard, a, b), round(steps, 1))
        for a, b, steps in rows
    ]
    return tuple(sorted(out, key=lambda d: -abs(d.steps)))


def _fitted(asked: Floats, velocity: Floats, step: float) -> Floats:
    """The edition's curve in velocities: the best gain from half a step's to the widest, and the best offset."""
    centred = asked - asked.mean()
    power = float(centred @ centred)
    gain = float(centred @ (velocity - velocity.mean())) / power if power > 0 else 0.0
    return np.asarray(velocity.mean() + np.clip(gain, 0.5 * step, STEP_VELOCITY[1]) * centred)


def _sign(asked: Floats, heard: HeardInScore, first: int, last: int) -> str:

    inside = (heard.measure >= first) & (heard.measure <= last)
    return LADDER[round(float(asked[inside].mean()))]


def table(rows: tuple[Difference, ...], language: str = "en") -> str:
    """The differences as text, one line each, or one line that says that there are none."""
    if not rows:
        return "The playing follows the marks of the edition, or there are none to compare with.\n"
    head = f"{len(rows)} passages are played otherwise than the edition asks, farthest first:"
    return "\n".join([head, *(line(d, language) for d in rows)]) + "\n"


def line(d: Difference, language: str = "en") -> str:
    """One difference in words."""
    key = "louder_than_written" if d.steps > 0 else "softer_than_written"
    values: dict[str, str | float] = {
        "steps": abs(d.steps),
        "first_bar": d.first_bar,
        "last_bar": d.last_bar,
        "level": d.written,
    }
    return words.reason(key, values, language)
