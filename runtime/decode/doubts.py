"""What is unsure about the beats and bars that were found: three statements, each with the remedy most likely to help.

Is the pulse that of the music, do bars have so many beats, do they begin where they should? Each question has features
of its own, and weights that were fitted on pieces that no network had learned from (`benchmarks.accuracy.doubts fit`)
turn them into the chance that the answer is no. What is told is wrong more often than right. Metre and
bars are asked for only as far as the pulse is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import Doubt, Question, Remedy
from runtime.corrections import Corrections
from runtime.decode.bars import BarStates, bar_evidence, downbeat_probability, most_probable
from runtime.decode.correct import between, every_second
from runtime.decode.grid import Grid
from runtime.decode.options import DecodeOptions
from runtime.network.logits import FrameLogits
from runtime.words.doubts import TEXTS

Floats = npt.NDArray[np.float64]

FEATURES: Mapping[Question, tuple[str, ...]] = {
    "pulse": ("sure", "jumps"),
    "metre": ("sure", "jumps", "metre_margin"),
    "bar": ("sure", "uneven"),
}
"""What each question is answered from."""
PREVIEWED_BARS = 8
_ODDS_LIMIT = 4.0
_MARGIN_LIMIT = 3.0
_METRES = (2, 3, 4)
# On the pieces that weights were fitted on whose pulse was another, twice as many beats were better in 4 of 4 where the
# places between two are so likely to be beats and the beats themselves so sure, and half as many in 6 of 7 where every
# second beat is so much likelier and those places are not likely.
_DOUBLE_ODDS, _DOUBLE_SURE, _HALF_ODDS, _NOT_DOUBLE_ODDS = -1.65, 0.4, 0.4, -2.5
_WEAK_BEATS = 24
_UNEVEN = 0.1


@dataclass(frozen=True)
class Found:
    """Beats and bars, the logits that they were found in, and how likely each beat [n] is a downbeat."""

    grid: Grid
    logits: FrameLogits
    options: DecodeOptions
    p_downbeat: Floats

    @staticmethod
    def of(grid: Grid, logits: FrameLogits, options: DecodeOptions) -> Found:
        """With what the network says of downbeats at these beats."""
        return Found(grid, logits, options, downbeat_probability(logits.downbeat, grid.path.frames, options))

    @property
    def bar_lines(self) -> npt.NDArray[np.int64]:
        """Which beats begin a bar."""
        return np.flatnonzero(self.grid.bars.position == 1)

    @property
    def usual_metre(self) -> int:
        """The number of beats that the bars of most beats have."""
        return int(np.bincount(self.grid.bars.beats_per_bar).argmax())

    @property
    def sure(self) -> float:
        """Log odds of the beats' mean probability."""
        return float(_odds(self.grid.path.probability.mean(keepdims=True))[0])

    def features(self) -> dict[str, float]:
        """``sure``: log odds of the beats' mean probability; ``jumps``: the share of intervals that differ by half an
        octave or more from the one before; ``metre_margin``: by how many nats a bar the next best metre is less likely;
        ``uneven``: the share of bars that have another number of beats than most."""
        lengths = np.diff(self.bar_lines)
        gaps = np.log2(np.diff(self.grid.times_s))
        metres = [m for metre, m in metre_margins(self).items() if metre != self.usual_metre]
        return {
            "sure": self.sure,
            "jumps": float((np.abs(np.diff(gaps)) > 0.5).mean()) if len(gaps) > 1 else 0.0,
            "metre_margin": min([*metres, _MARGIN_LIMIT]),
            "uneven": float((lengths != self.usual_metre).mean()) if len(lengths) else 0.0,
        }


def doubts(
    found: Found, weights: Mapping[str, float], again: Callable[[Corrections], Grid | None]
) -> tuple[Doubt, ...]:
    """What is unsure; nothing where the card has no weights for it. `again` finds beats and bars under corrections, for
    the previews."""
    out = []
    for about, chance in chances(found.features(), weights).items():
        if chance >= weights[f"doubt_{about}_least"]:
            remedy, said = _REMEDIES[about](found)
            grid = again(said) if said else None
            lines = () if grid is None else tuple(float(t) for t in grid.times_s[grid.bars.position == 1])
            out.append(Doubt(about, chance, TEXTS[remedy.key], remedy, _plain(said), lines[:PREVIEWED_BARS]))
    return tuple(out)


