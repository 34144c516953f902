"""What was heard, as a small and musical set of marks in a score. Pure: no files, no audio, no randomness.

The search of `runtime.dynamics` runs over the score's own beats, told where editors put marks (`runtime.marks.page`)
and which marks stay. Bars that were not found in the recording get none; a repeated bar is marked once, by all passes.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER, Analysis, HairpinKind
from runtime.corrections import Corrections
from runtime.dynamics import clear
from runtime.dynamics.ladder import Hairpin, Level, step_of
from runtime.dynamics.mark import PRICE_STEPS, PRICES, Beats, Density, Said, Scale, say, scale_of, stands_alone
from runtime.dynamics.touch import clear_rule
from runtime.marks import compare, policy, reasons, second_time, stresses
from runtime.marks.compare import Difference
from runtime.marks.heard import HeardInScore
from runtime.marks.onsets import nearest_onset, struck_beats
from runtime.marks.page import PagePrior, prior
from runtime.marks.second_time import SecondPass, SecondTime
from runtime.score.align.recording import POOR, Alignment
from runtime.score.plan import Plan, PlannedMark, Reason, end_place, planned
from runtime.score.table import LEVEL_SIGNS, Mark, Score

Floats = npt.NDArray[np.float64]

Policy = Literal["keep", "replace", "compare"]

WORDS_BARS = 2
"""A cresc. or dim. in words reaches to the next mark, but not further."""
PAGE_WEIGHT = 0.8
"""How much the page's own log-odds count beside what was played."""
PAGE_MEDIAN = {"level": -3.0, "hairpin": -3.5}
"""Log-odds of the page that neither speak for a mark nor against it."""
STRESS_RATIOS: dict[Density, tuple[float, float | None]] = {
    "sparse": (3.0, None), "normal": (2.4, None), "detailed": (2.0, 1.6),
}  # fmt: skip
"""How many times as loud as those around it a note is that gets an sf, and an accent."""
HARD_STEPS: dict[Density, float] = {"sparse": 2.5, "normal": 2.0, "detailed": 1.5}
"""How many steps of the ladder harder than all around it a beat is that gets an sf, however loud,"""
LEAST_HARD_STEPS = 0.5
"""and one that sticks out of the loudness."""


@dataclass(frozen=True)
class AnnotateOptions:
    """`density` of marks, what to do about marks that stand in the score (`policy`), a `price` in nats a mark in the
    place of the density's, how much the page's own log-odds of places count (`page_weight`), and whether a repeat that
    was played otherwise the `second_time` is only told or also written, as words."""

    density: Density = "normal"
    policy: Policy = "keep"
    price: float | None = None
    page_weight: float = PAGE_WEIGHT
    second_time: SecondPass = "tell"


def options_of(
    density: Density | None = None,
    existing: Policy | None = None,
    said: Corrections | None = None,
    second_time: SecondPass = "tell",
) -> AnnotateOptions:
    """How marks are written: what is asked for, else what was said in corrections, else as usual."""
    said = said or Corrections()
    name = density or said.density or "normal"
    _, price, rules = next(s for s in PRICE_STEPS if s[0] == name)
    policy = existing or cast(Policy | None, said.existing) or "keep"
    return AnnotateOptions(rules, policy, None if name == rules else price, second_time=second_time)


