"""Treble or bass clef for every bar of a staff: few ledger lines, few changes (Viterbi)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

Clef = Literal["G", "F"]
CLEFS: tuple[Clef, Clef] = ("G", "F")
# Middle lines as MIDI numbers, and how far notes may be from them without ledger lines (semitones).
_MIDDLE = {"G": 71, "F": 50}
_FREE = 9
_CHANGE_COST = 18.0
_AWAY_FROM_HOME = 1.0


def clefs(bars: Sequence[Sequence[int]], home: Clef) -> list[Clef]:
    """The clef of each bar of pitches; bars without notes keep the clef."""
    cost = np.array([[_cost(pitches, clef, home) for clef in CLEFS] for pitches in bars])
    change = _CHANGE_COST * (1 - np.eye(2))
    total = cost[0] + np.where(np.array(CLEFS) == home, 0.0, _CHANGE_COST / 3)
    back = []
    for row in cost[1:]:
        through = total[:, None] + change
        back.append(through.argmin(axis=0))
        total = through.min(axis=0) + row
    path = [int(total.argmin())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return [CLEFS[k] for k in reversed(path)]


def _cost(pitches: Sequence[int], clef: Clef, home: Clef) -> float:
    ledger = sum(max(0, abs(p - _MIDDLE[clef]) - _FREE) for p in pitches)
    return ledger / 3 + (0.0 if clef == home or not pitches else _AWAY_FROM_HOME)