def chances(features: Mapping[str, float], weights: Mapping[str, float]) -> dict[Question, float]:
    """How likely each answer is no. Weights are ``doubt_QUESTION_FEATURE`` and ``doubt_QUESTION_bias``."""
    out: dict[Question, float] = {}
    for question, names in FEATURES.items():
        bias = weights.get(f"doubt_{question}_bias")
        if bias is not None:
            z = bias + sum(weights[f"doubt_{question}_{name}"] * features[name] for name in names)
            out[question] = float(1 / (1 + np.exp(-z)))
    right = 1 - out.get("pulse", 0.0)
    return {q: p if q == "pulse" else p * right for q, p in out.items()}


def metre_margins(found: Found) -> dict[int, float]:
    """For each metre by how many nats a bar the best bars of that metre alone fall short of the best of any."""
    score: dict[int, float] = {}
    for metre in _METRES:
        states = BarStates.of(found.options, metre)
        evidence = bar_evidence(found.p_downbeat, states)
        path = most_probable(evidence, states.start, states.moves)
        moved = states.moves[path[:-1], path[1:]].sum()
        score[metre] = float(states.start[path[0]] + evidence[np.arange(len(path)), path].sum() + moved)
    best = max(score.values())
    return {metre: (best - s) * metre / len(found.p_downbeat) for metre, s in score.items()}


def phase_margins(found: Found) -> dict[int, float]:
    """For each number of beats by which all bars might begin later, by how many nats a bar that is less likely."""
    p = np.clip(found.p_downbeat, 1e-4, 1 - 1e-4)
    gain = np.log(p) - np.log(1 - p)
    here = float(gain[found.bar_lines].sum())
    return {
        beats: (here - float(np.roll(gain, -beats)[found.bar_lines].sum())) / max(1, len(found.bar_lines))
        for beats in range(1, found.usual_metre)
    }


def _plain(said: Corrections) -> dict[str, Any]:
    return {k: v for k, v in json.loads(said.to_json()).items() if k != "corrections" and v not in ("same", False, [])}


def _pulse(found: Found) -> tuple[Remedy, Corrections]:
    path = found.grid.path
    bpm = 60 / float(np.median(np.diff(found.grid.times_s)))
    odds = _odds(path.probability)
    kept = np.isin(path.frames, every_second(path, np.empty(0)).frames)
    between_odds = float(_odds(between(path, found.logits.beat, found.options).probability).mean())
    if between_odds > _DOUBLE_ODDS and found.sure > _DOUBLE_SURE:
        return Remedy("double", {"n": round(2 * bpm)}), Corrections(tempo="double")
    if between_odds < _NOT_DOUBLE_ODDS and float(odds[kept].mean() - odds[~kept].mean()) > _HALF_ODDS:
        return Remedy("half", {"n": round(bpm / 2)}), Corrections(tempo="half")
    first, last = (_clock(t) for t in _weakest_s(found.grid))
    return Remedy("tap", {"first": first, "last": last}), Corrections()


def _metre(found: Found) -> tuple[Remedy, Corrections]:
    margins = metre_margins(found)
    metre = min((m for m in margins if m != found.usual_metre), key=lambda m: margins[m])
    return Remedy("metre", {"n": metre}), Corrections(beats_per_bar=metre)


def _bar(found: Found) -> tuple[Remedy, Corrections]:
    if found.features()["uneven"] > _UNEVEN:
        margins = metre_margins(found)
        metre = min(margins, key=lambda m: margins[m])
        return Remedy("even", {"n": metre}), Corrections(beats_per_bar=metre)
    later_by = phase_margins(found)
    later = min(later_by, key=lambda beats: later_by[beats], default=1)
    return Remedy("later", {"n": later}), Corrections(shift_beats=later)


_REMEDIES: Mapping[Question, Callable[[Found], tuple[Remedy, Corrections]]] = {
    "pulse": _pulse, "metre": _metre, "bar": _bar,
}  # fmt: skip


def _weakest_s(grid: Grid) -> tuple[float, float]:
    """From where to where the beats are least probable."""
    n = min(_WEAK_BEATS, len(grid.path.probability))
    mean = np.convolve(grid.path.probability, np.ones(n) / n, mode="valid")
    first = int(mean.argmin())
    return float(grid.times_s[first]), float(grid.times_s[first + n - 1])


def _clock(time_s: float) -> str:
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"


def _odds(p: Floats) -> Floats:
    return np.asarray(np.clip(np.log(p + 1e-9) - np.log(1 - p + 1e-9), -_ODDS_LIMIT, _ODDS_LIMIT))
