"""Which part of the truth is given to the onset stage in training: masked beats (after Foscarin, Korzeniowski and Vogl,
ISMIR 2026, who complete partial annotations so).

Nothing in 40 of 100 crops. Else a random share of the beats and of what is none; or a stretch of beats, as an earlier
window knows them; or one to four beats alone, as somebody says them. Places in the bar come with all, half or none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.notes.given import GIVEN

Given = npt.NDArray[np.float32]
"""[n, len(GIVEN)], 0 or 1."""
Flags = npt.NDArray[np.bool_]

NOTHING = 0.4
_SHARES = (0.0, 0.95)
_MOST_PINS = 4
_DOWNBEATS_SAID = 0.8
_NOT, _BEAT, _DOWN, _OTHER = range(len(GIVEN))


def drawn_given(beat: Flags, downbeat: Flags, inside: Flags, has_bar: Flags, rng: np.random.Generator) -> Given:
    """What is given of a crop of n onsets, [n, len(GIVEN)]; `beat`, `downbeat`, `inside` and `has_bar` as in
    `train.onsets.data.Targets`."""
    given = np.zeros((len(beat), len(GIVEN)), np.float32)
    beats = np.flatnonzero(beat & inside)
    if rng.random() < NOTHING or len(beats) < 4:
        return given
    way = rng.random()
    if way < 0.45:
        share = rng.uniform(*_SHARES)
        chosen = rng.random(len(beats)) < share
        is_not = ~beat & inside & (rng.random(len(beat)) < share)
        given[is_not, _NOT] = rng.random() < 0.6
    elif way < 0.75:
        chosen = _stretch(len(beats), rng)
        _between(given, beats[chosen])
    else:
        chosen = _said(downbeat[beats], rng)
    known = beats[chosen]
    given[known] = 0
    given[known, _BEAT] = 1
    told = has_bar[known] & (rng.random(len(known)) < rng.choice([0.0, 0.5, 1.0], p=[0.15, 0.15, 0.7]))
    given[known[told & downbeat[known]], _DOWN] = 1
    given[known[told & ~downbeat[known]], _OTHER] = 1
    return given


def _stretch(n: int, rng: np.random.Generator) -> Flags:
    """A stretch of the beats, most often from the first on."""
    chosen = np.zeros(n, bool)
    size = max(2, int(rng.uniform(0.1, 0.6) * n))
    start = 0 if rng.random() < 0.6 else int(rng.integers(0, n - size + 1))
    chosen[start : start + size] = True
    return chosen


def _said(is_downbeat: Flags, rng: np.random.Generator) -> Flags:
    """One to four beats, most often downbeats."""
    chosen = np.zeros(len(is_downbeat), bool)
    downbeats = np.flatnonzero(is_downbeat)
    said = downbeats if rng.random() < _DOWNBEATS_SAID and len(downbeats) else np.arange(len(is_downbeat))
    chosen[rng.choice(said, min(len(said), int(rng.integers(1, _MOST_PINS + 1))), replace=False)] = True
    return chosen


def _between(given: Given, known: npt.NDArray[np.int64]) -> None:
    """Between the first and the last of neighbouring beats nothing else is one."""
    if len(known) > 1:
        given[known[0] : known[-1] + 1, _NOT] = 1
