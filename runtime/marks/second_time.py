"""Repeats that were played otherwise the second time: the marks that would say how, and these as words on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from runtime.analysis import LADDER
from runtime.dynamics import clear
from runtime.dynamics.mark import Beats, Said
from runtime.dynamics.touch import clear_rule
from runtime.marks.heard import HeardInScore
from runtime.marks.onsets import nearest_onset
from runtime.score import worded
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import PlannedMark, Reason
from runtime.score.table import LEVEL_SIGNS, Score

SecondPass = Literal["tell", "words"]
"""What becomes of a second pass that was played otherwise: told in the table alone, or written as words."""


@dataclass(frozen=True)
class SecondTime:
    """A mark of the second pass: a level or hairpin (`value`) at a written position, to `end` for hairpins, and how
    likely the playing really does this."""

    value: str
    at: Fraction
    end: Fraction
    confidence: float = 1.0


def marks(score: Score, heard: HeardInScore, beats: Beats, say: Callable[[Beats], Said]) -> tuple[SecondTime, ...]:
    """What the search says of the second pass of each repeat that was played otherwise; `beats` are all of the page."""
    out: list[SecondTime] = []
    clearly = clear_rule(heard.parts.path("touch"))
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
        sure = clear.of_levels(part, said, clearly)
        levels = zip(said.levels, sure, strict=True)
        out += [SecondTime(LADDER[x.level], places[x.at], places[x.at], p) for x, p in levels]
        out += [
            SecondTime(h.kind, places[h.start], places[h.end], clear.of_hairpin(part, h, clearly))
            for h in said.hairpins
        ]
    return tuple(sorted(out, key=lambda s: (s.at, s.value)))


def can_be_written(score: Score, mark: SecondTime) -> bool:
    """Not under an ending: its bar belongs to one pass, and when it comes again that is not the second time."""
    return not score.measure_at(mark.at).endings


def in_words(score: Score, second: Iterable[SecondTime], staff: int) -> list[PlannedMark]:
    """Words for the marks that can be written, one text at a place: ``2nd time p``, ``2nd time p cresc.``"""
    by_place: dict[Fraction, list[SecondTime]] = {}
    for mark in second:
        if can_be_written(score, mark):
            by_place.setdefault(nearest_onset(score, mark.at), []).append(mark)
    out = []
    for at, there in sorted(by_place.items()):
        level = next((s.value for s in reversed(there) if s.value in LEVEL_SIGNS), "")
        gradual = next((s.value for s in reversed(there) if s.value not in LEVEL_SIGNS), "")
        text = worded.second_time(level, gradual)
        m = score.measure_at(at)
        why = Reason("second_time", (("level", text.removeprefix(worded.second_time()).strip()),))
        sure = min(s.confidence for s in there)
        out.append(PlannedMark("words", text, m.index, at - m.start, staff, confidence=sure, reason=why))
    return out


def after_it(
    score: Score,
    alignment: Alignment,
    heard: HeardInScore,
    second: Iterable[SecondTime],
    levels: Mapping[Fraction, str],
    staff: int,
) -> list[PlannedMark]:
    """Where the music goes on after a second pass that ended otherwise, a second ending for one, the level that holds
    there. `levels` are those of the page; one that already stands in the first beat is enough."""
    second, played, out = list(second), list(alignment.measures), []
    for section in heard.apart:
        begin, last = heard.at[section.start], heard.at[section.stop - 1]
        inside = [s for s in second if begin <= s.at <= last and can_be_written(score, s)]
        times = [n for n, i in enumerate(played) if i == heard.measure[section.stop - 1]]
        if not inside or len(times) < 2 or times[1] + 1 >= len(played) or alignment.confidence[times[1] + 1] < POOR:
            continue
        m = score.measures[played[times[1] + 1]]
        at = nearest_onset(score, m.start)
        before = [level for place, level in sorted(levels.items()) if place < m.start]
        stands = any(m.start <= place < m.start + m.time.beat_quarters for place in levels)
        if stands or not before or m.index in heard.measure[section] or not m.start <= at < m.end:
            continue
        ends_on = max(inside, key=lambda s: (s.end, s.value not in LEVEL_SIGNS)).value
        if ends_on != before[-1]:
            out.append(PlannedMark("dynamic", before[-1], m.index, at - m.start, staff))
    return out
