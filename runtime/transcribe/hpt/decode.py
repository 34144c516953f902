"""From the network's rolls to notes and pedal, by the rules of Kong et al. (2021), in stretches of any length.

Q. Kong, B. Li, X. Song, Y. Wan, Y. Wang, "High-resolution Piano Transcription with Pedals by Regressing Onset and
Offset Times", IEEE/ACM TASLP 29, 2021, section III-D. The onset and offset rolls hold, per frame, a triangle around
each event; its two flanks say to a fraction of a frame where the event was.

Three things differ from the published program: of a peak with a flat top only one note remains (there, notes of no
or negative length come out, or times that are not numbers), a pedal that is down at the end of the recording ends
there (there, it is left out), and velocities are within 1..127 (there, 0..128).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.notes.played import Floats, PlayedNotes
from runtime.transcribe.rolls import Values

FRAMES_PER_S = 100
COLUMNS = 4 * N_PITCHES + 2
"""Columns of a stretch: onset, offset, frame, velocity of 88 keys each, then pedal offset and pedal frame."""

ONSET_THRESHOLD = 0.3
OFFSET_THRESHOLD = 0.3
FRAME_THRESHOLD = 0.1
PEDAL_OFFSET_THRESHOLD = 0.2
PEDAL_THRESHOLD = 0.5
_ONSET_REACH, _OFFSET_REACH = 2, 4  # frames to either side over which a peak must fall
_LONGEST_FRAMES = 600
_PEDAL_PATIENCE_FRAMES = 10
_VELOCITY_SCALE = 128
_MARGIN = _OFFSET_REACH
_NONE = -1

_Mask = npt.NDArray[np.bool_]


class HptDecoder:
    """Takes the columns of a recording, shape (n, `COLUMNS`), in consecutive stretches; how they are cut changes
    nothing."""

    def __init__(self) -> None:
        # Beyond both ends everything is infinitely high, so that no peak is found that touches an end.
        self._held: Values = np.full((_MARGIN, COLUMNS), np.inf, np.float32)
        self._next_frame = 0  # the first that is not decoded yet; it lies at _MARGIN of what is held
        self._keys = _Keys()
        self._pedal = _Pedal()

    def push(self, columns: Values) -> None:
        """Go on with the next frames; values are finite."""
        whole = np.concatenate((self._held, columns))
        count = len(whole) - 2 * _MARGIN
        if count > 0:
            self._decode(whole, count)
            self._next_frame += count
            whole = whole[-2 * _MARGIN :].copy()
        self._held = whole

    def finish(self) -> tuple[PlayedNotes, Floats]:
        """End what still sounds: the notes, and the height of each one's onset peak (0..1), shape (n,)."""
        if self._next_frame or len(self._held) > _MARGIN:
            self.push(np.full((_MARGIN, COLUMNS), np.inf, np.float32))
        last = self._next_frame - 1
        self._keys.end(last)
        self._pedal.end(last)
        rows = sorted(self._keys.rows, key=lambda r: (r[0], r[2]))
        table = np.array(rows, np.float64).reshape(-1, 5)
        pitch, velocity = table[:, 2].astype(np.int64), table[:, 3].astype(np.int64)
        notes = PlayedNotes(table[:, 0], table[:, 1], pitch, velocity, tuple(self._pedal.spans))
        return notes, table[:, 4]

    def _decode(self, whole: Values, count: int) -> None:
        onset, offset, frame, velocity = (whole[:, k * N_PITCHES : (k + 1) * N_PITCHES] for k in range(4))
        inside = slice(_MARGIN, _MARGIN + count)
        onsets, onset_shift = _peaks(onset, count, ONSET_THRESHOLD, _ONSET_REACH)
        offsets, offset_shift = _peaks(offset, count, OFFSET_THRESHOLD, _OFFSET_REACH)
        quiet = frame[inside] <= FRAME_THRESHOLD
        for t in range(count):
            at = self._next_frame + t
            for key in np.flatnonzero(onsets[t]).tolist():
                peak = onset[_MARGIN + t, key]
                self._keys.strike(key, at, onset_shift[t, key], velocity[_MARGIN + t, key], peak)
            self._keys.step(at, quiet[t], offsets[t], offset_shift[t])
        ups, up_shift = _peaks(whole[:, -2:-1], count, PEDAL_OFFSET_THRESHOLD, _OFFSET_REACH)
        down = whole[_MARGIN - 1 : _MARGIN + count, -1]
        rising = (down[1:] >= PEDAL_THRESHOLD) & (down[1:] > down[:-1])
        for t in range(count):
            released = bool(down[t + 1] <= PEDAL_THRESHOLD)
            self._pedal.step(self._next_frame + t, bool(rising[t]), released, bool(ups[t, 0]), float(up_shift[t, 0]))


