"""How hard beats were struck, from what was heard of them."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.dynamics.touch import (
    FEATURES,
    RULES,
    BeatNotes,
    Rule,
    even_loudness,
    features,
    known_touch,
    peaks,
    rules,
    touch,
)
from runtime.frames import FRAME_S

SETTINGS = ("score", "page", "notes", "sound")


def rows(n: int, **columns: np.ndarray) -> np.ndarray:
    out = np.full((n, len(FEATURES)), np.nan)
    for name, values in columns.items():
        out[:, FEATURES.index(name)] = values
    return out


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_shipped_rule_says_that_louder_is_struck_harder(setting):
    rule = rules(RULES)[setting]
    louder = rows(
        8, **{name: np.linspace(40, 60, 8) for name in ("heard_mean", "heard_loudest", "loudness", "over_even")}
    )
    for name in ("pitch", "many", "unheard"):
        louder[:, FEATURES.index(name)] = 1.0
    velocity = touch(louder, np.full(8, 2), rule).velocity
    assert (np.diff(velocity) > 0).all() and rule.variance >= 0 and rule.variance_floor > 0


def test_the_mean_of_what_was_heard_is_kept():
    heard = np.array([50.0, 60, 70, 80])
    rule = Rule({"heard_mean": 0.8}, 100.0, 10.0)
    out = touch(rows(4, heard_mean=heard), np.array([1, 1, 4, 100]), rule)
    assert out.velocity == pytest.approx(65 + 0.8 * (heard - 65))
    assert out.variance == pytest.approx([110, 110, 35, 11])


def test_beats_on_which_nothing_is_known_stay_unknown():
    out = touch(rows(3, loudness=np.array([40.0, np.nan, 50])), np.zeros(3, int), Rule({"loudness": 1.0}, 5.0, 1.0))
    assert np.isnan(out.velocity[1]) and np.isinf(out.variance[1]) and np.isfinite(out.velocity[[0, 2]]).all()
    nothing = touch(rows(3), np.zeros(3, int), Rule({"loudness": 1.0}, 5.0, 1.0))
    assert np.isnan(nothing.velocity).all() and np.isinf(nothing.variance).all()


def test_a_feature_that_is_missing_at_a_beat_does_not_move_it():
    values = rows(3, heard_mean=np.array([60.0, 60, 60]), over_even=np.array([5.0, np.nan, -5]))
    out = touch(values, np.ones(3, int), Rule({"heard_mean": 1.0, "over_even": 2.0}, 1.0, 1.0))
    assert out.velocity == pytest.approx([70, 60, 50])


def test_near_silence_is_struck_no_softer_than_a_key_can_be():
    heard = touch(rows(4, loudness=np.array([60.0, 60.0, 60.0, -200.0])), np.zeros(4, np.int64), rules(RULES)["sound"])
    assert heard.velocity.min() == 1.0


def test_known_velocities_are_their_mean():
    out = known_touch(BeatNotes(np.array([0, 0, 2]), np.full(3, 60.0), np.array([40.0, 60, 90])), 3)
    assert out.velocity[[0, 2]] == pytest.approx([50, 90]) and np.isnan(out.velocity[1])
    assert np.isinf(out.variance[1]) and np.isfinite(out.variance[[0, 2]]).all()


def test_a_beat_is_as_loud_as_its_attack_and_no_louder_than_its_neighbour():
    curve = np.ones(200)
    curve[100] = 9.0
    beats_s = np.array([50, 98, 150]) * FRAME_S
    assert peaks(curve, beats_s).tolist() == [1, 9, 1]


def test_a_chord_at_an_even_touch_is_louder_than_a_note_so_that_its_touch_counts_alike():
    def even(pitches: list[int]) -> float:
        n = len(pitches)
        return float(even_loudness(np.zeros(n), np.ones(n), np.array(pitches), 2.0).max())

    assert even([36, 48, 60, 64, 67]) > even([72]) + 3


def test_features_tell_what_was_expected_and_not_heard():
    beats_s = np.array([0.0, 1.0])
    expected = BeatNotes(np.array([0, 0, 1, 1]), np.array([60.0, 64, 60, 64]), np.zeros(4))
    heard = BeatNotes(np.array([0, 0, 1]), np.zeros(3), np.array([50.0, 70, 80]))
    out = features(beats_s, np.full(100, 50.0), np.full(100, 45.0), heard, expected)
    told = {name: out[:, i] for i, name in enumerate(FEATURES)}
    assert told["heard_mean"].tolist() == [60, 80] and told["heard_loudest"].tolist() == [70, 80]
    assert told["over_even"] == pytest.approx([5, 5]) and told["pitch"] == pytest.approx([62, 62])
    assert told["unheard"] == pytest.approx([0, 0.5])
