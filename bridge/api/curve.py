"""The small curve under a list of marks: how hard every written beat was struck, and what the marks would play there.

Both are MIDI velocities. What the marks say is put on the scale of what was heard by the gain and offset that fit best,
because a page tells steps of the ladder and no velocities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import HairpinKind
from runtime.dynamics.ladder import Hairpin, Level, playback, step_of
from runtime.marks.heard import HeardInScore
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import PlannedMark
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """The n written beats of which something is known, in order: place, `velocity` [n], and when each is played the
    first time, `times_s` [n]."""

    at: tuple[Fraction, ...]
    velocity: Floats
    times_s: Floats

    def view(self, ticks_per_quarter: int) -> dict[str, Any]:
        """As the API shows it."""
        ticks = [round(at * ticks_per_quarter) for at in self.at]
        return {"ticks": ticks, "times_s": plain(self.times_s), "heard_velocity": plain(self.velocity)}


def curve_of(score: Score, alignment: Alignment, heard: HeardInScore) -> Curve:
    """What was heard at each beat that was found and struck."""
    first_s: dict[Fraction, float] = {}
    places = [at for i in alignment.measures for at, _, _ in score.beats(i, i)]
    for at, beat in zip(places, alignment.beats(score), strict=True):
        if beat.confidence >= POOR:
            first_s.setdefault(at, beat.time_s)
    known = [i for i, at in enumerate(heard.at) if at in first_s and np.isfinite(heard.velocity[i])]
    at_beats = tuple(heard.at[i] for i in known)
    return Curve(at_beats, heard.velocity[known], np.array([first_s[at] for at in at_beats]))


def played(score: Score, marks: Iterable[PlannedMark], curve: Curve) -> Floats:
    """What these marks play at each beat of the curve [n], on its scale."""
    levels, hairpins = _on_page(score, marks)
    if not len(curve.at):
        return np.zeros(0)
    return _fitted(playback(np.array([float(a) for a in curve.at]), levels, hairpins), curve.velocity)


def plain(values: Floats) -> list[float]:
    """For JSON."""
    return [round(float(v), 2) for v in values]


def _fitted(said: Floats, heard: Floats) -> Floats:
    """`said` [n] on the scale of `heard` [n] by the best gain from 0 on and the best offset."""
    spread = said - said.mean()
    power = float(spread @ spread)
    gain = max(0.0, float(spread @ heard) / power) if power > 0 else 0.0
    return np.asarray(gain * spread + heard.mean())


def _on_page(score: Score, marks: Iterable[PlannedMark]) -> tuple[list[Level[Fraction]], list[Hairpin[Fraction]]]:
    levels: list[Level[Fraction]] = []
    hairpins: list[Hairpin[Fraction]] = []
    for m in marks:
        at = score.measures[m.measure].start + m.offset
        step = step_of(m.value) if m.kind == "dynamic" else None
        if step is not None:
            levels.append(Level(at, step))
        elif m.kind == "hairpin":
            kind: HairpinKind = "crescendo" if m.value == "crescendo" else "diminuendo"
            end = score.measures[m.end_measure].start + m.end_offset
            if end > at:
                hairpins.append(Hairpin(at, end, kind))
    return sorted(levels, key=lambda x: x.at), sorted(hairpins, key=lambda h: h.start)