class _Keys:
    """The note that sounds on each of the 88 keys, and the rows (onset_s, offset_s, pitch, velocity, height) so far."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, float, int, int, float]] = []
        self._begin = np.full(N_PITCHES, _NONE)
        self._onset = np.zeros(N_PITCHES)  # in frames, with the fraction
        self._velocity = np.zeros(N_PITCHES)
        self._height = np.zeros(N_PITCHES)
        self._offset = np.full(N_PITCHES, _NONE)  # the frame of the first offset peak since the onset
        self._offset_shift = np.zeros(N_PITCHES)

    def strike(self, key: int, at: int, shift: float, velocity: float, height: float) -> None:
        """A key is struck at frame `at`; what sounds on it ends just before."""
        if self._begin[key] != _NONE:
            self._close(key, at - 1)
        self._begin[key], self._onset[key] = at, at + shift
        self._velocity[key], self._height[key] = velocity, height

    def step(self, at: int, quiet: _Mask, offsets: _Mask, shift: Floats) -> None:
        """End notes at frame `at`: where the frame roll is quiet, or at the offset peak before it if that is nearer to
        it than to the onset; else after 6 s."""
        sounds = (self._begin != _NONE) & (self._begin < at)
        first = sounds & offsets & (self._offset == _NONE)
        if first.any():
            self._offset[first], self._offset_shift[first] = at, shift[first]
        ends = sounds & (quiet | (at - self._begin >= _LONGEST_FRAMES))
        for key in np.flatnonzero(ends).tolist():
            peak = int(self._offset[key])
            if quiet[key] and peak != _NONE and peak - self._begin[key] > at - peak:
                self._close(key, peak + float(self._offset_shift[key]))
            else:
                self._close(key, at + float(shift[key]))

    def end(self, last: int) -> None:
        """End everything at the recording's last frame."""
        for key in np.flatnonzero(self._begin != _NONE).tolist():
            self._close(key, last)

    def _close(self, key: int, end: float) -> None:
        if end > self._onset[key]:
            velocity = min(127, max(1, int(self._velocity[key] * _VELOCITY_SCALE)))
            height = min(1.0, max(0.0, float(self._height[key])))
            onset_s = float(self._onset[key]) / FRAMES_PER_S
            self.rows.append((onset_s, end / FRAMES_PER_S, key + LOWEST_PITCH, velocity, height))
        self._begin[key] = self._offset[key] = _NONE


class _Pedal:
    """Whether the pedal is down, and the spans (down_s, up_s) so far."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []
        self._begin = self._released = _NONE

    def step(self, at: int, rising: bool, released: bool, up: bool, shift: float) -> None:
        """It goes down where its frame roll rises to the threshold; it is up at the next offset peak, or where the
        frame roll fell when no such peak comes within 0.1 s."""
        if rising and self._begin == _NONE:
            self._begin = at
        if self._begin in (_NONE, at):
            return
        if released and self._released == _NONE:
            self._released = at
        if up:
            self._close(at + shift)
        elif self._released != _NONE and at - self._released >= _PEDAL_PATIENCE_FRAMES:
            self._close(self._released)

    def end(self, last: int) -> None:
        """The recording ends at frame `last`."""
        if self._begin != _NONE:
            self._close(last if self._released == _NONE else self._released)

    def _close(self, end: float) -> None:
        if end > self._begin:
            self.spans.append((self._begin / FRAMES_PER_S, end / FRAMES_PER_S))
        self._begin = self._released = _NONE


def _peaks(roll: Values, count: int, threshold: float, reach: int) -> tuple[_Mask, Floats]:
    """Which of `count` frames from `_MARGIN` on are peaks over `threshold`, and how far from the frame each peak is
    (-0.5..0.5 frames, 0 elsewhere), both of shape (count, keys).

    The two flanks of the triangle have the same slope: the steeper side of the highest frame gives it.
    """
    found = roll[_MARGIN : _MARGIN + count] > threshold
    for k in range(reach):
        before, after = _MARGIN - k, _MARGIN + k
        found &= roll[before : before + count] >= roll[before - 1 : before - 1 + count]
        found &= roll[after : after + count] >= roll[after + 1 : after + 1 + count]
    shift = np.zeros(found.shape)
    t, key = np.nonzero(found)
    left, middle, right = (roll[_MARGIN + t + d, key].astype(np.float64) for d in (-1, 0, 1))
    slope = middle - np.minimum(left, right)
    shift[t, key] = np.divide(right - left, 2 * slope, out=np.zeros_like(slope), where=slope > 0)
    return found, shift
