"""`Placed`: a played note with its place on the beat grid."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Placed:
    """`start` in beats of the grid, `release` when the key is let go (beats, not rounded), `sustained` when the sound
    ends by key or pedal. A `grace` note stands before `start` and takes no time; `order` keeps such notes in order."""

    start: Fraction
    release: float
    sustained: float
    pitch: int
    velocity: int
    grace: bool = False
    order: int = 0
