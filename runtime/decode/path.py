"""The most probable path through candidate beats: which peaks are beats, judged by tempo and bars together.

A semi-Markov decoder over candidate peaks. Rubato is judged by the ratio of neighbouring intervals alone, with a
bounded cost, so that no tempo range and no fixed tempo are assumed. Every beat also has a position in a bar, so that
a peak that would break the bars off is left out unless it is a clear one: the bar pointer of `bars.py`, moved by the
candidates that are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.bars import BarStates
from runtime.decode.options import DecodeOptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHORTEST_BEAT_S = 0.15
LONGEST_BEAT_S = 2.4
_PAUSE_COST = 3.0
_CERTAIN_GAIN = 200.0
_GAIN_RANGE = (-6.0, 4.0)
_MOST_PREDECESSORS = 24
_DOWNBEAT_SHARE = 1 / 3


def best_path(times_s: Floats, p_beat: Floats, bar_evidence: Floats, states: BarStates, options: DecodeOptions) -> Ints:
    """Indices of the candidates on the best path, in order.

    `times_s` and `p_beat` (1: certain) are [n], `bar_evidence` is [n, states] (see `bars.bar_evidence`). A path earns
    the log odds of its beats above those of `options.beat_threshold`, earns or pays for its positions in bars against
    the evidence for any beat, and pays for each change of its interval and for broken bars. The search state is the
    last interval and the position in the bar.
    """
    n = len(times_s)
    if n == 0:
        return np.empty(0, np.int64)
    first = np.maximum(np.searchsorted(times_s, times_s - LONGEST_BEAT_S), np.arange(n) - _MOST_PREDECESSORS)
    last = np.searchsorted(times_s, times_s - SHORTEST_BEAT_S, side="right")
    evidence, start, moves = _bar_terms(bar_evidence, states, options.bar_weight)
    return _Search(first, last, len(start)).run(times_s, _beat_gain(p_beat, options), evidence, start, moves, options)


def _beat_gain(p: Floats, options: DecodeOptions) -> Floats:
    bias = np.log(options.beat_threshold / (1 - options.beat_threshold))
    gain = np.clip(np.log(p / (1 - p + 1e-12) + 1e-12) - bias, *_GAIN_RANGE)
    return np.where(p >= 1, _CERTAIN_GAIN, gain)


def _bar_terms(evidence: Floats, states: BarStates, weight: float) -> tuple[Floats, Floats, Floats]:
    """Evidence [n, states], start [states] and moves [from, to], weighted; without a weight there is one state."""
    if weight <= 0:
        return np.zeros((len(evidence), 1)), np.zeros(1), np.zeros((1, 1))
    is_downbeat = states.position == 1
    likely, unlikely = (evidence[:, which].max(axis=1) for which in (is_downbeat, ~is_downbeat))
    any_beat = np.logaddexp(np.log(_DOWNBEAT_SHARE) + likely, np.log(1 - _DOWNBEAT_SHARE) + unlikely)
    # Against any beat, so that one beat more or less is not judged by the number of its terms.
    return weight * (evidence - any_beat[:, None]), states.start, weight * states.moves


@dataclass
class _Search:
    """Viterbi search whose column k of candidate j stands for the last interval `first[j] + k` → j; its last column
    for a beat that starts afresh after a pause. Only what can still be reached is kept, but for the back pointers."""

    first: Ints
    last: Ints
    n_states: int

    def __post_init__(self) -> None:
        n = len(self.first)
        self.width = int(max((self.last - self.first).max(), 0)) + 1
        self.ring = _MOST_PREDECESSORS + 1
        # Best value of being at a candidate after its move, ready for the next beat: [ring, columns, states].
        self.moved = np.full((self.ring, self.width, self.n_states), -np.inf)
        self.log_gap = np.zeros((self.ring, self.width))
        self.back_column = np.zeros((n, self.width, self.n_states), np.int8)
        self.back_state = np.zeros((n, self.width, self.n_states), np.int8)
        self.best = np.full(n, -np.inf)
        self.best_at = np.zeros(n, np.int64)
        self.resumed_from = np.full(n, -1, np.int64)

    def run(
        self, times_s: Floats, gain: Floats, evidence: Floats, start: Floats, moves: Floats, options: DecodeOptions
    ) -> Ints:
        before, before_at, settled = 0.0, -1, 0
        for j in range(len(times_s)):
            while settled < self.last[j]:
                if self.best[settled] - _PAUSE_COST > before:
                    before, before_at = float(self.best[settled]) - _PAUSE_COST, settled
                settled += 1
            score = np.full((self.width, self.n_states), -np.inf)
            score[-1] = gain[j] + before + start + evidence[j]
            self.resumed_from[j] = before_at
            n_before = int(self.last[j] - self.first[j])
            self.log_gap[j % self.ring] = 0.0
            if n_before > 0:
                reached = self._continue(j, n_before, times_s, options)
                score[:n_before] = reached + gain[j] + evidence[j]
            self.best_at[j] = score.argmax()
            self.best[j] = score.flat[self.best_at[j]]
            through = score[:, :, None] + moves[None]
            self.back_state[j] = through.argmax(axis=1)
            self.moved[j % self.ring] = through.max(axis=1)
        return self._trace()

    def _continue(self, j: int, n_before: int, times_s: Floats, options: DecodeOptions) -> Floats:
        """Best value of coming to candidate `j` from each of its `n_before` predecessors, [n_before, states]."""
        rows = np.arange(self.first[j], self.last[j])
        slots = rows % self.ring
        gaps = np.log2(times_s[j] - times_s[rows])
        self.log_gap[j % self.ring, :n_before] = gaps
        change = options.tempo_stiffness * (gaps[:, None] - self.log_gap[slots]) ** 2
        cost = np.minimum(change, options.tempo_cost_limit)
        cost[:, -1] = 0.0  # nothing to compare with after a pause
        values = self.moved[slots] - cost[:, :, None]
        self.back_column[j, :n_before] = values.argmax(axis=1)
        return np.asarray(values.max(axis=1))

    def _trace(self) -> Ints:
        j = int(self.best.argmax())
        column, state = divmod(int(self.best_at[j]), self.n_states)
        path = [j]
        while True:
            if column == self.width - 1:
                j = int(self.resumed_from[j])
                if j < 0:
                    break
                column, state = divmod(int(self.best_at[j]), self.n_states)
            else:
                before = int(self.first[j]) + column
                came_by = int(self.back_column[j, column, state])
                came_as = int(self.back_state[before, came_by, state])
                j, column, state = before, came_by, came_as
            path.append(j)
        return np.array(path[::-1], np.int64)
