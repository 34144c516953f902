"""Beats that are known, on the onsets of a recording."""

from __future__ import annotations

import numpy as np

from runtime.notes.given import GIVEN, GivenBeats, given_columns, with_places
from runtime.notes.onsets import onsets_of

_BEAT, _DOWN, _OTHER = (GIVEN.index(name) for name in ("beat", "downbeat", "other_beat"))
STRUCK = onsets_of(np.array([1.0, 1.4, 1.8]), np.full(3, 60), np.full(3, 64.0))


def test_a_given_beat_is_that_of_the_onset_near_it() -> None:
    given = GivenBeats(np.array([0.97, 1.45, 1.8]), np.array([1, 0, 3]))
    columns = given_columns(STRUCK, given)
    assert columns[:, _BEAT].tolist() == [1, 1, 1]
    assert columns[:, _DOWN].tolist() == [1, 0, 0] and columns[:, _OTHER].tolist() == [0, 0, 1]
    assert not given_columns(STRUCK, None).any()


def test_a_given_beat_where_nothing_is_struck_gets_a_place_of_its_own() -> None:
    given = GivenBeats.of(np.array([2.5]), np.array([0.2, 1.41]))
    assert given.time_s.tolist() == [0.2, 1.41, 2.5] and given.position.tolist() == [1, 1, 0]
    onsets = with_places(STRUCK, given)
    assert onsets.time_s.tolist() == [0.2, 1.0, 1.4, 1.8, 2.5]
    assert onsets.is_place.tolist() == [True, False, False, False, True] and not onsets.velocity[0].any()
    assert given_columns(onsets, given)[:, _BEAT].tolist() == [1, 0, 1, 0, 1]