@dataclass(frozen=True)
class Annotation:
    """The plan, where the edition and the playing part, what was played otherwise the second time and is not in the
    plan, and what people should be told."""

    plan: Plan
    comparison: tuple[Difference, ...] = ()
    second: tuple[SecondTime, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def annotate(
    score: Score,
    alignment: Alignment,
    analysis: Analysis,
    heard: HeardInScore,
    options: AnnotateOptions | None = None,
) -> Annotation:
    """Decide which marks to write where. Raises `ModelError` when the page's network is damaged."""
    options = options or AnnotateOptions()
    human = policy.of_the_piano(score, (*score.marks, *score.hidden))
    staying = policy.of_the_piano(score, score.marks) if options.policy == "keep" else []
    page = Page.of(score, heard, staying, options.page_weight)
    price = PRICES[options.density] if options.price is None else options.price
    said = page.say(price)
    second = second_time.marks(
        score, heard, _beats(score, heard, []), lambda beats: say(beats, price, scale=said.scale)
    )
    marks = page.planned_marks(score, heard, said)
    if page.n_known:  # where no beat was heard, what sticks out of the loudness is not known to be one of the score
        found = page.stresses(score, alignment, analysis, heard, options.density)
        marks += _stresses(score, alignment, found, staying)
    if options.second_time == "words" and options.policy != "compare":
        marks += _second_pass(score, alignment, heard, second, marks, staying)
        second = tuple(s for s in second if not second_time.can_be_written(score, s))
    before = tuple(planned(score, m) for m in score.marks if m.ours)
    hidden = hidden_before = tuple(planned(score, m) for m in score.hidden)
    good = good_measures(alignment)
    differences: tuple[Difference, ...] = ()
    if human:
        differences = compare.differences(score, heard, page.beats, *_kept(score, heard, human))
    if options.policy == "compare":
        marks = list(before)
    elif options.policy == "replace":
        hidden = policy.to_hide(score, human, good)
    bad = tuple(m.index for m in score.measures if m.index not in good)
    plan = Plan(
        score.fingerprint(),
        tuple(m.number for m in score.measures),
        tuple(sorted(marks, key=lambda m: (m.measure, m.offset, m.kind))),
        before,
        hidden,
        bad,
        hidden_before,
    )
    warnings = (*alignment.remarks(score), *_warnings(score, alignment, bad, page.n_known, plan, options, staying))
    return Annotation(plan, differences, second, warnings)


def good_measures(alignment: Alignment) -> set[int]:
    """The measures that were played and placed with confidence on at least one pass."""
    return {i for i, c in zip(alignment.measures, alignment.confidence, strict=True) if c >= POOR}


@dataclass(frozen=True)
class Page:
    """What the search is given: the beats from the first to the last that are known, from `first` on, and the marks
    that stay there."""

    beats: Beats
    first: int
    kept_levels: tuple[Level[int], ...]
    kept_hairpins: tuple[Hairpin[int], ...]
    walls: tuple[int, ...]
    scale: Scale

    @staticmethod
    def of(score: Score, heard: HeardInScore, staying: list[Mark], weight: float = PAGE_WEIGHT) -> Page:
        levels, hairpins = _kept(score, heard, staying)
        known = np.flatnonzero(np.isfinite(heard.velocity))
        if not len(known):
            nothing = np.zeros(0)
            none = Beats(nothing, nothing, np.zeros(0, np.int64), None, nothing, np.zeros((2, 1)), np.zeros((2, 1)))
            return Page(none, 0, (), (), (), scale_of(none))
        first, end = int(known[0]), int(known[-1]) + 1
        beats = _beats(score, heard, [x.at for x in levels], weight)
        in_force = [x for x in levels if x.at <= first][-1:]
        bar = int(heard.beats_per_bar[first])
        inside = [x for x in levels if first < x.at < end]
        if not in_force and inside and inside[0].at - first < bar:
            in_force, inside = inside[:1], inside[1:]  # what stands in the first bar is how it begins
        kept = [replace(x, at=max(0, x.at - first)) for x in (*(replace(x, at=first) for x in in_force), *inside)]
        spans = [
            Hairpin(h.start - first, min(h.end, end) - first, h.kind)
            for h in hairpins
            if first <= h.start and h.start < min(h.end, end)
        ]
        walls = tuple(w - first for w in _walls(score, heard) if first < w < end)
        other = [heard.passes[1][s] for s in heard.apart]
        part = _sliced(beats, first, end)
        scale = scale_of(part, np.concatenate(other) if other else None)
        return Page(part, first, tuple(kept), tuple(spans), walls, scale)

    @property
    def n_known(self) -> int:
        return int(np.isfinite(self.beats.velocity).sum())

    def say(self, price: float) -> Said:
        return say(self.beats, price, self.kept_levels, self.kept_hairpins, self.walls, self.scale)

    def stresses(
        self, score: Score, alignment: Alignment, analysis: Analysis, heard: HeardInScore, density: Density
    ) -> list[stresses.Stress]:
        """Beats that were struck far harder than all around, and attacks far louder than those around on beats that
        were struck harder at all: what is loud after a rest, or where many notes begin, is not yet a stress."""
        at = heard.at[self.first : self.first + len(self.beats.velocity)]
        hard = stresses.hard_beats(score, at, self.beats, self.scale.step, HARD_STEPS[density])
        alone = stands_alone(self.beats) >= LEAST_HARD_STEPS * self.scale.step
        known = {s.at for s in hard}
        loud = stresses.stresses(score, alignment, analysis, *STRESS_RATIOS[density])
        return hard + [s for s in loud if s.at not in known and alone[max(0, bisect.bisect_right(at, s.at) - 1)]]

    def planned_marks(self, score: Score, heard: HeardInScore, said: Said) -> list[PlannedMark]:
        """Our marks with how clear each is and what was heard."""
        together = Said(tuple(sorted((*said.levels, *self.kept_levels), key=lambda x: x.at)), said.hairpins, said.scale)
        clearly = clear_rule(heard.parts.path("touch"))
        sure = clear.of_levels(self.beats, together, clearly)
        told = reasons.of_levels(score, heard, self.beats, together, self.first)
        staff = score.keyboard_staves()[0]
        ours = {x.at for x in said.levels}
        out = [
            _level_mark(score, heard.at[x.at + self.first], x.level, staff, p, why)
            for x, p, why in zip(together.levels, sure, told, strict=True)
            if x.at in ours
        ]
        why_hairpins = reasons.of_hairpins(score, heard, self.beats, said, self.first)
        for h, why in zip(said.hairpins, why_hairpins, strict=True):
            at, end = h.start + self.first, h.end + self.first
            stop = heard.at[end] if end < len(heard.at) else score.end
            sure_of_it = clear.of_hairpin(self.beats, h, clearly)
            out.append(_span_mark(score, heard.at[at], stop, h.kind, staff, sure_of_it, why))
        return _once(out)


@lru_cache(maxsize=8)
def _prior(score: Score, card_path: Path) -> PagePrior:
    return prior(score, card_path)


def _beats(score: Score, heard: HeardInScore, kept: list[int], weight: float = PAGE_WEIGHT) -> Beats:
    """All written beats with the prices of their places; no level stands where nothing is struck, or within a bar of
    one that stays."""
    page, n = _prior(score, heard.parts.path("page")), len(heard.at)
    level = weight * (page.level - PAGE_MEDIAN["level"])
    begins = weight * (page.hairpin_begin - PAGE_MEDIAN["hairpin"]).T
    ends = weight * (page.hairpin_end - PAGE_MEDIAN["hairpin"]).T
    known = np.isfinite(heard.velocity)
    struck = struck_beats(score, heard.at) & known
    near = np.zeros(n, bool)
    for at in kept:
        bar = int(heard.beats_per_bar[at])
        near[max(0, at - bar + 1) : at + bar] = True
    level = np.where(struck & ~near, level, -np.inf)
    begins = np.hstack([np.where(known, begins, -np.inf), np.full((2, 1), -np.inf)])
    after = np.append(known, True) & np.append(True, known)
    ends = np.where(after, np.hstack([ends, np.zeros((2, 1))]), -np.inf)
    return Beats(heard.velocity, heard.variance, heard.beats_per_bar, heard.log_p, level, begins, ends)


def _sliced(beats: Beats, first: int, end: int) -> Beats:
    return Beats(
        beats.velocity[first:end],
        beats.variance[first:end],
        beats.beats_per_bar[first:end],
        None if beats.log_p is None else beats.log_p[first:end],
        np.append(np.maximum(beats.level_odds[first], 0.0), beats.level_odds[first + 1 : end]),
        beats.begin_odds[:, first : end + 1],
        beats.end_odds[:, first : end + 1],
    )


def _walls(score: Score, heard: HeardInScore) -> list[int]:
    """Beats over which no hairpin leads: gaps, and where bars follow each other on the page but not in the playing."""
    out = []
    for i in range(1, len(heard.at)):
        m, before = score.measures[heard.measure[i]], score.measures[heard.measure[i - 1]]
        turns = m.index != before.index and (m.repeat_start or before.repeat_times > 0 or m.endings != before.endings)
        if turns or np.isfinite(heard.velocity[i]) != np.isfinite(heard.velocity[i - 1]):
            out.append(i)
    return out


def _kept(score: Score, heard: HeardInScore, staying: list[Mark]) -> tuple[list[Level[int]], list[Hairpin[int]]]:
    """Levels and gradual changes that people wrote, at the nearest beats; one at a place, none over another."""
    places = np.array([float(p) for p in heard.at])

    def beat(at: Fraction) -> int:
        return int(np.abs(places - float(at)).argmin()) if len(places) else 0

    levels = {beat(m.start): s for m in staying if m.kind == "dynamic" and (s := step_of(m.value)) is not None}
    stops = sorted({*(m.start for m in staying if m.kind in ("dynamic", "hairpin")), score.end})
    spans: list[Hairpin[int]] = []
    for m in sorted((m for m in staying if m.kind in ("hairpin", "words")), key=lambda m: m.start):
        end = m.end
        if m.kind == "words":
            farthest = m.start + WORDS_BARS * score.measure_at(m.start).time.bar_quarters
            end = min([farthest, *(s for s in stops if s > m.start)])
        start = beat(m.start)
        stop = len(places) if end >= score.end else beat(end)
        free = not spans or spans[-1].end <= start
        if free and stop > start and m.value in ("crescendo", "diminuendo"):
            inside = [a for a in levels if start < a < stop]
            kind: HairpinKind = "crescendo" if m.value == "crescendo" else "diminuendo"
            spans.append(Hairpin(start, min([stop, *inside]), kind))
    return [Level(a, s) for a, s in sorted(levels.items())], spans


def _level_mark(score: Score, beat: Fraction, level: int, staff: int, sure: float, why: Reason) -> PlannedMark:
    at = nearest_onset(score, beat)
    m = score.measure_at(at)
    return PlannedMark("dynamic", LADDER[level], m.index, at - m.start, staff, confidence=sure, reason=why)


def _span_mark(
    score: Score, start: Fraction, stop: Fraction, kind: str, staff: int, sure: float, why: Reason
) -> PlannedMark:
    m = score.measure_at(start)
    return PlannedMark("hairpin", kind, m.index, start - m.start, staff, *end_place(score, stop), sure, why)


def _once(marks: list[PlannedMark]) -> list[PlannedMark]:
    """Of levels that moved to the same onset, the last."""
    by_place = {(m.kind, m.measure, m.offset): m for m in marks}
    return list(by_place.values())


def _second_pass(
    score: Score,
    alignment: Alignment,
    heard: HeardInScore,
    second: tuple[SecondTime, ...],
    marks: list[PlannedMark],
    staying: list[Mark],
) -> list[PlannedMark]:
    """What was played otherwise the second time as words, and the levels that hold after it."""
    staff = score.keyboard_staves()[0]
    levels = {m.start: m.value for m in staying if m.kind == "dynamic" and m.value in LEVEL_SIGNS}
    levels |= {score.measures[m.measure].start + m.offset: m.value for m in marks if m.value in LEVEL_SIGNS}
    words = second_time.in_words(score, second, staff)
    return words + second_time.after_it(score, alignment, heard, second, levels, staff)


def _stresses(
    score: Score, alignment: Alignment, found: list[stresses.Stress], staying: list[Mark]
) -> list[PlannedMark]:
    """``sf`` between the staves, or an accent on the highest staff that is struck there; not where people wrote."""
    good, taken = good_measures(alignment), {m.start for m in staying if m.kind in ("dynamic", "accent")}
    return [_stress_mark(score, s) for s in found if score.measure_at(s.at).index in good and s.at not in taken]


def _stress_mark(score: Score, s: stresses.Stress) -> PlannedMark:
    m = score.measure_at(s.at)
    keyboard = score.keyboard_staves()
    struck = {n.staff for n in score.notes if n.onset == s.at and not n.tied and not n.grace}
    place = (m.index, s.at - m.start)
    why = Reason("accent", (("db", round(10 * float(np.log2(s.ratio)), 1)),))
    if s.strong:
        return PlannedMark("dynamic", "sf", *place, keyboard[0], confidence=s.confidence, reason=why)
    staff = next((k for k in keyboard if k in struck), keyboard[0])
    return PlannedMark("accent", "accent", *place, staff, confidence=s.confidence, reason=why)


def _warnings(
    score: Score,
    alignment: Alignment,
    bad: tuple[int, ...],
    n_known: int,
    plan: Plan,
    options: AnnotateOptions,
    staying: list[Mark],
) -> tuple[str, ...]:
    out = []
    played = set(alignment.measures)
    for name, which in (
        ("not played in the recording", [i for i in bad if i not in played]),
        ("not placed with confidence", [i for i in bad if i in played]),
    ):
        if which:
            out.append(f"no marks in bars {ranges([score.measures[i].number for i in which])}: {name}")
    if not n_known:
        out.append("nothing was heard on the score's beats, so no marks are written")
    elif not plan.marks and staying:
        more = "" if options.density == "detailed" else "; a denser setting may have some"
        out.append(f"the marks that stand there say what was played: none is added ({options.density}){more}")
    return tuple(out)


def ranges(numbers: list[str]) -> str:
    """Bar numbers for people: neighbours that count up are joined (``3-5, 9``)."""
    out: list[list[str]] = []
    for n in numbers:
        if out and n.isdigit() and out[-1][-1].isdigit() and int(n) == int(out[-1][-1]) + 1:
            out[-1].append(n)
        else:
            out.append([n])
    return ", ".join(g[0] if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in out)
