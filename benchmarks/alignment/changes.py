"""What concert recordings do to an aligner: other repeats than the page asks for, and applause at both ends.

Repeats: a score has its own repeat signs. Where it has none (the mazurka scores are unfolded) it gets them back at
passages of 4 to 32 bars that follow themselves, and failing that, around every other 16 bars. One of all orders
that the signs allow is drawn, and the recording is cut at bar lines and put together in that order (a recorded bar
may be heard twice, or not at all).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from benchmarks.alignment.data import Truth
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score import unfold
from runtime.score.table import Note, Score

Audio = npt.NDArray[np.float32]

APPLAUSE_S = 10.0
_CLAP_SHARE, _CLAP_SAMPLES, _CLAP_LEVEL = 0.1, 50, 0.3
_LONGEST_PASSAGE, _SHORTEST_PASSAGE = 32, 4
# Players strike early: a cut falls this long before the known time of the bar line, with a short cross-fade.
_BEFORE_BAR_S, _FADE_S = 0.05, 0.02
_MOST_ORDERS = 64


@dataclass(frozen=True)
class Recording:
    """Audio of a score with its known beats."""

    score: Score
    audio: Audio
    truth: Truth


def applauded(recording: Recording) -> Recording:
    """With ten seconds of claps before and after."""
    random = np.random.default_rng(0)
    n = int(APPLAUSE_S * SAMPLE_RATE_HZ)
    level = _CLAP_LEVEL * float(np.abs(recording.audio).max())

    def claps() -> Audio:
        heard = np.repeat(random.random(n // _CLAP_SAMPLES + 1) < _CLAP_SHARE, _CLAP_SAMPLES)[:n]
        return (level * random.standard_normal(n) * heard).astype(np.float32)

    truth = replace(recording.truth, seconds=recording.truth.seconds + n / SAMPLE_RATE_HZ)
    return Recording(recording.score, np.concatenate([claps(), recording.audio, claps()]), truth)


def shuffled(recording: Recording, seed: int) -> Recording:
    """With the repeats of another order of playing. Raises `LookupError` when the score has none."""
    score, truth = recording.score, recording.truth
    if not any(m.repeat_times or m.jump for m in score.measures):
        try:
            score, truth = folded(score, truth)
        except LookupError:
            score = signed(score)
    played = truth.order[: int(truth.turn.max()) + 1]
    others = [u.measures for u in unfold.unfoldings(score, _MOST_ORDERS) if u.measures[: len(played)] != played]
    if not others:
        raise LookupError("no repeats")
    wanted = others[int(np.random.default_rng(seed).integers(len(others)))]
    return _in_order(Recording(score, recording.audio, truth), wanted)


def folded(score: Score, truth: Truth) -> tuple[Score, Truth]:
    """The score with repeat signs in place of equal passages. Raises `LookupError` when there are none."""
    content = _contents(score)
    keep, same = list[int](), dict[int, int]()
    starts, ends, i = set[int](), set[int](), 0
    while i < len(content):
        length = _passage(content, i)
        for k in range(i, i + max(1, length)):
            same[k] = same[k + length] = len(keep)
            keep.append(k)
        if length:
            starts.add(same[i])
            ends.add(len(keep) - 1)
        i += max(1, 2 * length)
    if not ends:
        raise LookupError("no repeats")
    measures, position = [], Fraction(0)
    for n, k in enumerate(keep):
        m = replace(score.measures[k], index=n, start=position, repeat_start=n in starts, repeat_times=2 * (n in ends))
        measures.append(m)
        position += m.duration
    moved = {k: (n, measures[n].start - score.measures[k].start) for n, k in enumerate(keep)}
    notes = [_moved(note, *moved[note.measure]) for note in score.notes if note.measure in moved]
    order = tuple(same[k] for k in truth.order)
    return replace(score, measures=tuple(measures), notes=tuple(notes), tempos=(), marks=()), replace(
        truth, order=order
    )


def signed(score: Score) -> Score:
    """The score with repeat signs around every other 16 bars, or around the second quarter of a short one."""
    n = len(score.measures)
    passages = [(k, k + 15) for k in range(8, n - 17, 32)] or [(n // 4, n // 2)]
    starts, ends = {a for a, _ in passages}, {b for _, b in passages}
    measures = tuple(
        replace(m, repeat_start=m.index in starts, repeat_times=2 * (m.index in ends)) for m in score.measures
    )
    return replace(score, measures=measures)


def _moved(note: Note, measure: int, by: Fraction) -> Note:
    return replace(note, measure=measure, onset=note.onset + by)


def _contents(score: Score) -> list[tuple[object, ...]]:
    """What is written in each measure, comparable."""
    out: list[list[tuple[object, ...]]] = [[] for _ in score.measures]
    for note in score.notes:
        at = note.onset - score.measures[note.measure].start
        out[note.measure].append((at, note.duration, note.pitch, note.grace, note.tied))
    return [(m.duration, *sorted(notes, key=repr)) for m, notes in zip(score.measures, out, strict=True)]


def _passage(content: list[tuple[object, ...]], i: int) -> int:
    """How many measures from `i` on come again at once; 0 when too few do."""
    for length in range(_LONGEST_PASSAGE, _SHORTEST_PASSAGE - 1, -1):
        if i + 2 * length <= len(content) and content[i : i + length] == content[i + length : i + 2 * length]:
            return length
    return 0


def _in_order(recording: Recording, wanted: tuple[int, ...]) -> Recording:
    """The recording with its bars in another order, up to the first bar that it does not have."""
    truth = recording.truth
    bars = _bar_times(recording)
    turns = _sources(truth.order[: len(bars) - 1], wanted)
    pieces, seconds, turn, source, now = list[Audio](), list[float](), list[int](), list[int](), 0
    for first, last, at in _runs(turns):
        a, b = (round(max(0.0, bars[k] - _BEFORE_BAR_S) * SAMPLE_RATE_HZ) for k in (first, last + 1))
        if last + 2 == len(bars):
            b = len(recording.audio)
        if first == 0:
            a = 0
        here = np.flatnonzero((truth.turn >= first) & (truth.turn <= last))
        seconds += (truth.seconds[here] + (now - a) / SAMPLE_RATE_HZ).tolist()
        turn += (truth.turn[here] - first + at).tolist()
        source += here.tolist()
        pieces.append(recording.audio[a:b])
        now += b - a
    k = np.array(source)
    changed = replace(
        truth, seconds=np.array(seconds), turn=np.array(turn), offset_q=truth.offset_q[k], order=wanted,
        unclear=truth.unclear[k], struck=truth.struck[k], confirmed=truth.confirmed[k],
    )  # fmt: skip
    return Recording(recording.score, _joined(pieces), changed)


def _bar_times(recording: Recording) -> npt.NDArray[np.float64]:
    """Seconds at which each played bar that is recorded begins, and the end of the last one."""
    truth, measures = recording.truth, recording.score.measures
    starts = np.concatenate([[0.0], np.cumsum([float(measures[i].duration) for i in truth.order])])
    last = int(truth.turn.max())
    positions = starts[truth.turn] + truth.offset_q
    times = np.interp(starts[: last + 2], positions, truth.seconds)
    times[-1] = len(recording.audio) / SAMPLE_RATE_HZ
    return times


def _sources(order: tuple[int, ...], wanted: tuple[int, ...]) -> list[int]:
    """For each wanted bar the recorded one to take: the next one as long as it fits, else the first one not used."""
    out, used = list[int](), set[int]()
    for index in wanted:
        following = out[-1] + 1 if out else 0
        if following < len(order) and order[following] == index:
            found = following
        else:
            choices = [k for k, i in enumerate(order) if i == index]
            if not choices:
                break
            found = next((k for k in choices if k not in used), choices[0])
        out.append(found)
        used.add(found)
    if not out:
        raise LookupError("the recording has none of the bars wanted")
    return out


def _runs(turns: list[int]) -> list[tuple[int, int, int]]:
    """(first recorded bar, last recorded bar, place in the wanted order) of each stretch without a cut."""
    out: list[tuple[int, int, int]] = []
    for at, k in enumerate(turns):
        if out and out[-1][1] + 1 == k:
            out[-1] = (out[-1][0], k, out[-1][2])
        else:
            out.append((k, k, at))
    return out


def _joined(pieces: list[Audio]) -> Audio:
    """Pieces end to end, each fading in and out for a moment where it was cut."""
    n = int(_FADE_S * SAMPLE_RATE_HZ)
    ramp = np.linspace(0, 1, n, dtype=np.float32)
    out = []
    for k, piece in enumerate(pieces):
        piece = piece.copy()
        if len(piece) > 2 * n:
            if k:
                piece[:n] *= ramp
            if k + 1 < len(pieces):
                piece[-n:] *= ramp[::-1]
        out.append(piece)
    return np.concatenate(out)
