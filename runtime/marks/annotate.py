"""What was heard, as a small and musical set of marks. Pure: no files, no audio, no randomness.

A mark is written only where the level, the alignment and the recording's own loudness agree well enough;
the rest is left out. Repeated bars are marked once, by the weight of all passes.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from runtime.analysis import LEVELS, Analysis
from runtime.marks import gestures, hearing, policy
from runtime.marks.hearing import HeardInScore
from runtime.marks.policy import Comparison
from runtime.score.align.recording import POOR, Alignment, Floats
from runtime.score.plan import Plan, PlannedMark, end_place, planned
from runtime.score.table import Score

Density = Literal["sparse", "normal", "detailed"]
Policy = Literal["keep", "replace", "compare"]


@dataclass(frozen=True)
class Taste:
    """What a density stands for: how many nats are taken off the decoder's cost of a change of level in the score, the
    least confidence and least length of a level in bars, and which gestures."""

    change_ease: float
    confidence: float
    hairpin_confidence: float
    level_bars: float
    sforzato_ratio: float
    accent_ratio: float | None


# Eases, confidences, lengths and hairpins: chosen on validation pieces by `python -m benchmarks.marks --choose`, for
# the shipped model. What the decoder gives as a level is worth writing whatever its confidence, which is a posterior of
# neighbouring levels that are hard to tell apart; what a change costs the decoder decides how many marks there are.
TASTES: dict[str, Taste] = {
    "sparse": Taste(1.0, 0.2, 0.25, 2.0, 3.0, None),
    "normal": Taste(3.0, 0.2, 0.15, 0.5, 2.4, None),
    "detailed": Taste(3.0, 0.0, 0.0, 0.5, 2.0, 1.6),
}


@dataclass(frozen=True)
class AnnotateOptions:
    """`density` of marks and what to do about marks that stand in the score (`policy`)."""

    density: Density = "normal"
    policy: Policy = "keep"


@dataclass(frozen=True)
class Annotation:
    """The plan, the comparison with the marks in the score, and what people should be told."""

    plan: Plan
    comparison: tuple[Comparison, ...] = ()
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class LevelAt:
    """A level (index into `LEVELS`) from a written position on."""

    at: Fraction
    level: int
    confidence: float


def annotate(
    score: Score,
    alignment: Alignment,
    analysis: Analysis,
    options: AnnotateOptions | None = None,
    in_score: HeardInScore | None = None,
) -> Annotation:
    """Decide which marks to write where.

    `in_score` is what was heard on the score's own beats with the ease of this density (`hearing.decoded`); without it,
    what the analysis has on its own beats is moved there.
    """
    options = options or AnnotateOptions()
    taste = TASTES[options.density]
    good = good_measures(alignment)
    in_score = in_score or hearing.moved(score, alignment, analysis)
    heard = heard_levels(alignment, in_score)
    levels = settled_levels(score, good, heard, taste)
    staff = score.keyboard_staves()[0]
    spans = gestures.hairpins(score, in_score.hairpins, levels, taste.hairpin_confidence)
    stresses = gestures.stresses(score, alignment, analysis, taste.sforzato_ratio, taste.accent_ratio)
    marks = [_level_mark(score, x, staff) for x in levels]
    marks += [_span_mark(score, h, staff) for h in spans if score.measure_at(h.start).index in good]
    marks += [_stress_mark(score, s) for s in stresses if score.measure_at(s.at).index in good]
    before = tuple(planned(score, m) for m in score.marks if m.ours)
    human = policy.of_the_piano(score, (*score.marks, *score.hidden))
    comparison = policy.compare(score, human, [(x.at, LEVELS[x.level]) for x in heard])
    hidden = hidden_before = tuple(planned(score, m) for m in score.hidden)
    if options.policy == "compare":
        marks = list(before)
    elif options.policy == "keep":
        marks = policy.beside_human(score, marks, policy.of_the_piano(score, score.marks))
    else:
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
    warnings = (*alignment.remarks(score), *_warnings(score, alignment, bad, heard), *_unsure(heard, levels, options))
    return Annotation(plan, comparison, warnings)


def good_measures(alignment: Alignment) -> set[int]:
    """The measures that were played and placed with confidence on at least one pass."""
    return {i for i, c in zip(alignment.measures, alignment.confidence, strict=True) if c >= POOR}


def _warnings(score: Score, alignment: Alignment, bad: tuple[int, ...], heard: list[LevelAt]) -> tuple[str, ...]:
    out = []
    played = set(alignment.measures)
    for name, which in (
        ("not played in the recording", [i for i in bad if i not in played]),
        ("not placed with confidence", [i for i in bad if i in played]),
    ):
        if which:
            out.append(f"no marks in bars {ranges([score.measures[i].number for i in which])}: {name}")
    if not heard:
        out.append("no dynamic level was heard, so no levels are written")
    return tuple(out)


def _unsure(heard: list[LevelAt], levels: list[LevelAt], options: AnnotateOptions) -> tuple[str, ...]:
    """What to say when levels were heard and none is written."""
    if not heard or levels:
        return ()
    more = "" if options.density == "detailed" else "; a denser setting may have some"
    return (f"no level lasts and is sure enough to be written ({options.density}){more}",)


def ranges(numbers: list[str]) -> str:
    """Bar numbers for people: neighbours that count up are joined (``3-5, 9``)."""
    out: list[list[str]] = []
    for n in numbers:
        if out and n.isdigit() and out[-1][-1].isdigit() and int(n) == int(out[-1][-1]) + 1:
            out[-1].append(n)
        else:
            out.append([n])
    return ", ".join(g[0] if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in out)


def heard_levels(alignment: Alignment, in_score: HeardInScore) -> list[LevelAt]:
    """The level at every written beat that was played, all passes weighed together."""
    votes: dict[Fraction, Floats] = {}
    for at, n, level, confidence in zip(in_score.at, in_score.played, in_score.level, in_score.confidence, strict=True):
        if level < 0:
            continue
        vote = votes.setdefault(at, np.zeros((2, len(LEVELS))))
        vote[:, level] += confidence * float(alignment.confidence[n]), 1
    return [_elected(at, vote) for at, vote in sorted(votes.items())]


def _elected(at: Fraction, vote: Floats) -> LevelAt:
    """The weighted median level; its confidence is what its passes gave, shared over all passes."""
    weights, passes = vote
    total = weights.sum()
    level = int(np.searchsorted(np.cumsum(weights), total / 2)) if total > 0 else int(passes.argmax())
    return LevelAt(at, min(level, len(LEVELS) - 1), float(weights[level] / passes.sum()))


def settled_levels(score: Score, good: set[int], heard: list[LevelAt], taste: Taste) -> list[LevelAt]:
    """The levels to be written: those that last and are sure enough, in the measures `good`, each at an onset."""
    levels = _settled(heard, score, taste)
    return _without_repetition([_snapped(score, x) for x in levels if score.measure_at(x.at).index in good])


def _settled(heard: list[LevelAt], score: Score, taste: Taste) -> list[LevelAt]:
    """The beats where a level begins that lasts and is sure enough."""
    runs: list[list[LevelAt]] = []
    for x in heard:
        if runs and runs[-1][0].level == x.level:
            runs[-1].append(x)
        else:
            runs.append([x])
    out: list[LevelAt] = []
    for n, run in enumerate(runs):
        end = runs[n + 1][0].at if n + 1 < len(runs) else score.end
        bar = score.measure_at(run[0].at).time.bar_quarters
        long_enough = n == 0 or end - run[0].at >= taste.level_bars * bar
        sure = run[0].confidence >= taste.confidence
        if long_enough and sure and (not out or out[-1].level != run[0].level):
            out.append(run[0])
    return out


def _snapped(score: Score, x: LevelAt) -> LevelAt:
    """Move to an onset: the same moment, else the next within a beat, else the one before."""
    return replace(x, at=nearest_onset(score, x.at))


def nearest_onset(score: Score, at: Fraction) -> Fraction:
    """The onset at `at`, else the next one within a beat, else the last one before (or the first of all)."""
    onsets = _onsets(score)
    k = bisect.bisect_left(onsets, at)
    beat = score.measure_at(at).time.beat_quarters
    if k < len(onsets) and onsets[k] - at < beat:
        return onsets[k]
    return onsets[max(0, k - 1)]


def _onsets(score: Score) -> tuple[Fraction, ...]:
    staves = set(score.keyboard_staves())
    return tuple(sorted({n.onset for n in score.notes if not n.tied and not n.grace and n.staff in staves}))


def _without_repetition(levels: list[LevelAt]) -> list[LevelAt]:
    out: list[LevelAt] = []
    for x in levels:
        if out and out[-1].at == x.at:
            out.pop()
        if not out or out[-1].level != x.level:
            out.append(x)
    return out


def _level_mark(score: Score, x: LevelAt, staff: int) -> PlannedMark:
    m = score.measure_at(x.at)
    reason = "the level heard from here on"
    return PlannedMark(
        "dynamic", LEVELS[x.level], m.index, x.at - m.start, staff, confidence=x.confidence, reason=reason
    )


def _span_mark(score: Score, h: gestures.Span, staff: int) -> PlannedMark:
    m = score.measure_at(h.start)
    end = end_place(score, h.end)
    return PlannedMark("hairpin", h.kind, m.index, h.start - m.start, staff, *end, h.confidence, "a gradual change")


def _stress_mark(score: Score, s: gestures.Stress) -> PlannedMark:
    """``sf`` between the staves, or an accent on the highest staff that strikes a note there."""
    m = score.measure_at(s.at)
    keyboard = score.keyboard_staves()
    struck = {n.staff for n in score.notes if n.onset == s.at and not n.tied and not n.grace}
    place = (m.index, s.at - m.start)
    reason = f"{s.ratio:.1f} times as loud as the notes around"
    if s.strong:
        return PlannedMark("dynamic", "sf", *place, keyboard[0], confidence=s.confidence, reason=reason)
    staff = next((k for k in keyboard if k in struck), keyboard[0])
    return PlannedMark("accent", "accent", *place, staff, confidence=s.confidence, reason=reason)
