"""Beat features mean the same at every recording level, and are finite for whatever the beat tracker brings."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.stages.loudness_features import FEATURES, beat_features

COLUMN = {name: i for i, name in enumerate(FEATURES)}


def loudness(n_frames: int = 3000, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 2 ** rng.normal(3, 0.6, n_frames).clip(1.0, 6.0)


def unknown(n: int) -> np.ndarray:
    return np.zeros(n, np.int64)


def test_features_do_not_depend_on_the_recording_level() -> None:
    beats_s = np.arange(1.0, 55.0, 0.5)
    rows = [beat_features(k * loudness(), beats_s, unknown(108), unknown(108)) for k in (1.0, 3.0)]
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-9)


def test_a_step_in_loudness_shows_at_its_beat_and_nowhere_else() -> None:
    ntot = np.full(3000, 4.0)
    ntot[1500:] = 8.0
    beats_s = np.arange(1.0, 58.0, 0.5)
    features = beat_features(ntot, beats_s, unknown(len(beats_s)), unknown(len(beats_s)))
    for k in (1, 4, 16):
        column = features[:, COLUMN[f"step_phon_{k}"]]
        assert column.argmax() == np.searchsorted(beats_s, 30.0)
        assert column.max() == 2.0
    before, after = features[:50, COLUMN["mean"]], features[70:, COLUMN["mean"]]
    assert before.max() < after.min()


def test_downbeats_are_told_only_where_bars_are_known() -> None:
    beats_s = np.arange(1.0, 7.0, 0.5)
    position = np.array([0, 0, 0, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    features = beat_features(loudness(), beats_s, position, np.full(12, 3))
    assert features[:, COLUMN["bar_known"]].tolist() == [0] * 3 + [1] * 9
    assert np.flatnonzero(features[:, COLUMN["downbeat"]]).tolist() == [3, 6, 9]
    assert not features[:3, COLUMN["bar_cos"]].any()


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(st.floats(0.02, 3.0), min_size=1, max_size=60),
    st.floats(0.0, 2.0),
    st.integers(2, 4000),
    st.sampled_from([0.0, 1e-9, 1.0, 1e4]),
)
def test_any_beats_over_any_curve_give_finite_rows(steps: list[float], first: float, n: int, scale: float) -> None:
    beats_s = first + np.concatenate([[0.0], np.cumsum(steps)])
    features = beat_features(scale * loudness(n), beats_s, unknown(len(beats_s)), unknown(len(beats_s)))
    assert features.shape == (len(beats_s), len(FEATURES))
    assert np.isfinite(features).all() and np.abs(features).max() <= 4.0


def test_beats_that_all_lie_at_the_end_of_the_recording_give_finite_rows() -> None:
    beats_s = np.array([1.0, 1.5, 2.0, *[60.0] * 9])
    assert np.isfinite(beat_features(loudness(), beats_s, unknown(12), unknown(12))).all()
