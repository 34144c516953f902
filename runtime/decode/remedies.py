"""What may help where beats or bars are unsure, and how likely it does.

There are two things that can be done at once: half as many beats, and bars of another length. Weights that were fitted
on pieces that no network had learned from (`benchmarks.accuracy.doubts fit`) turn what is known of such a candidate
into the chance that, if it changes how right the beats or bars are, it is for the better. One is proposed only from
that chance on at which most of those proposed did help there; where none reaches it, the remedy is the user's own ear,
and the place is named where beats or bars are least sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import Question, Remedy, RemedyKey
from runtime.corrections import Corrections
from runtime.decode.correct import between, every_second
from runtime.decode.found import Found, metre_margins, odds

Floats = npt.NDArray[np.float64]

FEATURES: Mapping[RemedyKey, tuple[str, ...]] = {
    "half": ("between", "in_turn", "sure"),
    "metre": ("margin", "sure_bars", "twofold"),
}
"""What the chance that a candidate helps is told from."""
SLOWEST_BPM = 40
"""Half as many beats would not be counted as beats where fewer of them come in a minute."""
_WEAK_BEATS = 24


def logistic_chance(
    prefix: str, names: Sequence[str], features: Mapping[str, float], weights: Mapping[str, float]
) -> float | None:
    """The logistic chance by these features, whose weights are ``PREFIX_NAME`` and ``PREFIX_bias``; None where one is
    missing, as on a card that was fitted for other features."""
    bias, by_name = f"{prefix}_bias", {name: f"{prefix}_{name}" for name in names}
    if not weights.keys() >= {bias, *by_name.values()}:
        return None
    z = weights[bias] + sum(weights[by_name[name]] * features[name] for name in names)
    return float(1 / (1 + np.exp(-z)))


@dataclass(frozen=True)
class Candidate:
    """A remedy, what the user would say to have it, and what is known of it."""

    remedy: Remedy
    said: Corrections
    features: Mapping[str, float]

    def chance(self, weights: Mapping[str, float]) -> float:
        """How likely a change that it makes is for the better; 0 where the card has no weights for it."""
        key = self.remedy.key
        return logistic_chance(f"remedy_{key}", FEATURES[key], self.features, weights) or 0.0

    def is_good(self, weights: Mapping[str, float]) -> bool:
        """Whether it may be proposed."""
        return self.chance(weights) >= weights.get(f"remedy_{self.remedy.key}_least", 1.0)


def proposed(question: Question, found: Found, weights: Mapping[str, float], at_once: bool = True) -> Candidate:
    """The candidate likeliest to help, where there is a good one and it may be done `at_once`, or what the user can
    say, who hears it."""
    good = [c for c in candidates(question, found) if at_once and c.is_good(weights)]
    return max(good, key=lambda c: c.chance(weights), default=_to_be_said(question, found))


def candidates(question: Question, found: Found) -> Iterator[Candidate]:
    """All that can be done at once: of the metre, and of where bars begin, the same."""
    return _half(found) if question == "pulse" else _metres(found)


def _half(found: Found) -> Iterator[Candidate]:
    """``between``: log odds of the places between beats; ``in_turn``: by how much more likely every second beat is;
    ``sure``: log odds of the beats."""
    half_bpm = 30 / float(np.median(np.diff(found.grid.times_s)))
    if half_bpm < SLOWEST_BPM:
        return
    path = found.grid.path
    told = odds(path.probability)
    kept = np.isin(path.frames, every_second(path, np.empty(0)).frames)
    features = {
        "between": float(odds(between(path, found.logits.beat, found.options).probability).mean()),
        "in_turn": float(told[kept].mean() - told[~kept].mean()),
        "sure": found.sure,
    }
    yield Candidate(Remedy("half", {"n": round(half_bpm)}), Corrections(tempo="half"), features)


def _metres(found: Found) -> Iterator[Candidate]:
    """``margin``: by how many nats a bar this metre is less likely than the usual one; ``sure_bars``: how sure beats
    are of their places in the bar; ``twofold``: whether bars are half or twice as long (1)."""
    margins, usual = metre_margins(found), found.usual_metre
    for metre in margins.keys() - {usual}:
        features = {
            "margin": margins[metre] - margins[usual] * metre / usual,
            "sure_bars": float(found.grid.bars.confidence.mean()),
            "twofold": float(2 * metre == usual or metre == 2 * usual),
        }
        yield Candidate(Remedy("metre", {"n": metre}), Corrections(beats_per_bar=metre), features)


_SAID: Mapping[Question, RemedyKey] = {"pulse": "tap", "metre": "count", "bar": "line"}


def _to_be_said(question: Question, found: Found) -> Candidate:
    grid = found.grid
    sure = grid.path.probability if question == "pulse" else grid.bars.confidence
    first, last = (_clock(t) for t in _weakest_s(grid.times_s, sure))
    return Candidate(Remedy(_SAID[question], {"first": first, "last": last}), Corrections(), {})


def _weakest_s(times_s: Floats, sure: Floats) -> tuple[float, float]:
    """From where to where the beats at these times [n] are least `sure`."""
    n = min(_WEAK_BEATS, len(sure))
    first = int(np.convolve(sure, np.ones(n) / n, mode="valid").argmin())
    return float(times_s[first]), float(times_s[first + n - 1])


def _clock(time_s: float) -> str:
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"
