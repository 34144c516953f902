"""What is unsure about the beats and bars that were found: three statements, each with the remedy most likely to help.

Is the pulse that of the music, do bars have so many beats, do they begin where they should? Each question has features
of its own, and weights that were fitted on pieces that no network had learned from (`benchmarks.accuracy.doubts fit`)
turn them into the chance that the answer is no. What is told is wrong more often than right. What is told of metre and
bars holds where the pulse is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from runtime.analysis import Doubt, Question
from runtime.corrections import Corrections
from runtime.decode.found import Found
from runtime.decode.grid import Grid
from runtime.decode.remedies import logistic_chance, proposed
from runtime.words.doubts import TEXTS

FEATURES: Mapping[Question, tuple[str, ...]] = {
    "pulse": ("sure", "jumps"),
    "metre": ("sure", "sure_bars"),
    "bar": ("uneven", "sure_bars"),
}
"""What each question is answered from (`runtime.decode.found`)."""
PREVIEWED_BARS = 8


def doubts(
    found: Found, weights: Mapping[str, float], again: Callable[[Corrections], Grid | None]
) -> tuple[Doubt, ...]:
    """What is unsure; nothing where the card has no weights for it. `again` finds beats and bars under corrections, for
    the previews."""
    out: list[Doubt] = []
    for about, chance in chances(found.features(), weights).items():
        if chance >= weights[f"doubt_{about}_least"]:
            candidate = proposed(about, found, weights, at_once=not out)
            remedy, said = candidate.remedy, candidate.said
            grid = again(said) if said else None
            lines = () if grid is None else tuple(float(t) for t in grid.times_s[grid.bars.position == 1])
            out.append(Doubt(about, chance, TEXTS[remedy.key], remedy, _plain(said), lines[:PREVIEWED_BARS]))
    return tuple(out)


def chances(features: Mapping[str, float], weights: Mapping[str, float]) -> dict[Question, float]:
    """How likely each answer is no; of metre and bars, if the pulse is right. What the card has no weights for is left
    out."""
    told = {about: logistic_chance(f"doubt_{about}", names, features, weights) for about, names in FEATURES.items()}
    return {about: chance for about, chance in told.items() if chance is not None}


def _plain(said: Corrections) -> dict[str, Any]:
    return {k: v for k, v in json.loads(said.to_json()).items() if k != "corrections" and v not in ("same", False, [])}
