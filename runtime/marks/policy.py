"""Our marks and those that people wrote: keep theirs, put ours in their place, or compare the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from runtime.score import plan
from runtime.score.plan import PlannedMark
from runtime.score.table import LEVEL_SIGNS, Mark, Score

# Steps of loudness; the five levels that are heard are spread over the signs that are written.
_STEP = {"ppp": 0, "pp": 1, "p": 2, "mp": 3, "mf": 4, "f": 5, "ff": 6, "fff": 7}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A level that stands in the score beside the level that was heard there.

    `agreement`: ``same``, ``near`` (one step of ppp pp p mp mf f ff fff apart) or ``different``.
    """

    number: str
    position: Fraction
    written: str
    heard: str
    agreement: str


def compare(score: Score, human: Iterable[Mark], heard: Sequence[tuple[Fraction, str]]) -> tuple[Comparison, ...]:
    """Each written level beside the heard one. `heard`: (position, level) at beats, in order."""
    out = []
    for mark in human:
        if mark.kind != "dynamic" or mark.value not in LEVEL_SIGNS:
            continue
        at_or_after = [level for at, level in heard if mark.start <= at < mark.start + 4]
        if not at_or_after:
            continue
        step = _STEP.get(mark.value, 0 if mark.value.startswith("p") else 7)
        apart = abs(step - _STEP[at_or_after[0]])
        agreement = "same" if apart == 0 else "near" if apart == 1 else "different"
        number = score.measures[mark.measure].number
        out.append(Comparison(number, mark.start, mark.value, at_or_after[0], agreement))
    return tuple(out)


def comparison_table(rows: Sequence[Comparison]) -> str:
    """The comparison as text: the count of each agreement, then one line per written level."""
    if not rows:
        return "The score has no dynamic levels to compare with.\n"
    counts = {k: sum(r.agreement == k for r in rows) for k in ("same", "near", "different")}
    head = f"{len(rows)} written levels: " + ", ".join(f"{n} {k}" for k, n in counts.items())
    lines = [f"bar {r.number}: written {r.written}, heard {r.heard} ({r.agreement})" for r in rows]
    return "\n".join([head, *lines]) + "\n"


def beside_human(score: Score, marks: list[PlannedMark], human: list[Mark]) -> list[PlannedMark]:
    """Our marks that neither repeat nor crowd human ones."""
    levels = sorted((m.start, m.value) for m in human if m.kind == "dynamic" and m.value in LEVEL_SIGNS)
    gradual = [m for m in human if m.kind in ("hairpin", "words")]
    out: list[PlannedMark] = []
    for mark in marks:
        m = score.measures[mark.measure]
        at, bar = m.start + mark.offset, m.time.bar_quarters
        if mark.kind == "hairpin":
            end = score.measures[mark.end_measure].start + mark.end_offset
            busy = any(h.start < end and max(h.end, h.start + bar) > at for h in gradual)
            crossed = any(at < p < end for p, _ in levels)
            if not busy and not crossed:
                out.append(mark)
        elif mark.kind == "dynamic" and mark.value in LEVEL_SIGNS:
            near = any(abs(p - at) < bar for p, _ in levels)
            inside = any(h.kind == "hairpin" and h.start < at < h.end for h in gradual)
            before = [v for p, v in levels if p <= at]
            repeats = bool(before) and before[-1] == mark.value and not _ours_between(out, score, levels, at)
            if not near and not inside and not repeats:
                out.append(mark)
        elif not any(h.start == at and h.kind in ("dynamic", "accent") for h in human):
            out.append(mark)
    return out


def _ours_between(ours: list[PlannedMark], score: Score, levels: list[tuple[Fraction, str]], at: Fraction) -> bool:
    """Whether one of our levels stands between the last human one and `at`."""
    last = max((p for p, _ in levels if p <= at), default=Fraction(-1))
    places = [score.measures[m.measure].start + m.offset for m in ours if m.value in LEVEL_SIGNS]
    return any(last < p < at for p in places)


def of_the_piano(score: Score, marks: Iterable[Mark]) -> list[Mark]:
    """The human ones among marks that stand in the piano's staves: a singer's or a violin's say nothing about it."""
    staves = set(score.keyboard_staves())
    return [m for m in marks if not m.ours and m.staff in staves]


def to_hide(score: Score, human: list[Mark], good: set[int]) -> tuple[PlannedMark, ...]:
    """The human levels and hairpins in the bars that we mark ourselves; stresses and words stay."""
    return tuple(
        plan.planned(score, m)
        for m in human
        if m.measure in good and (m.kind == "hairpin" or (m.kind == "dynamic" and m.value in LEVEL_SIGNS))
    )
