"""What is given of the truth in training: nothing in 40 of 100 crops, and never anything that is not true."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.notes.given import GIVEN
from train.onsets.given import NOTHING, drawn_given

_NOT, _BEAT, _DOWN, _OTHER = range(len(GIVEN))


def truth(n: int = 120) -> tuple[np.ndarray, ...]:
    """Every second onset a beat, every sixth a downbeat; not known: the last twenty, bars of the first ten."""
    k = np.arange(n)
    return k % 2 == 0, k % 6 == 0, k < n - 20, (k % 2 == 0) & (k >= 10)


@given(st.integers(0, 2**32 - 1))
def test_what_is_given_is_true(seed: int) -> None:
    beat, downbeat, inside, has_bar = truth()
    told = drawn_given(beat, downbeat, inside, has_bar, np.random.default_rng(seed)).astype(bool)
    assert not told[~inside].any()
    assert not (told[:, _BEAT] & ~beat).any() and not (told[:, _NOT] & beat).any()
    assert not (told[:, _DOWN] & ~(downbeat & has_bar)).any() and not (told[:, _OTHER] & (downbeat | ~has_bar)).any()


def test_nothing_is_given_in_four_of_ten_and_a_few_beats_alone_in_some() -> None:
    rng = np.random.default_rng(0)
    draws = [drawn_given(*truth(), rng) for _ in range(1000)]
    n_beats = np.array([int(d[:, _BEAT].sum()) for d in draws])
    nothing = np.array([not d.any() for d in draws])
    assert NOTHING - 0.05 < nothing.mean() < NOTHING + 0.1
    assert 0.1 < ((n_beats > 0) & (n_beats <= 4)).mean() < 0.4 and n_beats.max() > 40
