"""How well one set of marks in a score agrees with another: for `benchmarks.marks`.

Levels are pp, p, mf, f, ff; softer and louder signs count as the outermost, mp as p; signs that stand at one place
count once, the loudest. Two levels can be a pair when they stand at most one bar apart; pairs are one to one, as many
as there can be. *Place* asks no more, *level* that both are the same, *near* that they are at most one step apart.

A gradual change is a hairpin or, in editors' scores, cresc. or dim. in words, which reaches to the next level or
hairpin but not further than two bars. Two are a pair when they go the same way and share at least half of the
shorter one.

Only bars that were played count. Everything is in written positions: a repeated bar counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from runtime.analysis import LEVELS
from runtime.score.plan import PlannedMark
from runtime.score.table import LEVEL_SIGNS, Mark, Score
from train.measure.metrics import Counts

WORDS_BARS = 2
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sign:
    """A level, 0 (pp) … 4 (ff), at a written position in quarters; `bar` is the length of a bar there."""

    at: Fraction
    level: int
    bar: Fraction


@dataclass(frozen=True, slots=True)
class Gradual:
    """A crescendo or diminuendo between written positions in quarters."""

    start: Fraction
    end: Fraction
    kind: str


@dataclass(frozen=True)
class Marks:
    """All that counts of a plan or of an editor's score, in order."""

    signs: tuple[Sign, ...]
    graduals: tuple[Gradual, ...]


_NONE = Counts(0, 0, 0)


@dataclass(frozen=True)
class Agreement:
    """Pairs found, marks too many and marks missed, for each question that can be asked; sums add up."""

    place: Counts = _NONE
    level: Counts = _NONE
    near: Counts = _NONE
    gradual: Counts = _NONE

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.place + other.place, self.level + other.level, self.near + other.near, self.gradual + other.gradual
        )


def five_levels(sign: str) -> int:
    """The index in pp, p, mf, f, ff of any level sign (mp counts as p)."""
    if sign in LEVELS:
        return LEVELS.index(sign)
    return LEVELS.index("p") if sign == "mp" else 0 if sign.startswith("p") else len(LEVELS) - 1


def editors_marks(score: Score, played: Collection[int]) -> Marks:
    """What people wrote into a score, in the measures (indexes) that were played."""
    human = sorted((m for m in score.marks if not m.ours), key=lambda m: m.start)
    levels: dict[Fraction, int] = {}
    for m in human:
        if m.kind == "dynamic" and m.value in LEVEL_SIGNS:
            levels[m.start] = max(levels.get(m.start, 0), five_levels(m.value))
    stops = sorted({*levels, *(m.start for m in human if m.kind == "hairpin")})
    graduals = {
        Gradual(m.start, m.end if m.kind == "hairpin" else _words_end(score, m, stops), m.value)
        for m in human
        if m.kind in ("hairpin", "words") and m.value in ("crescendo", "diminuendo")
    }
    return _of(score, levels, graduals, played)


def planned_marks(score: Score, marks: Sequence[PlannedMark], played: Collection[int]) -> Marks:
    """What a plan would write, in the same terms."""

    def at(measure: int, offset: Fraction) -> Fraction:
        return score.measures[measure].start + offset

    levels = {
        at(m.measure, m.offset): five_levels(m.value) for m in marks if m.kind == "dynamic" and m.value in LEVEL_SIGNS
    }
    graduals = {
        Gradual(at(m.measure, m.offset), at(m.end_measure, m.end_offset), m.value) for m in marks if m.kind == "hairpin"
    }
    return _of(score, levels, graduals, played)


def _of(score: Score, levels: dict[Fraction, int], graduals: set[Gradual], played: Collection[int]) -> Marks:
    signs = (Sign(at, level, score.measure_at(at).time.bar_quarters) for at, level in sorted(levels.items()))
    return Marks(
        tuple(s for s in signs if score.measure_at(s.at).index in played),
        tuple(
            g
            for g in sorted(graduals, key=lambda g: (g.start, g.end, g.kind))
            if g.end > g.start and score.measure_at(g.start).index in played
        ),
    )


def _words_end(score: Score, words: Mark, stops: Sequence[Fraction]) -> Fraction:
    farthest = words.start + WORDS_BARS * score.measure_at(words.start).time.bar_quarters
    return min([farthest, score.end, *(s for s in stops if s > words.start)])


def agreement(truth: Marks, found: Marks) -> Agreement:
    """`found` judged by `truth`: pairs are hits, the rest of `found` too many, the rest of `truth` missed."""

    def levels(most_apart: int) -> Counts:
        return _counts(
            truth.signs,
            found.signs,
            lambda a, b: abs(a.at - b.at) <= a.bar and abs(a.level - b.level) <= most_apart,
        )

    return Agreement(
        levels(len(LEVELS)), levels(0), levels(1), _counts(truth.graduals, found.graduals, same_gradual)
    )  # fmt: skip


def same_gradual(a: Gradual, b: Gradual) -> bool:
    """Whether two go the same way and share at least half of the shorter one."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return a.kind == b.kind and 2 * shared >= min(a.end - a.start, b.end - b.start)


def _counts(truth: Sequence[_T], found: Sequence[_T], can_pair: Callable[[_T, _T], bool]) -> Counts:
    hits = most_pairs([[j for j, b in enumerate(found) if can_pair(a, b)] for a in truth])
    return Counts(hits, len(found) - hits, len(truth) - hits)


def most_pairs(choices: Sequence[Sequence[int]]) -> int:
    """The largest number of one-to-one pairs when the i-th may take any of `choices[i]` (Kuhn's algorithm)."""
    taken_by: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j in choices[i]:
            if j not in seen:
                seen.add(j)
                if j not in taken_by or place(taken_by[j], seen):
                    taken_by[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(choices)))
