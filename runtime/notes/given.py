"""Beats that are known before a network listens, on the onsets of a recording: what somebody said, or what an earlier
round is sure of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.notes.keys import N_PITCHES
from runtime.notes.onsets import Onsets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]

GIVEN = ("not_beat", "beat", "downbeat", "other_beat")
"""What can be given of an onset, each 0 or 1: that it is no beat; that it is one, and if more is known, that it is the
first of its bar, or another."""
NEAR_S = 0.07
"""A given beat is that of the nearest onset so far away, else a place of its own."""


@dataclass(frozen=True, eq=False)
class GivenBeats:
    """Beats that are known, in order: `time_s` [k] in seconds of the recording, `position` [k] in the bar (1 downbeat,
    0 not known)."""

    time_s: Floats
    position: Ints

    @staticmethod
    def of(beats_given_s: Floats, downbeats_given_s: Floats) -> GivenBeats:
        """Beats whose place in the bar nobody knows, and downbeats."""
        time_s = np.concatenate([beats_given_s, downbeats_given_s])
        position = np.concatenate([np.zeros(len(beats_given_s), np.int64), np.ones(len(downbeats_given_s), np.int64)])
        order = np.argsort(time_s, kind="stable")
        return GivenBeats(time_s[order], position[order])


def with_places(onsets: Onsets, given: GivenBeats) -> Onsets:
    """The onsets and a place for each given beat that has none within 70 ms."""
    if not len(given.time_s):
        return onsets
    far = np.array([not len(onsets.time_s) or np.abs(onsets.time_s - t).min() > NEAR_S for t in given.time_s])
    new_s = given.time_s[far]
    time_s = np.concatenate([onsets.time_s, new_s])
    order = np.argsort(time_s, kind="stable")
    velocity = np.concatenate([onsets.velocity, np.zeros((len(new_s), N_PITCHES), np.float32)])
    return Onsets(time_s[order], velocity[order], np.append(onsets.is_place, np.ones(len(new_s), bool))[order])


def given_columns(onsets: Onsets, given: GivenBeats | None) -> Values:
    """What is given of each onset, [n, len(GIVEN)]: a given beat counts for the nearest onset within 70 ms."""
    columns = np.zeros((len(onsets.time_s), len(GIVEN)), np.float32)
    if given is None or not len(onsets.time_s):
        return columns
    for time_s, position in zip(given.time_s, given.position, strict=True):
        at = int(np.abs(onsets.time_s - time_s).argmin())
        if abs(onsets.time_s[at] - time_s) <= NEAR_S:
            columns[at] = 0, 1, position == 1, position > 1
    return columns
