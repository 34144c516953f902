"""Live listening: what is told, when, and that it does not depend on how the sound comes in portions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from runtime.frames import SAMPLE_RATE_HZ
from runtime.live import Heard, LiveTracker, LoudnessNow
from runtime.model import Model, load_model
from tests import stub_model
from tests.runtime.audio_files import plucks


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load_model(stub_model.write_stub(tmp_path), "cpu")


def told(model: Model, samples: np.ndarray, portion: int, look_ahead_s: float = 0.5) -> list[tuple[float, object]]:
    """Every event with the seconds of sound that had come when it was told."""
    tracker, found = LiveTracker(model, look_ahead_s), list[tuple[float, object]]()
    for at in range(0, samples.size, portion):
        found += [(tracker.heard_s + 0.0, e) for e in tracker.push(samples[at : at + portion])]
    return [*found, *((tracker.heard_s, e) for e in tracker.finish())]


def beats(events: list[tuple[float, object]]) -> list[Heard]:
    return [e for _, e in events if isinstance(e, Heard)]


@pytest.mark.parametrize("look_ahead_s", [0.2, 0.5, 1.0])
def test_every_pulse_is_told_once_in_order_and_within_the_look_ahead(model: Model, look_ahead_s: float) -> None:
    samples = plucks(30.0)[:, 0]  # two strokes a second
    events = told(model, samples, 2_205, look_ahead_s)
    times = [b.time_s for b in beats(events)]
    assert times == sorted(times) and [b.index for b in beats(events)] == list(range(len(times)))
    late = [t for t in times if t > 6.0]
    assert 40 <= len(late) <= 50 and np.abs(np.array(late) * 2 - np.rint(np.array(late) * 2)).max() < 0.12
    after = [heard_s - e.time_s for heard_s, e in events if isinstance(e, Heard) and 6.0 < e.time_s < 28.0]
    assert min(after) >= look_ahead_s - 0.05 and np.median(after) <= look_ahead_s + 0.3


def test_bars_go_on_and_levels_are_levels(model: Model) -> None:
    found = beats(told(model, plucks(20.0)[:, 0], 1_102))
    bars = [b.bar for b in found]
    assert all(b - a in (0, 1) for a, b in pairwise(bars)) and bars[-1] > 1
    assert {b.level for b in found} <= {"ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"}
    assert all(b.position == 1 for a, b in pairwise(found) if b.bar > a.bar)


def test_loudness_is_told_ten_times_a_second_and_early(model: Model) -> None:
    events = [(h, e) for h, e in told(model, plucks(10.0)[:, 0], 441) if isinstance(e, LoudnessNow)]
    times = np.array([e.time_s for _, e in events])
    assert np.allclose(np.diff(times), 0.1) and 95 <= len(times) <= 100
    assert max(h - e.time_s for h, e in events) < 0.3


def test_silence_and_noise_that_is_no_music_tell_no_beats_and_much_at_once_is_taken(model: Model) -> None:
    assert beats(told(model, np.zeros(20 * SAMPLE_RATE_HZ, np.float32), 2_205)) == []
    tracker = LiveTracker(model)
    found = tracker.push(plucks(40.0)[:, 0])
    assert tracker.heard_s == 40.0 and any(isinstance(e, Heard) for e in found)


def test_memory_does_not_grow_with_the_length(model: Model) -> None:
    tracker, block = LiveTracker(model), plucks(10.0)[:, 0]
    for _ in range(6):
        for at in range(0, block.size, 4_410):
            tracker.push(block[at : at + 4_410])
    assert tracker._samples.size <= 13 * SAMPLE_RATE_HZ and len(tracker._columns) <= 25 * 50


def test_a_look_ahead_that_cannot_be_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="outside"):
        LiveTracker(model, 3.0)
