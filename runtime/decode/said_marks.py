"""Marks that somebody put in or took out, on the beats of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

import numpy as np

from runtime.analysis import LADDER, Analysis, Beat, ChangePoint, Dynamic, Hairpin, HairpinKind, Level
from runtime.corrections import SIGNS, MarkEdit

CERTAIN = 1.0


def with_said_marks(analysis: Analysis, edits: Sequence[MarkEdit]) -> Analysis:
    """The analysis with these changes among its marks; its beats stay, its levels follow.

    A level goes to the beat nearest to its time and takes the place of one that stands there; a hairpin goes from
    beat to beat. What is taken out is the nearest mark of that kind within a bar's worth of beats, or nothing. An
    analysis has fewer levels than a page: a sign that is not one of `LADDER` becomes the nearest one towards mf.
    """
    if not edits or not analysis.beats:
        return analysis
    dynamics, hairpins = list(analysis.dynamics), list(analysis.hairpins)
    for edit in edits:
        if edit.kind == "dynamic":
            _change_dynamics(dynamics, edit, analysis.beats)
        else:
            _change_hairpins(hairpins, edit, analysis.beats)
    dynamics.sort(key=lambda d: d.beat)
    return replace(
        analysis,
        dynamics=tuple(dynamics),
        hairpins=tuple(sorted(hairpins, key=lambda h: h.start_s)),
        beat_levels=_levels(dynamics, analysis),
        change_points=_changes(dynamics, analysis),
    )


def nearest(times_s: Sequence[float], time_s: float) -> int:
    """Index of the time nearest to `time_s`."""
    return int(np.abs(np.asarray(times_s) - time_s).argmin())


def _change_dynamics(dynamics: list[Dynamic], edit: MarkEdit, beats: Sequence[Beat]) -> None:
    if edit.do == "remove":
        _remove(dynamics, [d.time_s for d in dynamics], edit.time_s, beats)
        return
    beat = nearest([b.time_s for b in beats], edit.time_s)
    dynamics[:] = [d for d in dynamics if d.beat != beat]
    dynamics.append(Dynamic(beats[beat].time_s, beat, level_of(edit.value), CERTAIN))


def _change_hairpins(hairpins: list[Hairpin], edit: MarkEdit, beats: Sequence[Beat]) -> None:
    if edit.do == "remove":
        _remove(hairpins, [h.start_s for h in hairpins], edit.time_s, beats)
        return
    times_s = [b.time_s for b in beats]
    start, end = nearest(times_s, edit.time_s), nearest(times_s, edit.end_s or edit.time_s)
    if end > start:
        kind: HairpinKind = "crescendo" if edit.value == "crescendo" else "diminuendo"
        hairpins[:] = [h for h in hairpins if h.start_s >= times_s[end] or h.end_s <= times_s[start]]
        hairpins.append(Hairpin(times_s[start], times_s[end], kind, CERTAIN))


def _remove(marks: list[Dynamic] | list[Hairpin], times_s: list[float], at_s: float, beats: Sequence[Beat]) -> None:
    if times_s and abs(times_s[k := nearest(times_s, at_s)] - at_s) <= reach_s([b.time_s for b in beats]):
        del marks[k]


def reach_s(beats_s: Sequence[float]) -> float:
    """How far a mark may be from where it is said to be: the beats may have been decoded anew in between."""
    return 2.0 * float(np.median(np.diff(beats_s))) if len(beats_s) > 1 else 1.0


def level_of(sign: str) -> Level:
    """The level of an analysis for a sign of a page."""
    middle = SIGNS.index("mf")
    at = SIGNS.index(sign)
    while SIGNS[at] not in LADDER:
        at += 1 if at < middle else -1
    return cast(Level, SIGNS[at])


def _levels(dynamics: Sequence[Dynamic], analysis: Analysis) -> tuple[Level, ...]:
    """The level of every beat: that of the last dynamic before it, of the first one before any."""
    if not dynamics or not analysis.beat_levels:
        return analysis.beat_levels
    out: list[Level] = [dynamics[0].level] * len(analysis.beats)
    for dynamic in dynamics:
        out[dynamic.beat :] = [dynamic.level] * (len(out) - dynamic.beat)
    return tuple(out)


def _changes(dynamics: Sequence[Dynamic], analysis: Analysis) -> tuple[ChangePoint, ...]:
    known = {c.beat: c for c in analysis.change_points}
    standing = {d.beat for d in analysis.dynamics}
    out = [known[b] for b in known if b not in standing]  # a change that no level is written at is not touched
    for before, d in pairwise(dynamics):
        if before.level != d.level:
            out.append(known.get(d.beat) or ChangePoint(d.time_s, d.beat, d.confidence))
    return tuple(sorted(out, key=lambda c: c.beat))
