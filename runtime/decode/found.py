"""Beats and bars that were found, with what tells how sure they are: the grounds of every doubt and of every remedy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.bars import BarStates, bar_evidence, downbeat_probability, most_probable
from runtime.decode.grid import Grid
from runtime.decode.options import DecodeOptions
from runtime.network.logits import FrameLogits

Floats = npt.NDArray[np.float64]

_ODDS_LIMIT = 4.0
_METRES = (2, 3, 4)


@dataclass(frozen=True)
class Found:
    """Beats and bars, the logits that they were found in, and how likely each beat [n] is a downbeat."""

    grid: Grid
    logits: FrameLogits
    options: DecodeOptions
    p_downbeat: Floats

    @staticmethod
    def of(grid: Grid, logits: FrameLogits, options: DecodeOptions) -> Found:
        """With what the network says of downbeats at these beats."""
        return Found(grid, logits, options, downbeat_probability(logits.downbeat, grid.path.frames, options))

    @property
    def bar_lines(self) -> npt.NDArray[np.int64]:
        """Which beats begin a bar."""
        return np.flatnonzero(self.grid.bars.position == 1)

    @property
    def usual_metre(self) -> int:
        """The number of beats that the bars of most beats have."""
        return int(np.bincount(self.grid.bars.beats_per_bar).argmax())

    @property
    def sure(self) -> float:
        """Log odds of the beats' mean probability."""
        return float(odds(self.grid.path.probability.mean(keepdims=True))[0])

    def features(self) -> dict[str, float]:
        """``sure``: log odds of the beats' mean probability; ``jumps``: the share of intervals that differ by half an
        octave or more from the one before; ``sure_bars``: log odds of the beats' mean confidence in their places in the
        bar; ``uneven``: the share of bars that have another number of beats than most."""
        lengths = np.diff(self.bar_lines)
        gaps = np.log2(np.diff(self.grid.times_s))
        return {
            "sure": self.sure,
            "jumps": float((np.abs(np.diff(gaps)) > 0.5).mean()) if len(gaps) > 1 else 0.0,
            "sure_bars": float(odds(self.grid.bars.confidence.mean(keepdims=True))[0]),
            "uneven": float((lengths != self.usual_metre).mean()) if len(lengths) else 0.0,
        }


def metre_margins(found: Found) -> dict[int, float]:
    """For each metre by how many nats a bar the best bars of that metre alone fall short of the best of any."""
    score: dict[int, float] = {}
    for metre in sorted({*_METRES, found.usual_metre}):
        states = BarStates.of(found.options, metre)
        evidence = bar_evidence(found.p_downbeat, states)
        path = most_probable(evidence, states.start, states.moves)
        moved = states.moves[path[:-1], path[1:]].sum()
        score[metre] = float(states.start[path[0]] + evidence[np.arange(len(path)), path].sum() + moved)
    best = max(score.values())
    return {metre: (best - s) * metre / len(found.p_downbeat) for metre, s in score.items()}


def odds(p: Floats) -> Floats:
    """Log odds of probabilities, within ±4."""
    return np.asarray(np.clip(np.log(p + 1e-9) - np.log(1 - p + 1e-9), -_ODDS_LIMIT, _ODDS_LIMIT))
