"""What every writer shows: marks with their labels, and the dynamics lane in decibels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER, Analysis
from runtime.write.options import LaneSource

LANE_RANGE_DB = 40.0
MarkKind = Literal["dynamic", "change", "hairpin"]


@dataclass(frozen=True)
class Mark:
    """A labelled time; `end_s` is where it ceases to hold (equal to `time_s` for a point)."""

    time_s: float
    end_s: float
    label: str
    kind: MarkKind
    confidence: float


def marks(analysis: Analysis) -> list[Mark]:
    """Dynamics (held to the next one), change points and hairpins in time order.

    A change point at the beat of a dynamic becomes one mark, "change to f"; others read "change".
    """
    changed = {c.beat for c in analysis.change_points}
    ends_s = [*[d.time_s for d in analysis.dynamics[1:]], analysis.source.duration_s]
    found = [
        Mark(
            d.time_s,
            max(end_s, d.time_s),
            f"change to {d.level}" if d.beat in changed else d.level,
            "dynamic",
            d.confidence,
        )
        for d, end_s in zip(analysis.dynamics, ends_s, strict=False)
    ]
    marked = {d.beat for d in analysis.dynamics}
    found += [
        Mark(c.time_s, c.time_s, "change", "change", c.confidence)
        for c in analysis.change_points
        if c.beat not in marked
    ]
    found += [Mark(h.start_s, h.end_s, h.kind, "hairpin", h.confidence) for h in analysis.hairpins]
    return sorted(found, key=lambda m: (m.time_s, m.kind, m.label))


def lane_db(analysis: Analysis, source: LaneSource) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Times in seconds and level in dB, −40..0, of the dynamics lane.

    ``loudness``: ten decibels per doubling of sone (one sone doubling is ten phon, ISO 532), 0 dB at the loudest
    moment. ``levels``: ppp to fff in equal steps, at the written dynamics. Empty where the analysis has none.
    """
    if source == "levels":
        steps = [LANE_RANGE_DB * (LADDER.index(d.level) / (len(LADDER) - 1) - 1) for d in analysis.dynamics]
        return np.array([d.time_s for d in analysis.dynamics], dtype=np.float64), np.array(steps, dtype=np.float64)
    sone = np.asarray(analysis.loudness.ntot_sone, dtype=np.float64)
    times_s = np.arange(len(sone), dtype=np.float64) * np.float64(analysis.loudness.hop_s)
    peak = sone.max(initial=0.0)
    if peak <= 0:
        return times_s, np.full(len(sone), -LANE_RANGE_DB, dtype=np.float64)
    floor = peak * 2 ** (-LANE_RANGE_DB / 10)
    return times_s, np.asarray(10 * np.log2(np.maximum(sone, floor) / peak), dtype=np.float64)


def thin(times_s: npt.NDArray[np.float64], values: npt.NDArray[np.float64], step: float) -> list[tuple[float, float]]:
    """Points of a curve that differ from the last one kept by at least `step` (the first always stays)."""
    kept: list[tuple[float, float]] = []
    for time_s, value in zip(times_s.tolist(), values.tolist(), strict=True):
        if not kept or abs(value - kept[-1][1]) >= step:
            kept.append((time_s, value))
    return kept
