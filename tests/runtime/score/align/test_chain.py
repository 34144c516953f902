"""Attacks are placed where their own partials rise, pauses and all."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.score.align import features
from runtime.score.align.chain import Attacks, Search, follow_attacks
from runtime.score.align.features import written_features
from tests.runtime.score import synth

NEAR = Search(reach_s=0.3, step=1, tempo_weight=0.1, harmony_weight=3.0)
FAR = Search(reach_s=2.0, step=3, tempo_weight=0.1, harmony_weight=3.0)


def place(pitches: list[int], played_s: np.ndarray, rough_s: np.ndarray, search: Search, gaps_s: np.ndarray):
    """Attacks of single notes that ring until the next, looked for around `rough_s`."""
    ends = np.append(played_s[1:], played_s[-1] + 1)
    notes = [(a, b - a, p, 1.0) for a, b, p in zip(played_s, ends, pitches, strict=True)]
    heard = features.listen([synth.render(notes, float(ends[-1]) + 1)])
    harmony = np.vstack([written_features(np.array([0.0]), np.array([1.0]), np.array([p]), 10)[0][5] for p in pitches])
    return follow_attacks(heard, Attacks([np.array([p]) for p in pitches], harmony, True), rough_s, gaps_s, search)


def test_attacks_move_to_where_they_are_heard():
    pitches = [60, 64, 67, 72, 71, 62, 65, 69]
    played = 1 + 0.4 * np.arange(8)
    rough = played + np.array([0.1, -0.12, 0.08, 0.15, -0.1, 0.05, -0.15, 0.1])
    times, clarity = place(pitches, played, rough, NEAR, np.full(7, 0.4))
    assert np.abs(times - played).max() < 0.015 and (clarity > 0.4).all()


@pytest.mark.parametrize("low", [36, 43])
def test_a_low_note_alone_is_heard_too(low):
    played = 1 + 0.5 * np.arange(5)
    times, _ = place([60, 64, low, 67, 72], played, played + np.array([0, 0, -0.13, 0, 0]), NEAR, np.full(4, 0.5))
    assert abs(times[2] - played[2]) < 0.03


def test_a_pause_of_a_second_and_a_half_does_not_pull_the_attacks_around_it():
    pitches = [60, 64, 67, 72, 71, 62, 65, 69]
    played = 1 + 0.4 * np.arange(8) + 1.5 * (np.arange(8) >= 4)
    rough = 1 + 0.6 * np.arange(8)
    times, _ = place(pitches, played, rough, FAR, np.full(7, 0.5))
    assert np.abs(times - played).max() < 0.05


def test_the_first_attack_is_where_the_sound_begins_though_the_note_comes_again():
    played = np.array([1.0, 1.4, 1.8, 2.2, 2.6])
    times, _ = place([60, 60, 64, 67, 72], played, played + 0.4, FAR, np.full(4, 0.4))
    assert abs(times[0] - 1.0) < 0.05


def test_the_last_attack_waits_for_its_chord_after_a_long_ritardando():
    played = np.array([1.0, 1.4, 1.8, 2.2, 3.6])
    rough = np.array([1.0, 1.4, 1.8, 2.2, 2.7])
    times, _ = place([60, 64, 67, 71, 72], played, rough, FAR, np.full(4, 0.4))
    assert abs(times[-1] - 3.6) < 0.05


def test_a_key_struck_twice_is_two_attacks_however_soft_the_second_one_is():
    played = np.array([1.0, 1.4, 1.8, 2.2, 2.6])
    pitches, loud = [60, 67, 67, 72, 64], [1.0, 1.0, 0.25, 1.0, 1.0]
    ends = np.append(played[1:], 3.6)
    notes = [(a, b - a, p, v) for a, b, p, v in zip(played, ends, pitches, loud, strict=True)]
    heard = features.listen([synth.render(notes, 4.6)])
    harmony = np.vstack([written_features(np.array([0.0]), np.array([1.0]), np.array([p]), 10)[0][5] for p in pitches])
    attacks = Attacks([np.array([p]) for p in pitches], harmony, True)
    times, _ = follow_attacks(heard, attacks, played - 0.2, np.full(4, 0.4), FAR)
    assert np.abs(times - played).max() < 0.05


def test_times_never_fall():
    random = np.random.default_rng(1)
    played = 1 + np.cumsum(random.uniform(0.1, 0.6, 20))
    times, _ = place(random.integers(40, 90, 20).tolist(), played, played[::-1].copy(), FAR, np.full(19, 0.3))
    assert (np.diff(times) >= 0).all()
