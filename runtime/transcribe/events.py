"""From rolls to notes: where they begin, end, how loud, how sure; in stretches, so that length costs no memory.

A note begins at a peak of the onset roll (to a fraction of a frame by the parabola through it and its neighbours).
It ends at the next onset of its key, at a peak of the offset roll where the frame roll falls, or where the frame roll
falls below its threshold and stays there, whichever comes first: onsets decide, as in Hawthorne et al. (ISMIR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAME_S
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.notes.played import Floats, PlayedNotes
from runtime.transcribe.rolls import RollOptions, Rolls, Values

_SURE_S = 0.1  # the beginning of a note whose frames tell how sure it is

# In the order in which they are taken when they fall on one frame: a note ends before the next begins.
_END, _ONSET = 0, 1
_Mask = npt.NDArray[np.bool_]


def notes_of(rolls: Rolls, options: RollOptions | None = None, frame_s: float = FRAME_S) -> tuple[PlayedNotes, Floats]:
    """Notes and how sure the rolls are of them, shape (n,) within 0..1, of a whole recording's rolls at one frame per
    `frame_s`.

    That is the mean of the onset's peak and of the frame roll in the first 0.1 s. Frame t is at t · frame_s.
    """
    decoder = EventDecoder(options, frame_s)
    decoder.push(rolls)
    return decoder.finish()


@dataclass(frozen=True, slots=True)
class _Open:
    """A note that has begun: its frame, its time in frames, velocity 0..1, confidence."""

    frame: int
    at: float
    velocity: float
    confidence: float


class EventDecoder:
    """Takes the rolls of a recording in consecutive stretches of any length; how they are cut changes nothing."""

    def __init__(self, options: RollOptions | None = None, frame_s: float = FRAME_S) -> None:
        self._options = options = options or RollOptions()
        self._frame_s = frame_s
        self._apart, self._shortest, self._silent, self._sure = (
            max(1, round(s / frame_s)) for s in (options.apart_s, options.shortest_s, options.silent_s, _SURE_S)
        )
        self._margin = max(self._apart + 1, self._shortest + self._silent, self._sure, 3)
        self._next_frame = 0  # the first one that is not decoded yet; it lies at `_margin` of what is held
        self._held = _silence(self._margin)
        self._open: dict[int, _Open] = {}
        self._rows: list[tuple[float, float, int, int, float]] = []
        self._last: dict[int, int] = {}  # the row of each key's last note
        self._pedal: list[_Mask] = []

    def push(self, rolls: Rolls) -> None:
        """Go on with the next frames."""
        if rolls.pedal is not None:
            self._pedal.append(rolls.pedal >= self._options.pedal_threshold)
        whole = _joined(self._held, rolls)
        count = len(whole.onset) - 2 * self._margin
        if count > 0:
            self._decode(whole, count)
            self._next_frame += count
            whole = _last(whole, 2 * self._margin)
        self._held = whole

    def finish(self) -> tuple[PlayedNotes, Floats]:
        """End what still sounds; see `notes_of`."""
        self.push(_silence(self._margin))
        for key, note in sorted(self._open.items()):
            self._close(key, note, float(self._next_frame - 1))
        rows = sorted(self._rows, key=lambda r: (r[0], r[2]))
        table = np.array(rows, np.float64).reshape(-1, 5)
        notes = PlayedNotes(
            table[:, 0], table[:, 1], table[:, 2].astype(np.int64), table[:, 3].astype(np.int64), self._presses()
        )
        return notes, table[:, 4]

    def _decode(self, rolls: Rolls, count: int) -> None:
        """Take the marks of `count` frames from the margin on, key by key in the order of time."""
        onsets = _peaks(rolls.onset, self._options.onset_threshold, self._apart, self._margin, count)
        quiet = self._quiet(rolls.frame, count)
        ends = self._ends(rolls, quiet, count)
        marks = [(k, t, _ONSET) for t, k in zip(*np.nonzero(onsets), strict=True)]
        marks += [(k, t, _END) for t, k in zip(*np.nonzero(ends), strict=True)]
        for key, t, kind in sorted(marks):
            frame = self._next_frame + int(t)
            note = self._open.get(key)
            if kind == _ONSET:
                self._begin(rolls, int(t), int(key), quiet)
            elif note is not None and frame >= note.frame + self._shortest:
                self._close(int(key), note, frame + self._fraction(rolls, int(t), int(key)))
                del self._open[int(key)]

    def _begin(self, rolls: Rolls, t: int, key: int, quiet: _Mask) -> None:
        at = t + self._margin
        if key in self._open and rolls.onset[at, key] < self._options.again_threshold:
            return
        place = self._next_frame + t + _vertex(rolls.onset[at - 1 : at + 2, key])
        before = self._open.pop(key, None)
        if before is not None:
            self._close(key, before, place)
        self._cut(key, place)
        weight = rolls.onset[at - 1 : at + 2, key].astype(np.float64) ** 2
        velocity = float(weight @ rolls.velocity[at - 1 : at + 2, key] / weight.sum())
        sure = float(rolls.onset[at, key] + rolls.frame[at : at + self._sure, key].mean()) / 2
        note = _Open(self._next_frame + t, place, velocity, min(1.0, max(0.0, sure)))
        if self._options.drop_short and quiet[t + 1 : t + self._shortest + 1, key].any():
            return
        if quiet[t + self._shortest, key]:
            self._close(key, note, place)  # its frames say nothing: it gets the shortest length
        else:
            self._open[key] = note

    def _close(self, key: int, note: _Open, end: float) -> None:
        onset_s = max(0.0, note.at * self._frame_s - self._options.latency_s)
        end_s = max(end * self._frame_s - self._options.latency_s, onset_s + self._options.shortest_s)
        velocity = int(np.clip(round(note.velocity * 127), 1, 127))
        self._last[key] = len(self._rows)
        self._rows.append((onset_s, end_s, key + LOWEST_PITCH, velocity, note.confidence))

    def _cut(self, key: int, place: float) -> None:
        """A key's last note ends, to a fraction of a frame, no later than the next one begins."""
        if key in self._last:
            onset_s, end_s, *rest = self._rows[self._last[key]]
            begin_s = max(0.0, place * self._frame_s - self._options.latency_s)
            self._rows[self._last[key]] = (onset_s, max(onset_s, min(end_s, begin_s)), *rest)  # type: ignore[assignment]

    def _quiet(self, frame: Values, count: int) -> _Mask:
        """Whether the key is silent from that frame on for a while; `_shortest` frames more than `count`."""
        first, n = self._margin, count + self._shortest
        quiet = np.ones((n, N_PITCHES), bool)
        for k in range(self._silent):
            quiet &= frame[first + k : first + k + n] < self._options.frame_threshold
        return quiet

    def _ends(self, rolls: Rolls, quiet: _Mask, count: int) -> _Mask:
        """Where a note that sounds may end: at the beginning of silence, or at a peak of the offset roll."""
        first = self._margin
        sounded = rolls.frame[first - 1 : first - 1 + count] >= self._options.frame_threshold
        ends: _Mask = quiet[:count] & sounded
        if rolls.offset is not None:
            falls = rolls.frame[first + 3 : first + 3 + count] < rolls.frame[first - 3 : first - 3 + count]
            ends |= falls & _peaks(rolls.offset, self._options.offset_threshold, self._apart, first, count)
        return ends

    def _fraction(self, rolls: Rolls, t: int, key: int) -> float:
        """How far from frame t the end is, in frames: the crossing of the threshold, or the peak's vertex."""
        at, threshold = t + self._margin, self._options.frame_threshold
        before, here = (float(v) for v in rolls.frame[at - 1 : at + 1, key])
        if before >= threshold > here:
            return -(threshold - here) / (before - here)
        return 0.0 if rolls.offset is None else _vertex(rolls.offset[at - 1 : at + 2, key])

    def _presses(self) -> tuple[tuple[float, float], ...]:
        """Spans of the pedal in seconds."""
        if not self._pedal:
            return ()
        down = np.concatenate(([False], *self._pedal, [False]))
        edges = np.flatnonzero(np.diff(down.astype(np.int8))).reshape(-1, 2) * self._frame_s - self._options.latency_s
        spans: list[tuple[float, float]] = []
        for down_s, up_s in np.maximum(edges, 0.0).tolist():
            if spans and down_s - spans[-1][1] < self._options.shortest_pedal_s / 2:
                spans[-1] = (spans[-1][0], up_s)
            else:
                spans.append((down_s, up_s))
        return tuple(s for s in spans if s[1] - s[0] >= self._options.shortest_pedal_s)


