"""What a long recording took is given back."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime.model import load_model
from runtime.network.memory import give_back


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what is freed"
)
def test_what_is_free_between_small_things_that_stay_is_given_back():
    blocks = [np.ones(8_000, np.float64) for _ in range(2_000)]  # 64 kB each: never given back one by one
    before_mb = resident_mb()
    blocks = blocks[::40]
    give_back()
    assert before_mb - resident_mb() > 80 and len(blocks) == 50


def test_stages_that_see_a_whole_recording_keep_nothing_of_it():
    model = load_model(None, "cpu")
    assert model.beats is not None
    model.beats.run(np.zeros((10, 20)))
    assert not model.beats.session._session.get_session_options().enable_cpu_mem_arena
    assert model.session.get_session_options().enable_cpu_mem_arena, "windows are many and alike"
