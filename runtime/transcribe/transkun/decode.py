"""From what the network says of one segment to intervals, and from the intervals of all segments to notes.

An event (a key, a pedal) is a row of intervals [begin, end] in frames that do not overlap but may touch. The score of
an interval of two frames or more is the product of what the network says of its end and of its begin, times its
length; an interval of one frame has a score of its own and is taken when that is above 0; what lies between costs
nothing. The row of the highest score is found for all events at once, from the last frame to the first (the semi-Markov
conditional random field of Yan and Duan, with their rules for what goes on from one segment into the next).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.notes.played import Floats, PlayedNotes
from runtime.transcribe.rolls import Values
from runtime.transcribe.transkun.frames import (
    EVENTS,
    FIRST_FRAME,
    FRAME_S,
    LAST_FRAME,
    LEAD_SAMPLES,
    SAMPLE_RATE_HZ,
    STEP_FRAMES,
    STEP_SAMPLES,
    SUSTAIN,
)

Ints = npt.NDArray[np.int64]
_BEGINS_AT_ONCE = 32
_SHORTEST_S = 1e-8
_EPS = float(np.finfo(np.float32).eps)
_FLAT = (0.499, 0.501)  # where the mean below is told by its series


@dataclass(frozen=True, eq=False)
class Heard:
    """What the network says of one segment: `ends`, `begins` and `context` [events, frames, 256], `single` [events,
    frames]."""

    ends: Values
    begins: Values
    single: Values
    context: Values


@dataclass(frozen=True, eq=False)
class Attributes:
    """Of n intervals: logits of `velocity` [n, 128]; `refined` [n, 4]: by how much begin and end are moved within a
    frame (as logits), and whether they are inside the segment (logits)."""

    velocity: Values
    refined: Values


@dataclass(frozen=True)
class Event:
    """A note or a pressed pedal, in seconds; whether its begin and its end were seen."""

    kind: int
    start_s: float
    end_s: float
    velocity: int
    score: float
    begun: bool
    ended: bool


def best_intervals(heard: Heard, starts: Sequence[int]) -> tuple[list[list[tuple[int, int]]], list[list[float]]]:
    """For every event the intervals (begin, end) of the best row from frame `starts` on, and their scores."""
    n_events, n_frames, _ = heard.ends.shape
    value = np.zeros((n_events, n_frames), np.float32)
    follow = np.full((n_events, n_frames), -1, np.int64)  # the end of the best interval that begins here, -1 for none
    gained = np.zeros((n_events, n_frames), np.float32)
    once = np.maximum(heard.single, 0)
    value[:, -1] = once[:, -1]
    ends = np.ascontiguousarray(heard.ends.transpose(0, 2, 1))
    frames = np.arange(n_frames)
    every = np.arange(n_events)
    for stop in range(n_frames - 1, 0, -_BEGINS_AT_ONCE):
        first = max(0, stop - _BEGINS_AT_ONCE)
        scores = heard.begins[:, first:stop] @ ends[:, :, first:]
        for begin in range(stop - 1, first - 1, -1):
            reach = scores[:, begin - first, begin + 1 - first :] * (frames[begin + 1 :] - begin).astype(np.float32)
            totals = value[:, begin + 1 :] + reach
            best = totals.argmax(axis=1)
            taken = totals[every, best] > value[:, begin + 1]
            follow[:, begin] = np.where(taken, begin + 1 + best, -1)
            gained[:, begin] = reach[every, best]
            value[:, begin] = np.where(taken, totals[every, best], value[:, begin + 1]) + once[:, begin]
    rows = [_walk(follow[e], heard.single[e], gained[e], starts[e]) for e in range(n_events)]
    return [intervals for intervals, _ in rows], [scores for _, scores in rows]


def _walk(follow: Ints, single: Values, gained: Values, start: int) -> tuple[list[tuple[int, int]], list[float]]:
    intervals: list[tuple[int, int]] = []
    scores: list[float] = []
    last = len(follow) - 1
    at = start
    while at < last:
        if single[at] > 0:
            intervals.append((at, at))
            scores.append(float(single[at]))
        if follow[at] < 0:
            at += 1
        else:
            intervals.append((at, int(follow[at])))
            scores.append(float(gained[at]))
            at = int(follow[at])
    if single[last] > 0:
        intervals.append((last, last))
        scores.append(float(single[last]))
    return intervals, scores


def within_frame(logits: Values) -> Floats:
    """By how many frames a begin or an end is moved, -0.5..0.5: the mean of a continuous Bernoulli distribution."""
    p = np.clip(1 / (1 + np.exp(-logits.astype(np.float64))), _EPS, 1 - _EPS)
    flat = (p > _FLAT[0]) & (p < _FLAT[1])
    safe = np.where(flat, _FLAT[0], p)
    x = p - 0.5
    mean = np.where(
        flat, 0.5 + (1 / 3 + 16 / 45 * x**2) * x, safe / (2 * safe - 1) + 1 / (np.log1p(-safe) - np.log(safe))
    )
    return np.clip((mean - 0.5) / 0.99, -0.5, 0.5)


class TranskunDecoder:
    """Takes segments in order and gives the notes at the end."""

    def __init__(self, attributes: Callable[[Values, Values], Attributes]) -> None:
        """`attributes` tells of intervals by the context at their begins and ends, each [n, 256]."""
        self._attributes = attributes
        self._starts = [FIRST_FRAME] * len(EVENTS)
        self._n_segments = 0
        self._found: dict[int, list[Event]] = {kind: [] for kind in EVENTS}

    def push(self, heard: Heard) -> None:
        """Add the next segment."""
        rows, scores = best_intervals(heard, self._starts)
        n = [len(row) for row in rows]
        told = self._told(heard, rows) if sum(n) else None
        from_s = self._n_segments * STEP_SAMPLES / SAMPLE_RATE_HZ - LEAD_SAMPLES / SAMPLE_RATE_HZ
        at = 0
        for e, kind in enumerate(EVENTS):
            ends_with = 0
            if told is not None:
                events, ends_with = _events(kind, rows[e], scores[e], told, at)
                for event in events:
                    self._keep(_moved(event, from_s))
            at += n[e]
            self._starts[e] = max(ends_with - STEP_FRAMES, 0)
        self._n_segments += 1

    def _told(self, heard: Heard, rows: list[list[tuple[int, int]]]) -> _Told:
        event = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        begin, end = np.array([i for row in rows for i in row], np.int64).reshape(-1, 2).T
        found = self._attributes(heard.context[event, begin], heard.context[event, end])
        return _Told(found.velocity.argmax(axis=1), within_frame(found.refined[:, :2]), found.refined[:, 2:] > 0)

    def _keep(self, event: Event) -> None:
        """Add an event, or join it with the one before that it overlaps, in which the last segment knew less of it."""
        row = self._found[event.kind]
        if row and event.start_s < row[-1].end_s:
            if event.begun:
                row[-1] = event
            else:
                row[-1] = replace(row[-1], ended=event.ended, end_s=max(event.end_s, row[-1].end_s))
        elif event.begun:
            row.append(event)

    def finish(self) -> tuple[PlayedNotes, Floats]:
        """Notes by onset and pitch, the pedal, and how sure each note is (a squashed score, not calibrated)."""
        kept = {kind: _apart(row) for kind, row in self._found.items()}
        notes = sorted((n for kind in EVENTS if kind > 0 for n in kept[kind]), key=lambda n: (n.start_s, n.kind))
        table = np.array([(n.start_s, n.end_s, n.kind, n.velocity, n.score) for n in notes], np.float64).reshape(-1, 5)
        pedal = tuple((p.start_s, p.end_s) for p in kept[SUSTAIN])
        velocity = np.clip(table[:, 3], 1, 127).astype(np.int64)
        played = PlayedNotes(table[:, 0], table[:, 1], table[:, 2].astype(np.int64), velocity, pedal)
        return played, 1 / (1 + np.exp(-np.clip(table[:, 4], -30, 30)))


@dataclass(frozen=True, eq=False)
class _Told:
    """Of all intervals of a segment: velocity, how far begin and end are moved, and whether they are inside."""

    velocity: Ints
    moved: Floats
    inside: npt.NDArray[np.bool_]


def _events(
    kind: int, row: list[tuple[int, int]], scores: list[float], told: _Told, at: int
) -> tuple[list[Event], int]:
    """The events of one kind in seconds of the segment, and the frame in which the last one that ended did so."""
    events: list[Event] = []
    last_end_s, ends_with = 0.0, 0
    for k, (begin, end) in enumerate(row):
        moved, inside = told.moved[at + k], told.inside[at + k]
        start_s = max(float(begin + moved[0]) * FRAME_S, last_end_s)
        last_end_s = max(float(end + moved[1]) * FRAME_S, start_s + _SHORTEST_S)
        begun, ended = begin > 0 or bool(inside[0]), end < LAST_FRAME or bool(inside[1])
        events.append(Event(kind, start_s, last_end_s, int(told.velocity[at + k]), scores[k], begun, ended))
        if ended:
            ends_with = end
    return sorted(events, key=lambda e: (e.start_s, e.end_s)), ends_with


def _moved(event: Event, by_s: float) -> Event:
    start_s = max(event.start_s + by_s, 0.0)
    return replace(event, start_s=start_s, end_s=max(event.end_s + by_s, start_s))


def _apart(row: list[Event]) -> list[Event]:
    """Events that ended (the last one in any case), each no longer than until the next begins."""
    ended = sorted((e for k, e in enumerate(row) if e.ended or k == len(row) - 1), key=lambda e: (e.start_s, e.end_s))
    cut = [replace(e, end_s=min(e.end_s, after.start_s)) for e, after in pairwise(ended)] + ended[-1:]
    return [e for e in cut if e.start_s < e.end_s]
