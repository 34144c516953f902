"""`BeatGrid`: the beats of an analysis as bars that hold every note."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from runtime.analysis import Beat
from runtime.errors import ScoreError
from runtime.notes.played import Floats, Ints, PlayedNotes

_ENDS_BEATS = 4
# A beat is moved to an attack within this share of a beat, and at most this time.
_NEAR_BEATS, _NEAR_S = 0.12, 0.06
_EARLY_BEATS = 0.3


@dataclass(frozen=True, eq=False)
class BeatGrid:
    """`times_s` [n + 1]: every beat and the end of the last; bar i holds the beats from `bars[i]` to `bars[i + 1]`.

    `full_beats` [bars] is how many beats the bar counts: more than it holds in a pickup, else as many.
    """

    times_s: Floats
    bars: tuple[int, ...]
    full_beats: tuple[int, ...]

    @property
    def n_beats(self) -> int:
        """The number of beats."""
        return len(self.times_s) - 1

    def beats_at(self, times_s: Floats) -> Floats:
        """Times in seconds as beats from the first of the grid, linear between beats."""
        return np.interp(times_s, self.times_s, np.arange(len(self.times_s)))


def check_beats(beats: tuple[Beat, ...]) -> None:
    """Raises `ScoreError` when there are too few beats to make bars of."""
    if len(beats) < 2:
        raise ScoreError(
            "no beats were found in the recording, so its notes have no place in bars",
            cause="silence, noise, or music without a pulse",
            advice="Tell the beats with --correct, or give a recording with a clear pulse",
        )


def beat_grid(beats: tuple[Beat, ...], notes: PlayedNotes) -> BeatGrid:
    """Bars over the beats of an analysis, continued at both ends at the pace there until they hold every note.

    Beats move to the attack next to them when there is one. Bars before the first and after the last note are left
    out. Raises `ScoreError` when there are too few beats, or beats and notes lie apart.
    """
    check_beats(beats)
    times_s = np.array([b.time_s for b in beats])
    first_s, last_s = float(notes.onset_s[0]), float(notes.onset_s[-1])
    if first_s > times_s[-1] or last_s < times_s[0]:
        raise ScoreError(
            f"the notes (from {first_s:.1f} s to {last_s:.1f} s) lie outside the beats "
            f"({times_s[0]:.1f} s to {times_s[-1]:.1f} s)",
            cause="the notes belong to another recording",
            advice="Give the MIDI that was recorded together with this sound",
        )
    times_s = _onto_attacks(times_s, notes.onset_s)
    starts = [k for k, b in enumerate(beats) if b.position == 1]
    times_s, before = _covering(times_s, first_s, last_s)
    return _whole_bars(times_s, [k + before for k in starts], first_s, last_s)


def _onto_attacks(times_s: Floats, onset_s: Floats) -> Floats:
    """Beats at the mean of the attacks near them; each moves by less than a quarter of a beat, so the order stays."""
    steps = np.diff(times_s)
    length = np.minimum(np.append(steps, steps[-1]), np.insert(steps, 0, steps[0]))
    reach = np.minimum(_NEAR_BEATS * length, _NEAR_S)
    nearest = onset_s[_nearest(onset_s, times_s)]
    moved = np.where(np.abs(nearest - times_s) <= reach, nearest, times_s)
    for k, time_s in enumerate(moved):
        chord = onset_s[np.abs(onset_s - time_s) <= min(0.03, float(reach[k]))]
        if len(chord):
            moved[k] = chord.mean()
    return moved


def _nearest(sorted_values: Floats, at: Floats) -> Ints:
    right = np.clip(np.searchsorted(sorted_values, at), 1, max(1, len(sorted_values) - 1))
    if len(sorted_values) == 1:
        return np.zeros(len(at), np.int64)
    left = right - 1
    return np.where(at - sorted_values[left] <= sorted_values[right] - at, left, right)


def _covering(times_s: Floats, first_s: float, last_s: float) -> tuple[Floats, int]:
    """Beats continued to hold all attacks, and how many came before the first."""
    steps = np.diff(times_s)
    ahead, after = float(np.median(steps[:_ENDS_BEATS])), float(np.median(steps[-_ENDS_BEATS:]))
    early = (times_s[0] - first_s) / ahead
    n_before = int(np.ceil(early - _EARLY_BEATS)) if early > _EARLY_BEATS else 0
    n_after = max(0, int(np.floor((last_s - times_s[-1]) / after + _EARLY_BEATS))) + 1
    begin = times_s[0] - ahead * np.arange(n_before, 0, -1)
    return np.concatenate([begin, times_s, times_s[-1] + after * np.arange(1, n_after + 1)]), n_before


def _whole_bars(times_s: Floats, starts: list[int], first_s: float, last_s: float) -> BeatGrid:
    """Bars from the downbeats; the beats outside them make bars like the neighbours, and a pickup."""
    n = len(times_s) - 1
    lengths = [b - a for a, b in pairwise(starts)]
    usual = max(set(lengths), key=lambda v: (lengths.count(v), v)) if lengths else 4
    if not starts:
        starts = [0]
    first_length = lengths[0] if lengths else usual
    edges = [*range(starts[0] % first_length, starts[0], first_length), *starts]
    last_length = lengths[-1] if lengths else usual
    while edges[-1] + last_length < n:
        edges.append(edges[-1] + last_length)
    missing = edges[-1] + last_length - n
    if missing > 0:
        step = times_s[-1] - times_s[-2]
        times_s = np.concatenate([times_s, times_s[-1] + step * np.arange(1, missing + 1)])
    edges.append(edges[-1] + last_length)
    full = [b - a for a, b in pairwise(edges)]
    if edges[0] > 0:
        edges, full = [0, *edges], [first_length, *full]
    return _trimmed(times_s, edges, full, first_s, last_s)


def _trimmed(times_s: Floats, edges: list[int], full: list[int], first_s: float, last_s: float) -> BeatGrid:
    """Without the bars before the first and after the last attack."""
    step = float(np.median(np.diff(times_s)))
    first = max(0, int(np.searchsorted(times_s[edges], first_s + _EARLY_BEATS * step, side="right")) - 1)
    last = int(np.searchsorted(times_s[edges], last_s + _EARLY_BEATS * step, side="right")) - 1
    last = min(max(first, last), len(full) - 1)
    kept = [e - edges[first] for e in edges[first : last + 2]]
    return BeatGrid(times_s[edges[first] : edges[last + 1] + 1], tuple(kept), tuple(full[first : last + 1]))
