"""From how hard beats were struck to marks: names, prices, and what is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.analysis import LADDER, LEVELS
from runtime.dynamics.ladder import Level
from runtime.dynamics.mark import (
    LEAST_SHARE,
    MOST_ODDS,
    PRICE_STEPS,
    PRICES,
    STEP_VELOCITY,
    prices,
    say,
    scale_of,
    stands_alone,
)
from tests.runtime.dynamics.beats import beats

LOUD_SOFT = np.repeat([85.0, 50.0, 85.0], 16)


def names(said) -> list[tuple[int, str]]:
    return [(x.at, LADDER[x.level]) for x in said.levels]


def sure_of(name: str, n: int) -> np.ndarray:
    log_p = np.full((n, 5), np.log(0.01))
    log_p[:, LEVELS.index(name)] = np.log(0.96)
    return log_p


def test_loud_soft_loud_is_said_where_it_changes():
    said = say(beats(LOUD_SOFT), PRICES["normal"])
    assert [at for at, _ in names(said)] == [0, 16, 32]
    loud, soft, again = (level for _, level in names(said))
    assert loud == again and LADDER.index(soft) < LADDER.index(loud)


@pytest.mark.parametrize("missing", [slice(1, 2), slice(0, 48)])
def test_beats_of_which_the_names_of_levels_say_nothing_do_not_silence_the_others(missing):
    log_p = sure_of("mf", 48)
    log_p[missing] = np.nan
    said = say(beats(LOUD_SOFT, log_p), PRICES["normal"])
    assert [at for at, _ in names(said)] == [0, 16, 32] and np.isfinite(said.scale.level)


def test_even_playing_gets_one_level():
    velocity = 64 + np.random.default_rng(0).normal(0, 2, 64)
    said = say(beats(velocity), PRICES["normal"])
    assert said.n_marks == 1


@pytest.mark.parametrize("velocity", range(56, 72, 3))
def test_no_hairpin_stands_over_even_playing_wherever_it_lies_between_two_levels(velocity):
    steady = velocity + np.random.default_rng(velocity).normal(0, 1, 64)
    loud = np.where(np.arange(64) < 32, steady, steady + 30)
    for played in (steady, loud):
        for h in say(beats(played), PRICES["detailed"]).hairpins:
            rise = (
                played[(h.start + h.end + 1) // 2 : h.end + 1].mean() - played[h.start : (h.start + h.end) // 2].mean()
            )
            assert rise * h.sign > 0.5
    assert say(beats(np.full(64, float(velocity))), PRICES["detailed"]).hairpins == ()


@pytest.mark.parametrize("seed", range(12))
def test_steady_playing_gets_no_levels_wherever_it_lies_between_two_rungs(seed):
    random = np.random.default_rng(seed)
    steady = random.uniform(52, 78) + 2 * np.sin(np.arange(64) / 9 + seed)
    played = np.concatenate([np.full(32, 45.0), steady, np.full(32, 90.0)]) + random.normal(0, 4, 128)
    assert [x.at for x in say(beats(played), PRICES["normal"]).levels if 34 < x.at < 94] == []


@pytest.mark.parametrize("seed", range(12))
def test_one_hard_beat_gets_no_level_of_its_own(seed):
    random = np.random.default_rng(seed)
    played = np.repeat([55.0, 75.0], 48) + random.normal(0, 4, 96)
    hard = 20 + seed % 4
    played[hard] += 30
    assert [x.at for x in say(beats(played), PRICES["normal"]).levels if abs(x.at - hard) < 5] == []
    assert np.flatnonzero(stands_alone(beats(played)) > 15).tolist() == [hard]


def test_two_levels_stand_within_two_beats_where_the_playing_really_drops():
    played = np.repeat([60.0, 105.0, 45.0], [32, 3, 29])
    at = [x.at for x in say(beats(played), PRICES["normal"]).levels]
    assert 32 in at and 35 in at
    little = np.repeat([60.0, 64.0, 60.0], [32, 3, 29])
    assert len(say(beats(little), PRICES["detailed"]).levels) == 1


@pytest.mark.parametrize("price", [0.3, 3.0])
def test_nothing_heard_says_nothing_of_change(price):
    assert len(say(beats(np.full(12, np.nan)), price).levels) == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31))
def test_a_higher_price_never_gives_more_to_pay_for(seed):
    rng = np.random.default_rng(seed)
    velocity = np.clip(64 + np.cumsum(rng.normal(0, 6, 48)), 20, 120)
    counts = [say(beats(velocity), p).n_marks for p in (0.5, 1.7, 3.0, 4.5, 9.0)]
    assert counts == sorted(counts, reverse=True)


def test_the_slider_goes_from_few_marks_to_many_through_the_three_densities():
    price = [p for _, p, _ in PRICE_STEPS]
    assert price == sorted(price, reverse=True) and set(PRICES.values()) <= set(price)


def test_the_network_moves_the_names_and_the_playing_the_steps():
    soft = say(beats(LOUD_SOFT, sure_of("pp", 48)), PRICES["normal"])
    loud = say(beats(LOUD_SOFT, sure_of("ff", 48)), PRICES["normal"])
    assert [x.at for x in soft.levels] == [x.at for x in loud.levels] == [0, 16, 32]
    assert all(a.level < b.level for a, b in zip(soft.levels, loud.levels, strict=True))
    # It is one voice among others: what is softest by far is not ff because the network says so everywhere.
    assert loud.levels[1].level < loud.levels[0].level


def test_the_ladders_step_stays_within_what_people_play():
    for velocity in (np.full(32, 64.0), np.tile([10.0, 120.0], 32), LOUD_SOFT):
        assert STEP_VELOCITY[0] <= scale_of(beats(velocity)).step <= STEP_VELOCITY[1]
    assert scale_of(beats(np.full(4, np.nan))).step == STEP_VELOCITY[1]


def test_places_on_the_scale_and_velocities_are_one_thing():
    scale = scale_of(beats(LOUD_SOFT))
    assert scale.steps(scale.values) == pytest.approx(np.arange(len(LADDER)))


def test_what_stands_is_played_back_and_only_the_rest_is_added():
    at_first = say(beats(LOUD_SOFT), PRICES["normal"])
    kept = at_first.levels[1:2]
    rest = say(beats(LOUD_SOFT), PRICES["normal"], kept)
    assert [x.at for x in rest.levels] == [0, 32]
    assert say(beats(LOUD_SOFT), PRICES["normal"], at_first.levels).n_marks == 0


def test_ppp_and_fff_are_only_for_those_who_need_them():
    moderate = say(beats(LOUD_SOFT), PRICES["detailed"])
    assert not {0, 7} & {x.level for x in moderate.levels}


def test_no_mark_stands_where_none_may():
    b = beats(LOUD_SOFT)
    b.level_odds[16] = -np.inf
    b.level_odds[32] = -np.inf
    said = say(b, PRICES["normal"])
    assert not {16, 32} & {x.at for x in said.levels} and len(said.levels) > 1


def test_a_likely_place_costs_less_and_no_place_costs_less_than_nothing_in_earnest():
    b = beats(LOUD_SOFT)
    b.level_odds[5], b.level_odds[6] = 2.0, 100.0
    b.level_odds[8] = -100.0
    cost = prices(b, 10.0).level
    assert cost[7] - cost[5] == pytest.approx(np.full(8, 2.0))
    assert cost[7] - cost[6] == pytest.approx(np.full(8, 10 * (1 - LEAST_SHARE)))
    assert cost[8] - cost[7] == pytest.approx(np.full(8, MOST_ODDS)) and (cost > 0).all()


def test_a_kept_level_at_another_strength_than_was_played_is_corrected_after_it():
    said = say(beats(LOUD_SOFT), PRICES["normal"], [Level(0, LADDER.index("pp"))])
    assert said.levels and 0 not in {x.at for x in said.levels}
