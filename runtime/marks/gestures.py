"""Marks that are not levels: hairpins between them, and single notes that stick out of the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

import numpy as np

from runtime.analysis import Analysis, HairpinKind
from runtime.score.align.recording import Alignment, Floats, position_in
from runtime.score.table import Score

MAX_HAIRPIN_BARS = 8
_LEVEL_REACH_BEATS = 2
# A note sticks out of the attacks within this time on either side, and must fall back after it.
_NEIGHBOURHOOD_S = 2.0
_FALL_BACK = 0.75
_LEAST_NEIGHBOURS = 4
_BARS_PER_STRESS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A hairpin between written positions."""

    start: Fraction
    end: Fraction
    kind: HairpinKind
    confidence: float


@dataclass(frozen=True, slots=True)
class Stress:
    """A note at a written position, `ratio` times as loud (in sone) as those around it."""

    at: Fraction
    ratio: float
    strong: bool
    confidence: float


class _Level(Protocol):
    @property
    def at(self) -> Fraction: ...
    @property
    def level(self) -> int: ...


def hairpins(score: Score, heard: Sequence[Span], levels: Sequence[_Level], least: float) -> list[Span]:
    """Of those heard: hairpins that do not overlap, last at least a beat, end where a level stands and lead the right
    way."""
    found = []
    for h in heard:
        if h.confidence < least:
            continue
        bar = score.measure_at(h.start).time.bar_quarters
        if h.start < h.end <= h.start + MAX_HAIRPIN_BARS * bar:
            span = _fitted(score, h, levels)
            if span is not None:
                found.append(span)
    out: list[Span] = []
    for span in sorted(found, key=lambda s: (-s.confidence, s.start)):
        if all(span.end <= o.start or span.start >= o.end for o in out):
            out.append(span)
    return sorted(out, key=lambda s: s.start)


def _fitted(score: Score, span: Span, levels: Sequence[_Level]) -> Span | None:
    """A hairpin that ends at the next level near its end; None when it is too short or leads elsewhere."""
    beat = score.measure_at(span.start).time.beat_quarters
    inside = [x for x in levels if span.start + beat <= x.at <= span.end + _LEVEL_REACH_BEATS * beat]
    if inside:
        span = replace(span, end=inside[0].at)
        before = [x.level for x in levels if x.at <= span.start]
        up = span.kind == "crescendo"
        if before and (inside[0].level - before[-1]) * (1 if up else -1) <= 0:
            return None
    return span if span.end - span.start >= beat else None


def stresses(
    score: Score, alignment: Alignment, analysis: Analysis, strong_ratio: float, accent_ratio: float | None
) -> list[Stress]:
    """Attacks far louder than those around them, the clearest first, few enough to mean something."""
    curve = np.array(analysis.loudness.ntot_sone)
    if len(curve) < 2 or analysis.loudness.hop_s > 0.1:
        return []
    least = strong_ratio if accent_ratio is None else min(strong_ratio, accent_ratio)
    inside = (alignment.positions >= alignment.starts[0]) & (alignment.positions < alignment.starts[-1])
    times = alignment.times_s[inside]
    peaks = _peaks(curve, analysis.loudness.hop_s, times)
    found: dict[Fraction, Stress] = {}
    for k, (time, peak) in enumerate(zip(times, peaks, strict=True)):
        near = np.abs(times - time) <= _NEIGHBOURHOOD_S
        near[k] = False
        if near.sum() < _LEAST_NEIGHBOURS:
            continue
        after = peaks[k + 1 : k + 3]
        ratio = float(peak / max(np.percentile(peaks[near], 75), 1e-6))
        if ratio < least or not len(after) or after.mean() > _FALL_BACK * peak:
            continue
        _, at = position_in(score, alignment, float(time) + 1e-3)
        if at not in found or found[at].ratio < ratio:
            found[at] = Stress(at, ratio, ratio >= strong_ratio, min(1.0, 1 - 0.5 * least / ratio))
    limit = max(1, len(alignment.measures) // _BARS_PER_STRESS)
    onsets = set(score.onsets())
    clear = sorted((s for s in found.values() if s.at in onsets), key=lambda s: -s.ratio)[:limit]
    return sorted(clear, key=lambda s: s.at)


def _peaks(curve: Floats, hop_s: float, times: Floats) -> Floats:
    """The loudest value from just before each attack to 120 ms after it."""
    first = np.clip(np.floor((times - 0.02) / hop_s).astype(int), 0, len(curve) - 1)
    last = np.clip(np.ceil((times + 0.12) / hop_s).astype(int) + 1, 1, len(curve))
    return np.array([curve[a : max(a + 1, b)].max() for a, b in zip(first, last, strict=True)])
