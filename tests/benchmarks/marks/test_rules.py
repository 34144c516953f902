"""The trivial ways to mark a score do what they are said to do."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.marks.rules import in_turn, random_segments
from runtime.analysis import LADDER
from train.measure.explained import quarters


@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_p_and_f_in_turn_are_as_many_as_wanted_and_evenly_spread(n):
    marks = in_turn(np.arange(64.0), n)
    assert len(marks) == n and marks[0].at == 0
    assert [LADDER[m.level] for m in marks] == [("p", "f")[i % 2] for i in range(n)]
    gaps = np.diff([m.at for m in marks])
    assert not len(gaps) or gaps.max() - gaps.min() <= 1


def test_more_random_segments_explain_more_and_never_all():
    played = quarters(np.arange(64.0), np.random.default_rng(1).normal(64, 15, 64))
    r2 = [random_segments(played, n, np.random.default_rng(0)) for n in (1, 4, 16, 48)]
    assert r2[0] == 0 and r2 == sorted(r2) and r2[-1] < 1
