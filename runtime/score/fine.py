"""Second and third look: 20 ms frames inside a band around the outline, then each attack at its own rise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.score import dtw
from runtime.score.coarse import Run
from runtime.score.dtw import Penalties
from runtime.score.features import ONSET_HIGHEST, ONSET_LOWEST, ONSETS_PER_S, PARTIALS, Array, Heard, written_features
from runtime.score.performance import Played

Floats = npt.NDArray[np.float64]

_MARGIN_S = 1.0
# (penalties, how far from the outline to look, knots in the moving mean of the outline)
_LOOKS = (
    (Penalties(stay=0.03, skip=0.03, skip_more=0.1), 2.0, 13),
    (Penalties(stay=0.06, skip=0.06, skip_more=0.2), 1.0, 9),
)
_HARMONY_WEIGHT = 0.4
_ATTACK_WEIGHT = 0.5
_BEAT_WEIGHT = 0.15
_OUTSIDE = 0.35

_SEARCH_S = 0.12
_PRIOR_S = 0.04
_CONTEXT_S = 0.5


@dataclass(frozen=True)
class Placed:
    """Attack positions (quarters on the played axis), their times and how clearly each was heard (0..1)."""

    positions: Floats
    times_s: Floats
    clarity: Floats


@dataclass(frozen=True)
class Evidence:
    """Beats that a model heard, in seconds; they pull the path towards written beats."""

    beats_s: Floats
    downbeats_s: Floats


def place_run(
    heard: Heard, played: Played, run: Run, written_beats: tuple[Floats, Floats], evidence: Evidence | None
) -> Placed:
    """Times of all attacks of one run. `written_beats`: positions of beats and of downbeats.

    The band is followed twice: the first path, smoothed, tells the tempo that the second one may only
    leave at a higher price.
    """
    low, high = played.starts[run.first], played.starts[run.last + 1]
    inside = (played.onsets >= low) & (played.onsets < high)
    positions = np.unique(played.onsets[inside & ~played.grace])
    times, places = run.times_s, run.positions
    rough = np.zeros(0)
    for penalties, reach_s, width in _LOOKS:
        to_s = _tempo_map(times, places, low, high, width)
        edges = to_s(np.array([low, high]))
        first = int((min(times[0], edges[0]) - _MARGIN_S) * FRAMES_PER_S)
        last = int((max(times[-1], edges[1]) + _MARGIN_S) * FRAMES_PER_S) + 1
        path = _path(
            heard, played, inside, (low, high), to_s, (first, last), reach_s, penalties, written_beats, evidence
        )
        column = np.rint(to_s(positions) * FRAMES_PER_S - first)
        rough = (np.minimum(np.searchsorted(path, column), len(path) - 1) + first) / FRAMES_PER_S
        times, places = rough, positions
    return _refined(heard, played, inside, positions, rough)


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
    reach_s: float,
    penalties: Penalties,
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
        int(reach_s * FRAMES_PER_S),
        outside,
        penalties,
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


def _refined(heard: Heard, played: Played, inside: npt.NDArray[np.bool_], positions: Floats, rough: Floats) -> Placed:
    """Move each attack to the strongest rise of its own partials close by."""
    onset = heard.onset
    times, clarity = rough.copy(), np.zeros(len(rough))
    struck = np.flatnonzero(inside & ~played.grace)
    bounds = np.searchsorted(played.onsets[struck], positions)
    groups = np.split(played.pitches[struck], bounds[1:])
    reach, wide = int(_SEARCH_S * ONSETS_PER_S), int(_CONTEXT_S * ONSETS_PER_S)
    template = _templates(onset.shape[1])
    for k, pitches in enumerate(groups):
        centre = round(rough[k] * ONSETS_PER_S)
        low, high = max(0, centre - wide), min(len(onset), centre + wide)
        if high - low < 2 * reach:
            continue
        novelty = onset[low:high] @ template[np.unique(pitches)].sum(axis=0)
        a, b = max(0, centre - reach - low), min(high - low, centre + reach + 1 - low)
        if b - a < 3:
            continue
        away = (np.arange(a, b) + low - centre) / ONSETS_PER_S
        score = novelty[a:b] * np.exp(-0.5 * (away / _PRIOR_S) ** 2)
        peak = a + int(score.argmax())
        times[k] = (low + peak + _parabola(novelty, peak)) / ONSETS_PER_S
        clarity[k] = novelty[peak] / (novelty[peak] + 4 * float(novelty.mean()) + 1e-6)
    return Placed(positions, np.maximum.accumulate(np.clip(times, 0, heard.duration_s)), clarity)


def _templates(n_bands: int) -> Array:
    """Shape (128, n_bands): where the partials of each pitch lie among the bands of `Heard.onset`."""
    out = np.zeros((128, n_bands), np.float32)
    for pitch in range(128):
        for interval, weight in PARTIALS:
            band = pitch + interval - ONSET_LOWEST
            if 0 <= band < n_bands and pitch + interval <= ONSET_HIGHEST:
                out[pitch, band] += weight
        if not out[pitch].any():  # lower or higher than every band: listen to all of them
            out[pitch] = 1 / n_bands
    return out


def _parabola(values: Array, peak: int) -> float:
    """The top of the parabola through a peak and its neighbours, relative to the peak."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    a, b, c = (float(v) for v in values[peak - 1 : peak + 2])
    bend = a - 2 * b + c
    return max(-0.5, min(0.5, 0.5 * (a - c) / bend)) if bend < 0 else 0.0
