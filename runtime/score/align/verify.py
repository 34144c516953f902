"""Which of what was found is really played: whether the written keys are struck where the attacks were placed.

A path through a score can be laid on any music: keys and rhythms are alike, and time is elastic. The keys themselves
tell. Where the recording plays the score, 24 attacks in a row have their keys struck with a mean probability of .55 to
.9; where it plays something else nearly always below .4, in the piece next to it in the same key too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.score.align.coarse import Run
from runtime.score.align.fine import Placed
from runtime.score.align.performance import Played

Floats = npt.NDArray[np.float64]

# A stretch is worth what its attacks have above this; so much it must be worth, and so much have on average.
_NEUTRAL, _LEAST_WORTH, _LEAST_MEAN = 0.45, 4.0, 0.5
# A stretch of fewer attacks at the end of a run is not taken for something else, nor is one whose keys are struck like
# this at about the pace of the rest: thick or very quiet playing is heard no better (.38 to .44 in what performances of
# the alignment's benchmark really play).
_LEAST_ATTACKS, _PLAYED, _MOST_PACE = 6, 0.35, 2.0
_WINDOW = 24
# What takes no longer than this at an end of a run is no other music: a bar that the recording's end cuts off.
_LEAST_S = 1.0
# A bar so many times as fast as most of the recording, whose keys are not struck, is passed over rather than played.
_HURRY = 3.0


def struck_around(struck: Floats) -> Floats:
    """The mean over the attacks around each, fewer of them at both ends."""
    total = np.concatenate([[0.0], np.cumsum(struck)])
    index = np.arange(len(struck))
    first, last = np.maximum(0, index - _WINDOW // 2), np.minimum(len(struck), index + _WINDOW // 2)
    return np.asarray((total[last] - total[first]) / np.maximum(1, last - first))


def worth(struck: Floats) -> tuple[int, int, float]:
    """(first, last + 1, worth) of the stretch of attacks that is surest to be played."""
    total = np.concatenate([[0.0], np.cumsum(struck - _NEUTRAL)])
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    return first, last, float(total[last] - total[first])


def elsewhere(runs: list[Run], placed: list[Placed], n_frames: int) -> npt.NDArray[np.bool_]:
    """Frames [n_frames] where something else is played: whole runs, and the beginnings and ends of others."""
    out = np.zeros(n_frames, bool)

    def block(start_s: float, end_s: float, least_s: float = 0.0) -> None:
        if end_s - start_s >= least_s:
            out[max(0, int(start_s * FRAMES_PER_S)) : int(end_s * FRAMES_PER_S) + 1] = True

    for run, p in zip(runs, placed, strict=True):
        first, last, value = worth(p.struck)
        if value < _LEAST_WORTH or float(p.struck[first:last].mean()) < _LEAST_MEAN:
            block(float(run.times_s[0]), float(run.times_s[-1]))
            continue
        whole = _pace(p, first, last)
        if first >= _LEAST_ATTACKS and not _goes_on(p, 0, first, whole):
            block(float(run.times_s[0]), float(p.times_s[first - 1]), _LEAST_S)
        if last <= len(p.struck) - _LEAST_ATTACKS and not _goes_on(p, last, len(p.struck), whole):
            block(float(p.times_s[last]), float(run.times_s[-1]), _LEAST_S)
    return out


def hurries(placed: list[Placed], played: Played) -> bool:
    """Whether a path hurries over bars that are not played, to reach those that come after them."""
    positions = np.concatenate([p.positions for p in placed])
    times, struck = (np.concatenate([getattr(p, name) for p in placed]) for name in ("times_s", "struck"))
    starts = np.interp(played.starts, positions, np.maximum.accumulate(times))
    seconds, quarters = np.diff(starts), np.diff(played.starts)
    pace = seconds / np.maximum(quarters, 1e-6)
    order = np.argsort(pace)
    passed = np.cumsum(seconds[order])
    usual = pace[order[np.searchsorted(passed, 0.5 * passed[-1])]]
    bar = np.searchsorted(played.starts[:-1], positions, side="right") - 1
    count = np.bincount(bar, minlength=len(quarters))
    total = np.bincount(bar, struck, minlength=len(quarters))
    return bool(((count > 0) & (pace * _HURRY < usual) & (total < _PLAYED * count)).any())


def _goes_on(p: Placed, first: int, last: int, pace: float) -> bool:
    """Whether what stands beside the surest stretch may be the score: long, struck now and then, as fast."""
    if last - first < _WINDOW:
        return False
    ratio = _pace(p, first, last) / max(pace, 1e-6)
    return float(p.struck[first:last].mean()) >= _PLAYED and 1 / _MOST_PACE <= ratio <= _MOST_PACE


def _pace(p: Placed, first: int, last: int) -> float:
    """Seconds per quarter from attack `first` to before `last`."""
    quarters = float(p.positions[last - 1] - p.positions[first])
    return float(p.times_s[last - 1] - p.times_s[first]) / max(quarters, 1e-6)
