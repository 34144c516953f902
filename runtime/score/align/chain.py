"""All attacks of a run placed together: each where its own partials rise, at a pace, with its harmony until the next.

A Viterbi path over attacks instead of frames. The cost of a placement is a sum over attacks of (1) how little the
attack's own partials rise and its keys are struck there, (2) how far the time since the attack before is from what the
tempo asks for, forgiving much time (a pause is no worse than twice a pause) but not a rush, and (3) how little of what
sounds between two attacks belongs to what is written there. (3) depends on two neighbours only by its ends, so that
sums over all pairs of places stay cheap: an explicit-duration hidden Markov model with uniform places (cf. Raphael
1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.score.align.features import ONSET_HIGHEST, ONSET_LOWEST, ONSETS_PER_S, PARTIALS, Array, Heard

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PER_FRAME = round(ONSETS_PER_S / FRAMES_PER_S)
_CONTEXT_S = 0.5
# A rise counts as far as it exceeds this part of the mean rise of all bands: the wanted pitches, not any.
_GENERAL_WEIGHT = 0.5
_USUAL_WEIGHT, _NOISE_RISE = 4.0, 0.3
# What the network says of the chord's keys, beside the rise of its partials.
_KEYS_WEIGHT = 0.5
_JITTER_S, _TEMPO_WIDTH = 0.02, 0.2
# Less than this part of the time that the tempo asks for is a rush.
_RUSH, _RUSH_WEIGHT = 0.5, 2.0
# A key does not come up and down again in less time, unless the tempo asks for it: two attacks are not one.
_AGAIN_S, _AGAIN_SHARE, _AGAIN_COST = 0.06, 0.6, 30.0
_OPENING_WEIGHT = 0.5
_IMPOSSIBLE = np.float32(1e6)


@dataclass(frozen=True)
class Attacks:
    """What to look for: `chords[k]` are the pitches of attack k; `harmony` [n, 12] what sounds until the next one.

    `opening`: nothing is played before the first attack.
    """

    chords: list[Ints]
    harmony: Array
    opening: bool


@dataclass(frozen=True)
class Search:
    """How to look: `reach_s` to both sides, every `step` onset frames; weights against that of a clear attack."""

    reach_s: float
    step: int
    tempo_weight: float
    harmony_weight: float


def follow_attacks(
    heard: Heard, attacks: Attacks, rough_s: Floats, gaps_s: Floats, search: Search
) -> tuple[Floats, Floats]:
    """(seconds, clarity 0..1) of attacks roughly known; `gaps_s` [n-1]: the times between them by the tempo."""
    step_s = search.step / ONSETS_PER_S
    reach = int(search.reach_s / step_s)
    offsets = np.arange(-reach, reach + 1)
    centres = np.rint(rough_s / step_s).astype(int)
    templates = _templates(heard.onset.shape[1])
    general = heard.onset.mean(axis=1)
    profiles = [_profile(templates, chord) for chord in attacks.chords]
    found = np.empty((len(centres), len(offsets)), np.float32)
    back = np.zeros(found.shape, np.int16)
    cost: Floats = np.zeros(len(offsets))
    before = np.zeros(len(offsets), int)
    for k, centre in enumerate(centres):
        places = (centre + offsets) * search.step
        found[k] = _found(heard.onset, general, profiles[k], places, search.step)
        found[k] += _KEYS_WEIGHT * _struck(heard, attacks.chords[k], places, search.step)
        if k:
            leaving, entering = _harmony_cost(heard.harmony, attacks.harmony[k - 1], before, places, len(general))
            again = bool(np.intersect1d(attacks.chords[k - 1], attacks.chords[k]).size)
            pace = _tempo_cost((centre - centres[k - 1]) * step_s, gaps_s[k - 1], again, reach, step_s)
            total = (cost - search.harmony_weight * leaving)[:, None] + search.tempo_weight * pace
            back[k] = total.argmin(axis=0)
            cost = total[back[k], np.arange(len(offsets))] + search.harmony_weight * entering
        elif attacks.opening:
            cost = search.harmony_weight * _OPENING_WEIGHT * _sound_before(heard.harmony, places)
        cost = cost - found[k]
        before = places
    # What sounds after the last attack shall be its own: up to there, the chord before goes on.
    after, _ = _harmony_cost(heard.harmony, attacks.harmony[-1], before, before, len(general))
    cost = cost - search.harmony_weight * after
    chosen = _traced(back, int(cost.argmin()))
    times = np.array([_summit(found[k], j) if search.step == 1 else j for k, j in enumerate(chosen)])
    times_s = np.maximum.accumulate((centres + times - reach) * step_s)
    return times_s, np.array([_clarity(heard.onset, p, t) for p, t in zip(profiles, times_s, strict=True)])


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


def _profile(templates: Array, chord: Ints) -> Array:
    """The bands of a chord, summing to 1."""
    total = templates[np.unique(chord)].sum(axis=0)
    return np.asarray(total / total.sum(), dtype=np.float32)


def _found(onset: Array, general: Array, profile: Array, places: Ints, step: int) -> Array:
    """How clearly the chord begins at each place, 0..1: its rise against those around."""
    wide = int(_CONTEXT_S * ONSETS_PER_S)
    low, high = max(0, int(places[0]) - wide), min(len(onset), int(places[-1]) + wide + step)
    out = np.zeros(len(places), np.float32)
    if high - low < wide:
        return out
    rise = np.maximum(0, onset[low:high] @ profile - _GENERAL_WEIGHT * general[low:high])
    clear = rise / (rise + _USUAL_WEIGHT * rise.mean() + _NOISE_RISE)
    if step > 1:  # a place stands for the onset frames around it
        clear[1:-1] = np.maximum(clear[1:-1], np.maximum(clear[2:], clear[:-2]))
    inside = (places >= low) & (places < high)
    out[inside] = clear[places[inside] - low]
    return out


def _struck(heard: Heard, chord: Ints, places: Ints, step: int) -> Array:
    """Mean probability, 0..1, that the chord's keys are struck at each place."""
    keys = np.unique(chord) - LOWEST_PITCH
    keys = keys[(keys >= 0) & (keys < N_PITCHES)]
    first = max(0, int(places[0]) // _PER_FRAME - 1)
    last = min(len(heard.keys), int(places[-1]) // _PER_FRAME + 3)
    if not len(keys) or last <= first:
        return np.zeros(len(places), np.float32)
    mean = heard.keys[first:last, keys].mean(axis=1, dtype=np.float32)
    frames = places / _PER_FRAME + heard.keys_late_s * FRAMES_PER_S
    near = (-1, 0, 1) if step > 1 else (0,)  # a place stands for the onset frames around it
    spread = [np.interp(frames + n / _PER_FRAME, np.arange(first, last), mean, 0, 0) for n in near]
    return np.asarray(np.max(spread, axis=0), dtype=np.float32)


def struck_at(heard: Heard, attacks: Attacks, times_s: Floats) -> Floats:
    """Mean probability, 0..1, that the keys of each attack are struck at its time, to about a frame."""
    places = np.rint(times_s * ONSETS_PER_S).astype(int)
    both = zip(attacks.chords, places, strict=True)
    return np.array([float(_struck(heard, chord, np.array([p]), _PER_FRAME)[0]) for chord, p in both])


def _harmony_cost(harmony: Array, written: Array, before: Ints, places: Ints, n: int) -> tuple[Floats, Floats]:
    """Seconds of foreign sound up to the places of one attack and up to those of the next, from a common start."""
    before, places = np.clip(before, 0, n - 1), np.clip(places, 0, n - 1)
    first = max(0, min(int(before[0]), int(places[0])) // _PER_FRAME - 1)
    last = min(len(harmony), max(int(before[-1]), int(places[-1])) // _PER_FRAME + 2)
    foreign = np.concatenate([[0.0], np.cumsum(1 - harmony[first:last] @ written)]) / FRAMES_PER_S
    edges = np.arange(first, last + 1) * float(_PER_FRAME)
    return np.interp(before, edges, foreign), np.interp(places, edges, foreign)


def _sound_before(harmony: Array, places: Ints) -> Floats:
    """Seconds of sound between the first place and each."""
    first, last = (max(0, int(p) // _PER_FRAME) for p in (places[0], places[-1]))
    sound = np.sqrt((harmony[first : last + 1] ** 2).sum(axis=1))
    total = np.concatenate([[0.0], np.cumsum(sound)]) / FRAMES_PER_S
    return np.interp(places, (first + np.arange(len(total))) * float(_PER_FRAME), total)


def _tempo_cost(apart_s: float, gap_s: float, again: bool, reach: int, step_s: float) -> Array:
    """Shape (places of the attack before, places of this one): departure from the expected time between them.

    `again`: both attacks have a key in common.
    """
    between_s = apart_s + np.arange(-2 * reach, 2 * reach + 1) * step_s
    departure = (between_s - gap_s) / (_JITTER_S + _TEMPO_WIDTH * gap_s)
    rush = np.log((_RUSH * gap_s + _JITTER_S) / (np.maximum(between_s, 0) + _JITTER_S))
    cost = np.log1p(departure**2) + _RUSH_WEIGHT * np.maximum(0, rush) ** 2
    if again:
        cost += _AGAIN_COST * (between_s < min(_AGAIN_S, _AGAIN_SHARE * gap_s))
    cost = np.where(between_s > 0, cost, _IMPOSSIBLE).astype(np.float32)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(cost, 2 * reach + 1)[::-1])


def _traced(back: npt.NDArray[np.int16], last: int) -> list[int]:
    chosen = [last]
    for k in range(len(back) - 1, 0, -1):
        chosen.append(int(back[k, chosen[-1]]))
    return chosen[::-1]


def _summit(values: Array, place: int) -> float:
    """The top of the parabola through the highest of a place and its neighbours."""
    low = max(0, place - 1)
    peak = low + int(values[low : place + 2].argmax())
    if not 0 < peak < len(values) - 1:
        return float(peak)
    a, b, c = (float(v) for v in values[peak - 1 : peak + 2])
    bend = a - 2 * b + c
    return peak + (max(-0.5, min(0.5, 0.5 * (a - c) / bend)) if bend < 0 else 0.0)


def _clarity(onset: Array, profile: Array, time_s: float) -> float:
    """The rise of a chord at a time beside the usual one within half a second."""
    centre, wide = round(time_s * ONSETS_PER_S), int(_CONTEXT_S * ONSETS_PER_S)
    low, high = max(0, centre - wide), min(len(onset), centre + wide)
    if not low < high or not low <= centre < high:
        return 0.0
    rise = onset[low:high] @ profile
    peak = float(rise[max(0, centre - low - 1) : centre - low + 2].max())
    return peak / (peak + 4 * float(rise.mean()) + 1e-6)
