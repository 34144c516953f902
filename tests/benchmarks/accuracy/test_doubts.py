"""Doubts are fitted as they are asked: what is told of bars counts as far as the pulse is right."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.doubts import Asked, fit
from runtime.analysis import Question
from runtime.decode.doubts import chances

FEWEST = 3


def asked(k: int, features: dict[str, float], *, pulse: bool, bar: bool | None, metre: bool | None = False) -> Asked:
    wrong: dict[Question, bool | None] = {"pulse": pulse, "metre": metre, "bar": bar}
    return Asked(f"p{k}", "asap", True, features, wrong, {}, (0.5, 0.5), {})


def rows(n_metres: int) -> list[Asked]:
    """Unsure beats are wrong, uneven bars begin elsewhere, and the metre is wrong where no other is far, `n_metres`
    times."""
    rng, out = np.random.default_rng(0), []
    for k in range(80):
        pulse, bar, metre = k % 4 == 0, k % 4 == 1 and k % 8 < 4, k % 4 == 2 and k // 4 < n_metres
        features = {
            "sure": (0.0 if pulse else 3.0) + rng.normal(0, 0.8), "jumps": rng.uniform(0, 0.02),
            "uneven": (0.6 if bar else 0.1) + rng.normal(0, 0.05), "metre_margin": (0.0 if metre else 2.0),
        }  # fmt: skip
        out.append(asked(k, features, pulse=pulse, bar=None if pulse else bar, metre=None if pulse else metre))
    return out


def test_what_is_told_of_the_rows_that_were_learned_from_is_mostly_wrong() -> None:
    learned = rows(n_metres=8)
    weights = fit(learned)
    for question in ("pulse", "metre", "bar"):
        told = [r for r in learned if chances(r.features, weights)[question] >= weights[f"doubt_{question}_least"]]
        right_pulse = [r for r in told if r.wrong[question] is not None]
        assert len(right_pulse) >= FEWEST and np.mean([bool(r.wrong[question]) for r in right_pulse]) >= 0.7


@pytest.mark.parametrize(("n_metres", "is_told"), [(1, False), (2, False), (8, True)])
def test_no_chance_is_taken_from_fewer_than_three_cases(n_metres: int, is_told: bool) -> None:
    assert (fit(rows(n_metres))["doubt_metre_least"] < 1) == is_told
