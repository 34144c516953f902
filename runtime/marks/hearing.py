"""What was heard at every written beat, as often as it was played: levels, changes and hairpins.

With the frames of a recording at hand, levels are decoded on the score's own beats and bars, at the times of the
alignment (`decoded`). With no more than an `Analysis`, those that were decoded on the beats that the model found by
itself are moved onto the score (`moved`). How much the first is better: docs/marks.md. Hairpins are found on the
score's beats either way (`swells`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS, Analysis
from runtime.decode.on_beats import LevelEvidence
from runtime.frames import FRAME_S
from runtime.marks import swells
from runtime.marks.gestures import Span
from runtime.score.align.recording import Alignment, Floats, position_in
from runtime.score.table import Score

Ints = npt.NDArray[np.int64]

_LEAST_STEP_S = 1e-3
_UNHEARD = -1


@dataclass(frozen=True)
class HeardInScore:
    """Per written beat in playing order [n], as in `Alignment.beats`: its written place `at` in quarters, `played` (an
    index into `Alignment.measures`), `level` (an index into `LEVELS`, −1 where none was heard) and its `confidence`;
    `changes` are (beat, confidence) of changes of level that were told as such; `hairpins` lie in written positions.
    """

    at: tuple[Fraction, ...]
    played: Ints
    level: Ints
    confidence: Floats
    changes: tuple[tuple[int, float], ...]
    hairpins: tuple[Span, ...]

    def summary(self, score: Score) -> dict[str, Any]:
        """Levels on the score's beats as plain data for `Analysis.score`: one entry per change of level (``beat``
        counts the entries of ``beats``), and one per hairpin."""
        starts = np.flatnonzero(np.diff(self.level, prepend=_UNHEARD))
        changed = dict(self.changes)
        return {
            "levels": [
                {"beat": int(i), **_place(score, self.at[i]), "level": LEVELS[self.level[i]],
                 "confidence": round(float(self.confidence[i]), 4),
                 "change_confidence": round(changed[int(i)], 4) if int(i) in changed else None}
                for i in starts if self.level[i] != _UNHEARD
            ],
            "hairpins": [
                {"start": _place(score, h.start), "end": _place(score, h.end), "kind": h.kind,
                 "confidence": round(h.confidence, 4)}
                for h in self.hairpins
            ],
        }  # fmt: skip


def _place(score: Score, at: Fraction) -> dict[str, Any]:
    m = score.measure_at(at)
    return {"measure": m.number, "beat_in_bar": round(float(1 + (m.offset + at - m.start) / m.time.beat_quarters), 3)}


def decoded(score: Score, alignment: Alignment, evidence: LevelEvidence, change_ease: float = 0.0) -> HeardInScore:
    """Levels decoded, and hairpins found, on the written beats, placed in time by the alignment.

    A change of level costs `change_ease` nats less than on the model's own beats.
    """
    options = evidence.options
    eased = replace(options, level_change_cost=options.level_change_cost - change_ease)
    at, played = _places(score, alignment)
    grid, where = grid_of(score, alignment)
    path = replace(evidence, options=eased).on(grid.times_s, grid.position, grid.beats_per_bar)
    first = np.flatnonzero(np.diff(where, prepend=-1))
    changes = 1 + np.flatnonzero(np.diff(path.level))
    return HeardInScore(
        at, played, path.level[where], path.confidence[where],
        tuple((int(first[i]), float(path.change_confidence[i])) for i in changes),
        tuple(swells.find(score, grid, evidence.logits.ntot_sone, FRAME_S, swells.fitted())),
    )  # fmt: skip


def grid_of(score: Score, alignment: Alignment) -> tuple[swells.Grid, Ints]:
    """The written beats that have a moment of their own, and for each of `Alignment.beats` which one is its."""
    at, _ = _places(score, alignment)
    beats = alignment.beats(score)
    times_s = np.array([b.time_s for b in beats])
    keep = np.diff(times_s, prepend=-np.inf) > _LEAST_STEP_S
    signatures = [score.measures[b.measure].time for b in beats]
    per_bar = np.array([max(1, round(t.bar_quarters / t.beat_quarters)) for t in signatures], np.int64)
    position = np.array([b.position for b in beats], np.int64)
    quarters = np.array([float(t.beat_quarters) for t in signatures])
    kept = tuple(a for a, k in zip(at, keep, strict=True) if k)
    grid = swells.Grid(kept, times_s[keep], position[keep], per_bar[keep], quarters[keep])
    return grid, np.cumsum(keep) - 1


def moved(score: Score, alignment: Alignment, analysis: Analysis) -> HeardInScore:
    """What was decoded on the beats of an analysis, moved to the written beats nearest in time."""
    at, played = _places(score, alignment)
    level, confidence = np.full(len(at), _UNHEARD), np.zeros(len(at))
    if analysis.dynamics:
        starts_s = np.array([d.time_s for d in analysis.dynamics])
        times_s = np.array([b.time_s for b in alignment.beats(score)])
        half = 0.5 * float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.25
        k = np.searchsorted(starts_s, times_s + half, side="right") - 1
        known = (k >= 0) | (times_s + 2 * half >= starts_s[0])
        marks = [analysis.dynamics[max(0, i)] for i in k]
        level = np.where(known, [LEVELS.index(m.level) for m in marks], _UNHEARD)
        confidence = np.where(known, [m.confidence for m in marks], 0.0)
    return HeardInScore(at, played, level, confidence, (), tuple(_hairpins(score, alignment, analysis)))


def _hairpins(score: Score, alignment: Alignment, analysis: Analysis) -> list[Span]:
    """From the loudness curve of the analysis, or where it has none from its own hairpins."""
    if analysis.loudness.ntot_sone:
        grid, _ = grid_of(score, alignment)
        return swells.find(score, grid, np.array(analysis.loudness.ntot_sone), analysis.loudness.hop_s, swells.fitted())
    spans = []
    for h in analysis.hairpins:
        start, end = (_on_beat(score, position_in(score, alignment, t)[1]) for t in (h.start_s, h.end_s))
        if start < end:
            spans.append(Span(start, end, h.kind, h.confidence))
    return spans


def _places(score: Score, alignment: Alignment) -> tuple[tuple[Fraction, ...], Ints]:
    """Written place of every beat of `Alignment.beats`, and the index of its measure among those played."""
    places = [(at, n) for n, i in enumerate(alignment.measures) for at, _, _ in score.beats(i, i)]
    return tuple(at for at, _ in places), np.array([n for _, n in places], np.int64)


def _on_beat(score: Score, at: Fraction) -> Fraction:
    """The nearest written beat or bar line."""
    m = score.measure_at(at)
    places = [p for p, _, _ in score.beats(m.index, m.index)] + [m.start, m.end]
    return min(places, key=lambda p: (abs(p - at), p))
