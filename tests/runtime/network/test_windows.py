"""Windows cover a recording exactly once and joining them leaves no seam."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ, n_frames
from runtime.model import Model, load_model
from runtime.network import windows
from runtime.network.windows import MINUTES
from tests import stub_model

WINDOW, HOP = MINUTES.window_samples, MINUTES.hop_frames * HOP_SAMPLES
LENGTHS = [
    1,
    440,
    441,
    WINDOW - 1,
    WINDOW,
    WINDOW + 440,
    WINDOW + 441,
    WINDOW + HOP,
    2 * WINDOW + 1_234,
    4 * WINDOW + 7,
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(stub_model.write_stub(Path(tmp_path_factory.mktemp("model"))), "cpu")


def music(n: int) -> np.ndarray:
    """Noise in decaying strokes, about one and a half per second."""
    noise = np.random.default_rng(n).normal(0, 0.1, n)
    return (noise * np.exp(-(np.arange(n) % 15_000) / 5_000)).astype(np.float32)


def blocks(samples: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (samples[i : i + size] for i in range(0, samples.size, size))


@pytest.mark.parametrize("n", LENGTHS)
def test_windows_give_what_the_model_says_of_the_whole_recording(model: Model, n: int) -> None:
    samples = music(n)
    whole = model.run(samples).columns()
    joined = windows.run(lambda x: model.run(x).columns(), blocks(samples, 44_100))
    np.testing.assert_allclose(joined, whole, atol=1e-5, rtol=1e-5)


@settings(max_examples=10, deadline=None)
@given(size=st.integers(5_000, 3_000_000), n=st.integers(1, 3 * WINDOW))
def test_windows_do_not_depend_on_the_blocks(size: int, n: int) -> None:
    samples = np.arange(n, dtype=np.float32)
    for one, other in zip(windows.cut([samples]), windows.cut(blocks(samples, size)), strict=True):
        assert (one.first_frame, one.is_first, one.is_last) == (other.first_frame, other.is_first, other.is_last)
        np.testing.assert_array_equal(one.samples, other.samples)


@pytest.mark.parametrize("n", LENGTHS)
def test_every_window_is_whole_and_the_last_ends_with_the_recording(n: int) -> None:
    samples = np.arange(n, dtype=np.float32)
    seen = 0
    for i, window in enumerate(windows.cut(blocks(samples, 100_000))):
        start = window.first_frame * HOP_SAMPLES
        np.testing.assert_array_equal(window.samples, samples[start : start + window.samples.size])
        assert window.is_first == (i == 0)
        assert n <= WINDOW + 440 or WINDOW <= window.samples.size <= WINDOW + 440
        seen = start + window.samples.size
    assert window.is_last
    assert seen == n


@pytest.mark.parametrize("n", LENGTHS)
def test_weights_of_all_windows_cover_every_frame_and_none_near_a_cut(n: int) -> None:
    total = np.zeros(n_frames(n))
    for window in windows.cut([np.zeros(n, np.float32)]):
        weights = window.weights()
        total[window.first_frame : window.first_frame + weights.size] += weights
        assert window.is_first or not weights[: MINUTES.border_frames + 1].any()
        assert window.is_last or not weights[-MINUTES.border_frames - 1 :].any()
    assert total.min() >= 1.0 - 1e-6


def test_a_model_that_sees_silence_beyond_a_cut_leaves_no_trace() -> None:
    """Frames within 2.5 s of a cut are made worthless on purpose and must not reach the result."""

    def spoiled(samples: np.ndarray) -> np.ndarray:
        frames = n_frames(samples.size)
        values = samples[::HOP_SAMPLES][:frames].astype(np.float32)
        values = np.pad(values, (0, frames - values.size), mode="edge")
        if samples[0] > 0:  # not the first window
            values[: MINUTES.border_frames] = 1e9
        if samples[-1] < n - 1:
            values[-MINUTES.border_frames :] = -1e9
        return values[:, None]

    n = 5 * WINDOW + 3_000
    ramp = np.arange(n, dtype=np.float64)
    joined = windows.run(spoiled, [ramp.astype(np.float32)])[:, 0]
    np.testing.assert_allclose(joined[:-1], ramp[::HOP_SAMPLES][: joined.shape[0] - 1], rtol=1e-6, atol=1e-3)


def test_no_samples_give_no_frames() -> None:
    assert list(windows.stretches(lambda x: x[:, None], [])) == []


def test_windows_worked_on_side_by_side_give_the_same_columns_in_order() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 7 * 54 * SAMPLE_RATE_HZ + 1_234).astype(np.float32)

    def slow_at_first(x: np.ndarray) -> np.ndarray:
        time.sleep(0.02 if x[0] > 0 else 0.0)
        return np.arange(1 + len(x) // HOP_SAMPLES, dtype=np.float32)[:, None] * x[0]

    one_by_one = np.concatenate(list(windows.stretches(slow_at_first, [samples])))
    side_by_side = np.concatenate(list(windows.stretches(slow_at_first, blocks(samples, 100_000), at_once=3)))
    np.testing.assert_array_equal(one_by_one, side_by_side)


def test_what_the_model_raises_in_its_thread_is_raised_and_no_thread_is_left() -> None:
    calls = []

    def fails_on_the_second(x: np.ndarray) -> np.ndarray:
        calls.append(1)
        if len(calls) == 2:
            raise TimeoutError("the device did not answer")
        return np.zeros((1 + len(x) // HOP_SAMPLES, 1), np.float32)

    with pytest.raises(TimeoutError, match="did not answer"):
        list(windows.stretches(fails_on_the_second, [np.zeros(9 * 54 * SAMPLE_RATE_HZ, np.float32)], at_once=2))
    assert not [t for t in threading.enumerate() if t.name.startswith("model")]
