"""Windows of HPT: every frame of the recording once, in order, from the window that the published program takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.sound.level import Samples
from runtime.transcribe.hpt.windows import HOP_SAMPLES, columns, cut
from runtime.transcribe.rolls import Values

SIZE = 6_400  # 40 frames, as short as is convenient


def blocks_of(n: int, step: int = 1_000) -> Iterator[Samples]:
    """Samples that count from 1, so that each says where it is."""
    samples = np.arange(1, n + 1, dtype=np.float32)
    for at in range(0, n, step):
        yield samples[at : at + step]


def where_from(samples: Samples) -> Values:
    """A network that says of each frame which sample it is centred on, and with which one its window began."""
    centres = samples[::HOP_SAMPLES]
    return np.stack((centres, np.full_like(centres, samples[0])), axis=1)


def heard(n: int, step: int = 1_000, at_once: int = 1) -> Values:
    return np.concatenate(list(columns(where_from, cut(blocks_of(n, step), SIZE), at_once)))


@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 12 * SIZE), step=st.integers(160, 20_000))
def test_every_frame_comes_once_and_in_order(n: int, step: int) -> None:
    frames = heard(n, step)[:, 0]
    assert len(frames) == max(1, n // HOP_SAMPLES)
    assert np.array_equal(frames, 1 + HOP_SAMPLES * np.arange(len(frames)))


@pytest.mark.parametrize("windows", [1, 2, 3, 7])
def test_each_window_keeps_its_middle_half_and_the_outer_ones_the_ends(windows: int) -> None:
    begin = (heard(windows * SIZE)[:, 1] - 1) / (SIZE // 2)
    count = 2 * windows - 1
    quarters = [0, *(k for k in range(count) for _ in (0, 1)), count - 1]
    assert begin.tolist() == np.repeat(quarters, 10).tolist()


def test_beyond_the_end_there_is_silence() -> None:
    windows = list(cut(blocks_of(SIZE + 900), SIZE))
    assert all(w.samples.size == SIZE for w in windows)
    assert windows[-1].samples[-1] == 0 and not list(cut(iter(()), SIZE))


def test_windows_side_by_side_give_the_same() -> None:
    def slow_at_first(samples: Samples) -> Values:
        time.sleep(0.02 if samples[0] == 1 else 0.0)
        return where_from(samples)

    got = np.concatenate(list(columns(slow_at_first, cut(blocks_of(5 * SIZE), SIZE), 3)))
    assert np.array_equal(got, heard(5 * SIZE))


def test_an_error_of_the_network_arrives_and_leaves_no_thread_behind() -> None:
    def breaks(samples: Samples) -> Values:
        raise ValueError("no")

    before = threading.active_count()
    with pytest.raises(ValueError, match="no"):
        list(columns(breaks, cut(blocks_of(5 * SIZE), SIZE), 2))
    assert threading.active_count() == before


def test_a_window_that_cannot_be_cut_in_quarters_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 640"):
        list(cut(blocks_of(10), 1_000))
