"""Second and third look: 20 ms frames inside a band around the outline, then all attacks at their own rises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.score.align import dtw
from runtime.score.align.chain import Attacks, Search, follow_attacks, struck_at
from runtime.score.align.coarse import Run
from runtime.score.align.dtw import Penalties
from runtime.score.align.features import Array, Heard, written_features
from runtime.score.align.performance import Played

Floats = npt.NDArray[np.float64]

_MARGIN_S = 1.0
_BAND = Penalties(stay=0.03, skip=0.03, skip_more=0.1)
_BAND_REACH_S = 2.0
_OUTLINE_KNOTS = 13
# (how to look, attacks in the moving mean that tells the tempo)
_LOOKS = (
    (Search(reach_s=2.0, step=3, tempo_weight=0.1, harmony_weight=3.0), 9),
    (Search(reach_s=0.2, step=1, tempo_weight=0.1, harmony_weight=3.0), 5),
)
_HARMONY_WEIGHT = 0.4
_ATTACK_WEIGHT = 0.5
_BEAT_WEIGHT = 0.15
_OUTSIDE = 0.35


@dataclass(frozen=True)
class Placed:
    """Attack positions (quarters on the played axis), their times, how clearly each was heard, and its keys (0..1)."""

    positions: Floats
    times_s: Floats
    clarity: Floats
    struck: Floats


@dataclass(frozen=True)
class Evidence:
    """Beats that a model heard, in seconds; they pull the path towards written beats."""

    beats_s: Floats
    downbeats_s: Floats


def place_run(
    heard: Heard, played: Played, run: Run, written_beats: tuple[Floats, Floats], evidence: Evidence | None
) -> Placed:
    """Times of all attacks of one run. `written_beats`: positions of beats and of downbeats.

    A band of frames around the outline is followed first; then the attacks are placed together twice, far and
    coarse, then near and exact, each time at the tempo of the result before.
    """
    low, high = played.starts[run.first], played.starts[run.last + 1]
    inside = (played.onsets >= low) & (played.onsets < high)
    positions = np.unique(played.onsets[inside & ~played.grace])
    to_s = _tempo_map(run.times_s, run.positions, low, high, _OUTLINE_KNOTS)
    edges = to_s(np.array([low, high]))
    first = int((min(run.times_s[0], edges[0]) - _MARGIN_S) * FRAMES_PER_S)
    last = int((max(run.times_s[-1], edges[1]) + _MARGIN_S) * FRAMES_PER_S) + 1
    path = _path(heard, played, inside, (low, high), to_s, (first, last), written_beats, evidence)
    column = np.rint(to_s(positions) * FRAMES_PER_S - first)
    times = (np.minimum(np.searchsorted(path, column), len(path) - 1) + first) / FRAMES_PER_S
    clarity, struck = np.zeros(len(times)), np.zeros(len(times))
    if not len(positions):
        return Placed(positions, times, clarity, struck)
    for search, width in _LOOKS:
        to_s = _tempo_map(times, positions, low, high, width)
        attacks = _attacks(played, inside, positions, to_s, opening=run.first == 0)
        times, clarity = follow_attacks(heard, attacks, times, np.diff(to_s(positions)), search)
        struck = struck_at(heard, attacks, times)
    return Placed(positions, np.clip(times, 0, heard.duration_s), clarity, struck)


_Map = Callable[[Floats], Floats]


def _between(values: Array, first: int, last: int) -> Array:
    """Rows `first`..`last`, with silence where the recording has not begun or is over."""
    inside = values[max(0, first) : max(0, last)]
    after = last - first - max(0, -first) - len(inside)
    return np.pad(inside, ((max(0, -first), max(0, after)), (0, 0)))


def _path(
    heard: Heard,
    played: Played,
    inside: npt.NDArray[np.bool_],
    span: tuple[float, float],
    to_s: _Map,
    frames: tuple[int, int],
    written_beats: tuple[Floats, Floats],
    evidence: Evidence | None,
) -> npt.NDArray[np.int32]:
    """The band path of the frames of one run; column j is frame j of the score played at the tempo of `to_s`."""
    (first, last), offset_s = frames, frames[0] / FRAMES_PER_S
    n = last - first
    onsets = to_s(played.onsets[inside]) - offset_s
    ends = to_s(np.minimum(played.ends[inside], span[1])) - offset_s
    harmony, attack = written_features(onsets, ends, played.pitches[inside], n)
    beats: list[Floats] = []
    heard_beats: list[Floats] = []
    if evidence is not None:
        beats = [to_s(b[(b >= span[0]) & (b < span[1])]) - offset_s for b in written_beats]
        heard_beats = [evidence.beats_s - offset_s, evidence.downbeats_s - offset_s]
    edge = to_s(np.array(span)) - offset_s
    outside = np.full(n, np.nan, np.float32)
    outside[: max(0, int(edge[0] * FRAMES_PER_S) - 2)] = _OUTSIDE
    outside[max(0, int(edge[1] * FRAMES_PER_S) + 2) :] = _OUTSIDE
    return dtw.follow_band(
        _vectors(_between(heard.harmony, first, last), _between(heard.attack, first, last), heard_beats, False),
        _vectors(harmony, attack, beats, True),
        int(_BAND_REACH_S * FRAMES_PER_S),
        outside,
        _BAND,
    )


def _tempo_map(times: Floats, positions: Floats, low: float, high: float, width: int) -> _Map:
    """Position → rough seconds through smoothed knots, going on at the mean pace beyond them."""
    rising = np.concatenate([[True], np.diff(positions) > 1e-9])
    t, p = _smoothed(times[rising], width), _smoothed(positions[rising], width)
    pace = (t[-1] - t[0]) / (p[-1] - p[0]) if len(t) > 1 else 0.5
    left, right = min(low, p[0]) - 1.0, max(high, p[-1]) + 1.0
    xp = np.concatenate([[left], p, [right]])
    fp = np.concatenate([[t[0] - (p[0] - left) * pace], t, [t[-1] + (right - p[-1]) * pace]])
    fp = np.maximum.accumulate(fp) + np.arange(len(fp)) * 1e-6
    return lambda x: np.interp(x, xp, fp)


def _smoothed(values: Floats, width: int) -> Floats:
    """A moving mean that becomes shorter towards the ends: coarse steps are not tempo."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    half = np.minimum(np.minimum(index, len(values) - 1 - index), width // 2)
    return np.asarray((total[index + half + 1] - total[index - half]) / (2 * half + 1))