def _peaks(roll: Values, threshold: float, reach: int, first: int, count: int) -> _Mask:
    """Whether each of `count` frames from `first` on is the highest within `reach` and at or over the threshold.

    Of equal neighbours the first one is.
    """
    here = roll[first : first + count]
    found: _Mask = here >= threshold
    for k in range(1, reach + 1):
        found &= here > roll[first - k : first - k + count]
        found &= here >= roll[first + k : first + k + count]
    return found


def _vertex(three: Values) -> float:
    """Where the parabola through a peak and its neighbours is highest, in frames from the middle: -0.5..0.5."""
    left, middle, right = (float(v) for v in three)
    bend = left - 2 * middle + right
    return 0.0 if bend >= -1e-9 else min(0.5, max(-0.5, 0.5 * (left - right) / bend))


def _silence(n_frames: int) -> Rolls:
    none = np.zeros((n_frames, N_PITCHES), np.float32)
    return Rolls(none, none, none, none)


def _joined(first: Rolls, second: Rolls) -> Rolls:
    offset = np.zeros_like(second.onset) if second.offset is None else second.offset
    held = np.zeros_like(first.onset) if first.offset is None else first.offset
    return Rolls(
        np.concatenate((first.onset, second.onset)),
        np.concatenate((first.frame, second.frame)),
        np.concatenate((first.velocity, second.velocity)),
        np.concatenate((held, offset)),
    )


def _last(rolls: Rolls, count: int) -> Rolls:
    assert rolls.offset is not None  # given by `_joined`
    return Rolls(rolls.onset[-count:], rolls.frame[-count:], rolls.velocity[-count:], rolls.offset[-count:])
