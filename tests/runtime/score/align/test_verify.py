"""What is held for other music than the score."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.frames import FRAMES_PER_S
from runtime.score.align.coarse import Run
from runtime.score.align.fine import Placed
from runtime.score.align.verify import elsewhere

N_STRUCK, N_NOT = 60, 8


@pytest.mark.parametrize(("rest_s", "is_other"), [(0.0, False), (0.6, False), (6.0, True)])
@pytest.mark.parametrize("at_end", [True, False])
def test_a_bar_that_the_end_of_a_recording_cuts_off_is_no_other_music(rest_s: float, is_other: bool, at_end: bool):
    played_s, rest = 0.5 * np.arange(N_STRUCK), np.linspace(0, rest_s, N_NOT + 1)[1:]
    times = np.concatenate([played_s, played_s[-1] + rest])
    struck = np.concatenate([np.full(N_STRUCK, 0.8), np.zeros(N_NOT)])
    if not at_end:
        times, struck = times[-1] - times[::-1], struck[::-1]
    positions = np.arange(len(times)) * 0.5
    placed = Placed(positions, times, np.ones(len(times)), struck)
    run = Run(0, 10, times, positions)
    assert elsewhere([run], [placed], int((times[-1] + 1) * FRAMES_PER_S)).any() == is_other


def test_a_run_that_takes_no_time_is_none():
    times = np.full(7, 0.1)
    placed = Placed(np.arange(7.0), times, np.ones(7), np.array([0.0, 0, 0, 0, 0, 0.8, 0.8]))
    assert elsewhere([Run(0, 0, times[:1], placed.positions[:1])], [placed], 100).any()
