"""Peaks are the largest of their neighbours, the first of equals, and high enough."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.stages.peaks import find_peaks


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 200])
def test_peaks_are_those_of_the_definition(n: int) -> None:
    values = np.random.default_rng(n).integers(-3, 4, n) / 2.0  # with many equals
    expected = [
        t for t in range(n) if values[t] >= 0.5 and max(0, t - 3) + int(np.argmax(values[max(0, t - 3) : t + 4])) == t
    ]
    assert find_peaks(values, 0.5).tolist() == expected
