"""Trivial ways to mark a score, beside which `benchmarks.marks` puts the planner. Some are told the editors' marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction

import numpy as np

from runtime.analysis import LEVELS
from runtime.score.table import Score
from train.measure.marks import Gradual, Marks, Sign

Rule = Callable[[Score, Collection[int], Marks], Iterator[Marks]]
"""From a score, the measures played and the editors' marks: one answer, or several to be averaged."""

N_DRAWS = 20
_P, _F = LEVELS.index("p"), LEVELS.index("f")


def p_at_the_start(score: Score, played: Collection[int], truth: Marks) -> Iterator[Marks]:
    """One p at the first note."""
    yield Marks((_sign(score, score.onsets()[0], _P),), ())


def in_turn(score: Score, played: Collection[int], truth: Marks) -> Iterator[Marks]:
    """As many levels as the editors', evenly spread over the bars, p and f in turn; a hairpin into each, two bars."""
    bars = sorted(played)
    at = [score.measures[bars[int(i)]] for i in np.linspace(0, len(bars), len(truth.signs), endpoint=False)]
    signs = tuple(_sign(score, m.start, (_P, _F)[i % 2]) for i, m in enumerate(at))
    graduals = tuple(
        Gradual(max(Fraction(0), s.at - 2 * s.bar), s.at, "crescendo" if s.level == _F else "diminuendo")
        for s in signs[1:]
    )
    yield Marks(signs, graduals)


def at_random(score: Score, played: Collection[int], truth: Marks) -> Iterator[Marks]:
    """The editors' own marks, each moved to a beat drawn at random."""
    beats = [at for at, index, _ in score.beats() if index in played]
    for seed in range(N_DRAWS):
        random = np.random.default_rng(seed)
        drawn = [beats[i] for i in random.integers(len(beats), size=len(truth.signs) + len(truth.graduals))]
        signs = {at: _sign(score, at, s.level) for at, s in zip(drawn, truth.signs, strict=False)}
        graduals = (
            Gradual(at, at + g.end - g.start, g.kind)
            for at, g in zip(drawn[len(truth.signs) :], truth.graduals, strict=True)
        )
        yield Marks(tuple(signs[at] for at in sorted(signs)), tuple(sorted(graduals, key=lambda g: g.start)))


RULES: dict[str, Rule] = {
    "p at the first note and nothing else": p_at_the_start,
    "p and f in turn, as many as the editors': evenly spread": in_turn,
    "the editors' own marks at random beats": at_random,
}


def _sign(score: Score, at: Fraction, level: int) -> Sign:
    return Sign(at, level, score.measure_at(at).time.bar_quarters)
