"""Beats under a listener's corrections: half or twice as many, half a beat off, and beats that are certain.

The logits are consulted again for every new beat; nothing is moved without looking. Bars, levels and everything
else are then decoded on these beats like on any others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.corrections import Corrections, Passage
from runtime.decode.bars import KnownBars
from runtime.decode.beats import BeatPath, Floats, KnownBeats, onset_frames, with_known
from runtime.decode.options import DecodeOptions
from runtime.decode.probability import probability
from runtime.frames import FRAME_S
from runtime.notes.given import GivenBeats

_MIDDLE = (0.35, 0.65)
_CENTRED = 1e-3  # how much probability the exact middle is worth over the rim, so that no evidence means the middle
_CERTAIN = 100.0
_MOST_ODDS = 4.0
_PHASE_CHANGE_COST = 20.0
_PAUSE_BEATS = 2.2
_AT_THE_START_S = 0.07
"""A beat so little before a passage belongs to it."""


def known_beats(corrections: Corrections) -> KnownBeats:
    """The beats that were pinned or tapped."""
    frames = np.array([p.time_s / FRAME_S for p in corrections.known_beats])
    return KnownBeats(frames, _rows(np.array([t.time_s / FRAME_S for t in corrections.taps])))


def known_bars(beat_frames: Floats, corrections: Corrections) -> KnownBars:
    """What was said of the bars that these beats [n] are in."""
    known = KnownBars.nothing(len(beat_frames))
    for pin in corrections.known_beats:
        if pin.position is not None and len(beat_frames):
            nearest = int(np.abs(beat_frames - pin.time_s / FRAME_S).argmin())
            known.position[nearest] = pin.position
            # Where beats were tapped they were wrong: how the bars after them were heard is another question.
            known.carries[nearest] = pin in corrections.pins
    for passage in corrections.passages:
        if passage.beats_per_bar is not None:
            known.beats_per_bar[_inside(beat_frames, passage)] = passage.beats_per_bar
    return known


def given_beats(corrections: Corrections | None) -> GivenBeats | None:
    """The beats that were pinned or tapped, for stages that hear the others in their light; None where there are none,
    or where what is said holds for other beats than these."""
    if corrections is None or not corrections.known_beats or not beats_are_as_heard(corrections):
        return None
    known = corrections.known_beats
    return GivenBeats(np.array([p.time_s for p in known]), np.array([p.position or 0 for p in known], np.int64))


def beats_are_as_heard(corrections: Corrections) -> bool:
    """Whether nothing says that there are more or fewer beats than heard, or that they lie elsewhere."""
    whole = Passage(0.0, None, corrections.tempo, corrections.offbeat)
    return all(p.tempo == "same" and not p.offbeat for p in (whole, *corrections.passages))


def corrected(
    path: BeatPath, beat_logits: npt.NDArray[np.floating], options: DecodeOptions, corrections: Corrections
) -> BeatPath:
    """The beats found with the known ones among them, changed as `corrections` say (what these say of bars and metres
    does not concern the beats)."""
    known = known_beats(corrections)
    everywhere = Passage(0.0, None, corrections.tempo, corrections.offbeat)
    for passage in (everywhere, *corrections.passages):
        path = _changed(path, passage, beat_logits, options, known)
    return BeatPath(*with_known(path, known)) if len(known.rows) else path


def _changed(
    path: BeatPath, passage: Passage, logits: npt.NDArray[np.floating], options: DecodeOptions, known: KnownBeats
) -> BeatPath:
    """The path with the beats of one passage as it says, those of the others as they are."""
    inside = _inside(path.frames, passage)
    if not inside.any() or (passage.tempo == "same" and not passage.offbeat):
        return path
    first, after = int(inside.argmax()), len(inside) - int(inside[::-1].argmax())
    part, rest = path.part(first, after), path.part(after, after + 1)
    pins = known.frames[_inside(known.frames, passage)]
    if passage.offbeat:
        part = _keep_pins(between(_merged(part, rest), logits, options), pins)
    if passage.tempo == "double":
        part = _merged(part, between(_merged(part, rest), logits, options))
    elif passage.tempo == "half":
        part = every_second(part, pins)
    return _merged(_merged(path.part(0, first), part), path.part(after, len(path.frames)))


def _rows(taps: Floats) -> Floats:
    """First and last of the taps [n] that follow each other without a pause, [k, 2]."""
    if len(taps) < 2:
        return np.empty((0, 2))
    gaps = np.diff(taps)
    starts = np.flatnonzero(np.append(True, gaps > _PAUSE_BEATS * np.median(gaps)))
    ends = np.append(starts[1:], len(taps)) - 1
    return np.column_stack([taps[starts], taps[ends]])


def _inside(beat_frames: Floats, passage: Passage) -> npt.NDArray[np.bool_]:
    end_s = np.inf if passage.end_s is None else passage.end_s
    times_s = beat_frames * FRAME_S + _AT_THE_START_S
    return np.asarray((times_s >= passage.start_s) & (times_s < end_s))


def between(path: BeatPath, logits: npt.NDArray[np.floating], options: DecodeOptions) -> BeatPath:
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


def every_second(path: BeatPath, pins: Floats) -> BeatPath:
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