def _vectors(harmony: Array, attack: Array, beats: list[Floats], written: bool) -> Array:
    """Rows whose scalar product, taken from 1, is the cost: likeness of harmony, distance of attacks, beats."""
    n = len(harmony)
    size = 0.5 * _ATTACK_WEIGHT * (attack**2).sum(axis=1, keepdims=True)
    one = np.ones((n, 1), np.float32)
    parts = [
        np.sqrt(_HARMONY_WEIGHT) * harmony,
        np.sqrt(_ATTACK_WEIGHT) * attack,
        one if written else -size,
        -size if written else one,
    ]
    for times in beats:
        bump = np.zeros((n, 1), np.float32)
        for width, value in ((2, 0.3), (1, 0.7), (0, 1.0)):
            at = np.rint(times * FRAMES_PER_S).astype(int)
            for shift in (-width, width):
                here = at + shift
                bump[here[(here >= 0) & (here < n)]] = value
        parts.append(np.sqrt(_BEAT_WEIGHT) * bump)
    offset = np.full((n, 1), np.sqrt(1 - _HARMONY_WEIGHT), np.float32)
    return np.ascontiguousarray(np.hstack([*parts, offset]), dtype=np.float32)


def _attacks(played: Played, inside: npt.NDArray[np.bool_], positions: Floats, to_s: _Map, opening: bool) -> Attacks:
    """The chord of each attack and the pitch classes that sound from it to the next."""
    struck = np.flatnonzero(inside & ~played.grace)
    chords = np.split(played.pitches[struck], np.searchsorted(played.onsets[struck], positions)[1:])
    start_s = to_s(positions)
    offset_s = float(start_s[0]) - 0.1
    n = int((float(start_s[-1]) - offset_s + 1) * FRAMES_PER_S)
    harmony, _ = written_features(
        to_s(played.onsets[inside]) - offset_s, to_s(played.ends[inside]) - offset_s, played.pitches[inside], n
    )
    total = np.concatenate([np.zeros((1, harmony.shape[1]), np.float32), np.cumsum(harmony, axis=0)])
    begin = np.clip(np.rint((start_s - offset_s) * FRAMES_PER_S).astype(int), 0, n - 1)
    end = np.maximum(begin + 1, np.append(begin[1:], n))
    sounding = total[end] - total[begin]
    length = np.sqrt((sounding**2).sum(axis=1, keepdims=True))
    return Attacks(chords, np.asarray(sounding / np.maximum(length, 1e-6), dtype=np.float32), opening)
