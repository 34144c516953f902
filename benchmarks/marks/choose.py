"""What sparse, normal and detailed stand for, chosen on validation pieces.

*normal*: of all settings that write at most as many levels (and hairpins) as the editors, the one with the best F1 of
place and level (hairpins: of their F1), mean over corpora. *sparse* and *detailed*: the best among those that write at
most 0.6 and at least 1.5 times as many as normal, and are nowhere laxer or stricter than it; detailed may outnumber
the editors. The ratios of stresses are not chosen here: the scores' sf and accents are too few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from benchmarks.marks.cases import Case
from runtime.marks import annotate, gestures
from runtime.marks.annotate import Density, Taste
from train.measure.marks import Agreement, Gradual, Marks, Sign, agreement, editors_marks
from train.measure.metrics import Counts

CHANGE_EASES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
CONFIDENCES = (0.0, 0.2, 0.4)
LEVEL_BARS = (0.5, 1.0, 2.0)
HAIRPIN_CONFIDENCES = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
SPARSE_SHARE, DETAILED_SHARE = 0.6, 1.5

Question = Literal["level", "gradual"]


@dataclass(frozen=True)
class Tried:
    """A setting with its F1 (mean over corpora) and how many marks it writes for each of the editors'."""

    taste: Taste
    f1: float
    marks: int
    editors: int


@dataclass(frozen=True)
class Known:
    """What does not depend on the density: the case, what was heard at its beats with each ease, the hairpins heard,
    the editors' marks."""

    case: Case
    good: set[int]
    heard: Mapping[float, list[annotate.LevelAt]]
    hairpins: tuple[gestures.Span, ...]
    truth: Marks

    @staticmethod
    def of(case: Case) -> Known:
        return Known(
            case,
            annotate.good_measures(case.alignment),
            {e: annotate.heard_levels(case.alignment, case.in_score(e)) for e in CHANGE_EASES},
            case.in_score(0.0).hairpins,
            editors_marks(case.score, case.played),
        )

    def agreement(self, taste: Taste) -> Agreement:
        """The levels and hairpins of this density judged by the editors'."""
        score = self.case.blank
        levels = annotate.settled_levels(score, self.good, self.heard[taste.change_ease], taste)
        spans = gestures.hairpins(score, self.hairpins, levels, taste.hairpin_confidence)
        found = Marks(
            tuple(Sign(x.at, x.level, score.measure_at(x.at).time.bar_quarters) for x in levels),
            tuple(Gradual(h.start, h.end, h.kind) for h in spans if score.measure_at(h.start).index in self.good),
        )
        return agreement(self.truth, found)


def try_out(groups: Sequence[Sequence[Known]], taste: Taste, question: Question) -> Tried:
    """Measure one setting."""
    totals = [sum((k.agreement(taste) for k in group), Agreement()) for group in groups]
    counts: list[Counts] = [getattr(t, question) for t in totals]
    return Tried(
        taste,
        sum(c.f1 for c in counts) / len(counts),
        sum(c.tp + c.fp for c in counts),
        sum(c.tp + c.fn for c in counts),
    )


def choose(cases: Mapping[str, Sequence[Case]]) -> tuple[dict[Density, Taste], str]:
    """The settings of all densities from the cases of each corpus, and the same as lines with what they reached."""
    groups = [[Known.of(c) for c in group] for group in cases.values() if group]
    base = annotate.TASTES
    levels = [
        try_out(groups, replace(base["normal"], change_ease=e, confidence=c, level_bars=b), "level")
        for e, c, b in product(CHANGE_EASES, CONFIDENCES, LEVEL_BARS)
    ]
    picks = _three(levels, _stricter_level)
    spans = [
        try_out(groups, replace(picks["normal"].taste, hairpin_confidence=h), "gradual") for h in HAIRPIN_CONFIDENCES
    ]
    hairpins = _three(spans, lambda a, b: a.hairpin_confidence >= b.hairpin_confidence)
    chosen: dict[Density, Taste] = {}
    told = []
    for density in ("sparse", "normal", "detailed"):
        level, span = picks[density], hairpins[density]
        chosen[density] = replace(
            base[density], change_ease=level.taste.change_ease, confidence=level.taste.confidence,
            level_bars=level.taste.level_bars, hairpin_confidence=span.taste.hairpin_confidence,
        )  # fmt: skip
        told.append(
            f'    "{density}": {chosen[density]},  # levels: F1 {level.f1:.3f}, {level.marks} for {level.editors}; '
            f"hairpins: F1 {span.f1:.3f}, {span.marks} for {span.editors}"
        )
    return chosen, "\n".join(told)


def _three(tried: Sequence[Tried], at_least_as_strict: Callable[[Taste, Taste], bool]) -> dict[Density, Tried]:
    normal = _best([t for t in tried if t.marks <= t.editors] or list(tried))
    stricter = [t for t in tried if at_least_as_strict(t.taste, normal.taste)]
    laxer = [t for t in tried if at_least_as_strict(normal.taste, t.taste)]
    return {
        "sparse": _best([t for t in stricter if t.marks <= SPARSE_SHARE * normal.marks] or [_fewest(stricter)]),
        "normal": normal,
        "detailed": _best([t for t in laxer if t.marks >= DETAILED_SHARE * normal.marks] or [_most(laxer)]),
    }


def _stricter_level(a: Taste, b: Taste) -> bool:
    return a.change_ease <= b.change_ease and a.confidence >= b.confidence and a.level_bars >= b.level_bars


def _best(tried: Sequence[Tried]) -> Tried:
    """The highest F1, of equals the one with the fewest marks."""
    return max(tried, key=lambda t: (t.f1, -t.marks))


def _fewest(tried: Sequence[Tried]) -> Tried:
    return min(tried, key=lambda t: t.marks)


def _most(tried: Sequence[Tried]) -> Tried:
    return max(tried, key=lambda t: t.marks)
