"""Repeats that were played otherwise the second time: the marks that would say how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from runtime.analysis import LADDER
from runtime.dynamics.mark import Beats, Said
from runtime.marks.heard import HeardInScore
from runtime.score.table import Score


@dataclass(frozen=True)
class SecondTime:
    """A mark of the second pass: a level or hairpin (`value`) at a written position, to `end` for hairpins."""

    value: str
    at: Fraction
    end: Fraction


def marks(score: Score, heard: HeardInScore, beats: Beats, say: Callable[[Beats], Said]) -> tuple[SecondTime, ...]:
    """What the search says of the second pass of each repeat that was played otherwise; `beats` are all of the page."""
    out: list[SecondTime] = []
    for section in heard.apart:
        velocity = heard.passes[1][section]
        level = beats.level_odds[section].copy()
        level[0] = max(level[0], 0.0)
        part = Beats(
            velocity,
            np.where(np.isfinite(velocity), beats.variance[section], np.inf),
            beats.beats_per_bar[section],
            None,
            level,
            beats.begin_odds[:, section.start : section.stop + 1],
            beats.end_odds[:, section.start : section.stop + 1],
        )
        said = say(part)
        places = [*heard.at[section], heard.at[section.stop] if section.stop < len(heard.at) else score.end]
        out += [SecondTime(LADDER[x.level], places[x.at], places[x.at]) for x in said.levels]
        out += [SecondTime(h.kind, places[h.start], places[h.end]) for h in said.hairpins]
    return tuple(sorted(out, key=lambda s: (s.at, s.value)))
