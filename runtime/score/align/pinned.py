"""An alignment under a listener's pins: "this written beat is struck at that time"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from runtime.corrections import Pin
from runtime.score.align.recording import Alignment
from runtime.score.table import Score

_LEAST_STEP_S = 0.01


def with_pins(alignment: Alignment, score: Score, pins: Sequence[Pin]) -> Alignment:
    """The alignment with the written beat nearest to each pin (of its place in the bar, if that is told) at its time.

    What lies between a pinned beat and its neighbours is stretched with it; what lies beyond them stays. A pin
    that would turn time back is left out.
    """
    beats = alignment.beats(score)
    at = np.array([b.time_s for b in beats])
    positions = _played_positions(alignment, score)
    moved: dict[int, float] = {}
    for pin in sorted(pins, key=lambda p: p.time_s):
        fits = [k for k, b in enumerate(beats) if pin.position in (None, b.position)]
        if fits:
            nearest = min(fits, key=lambda k: abs(at[k] - pin.time_s))
            if nearest not in moved or abs(moved[nearest] - at[nearest]) > abs(pin.time_s - at[nearest]):
                moved[nearest] = pin.time_s
    if not moved:
        return alignment
    fixed = _fixed(moved, at)
    times_s = np.interp(alignment.times_s, at[fixed], [moved.get(k, float(at[k])) for k in fixed])
    outside = (alignment.times_s < at[fixed[0]]) | (alignment.times_s > at[fixed[-1]])
    times_s[outside] = alignment.times_s[outside]
    return _with_knots(alignment, times_s, {float(positions[k]): t for k, t in moved.items() if k in fixed})


def _played_positions(alignment: Alignment, score: Score) -> np.ndarray:
    """Where on the played axis every beat of `Alignment.beats` is, in quarters."""
    out = []
    for n, index in enumerate(alignment.measures):
        out += [
            float(alignment.starts[n]) + float(at - score.measures[index].start)
            for at, _, _ in score.beats(index, index)
        ]
    return np.array(out)


def _fixed(moved: dict[int, float], at: np.ndarray) -> list[int]:
    """The moved beats and their neighbours that stay, in order; moved ones that would not rise are left out."""
    around = {j for k in moved for j in (k - 1, k, k + 1) if 0 <= j < len(at)}
    out: list[int] = []
    for k in sorted(around):
        time_s = moved.get(k, float(at[k]))
        while out and out[-1] not in moved and time_s - at[out[-1]] < _LEAST_STEP_S:
            out.pop()
        if not out or time_s - moved.get(out[-1], float(at[out[-1]])) >= _LEAST_STEP_S:
            out.append(k)
    return out


def _with_knots(alignment: Alignment, times_s: np.ndarray, knots: dict[float, float]) -> Alignment:
    """The alignment on new times, with these places exactly where they were said to be."""
    keep = np.array([all(abs(p - q) > 1e-9 for q in knots) for p in alignment.positions])
    positions = np.concatenate([alignment.positions[keep], list(knots)])
    times = np.concatenate([times_s[keep], list(knots.values())])
    order = np.argsort(positions, kind="stable")
    return replace(alignment, positions=positions[order], times_s=np.maximum.accumulate(times[order]))
