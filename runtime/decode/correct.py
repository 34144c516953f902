"""Beats under a listener's corrections: half or twice as many, half a beat off, and beats that are certain.

The logits are consulted again for every new beat; nothing is moved without looking. Bars, levels and everything
else are then decoded on these beats like on any others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.corrections import Corrections
from runtime.decode.beats import BeatPath, Floats, Ints, onset_frames
from runtime.decode.options import DecodeOptions
from runtime.decode.probability import probability
from runtime.frames import FRAME_S
from runtime.notes.given import GivenBeats

_MIDDLE = (0.35, 0.65)
_CENTRED = 1e-3  # how much probability the exact middle is worth over the rim, so that no evidence means the middle
_CERTAIN = 100.0
_MOST_ODDS = 4.0
_PHASE_CHANGE_COST = 20.0


def pins_frames(corrections: Corrections, n_frames: int) -> Floats:
    """Positions in frames of the pinned beats that lie in a recording of `n_frames`."""
    return np.array([p.time_s / FRAME_S for p in corrections.pins if p.time_s / FRAME_S <= n_frames - 1])


def given_beats(corrections: Corrections | None) -> GivenBeats | None:
    """The pinned beats, for stages that hear the others in their light; None where there are none, or where what is
    said holds for beats that are half or twice as many."""
    if corrections is None or not corrections.pins or corrections.tempo != "same" or corrections.offbeat:
        return None
    return GivenBeats(
        np.array([p.time_s for p in corrections.pins]), np.array([p.position or 0 for p in corrections.pins], np.int64)
    )


def corrected(
    path: BeatPath, beat_logits: npt.NDArray[np.floating], options: DecodeOptions, corrections: Corrections
) -> BeatPath:
    """The beats found with the pins among them, changed as `corrections` say (its `beats_per_bar` and the positions
    of its pins concern the bars, not the beats)."""
    pins = pins_frames(corrections, len(beat_logits))
    if corrections.offbeat:
        path = _keep_pins(_between(path, beat_logits, options), pins)
    if corrections.tempo == "double":
        path = _merged(path, _between(path, beat_logits, options))
    elif corrections.tempo == "half":
        path = _every_second(path, pins)
    return path


def pinned_positions(beat_frames: Floats, corrections: Corrections) -> Ints:
    """Known position in its bar of each beat [n], 0 where nothing was said."""
    known = np.zeros(len(beat_frames), np.int64)
    for pin in corrections.pins:
        if pin.position is not None and len(beat_frames):
            nearest = int(np.abs(beat_frames - pin.time_s / FRAME_S).argmin())
            known[nearest] = pin.position
    return known


def _between(path: BeatPath, logits: npt.NDArray[np.floating], options: DecodeOptions) -> BeatPath:
    """The most probable frame in the middle third (nearly) between each two neighbouring beats."""
    p = probability(logits, options.beat_scale, options.beat_offset)
    frames = []
    for a, b in zip(path.frames[:-1], path.frames[1:], strict=True):
        first, last = (round(a + share * (b - a)) for share in _MIDDLE)
        window = np.arange(first, max(last, first) + 1)
        frames.append(int(window[(p[window] - _CENTRED * np.abs(window - (a + b) / 2) / (b - a)).argmax()]))
    at = np.array(frames, np.int64)
    return BeatPath(onset_frames(at.astype(np.float64), options), p[at])


def _merged(a: BeatPath, b: BeatPath) -> BeatPath:
    frames = np.concatenate([a.frames, b.frames])
    order = np.argsort(frames, kind="stable")
    return BeatPath(frames[order], np.concatenate([a.probability, b.probability])[order])


def _keep_pins(path: BeatPath, pins: Floats) -> BeatPath:
    """`path` with each pin in the place of the beat nearest to it."""
    frames, p = path.frames.copy(), path.probability.copy()
    for pin in pins if len(frames) else ():
        nearest = int(np.abs(frames - pin).argmin())
        frames[nearest], p[nearest] = pin, 1.0
    return BeatPath(frames, p)


def _every_second(path: BeatPath, pins: Floats) -> BeatPath:
    """Every second beat: the more probable ones, every pin among them; the side may change at a cost."""
    n = len(path.frames)
    if n < 2:
        return path
    odds = np.log(path.probability + 1e-6) - np.log(1 - path.probability + 1e-6)
    odds = np.clip(odds, -_MOST_ODDS, _MOST_ODDS)
    for pin in pins:
        odds[int(np.abs(path.frames - pin).argmin())] = _CERTAIN
    # State 1: this beat is kept. Keeping or dropping twice in a row is the change of side.
    score, back = np.array([0.0, odds[0]]), np.zeros((n, 2), np.int64)
    for i in range(1, n):
        stay = np.array([score[1], score[0]])
        change = score - _PHASE_CHANGE_COST
        back[i] = np.where(stay >= change, [1, 0], [0, 1])
        score = np.maximum(stay, change) + np.array([0.0, odds[i]])
    kept = np.zeros(n, bool)
    state = int(score.argmax())
    for i in range(n - 1, -1, -1):
        kept[i] = state == 1
        state = int(back[i, state])
    return BeatPath(path.frames[kept], path.probability[kept])
