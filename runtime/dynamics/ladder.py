"""The ladder of written levels, and what marks sound like when they are played back.

A step of the ladder is what lies between two neighbouring levels: MuseScore plays it as 16 of 127 MIDI velocities
(ppp 16, pp 33 … ff 112, fff 126). A hairpin leads in a straight line to the level that stands at its end; where none
does it leads one step up or down, as far as there is one.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER, HairpinKind

Floats = npt.NDArray[np.float64]
At = TypeVar("At")

VELOCITY_PER_STEP = 16
UNMARKED = LADDER.index("mf")
"""What is played before the first mark."""


REACH = 1.0
"""A level may stand so much after a hairpin's end to be what it leads to (quarters, or beats where those count)."""


@dataclass(frozen=True, slots=True)
class Level(Generic[At]):
    """A level, an index into `LADDER`, from `at` on."""

    at: At
    level: int


@dataclass(frozen=True, slots=True)
class Hairpin(Generic[At]):
    """A gradual change between two places."""

    start: At
    end: At
    kind: HairpinKind

    @property
    def sign(self) -> int:
        """1 or −1."""
        return 1 if self.kind == "crescendo" else -1


def step_of(sign: str) -> int | None:
    """The index in `LADDER` of a level sign; softer and louder ones count as the outermost. None for other signs."""
    if sign in LADDER:
        return LADDER.index(sign)
    return None if not sign else 0 if set(sign) == {"p"} else len(LADDER) - 1 if set(sign) == {"f"} else None


def playback(places: Floats, levels: Sequence[Level[Any]], hairpins: Sequence[Hairpin[Any]]) -> Floats:
    """Steps of the ladder at which marks are played at `places` [n], ascending, in the unit of the marks' own places.

    Before the first level it is played as that is.
    """
    at = [float(x.at) for x in levels]
    out = np.full(len(places), float(levels[0].level if levels else UNMARKED))
    now = out[0] if len(out) else 0.0
    marks = [(float(x.at), 0, x) for x in levels] + [(float(h.start), 1, h) for h in hairpins]
    for place, _, mark in sorted(marks, key=lambda m: m[:2]):
        if isinstance(mark, Level):
            now = float(mark.level)
            out[places >= place] = now
            continue
        end = float(mark.end)
        k = bisect.bisect_left(at, max(end - REACH / 4, place + 1e-9))
        target = levels[k].level if k < len(at) and at[k] <= end + REACH else now
        if (target - now) * mark.sign <= 0:
            target = float(np.clip(now + mark.sign, 0, len(LADDER) - 1))
        inside = (places >= place) & (places < end)
        out[inside] = now + (target - now) * (places[inside] - place) / max(end - place, 1e-9)
        out[places >= end] = target
        now = float(target)
    return out
