"""A recording on its score: the order of measures that was played and the time of every written beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ScoreError
from runtime.score import unfold
from runtime.score.align import coarse, features, fine
from runtime.score.align.fine import Evidence
from runtime.score.align.performance import Played, play
from runtime.score.align.unstruck import with_unstruck
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BeatTime:
    """A written beat as it was played: seconds, measure index, beat in the bar from 1, confidence 0..1."""

    time_s: float
    measure: int
    position: int
    confidence: float


@dataclass(frozen=True)
class Alignment:
    """Where a recording is in its score.

    `measures` in playing order; `positions` (quarters on that played axis) and `times_s` are the knots of a
    monotone map; `confidence` per measure played, 0..1; `breaks` are the indexes into `measures` before which
    the player left the score's order (a cut, a false start); `repeats` tells for each repeat sign whether it
    was taken; `fit` is small for a good match (0.1 to 0.45; above 0.6 a recording is refused).
    """

    measures: tuple[int, ...]
    starts: Floats
    positions: Floats
    times_s: Floats
    confidence: Floats
    breaks: tuple[int, ...]
    repeats: dict[int, bool]
    unplayed: tuple[int, ...]
    fit: float
    tuning_hz: float | None = None
    """The a' of the recording, for which the score was found; None when nothing is known of it."""

    def slower(self, factor: float) -> Alignment:
        """The alignment with the recording of the same performance that lasts `factor` times as long."""
        return replace(self, times_s=self.times_s * factor)

    def times_of(self, positions: npt.ArrayLike) -> Floats:
        """Seconds of positions on the played axis."""
        return np.interp(np.asarray(positions, dtype=np.float64), self.positions, self.times_s)

    def place_at(self, time_s: float) -> tuple[int, float]:
        """(index into `measures`, quarters from that measure's start) at a time of the recording."""
        position = float(np.interp(time_s, self.times_s, self.positions))
        n = int(np.searchsorted(self.starts[:-1], position, side="right")) - 1
        n = max(0, min(n, len(self.measures) - 1))
        return n, position - float(self.starts[n])

    def beats(self, score: Score) -> list[BeatTime]:
        """Every written beat in playing order."""
        out = []
        for n, index in enumerate(self.measures):
            for at, _, beat in score.beats(index, index):
                position = float(self.starts[n]) + float(at - score.measures[index].start)
                out.append(BeatTime(float(self.times_of(position)), index, beat, float(self.confidence[n])))
        return out

    def summary(self, score: Score) -> dict[str, Any]:
        """The alignment as plain data for `Analysis.score`."""
        taken = [n for n, yes in self.repeats.items() if yes]
        poor = sorted({i for i, c in zip(self.measures, self.confidence, strict=True) if c < POOR})
        numbers = [m.number for m in score.measures]
        return {
            "format": score.format,
            "measures_played": [numbers[i] for i in self.measures],
            "repeats_taken": taken,
            "repeats_not_taken": [n for n, yes in self.repeats.items() if not yes],
            "breaks": [numbers[self.measures[i]] for i in self.breaks],
            "measures_not_played": [numbers[i] for i in self.unplayed],
            "measures_uncertain": [numbers[i] for i in poor],
            "start_s": round(float(self.times_s[0]), 3),
            "end_s": round(float(self.times_s[-1]), 3),
            "fit": round(self.fit, 4),
            "tuning_hz": None if self.tuning_hz is None else round(self.tuning_hz, 1),
            "beats": [
                {"time_s": round(b.time_s, 4), "measure": numbers[b.measure], "position": b.position,
                 "confidence": round(b.confidence, 4)}
                for b in self.beats(score)
            ],
        }  # fmt: skip


class AnotherPitch(ScoreError):
    """The recording plays the score `semitones` higher (negative: lower)."""

    def __init__(self, semitones: int) -> None:
        self.semitones = semitones
        direction = "higher" if semitones > 0 else "lower"
        super().__init__(
            f"the recording sounds {abs(semitones)} semitone{'s' * (abs(semitones) > 1)} {direction} than the score",
            cause="a transposed score, or a recording at another pitch or speed",
            advice="Transpose the score to the key of the recording",
        )


POOR = 0.5
# Cost of the best path over its cost with the recording moved by seconds. Training and validation pieces: 0.15-0.45
# for recordings of the piece; recordings of other pieces were above 0.62 unless minutes were held against a few bars
# (see `coarse.SLOWEST`), or only a few bars were found.
_WRONG_PIECE_RATIO = 0.6
# Mean probability that the keys of an attack are struck where it is placed. Training and validation pieces: 0.6-0.9,
# recordings of other pieces about 0.2, whose fit may be below 0.5 when bars, key and rhythm are alike.
_LEAST_STRUCK = 0.4
_MIN_COVERAGE = 0.25
# An excerpt may be a smaller part of its score when it has so many bars.
_EXCERPT_BARS = 12


def align(score: Score, blocks: Iterable[npt.NDArray[np.float32]], evidence: Evidence | None = None) -> Alignment:
    """Align mono audio at 22,050 Hz with a score.

    Raises `ScoreError` when the recording is silent, plays another piece, or plays it in another key.
    """
    return align_features(score, features.listen(blocks), evidence)


