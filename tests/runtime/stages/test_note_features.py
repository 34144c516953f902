"""Note features see velocities against the recording's own, and are finite for whatever was played."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.stages.note_features import NOTE_FEATURES, note_features

COLUMN = {name: i for i, name in enumerate(NOTE_FEATURES)}


def test_a_note_a_little_early_belongs_to_its_beat_and_a_late_one_to_the_beat_before() -> None:
    beats_s = np.arange(1.0, 9.0)
    onset_s = np.array([1.0, 1.96, 2.5, 2.9, 4.0])
    features = note_features(onset_s, np.full(5, 60), np.full(5, 64), beats_s)
    onsets = np.rint(2 ** (features[:, COLUMN["onsets"]] + 2) - 1).astype(int)
    assert onsets.tolist() == [1, 3, 0, 1, 0, 0, 0, 0]


def test_the_top_and_the_bass_of_a_chord_are_told_apart() -> None:
    onset_s = np.repeat(np.arange(1.0, 9.0), 2)
    features = note_features(onset_s, np.tile([48, 72], 8), np.tile([40, 90], 8), np.arange(1.0, 9.0))
    assert (features[:, COLUMN["velocity_top"]] == 1).all() and (features[:, COLUMN["velocity_bass"]] == -1).all()
    assert (features[:, COLUMN["register_top"]] == 0.5).all()


def test_another_offset_and_range_of_velocities_mean_the_same() -> None:
    rng = np.random.default_rng(0)
    onset_s, pitch = np.sort(rng.uniform(0, 60, 400)), rng.integers(21, 109, 400)
    velocity = rng.integers(20, 60, 400)
    relative = [
        i for name, i in COLUMN.items() if "abs" not in name and name not in ("velocity_range", "velocity_level")
    ]
    rows = [note_features(onset_s, pitch, v, np.arange(0, 60, 0.5))[:, relative] for v in (velocity, 2 * velocity + 7)]
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-9)


def test_beats_that_nobody_plays_on_have_zeros_when_there_is_nothing_at_all() -> None:
    empty = np.empty(0, np.int64)
    assert not note_features(np.empty(0), empty, empty, np.arange(5.0)).any()
    assert not note_features(np.array([90.0]), np.array([60]), np.array([60]), np.arange(5.0)).any()


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(0, 127), st.integers(1, 127)), max_size=80),
    st.lists(st.floats(0.02, 3.0), min_size=1, max_size=60),
)
def test_any_notes_over_any_beats_give_finite_rows(notes: list[tuple[float, int, int]], steps: list[float]) -> None:
    table = np.array(sorted(notes), np.float64).reshape(-1, 3)
    beats_s = np.concatenate([[0.0], np.cumsum(steps)])
    features = note_features(table[:, 0], table[:, 1].astype(np.int64), table[:, 2].astype(np.int64), beats_s)
    assert features.shape == (len(beats_s), len(NOTE_FEATURES))
    assert np.isfinite(features).all() and np.abs(features).max() <= 4.0
