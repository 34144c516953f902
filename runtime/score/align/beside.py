"""The bars just before and after what was found, where their keys are struck too.

To begin or end in the middle of a score costs the outline little where that must be expected: less than to hold a last
chord that rings for seconds against what is written. So the bar of that chord is left out. Its keys tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runtime.score.align.apart import Bars, Keys
from runtime.score.align.coarse import Outline, Run
from runtime.score.align.features import Heard
from runtime.score.align.fine import Placed, place_run
from runtime.score.align.performance import play
from runtime.score.table import Score

# So many bars that were found say when those beside them come: at about their pace, but a last chord may be waited for.
_FOUND_BARS, _FASTEST, _SLOWEST, _WAIT_Q = 6, 0.5, 3.0, 1.0
# The keys of a bar that is played: so many at least, struck with this mean probability, a chord so long rolled.
_LEAST_KEYS, _STRUCK, _ROLLED_FRAMES = 2, 0.6, 8
# Less than this is no sign that a bar at an end is played, though the chord before it may ring on.
_NOT_STRUCK = 0.2
Floats = npt.NDArray[np.float64]

_NO_BEATS = (np.zeros(0), np.zeros(0))


def with_bars_beside(score: Score, bars: Bars, heard: Heard, found: Outline) -> Outline:
    """The outline with the bars after its last one and before its first that are played too; itself where none are."""
    for after in (True, False):
        longer: Outline | None = found
        while longer is not None:
            found = longer
            tried = (_tried(score, bars, heard, found, added, after) for added in _beside(bars, found, after))
            longer = next((outline for outline in tried if outline is not None), None)
    return found


def not_heard(bars: Bars, found: Outline, keys: Sequence[Keys]) -> list[int]:
    """The slots at both ends of an outline whose keys are not struck: laid on what rings on. `keys`: of each run."""
    struck = [
        key.struck(n, bars.notes[found.measures[n]], _ROLLED_FRAMES)
        for run, key in zip(found.runs, keys, strict=True)
        for n in range(run.first, run.last + 1)
    ]
    heard = [n for n, of_bar in enumerate(struck) if len(of_bar) and of_bar.mean() >= _NOT_STRUCK]
    return [n for n in range(len(struck)) if not heard or not heard[0] <= n <= heard[-1]]


def _beside(bars: Bars, found: Outline, after: bool) -> list[list[int]]:
    """What may be played next to an end of the outline, in the order of the score: up to the next bar with attacks."""
    edge = found.measures[-1 if after else 0]
    nearest = [m for m, before in enumerate(bars.before) if edge in before] if after else [*bars.before[edge]]
    step, out = 1 if after else -1, list[list[int]]()
    for m in sorted(nearest, key=lambda m: abs(m - edge)):
        end = m
        while not bars.notes[end] and 0 <= end + step < len(bars.notes):
            end += step
        out.append(sorted(range(m, end + step, step)))
    return out


def _tried(score: Score, bars: Bars, heard: Heard, found: Outline, added: list[int], after: bool) -> Outline | None:
    """The outline with these bars at its end, or its beginning, None where they are not played."""
    run = found.runs[-1 if after else 0]
    first = max(run.first, run.last + 1 - _FOUND_BARS) if after else run.first
    kept = found.measures[first : run.last + 1][:_FOUND_BARS]
    order = kept + added if after else added + kept
    played = play(score, order)
    start_q = float(play(score, found.measures[:first]).starts[-1])
    added_q = 0.0 if after else float(played.starts[len(added)])
    low, high = played.starts[[0, len(kept)]] if after else played.starts[[len(added), -1]]
    positions = run.positions - start_q + added_q
    near = (positions >= low) & (positions <= high)
    if near.sum() < 2:
        return None
    rough = Run(0, len(order) - 1, run.times_s[near], positions[near])
    placed = place_run(heard, played, rough, _NO_BEATS, None)
    new = placed.positions >= high if after else placed.positions < low
    if (~new).sum() < 2:
        return None
    pace = np.ptp(placed.times_s[~new]) / np.ptp(placed.positions[~new])
    if not new.any():  # what was struck rings on to the end of the score
        on_s = placed.times_s[-1] + pace * (high - placed.positions[-1])
        return _joined(found, added, np.zeros(0), np.zeros(0), 0.0) if after and on_s < heard.duration_s else None
    keys, slots = Keys(bars, heard, played, placed), range(len(kept), len(order)) if after else range(len(added))
    struck = np.concatenate([keys.struck(n, bars.notes[order[n]], _ROLLED_FRAMES) for n in slots])
    if len(struck) < _LEAST_KEYS or struck.mean() < _STRUCK or not _in_time(placed, new, pace, after):
        return None
    return _joined(found, added, placed.times_s[new], placed.positions[new] + start_q, added_q)


def _in_time(placed: Placed, new: npt.NDArray[np.bool_], pace: float, after: bool) -> bool:
    """Whether the new attacks come at about the pace of the others."""
    outer, inner = (-1, np.flatnonzero(~new)[-1]) if after else (0, np.flatnonzero(~new)[0])
    quarters = abs(placed.positions[outer] - placed.positions[inner])
    seconds = abs(placed.times_s[outer] - placed.times_s[inner])
    return bool(_FASTEST * pace * quarters <= seconds <= _SLOWEST * pace * max(quarters, _WAIT_Q))


def _joined(found: Outline, added: list[int], times_s: Floats, positions: Floats, added_q: float) -> Outline:
    """The outline with bars at its end, or, where they take `added_q` quarters, at its beginning."""
    n = len(added) if added_q else 0
    runs = [Run(r.first + n, r.last + n, r.times_s, r.positions + added_q) for r in found.runs]
    run = runs[0 if n else -1]
    rest = run.times_s > times_s[-1] if n else run.times_s < min(times_s, default=np.inf)
    knots = [(times_s, positions), (run.times_s[rest], run.positions[rest])]
    times, at = (np.concatenate(part) for part in zip(*(knots if n else knots[::-1]), strict=True))
    if n:
        runs[0] = Run(0, run.last, times, at)
        return replace(found, measures=added + found.measures, runs=runs)
    runs[-1] = Run(run.first, run.last + len(added), times, at)
    return replace(found, measures=found.measures + added, runs=runs)
