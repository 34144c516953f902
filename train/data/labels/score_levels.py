"""From a score's signs to a dynamic level per beat: the one rule book for every data set with scores.

- A level holds until the next one (also over repeats as they are played); before the first it is unknown.
- ppp and softer count as pp, fff and louder as ff, mp as p.
- Words count when they begin with a level ("p dolce", "sempre ff"); relative ones ("più f") do not.
- fp, sf, sfz, fz, rf, sfp and the like are accents: no level.
- Several levels at one position: the loudest (the melody's, as a rule).
- Jumping back (repeat, D.C.) restores the level that is in force at that measure in the written order.
- Wedges are spans; "cresc." and "dim." in words have no written end and are not used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.analysis import LEVELS
from train.data.labels.values import UNKNOWN, Floats, HairpinSpan, LevelArray
from train.data.scores.musicxml import Measure

_TOKENS = {
    "pppp": 1, "ppp": 1, "pp": 1, "p": 2, "mp": 2, "mf": 3, "f": 4, "ff": 5, "fff": 5, "ffff": 5,
    "pianissimo": 1, "piano": 2, "mezzo piano": 2, "mezzo forte": 3, "forte": 4, "fortissimo": 5,
}  # fmt: skip
_WORDS = re.compile(
    r"(?:(?:sempre|subito|sub\.?|molto)\s+)*(" + "|".join(sorted(_TOKENS, key=len, reverse=True)) + r")(?![\w])",
    re.IGNORECASE,
)
# A mark is drawn a little after the note it belongs to now and then.
_LATE_Q = 0.05


@dataclass(frozen=True, eq=False)
class PlacedMarks:
    """Marks in playing order: `at_q` [k] increasing and `levels` [k]; wedges as (start_q, end_q, kind)."""

    at_q: Floats
    levels: LevelArray
    wedges: tuple[tuple[float, float, str], ...]

    def levels_at(self, positions_q: Floats) -> LevelArray:
        """Level [n] in force at positions in quarter notes, 0 before the first mark."""
        before = np.searchsorted(self.at_q, np.asarray(positions_q) + _LATE_Q, side="right") - 1
        padded = np.concatenate([self.levels, [UNKNOWN]])
        return np.where(before >= 0, padded[before], UNKNOWN).astype(np.int8)

    def hairpins(self, positions_q: Floats, times_s: Floats) -> tuple[HairpinSpan, ...]:
        """Wedges in seconds, by interpolation between beats at known positions and times."""
        rising = np.concatenate([[True], np.diff(positions_q) > 0])
        grid_q, grid_s = positions_q[rising], times_s[rising]
        spans = []
        for start_q, end_q, kind in self.wedges:
            if start_q >= grid_q[0] and end_q <= grid_q[-1]:
                start_s, end_s = np.interp([start_q, end_q], grid_q, grid_s).tolist()
                if end_s > start_s:
                    spans.append(HairpinSpan(start_s, end_s, kind))  # type: ignore[arg-type]
        return tuple(spans)


def level_of(kind: str, text: str) -> int:
    """Level 1…5 that a sign of `kind` (`dynamic`, `words`) sets, 0 for none (accents, relative words)."""
    if kind == "dynamic":
        return _TOKENS.get(text, UNKNOWN)
    match = _WORDS.match(text.strip()) if kind == "words" else None
    return _TOKENS[match[1].lower()] if match else UNKNOWN


def measure_levels(measure: Measure) -> list[tuple[float, int]]:
    """(onset in quarter notes, level) of the measure's levels, one per position, in order."""
    found: dict[float, int] = {}
    for mark in measure.marks:
        if level := level_of(mark.kind, mark.text):
            at = float(mark.onset_q)
            found[at] = max(found.get(at, 0), level)
    return sorted(found.items())


def place_marks(measures: Sequence[Measure], order: Sequence[int], starts_q: Sequence[float]) -> PlacedMarks:
    """The marks of a score played in `order`, its measures starting at `starts_q`."""
    written = _levels_before(measures)
    at_q: list[float] = []
    levels: list[int] = []
    previous = -1
    for i, start_q in zip(order, starts_q, strict=True):
        if i <= previous and (not levels or levels[-1] != written[i]):
            _append(at_q, levels, start_q, written[i])
        for onset_q, level in measure_levels(measures[i]):
            _append(at_q, levels, start_q + onset_q, level)
        previous = i
    return PlacedMarks(np.array(at_q), np.array(levels, np.int8), _wedges(measures, order, starts_q))


def count_marks(measures: Sequence[Measure]) -> Counter[str]:
    """Written level marks by level, `accents` and `hairpins` of a score."""
    counts: Counter[str] = Counter()
    for measure in measures:
        for mark in measure.marks:
            level = level_of(mark.kind, mark.text)
            if level:
                counts[LEVELS[level - 1]] += 1
            elif mark.kind == "dynamic":
                counts["accents"] += 1
            elif mark.kind == "wedge" and mark.text in ("crescendo", "diminuendo"):
                counts["hairpins"] += 1
    return counts


def _append(at_q: list[float], levels: list[int], q: float, level: int) -> None:
    # Measures that overlap after a resynchronisation must not turn time back.
    q = max(q, at_q[-1]) if at_q else q
    if at_q and at_q[-1] == q:
        levels[-1] = level
    else:
        at_q.append(q)
        levels.append(level)


def _levels_before(measures: Sequence[Measure]) -> list[int]:
    levels, current = [], UNKNOWN
    for measure in measures:
        levels.append(current)
        for _, level in measure_levels(measure):
            current = level
    return levels


def _wedges(
    measures: Sequence[Measure], order: Sequence[int], starts_q: Sequence[float]
) -> tuple[tuple[float, float, str], ...]:
    open_wedges: dict[tuple[int, str], tuple[float, str]] = {}
    wedges: set[tuple[float, float, str]] = set()
    for i, start_q in zip(order, starts_q, strict=True):
        for mark in sorted((m for m in measures[i].marks if m.kind == "wedge"), key=lambda m: m.onset_q):
            key, at_q = (mark.staff, mark.number), start_q + float(mark.onset_q)
            if mark.text in ("crescendo", "diminuendo"):
                open_wedges[key] = (at_q, mark.text)
            elif mark.text == "stop" and key in open_wedges:
                begun_q, kind = open_wedges.pop(key)
                if at_q > begun_q:
                    wedges.add((begun_q, at_q, kind))
    return tuple(sorted(wedges))