def align_features(score: Score, heard: features.Heard, evidence: Evidence | None = None) -> Alignment:
    """`align` for a recording whose features are known."""
    if not heard.harmony.any():
        raise ScoreError("the recording is silent, so it cannot be matched with the score")
    found = coarse.outline(score, heard)
    fit = found.cost / max(1e-6, found.shifted)
    _check_piece(score, heard, found, fit)
    played = play(score, found.measures)
    beats = _written_beats(score, played)
    placed = [fine.place_run(heard, played, run, beats, evidence) for run in found.runs]
    if float(np.mean(np.concatenate([p.struck for p in placed]))) < _LEAST_STRUCK:
        raise _refusal(score, heard, "")
    positions = np.concatenate([p.positions for p in placed])
    times = np.maximum.accumulate(np.concatenate([p.times_s for p in placed]))
    clarity = np.concatenate([p.clarity for p in placed])
    positions, times = _rising(positions, times)
    positions, times = with_unstruck(beats[0], positions, times)
    last_beat_q = float(score.measures[found.measures[-1]].time.beat_quarters)
    positions, times = _with_ends(played, positions, times, last_beat_q)
    unfolding = unfold.Unfolding.of(score, found.measures)
    return Alignment(
        tuple(found.measures),
        played.starts,
        positions,
        times,
        _confidence(played, np.concatenate([p.positions for p in placed]), clarity),
        tuple(r.first for r in found.runs[1:]),
        unfold.repeats_taken(score, unfolding),
        tuple(sorted(set(range(len(score.measures))) - set(found.measures))),
        fit,
    )


def _check_piece(score: Score, heard: features.Heard, found: coarse.Outline, fit: float) -> None:
    bars = len(set(found.measures))
    covered = bars / len(score.measures)
    seconds = sum(float(run.times_s[-1] - run.times_s[0]) for run in found.runs)
    quarters = sum(float(score.measures[i].duration) for i in found.measures)
    playable = seconds <= coarse.SLOWEST * quarters
    if playable and fit < _WRONG_PIECE_RATIO and (covered >= _MIN_COVERAGE or bars >= _EXCERPT_BARS):
        return
    raise _refusal(score, heard, f" (only {covered:.0%} of its bars were found)" if fit < _WRONG_PIECE_RATIO else "")


def _refusal(score: Score, heard: features.Heard, detail: str) -> ScoreError:
    semitones, totals = coarse.best_transposition(score, heard)
    if semitones and totals.min() < 0.8 * float(np.median(totals)):
        return AnotherPitch(semitones)
    return ScoreError(
        f"the recording does not play this score{detail}",
        cause="a different piece or movement, or a recording without enough piano",
        advice="Check that the recording and the score are of the same movement",
    )


def _written_beats(score: Score, played: Played) -> tuple[Floats, Floats]:
    """Positions on the played axis of all beats and of the downbeats."""
    beats, downbeats = [], []
    for n, index in enumerate(played.measures):
        for at, _, beat in score.beats(int(index), int(index)):
            position = float(played.starts[n]) + float(at - score.measures[int(index)].start)
            beats.append(position)
            if beat == 1:
                downbeats.append(position)
    return np.array(beats), np.array(downbeats)


_OPENING_KNOTS = 8
# Where performances of training folds end with a beat after the last attack, this factor puts the most of them within a
# quarter of a second of the label: little more than a third.
_RITARDANDO = 1.2


def _rising(positions: Floats, times: Floats) -> tuple[Floats, Floats]:
    """The knots without those that share a time."""
    keep = np.concatenate([[True], np.diff(times) > 1e-4])
    if keep.sum() < 2:
        raise ScoreError("fewer than two attacks of the score were found in the recording")
    return positions[keep], times[keep]


def _with_ends(played: Played, positions: Floats, times: Floats, last_beat_q: float) -> tuple[Floats, Floats]:
    """Strictly rising knots that also cover the first and last position.

    What is before the first attack has the pace of the nearest bars, what is after the last one that of the last
    beat, and a little slower.
    """
    positions, times = _rising(positions, times)

    def pace(i: int, j: int) -> float:
        return float((times[j] - times[i]) / max(positions[j] - positions[i], 1e-6))

    n = min(_OPENING_KNOTS, len(times) - 1)
    start, end = float(played.starts[0]), float(played.starts[-1])
    if positions[0] > start:
        times = np.concatenate([[times[0] - (positions[0] - start) * pace(0, n)], times])
        positions = np.concatenate([[start], positions])
    if positions[-1] < end:
        back = min(last_beat_q, float(positions[-1] - positions[0]))
        ending = (times[-1] - float(np.interp(positions[-1] - back, positions, times))) / back
        times = np.concatenate([times, [times[-1] + (end - positions[-1]) * _RITARDANDO * ending]])
        positions = np.concatenate([positions, [end]])
    return positions, times


def _confidence(played: Played, positions: Floats, clarity: Floats) -> Floats:
    """Per measure: how clearly its attacks were heard, with those of the neighbouring bars."""
    total = np.zeros(len(played.measures))
    count = np.zeros(len(played.measures))
    where = np.searchsorted(played.starts[:-1], positions, side="right") - 1
    np.add.at(total, where, clarity)
    np.add.at(count, where, 1)
    kernel = np.array([0.5, 1.0, 0.5])
    smooth_total, smooth_count = (np.convolve(v, kernel, mode="same") for v in (total, count))
    mean = smooth_total / np.maximum(smooth_count, 1e-6)
    return np.asarray(np.clip((mean - _CLARITY_NONE) / (_CLARITY_FULL - _CLARITY_NONE), 0, 1))


_CLARITY_NONE, _CLARITY_FULL = 0.25, 0.6


def position_in(score: Score, alignment: Alignment, time_s: float) -> tuple[int, Fraction]:
    """(measure index, written position in quarters, to a 48th) at a time of the recording."""
    n, offset = alignment.place_at(time_s)
    index = alignment.measures[n]
    m = score.measures[index]
    return index, m.start + min(m.duration, Fraction(round(offset * 48), 48))
