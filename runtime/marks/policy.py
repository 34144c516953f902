"""Marks that people wrote: which are the piano's, and which make way for ours."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.score import plan
from runtime.score.plan import PlannedMark
from runtime.score.table import LEVEL_SIGNS, Mark, Score


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
