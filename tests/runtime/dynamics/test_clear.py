"""How clearly the playing does what a mark says."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.dynamics import clear
from runtime.dynamics.ladder import Hairpin
from runtime.dynamics.mark import PRICES, say
from runtime.dynamics.touch import RULES, clear_rule
from tests.runtime.dynamics.beats import beats

RULE = clear_rule(RULES)


def rise(by: float, n: int = 8) -> np.ndarray:
    return np.concatenate([np.full(n, 60.0), np.linspace(60, 60 + by, n), np.full(n, 60.0 + by)])


def test_a_larger_rise_is_clearer_and_a_fall_is_no_rise():
    sure = [clear.of_hairpin(beats(rise(by)), Hairpin(8, 16, "crescendo"), RULE) for by in (-30, 0, 5, 15, 40)]
    assert sure == sorted(sure) and sure[0] < 0.2 and sure[-1] > 0.9
    falls = clear.of_hairpin(beats(rise(-40)), Hairpin(8, 16, "diminuendo"), RULE)
    assert falls > 0.9


def test_a_change_heard_badly_is_less_clear():
    good, bad = (
        clear.of_hairpin(beats(rise(20), variance=v), Hairpin(8, 16, "crescendo"), RULE) for v in (10.0, 900.0)
    )
    assert good > bad


def test_every_level_has_its_probability():
    b = beats(np.repeat([85.0, 50.0, 85.0], 16))
    said = say(b, PRICES["normal"])
    sure = clear.of_levels(b, said, RULE)
    assert len(sure) == len(said.levels) and all(0.9 < p <= 1 for p in sure[1:]) and 0 <= sure[0] <= 1


def test_where_nothing_is_known_nothing_is_clear():
    unknown = beats(np.full(24, np.nan))
    assert clear.of_hairpin(unknown, Hairpin(8, 16, "crescendo"), RULE) < clear.LIKELY
    assert clear.stands_out(unknown, slice(0, 8), slice(8, 16), 1) == 0
    assert clear.of_levels(unknown, say(unknown, 3.0), RULE) == [0.5]


@pytest.mark.parametrize(
    ("p", "word"), [(0.95, "clear"), (0.9, "clear"), (0.8, "likely"), (0.5, "slight"), (0, "slight")]
)
def test_probabilities_have_words(p, word):
    assert clear.clearness(p) == word
