"""A recording on its score: the order of measures that was played and the time of every written beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ScoreError
from runtime.score import unfold
from runtime.score.align import again, apart, beside, coarse, features, fine, verify
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
    duration_s: float = 0.0
    alike: tuple[again.Alike, ...] = ()
    """Measures that were played which could as well be others."""

    def slower(self, factor: float) -> Alignment:
        """The alignment with the recording of the same performance that lasts `factor` times as long."""
        return replace(self, times_s=self.times_s * factor, duration_s=self.duration_s * factor)

    def remarks(self, score: Score) -> tuple[str, ...]:
        """What people should know of the place that was found."""
        out = []
        start, end = float(self.times_s[0]), float(self.times_s[-1])
        if self.duration_s - (end - start) > _MUCH_ELSE_S:
            out.append(f"the score is played from {start:.1f} s to {end:.1f} s of the recording; the rest is left out")
        number = [m.number for m in score.measures]
        places: dict[tuple[int, int, bool], list[str]] = {}
        for a in self.alike:
            other = f"{number[a.other]}-{number[a.other + a.last - a.first]}"
            places.setdefault((a.first, a.last, a.same), []).append(other)
        for (first, last, same), others in places.items():
            bars, here = ", ".join(others), f"{number[first]}-{number[last]}"
            if same:
                out.append(f"bars {bars} have the same notes as bars {here}: the first place is taken")
            else:
                out.append(f"bars {bars} may be what is played instead of bars {here}: they differ too little to tell")
        return tuple(out)

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
# Mean cost of a frame outside the score: in the first search, and in those after it.
_OUTSIDE = (0.5, 0.3, 0.3, 0.3)
_MIN_COVERAGE, _EXCERPT_BARS = 0.25, 12
# A path over so much of the recording leaves room for nothing else; another one must be so much better. Where an end of
# it (at most what is left) seems to be something else, another one that leaves it out must be nearly as good.
_ALONE, _BETTER, _AS_GOOD = 0.9, 1.05, 0.95
# So much of a score must be found in another key to say that it is transposed.
_MOST = 0.5
_MUCH_ELSE_S = 20.0
# What is less than that of a score must have so many bars and attacks, and its keys be struck so surely.
_EXCERPTS = ((3, 12, 0.6), (2, 24, 0.75))


def align(
    score: Score,
    blocks: Iterable[npt.NDArray[np.float32]],
    evidence: Evidence | None = None,
    ears: Path | None = None,
) -> Alignment:
    """Align mono audio at 22,050 Hz with a score; `ears` as in `features.listen`.

    Raises `ScoreError` when the recording is silent, plays another piece, or plays it in another key.
    """
    return align_features(score, features.listen(blocks, ears), evidence)


def align_features(score: Score, heard: features.Heard, evidence: Evidence | None = None) -> Alignment:
    """`align` for a recording whose features are known."""
    if not heard.harmony.any():
        raise ScoreError("the recording is silent, so it cannot be matched with the score")
    bars = apart.Bars.of(score)
    search = _searched(score, bars, heard, evidence)
    if search is None:
        raise _refusal(score, heard)
    longer = beside.with_bars_beside(score, bars, heard, search.outline)
    if longer is not search.outline:
        search = _placed(score, heard, longer, evidence)
    found, played, beats, placed = search.outline, search.played, search.beats, search.placed
    keys = [apart.Keys(bars, heard, played, p) for p in placed]
    counted = beside.not_heard(bars, found, keys)
    measures, alike = again.first_places(score, bars, found.measures, found.runs, keys)
    positions = np.concatenate([p.positions for p in placed])
    times = np.maximum.accumulate(np.concatenate([p.times_s for p in placed]))
    attacks, clarity = positions, np.concatenate([p.clarity for p in placed])
    struck = np.concatenate([verify.struck_around(p.struck) for p in placed])
    positions, times = _rising(positions, times)
    positions, times = with_unstruck(beats[0], positions, times)
    last_beat_q = float(score.measures[found.measures[-1]].time.beat_quarters)
    positions, times = _with_ends(played, positions, times, last_beat_q, heard.duration_s)
    unfolding = unfold.Unfolding.of(score, measures)
    return Alignment(
        tuple(measures),
        played.starts,
        positions,
        times,
        _counted(played, attacks, counted, _confidence(played, attacks, clarity, struck)),
        tuple(r.first for r in found.runs[1:]),
        unfold.repeats_taken(score, unfolding),
        tuple(sorted(set(range(len(score.measures))) - set(measures))),
        found.cost / max(1e-6, found.shifted),
        duration_s=heard.duration_s,
        alike=tuple(alike),
    )


@dataclass(frozen=True)
class _Searched:
    """What is played of a score, with all attacks placed."""

    outline: coarse.Outline
    played: Played
    beats: tuple[Floats, Floats]
    placed: list[fine.Placed]

    def seconds(self) -> float:
        """How long the score is played."""
        return sum(float(run.times_s[-1] - run.times_s[0]) for run in self.outline.runs)

    def struck(self) -> Floats:
        """Of all attacks."""
        return np.concatenate([p.struck for p in self.placed])

    def worth(self) -> float:
        """How much speaks for what was found."""
        return sum(verify.worth(p.struck)[2] for p in self.placed)


def _searched(
    score: Score, bars: apart.Bars, heard: features.Heard, evidence: Evidence | None, tries: int = len(_OUTSIDE)
) -> _Searched | None:
    """Where the recording plays the score, None when it does nowhere.

    A recording of the piece alone is found at once. Where something else is played too, a path is laid on that as
    well: then leaving the score is made cheap, and what the keys tell to be something else is passed over.
    """
    other = np.zeros(len(heard.harmony), bool)
    alone, must_be = None, 0.0
    for n, outside in enumerate(_OUTSIDE[:tries]):
        found = coarse.outline(score, heard, outside, other)
        if not found.runs:
            break
        here = _placed(score, heard, found, evidence)
        better = apart.told_apart(bars, heard, found, here.played, here.placed)
        if better is not found:
            here = _placed(score, heard, better, evidence)
        elsewhere = verify.elsewhere(here.outline.runs, here.placed, len(other))
        if _enough(score, here):
            whole = n or (here.seconds() >= _ALONE * heard.duration_s and not verify.hurries(here.placed, here.played))
            if not elsewhere.any() and whole:
                return here if here.worth() > must_be else alone
            if not n and not elsewhere.any():
                alone, must_be = here, _BETTER * here.worth()
            elif not n and len(here.outline.runs) == 1 and elsewhere.mean() <= 1 - _ALONE:
                alone, must_be = here, _AS_GOOD * here.worth()
        if n:
            other |= elsewhere
    return alone


def _placed(score: Score, heard: features.Heard, found: coarse.Outline, evidence: Evidence | None) -> _Searched:
    """An outline with all attacks placed."""
    played = play(score, found.measures)
    beats = _written_beats(score, played)
    return _Searched(found, played, beats, [fine.place_run(heard, played, r, beats, evidence) for r in found.runs])


def _enough(score: Score, here: _Searched) -> bool:
    """Whether so much of the score is found, and so well, that it cannot be chance."""
    found, struck = here.outline, here.struck()
    quarters = sum(float(score.measures[i].duration) for i in found.measures)
    if here.seconds() > coarse.SLOWEST * quarters or found.cost >= _WRONG_PIECE_RATIO * found.shifted:
        return False
    bars = len(set(found.measures))
    if bars >= _EXCERPT_BARS or bars >= _MIN_COVERAGE * len(score.measures):
        return True
    return any(bars >= b and len(struck) >= n and float(struck.mean()) >= sure for b, n, sure in _EXCERPTS)


def _refusal(score: Score, heard: features.Heard) -> ScoreError:
    semitones, totals = coarse.best_transposition(score, heard)
    if semitones and totals.min() < 0.8 * float(np.median(totals)):
        notes = tuple(replace(n, pitch=n.pitch + semitones) for n in score.notes)
        transposed = replace(score, notes=notes)
        there = _searched(transposed, apart.Bars.of(transposed), heard, None, tries=1)
        if there is not None and len(set(there.outline.measures)) >= _MOST * len(score.measures):
            return AnotherPitch(semitones)
    return ScoreError(
        "the recording does not play this score, or no part of it that could be told from another",
        cause="a different piece or movement, fewer than four bars of it, or a recording without enough piano",
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
_COUNTED = 0.4
# Where performances of training folds end with a beat after the last attack, this factor puts the most of them within a
# quarter of a second of the label: little more than a third.
_RITARDANDO = 1.2


def _rising(positions: Floats, times: Floats) -> tuple[Floats, Floats]:
    """The knots without those that share a time."""
    keep = np.concatenate([[True], np.diff(times) > 1e-4])
    if keep.sum() < 2:
        raise ScoreError("fewer than two attacks of the score were found in the recording")
    return positions[keep], times[keep]


def _with_ends(
    played: Played, positions: Floats, times: Floats, last_beat_q: float, duration_s: float
) -> tuple[Floats, Floats]:
    """Rising knots that also cover the first and last position, within the recording.

    What is before the first attack has the pace of the nearest bars, what is after the last one that of the last
    beat, and a little slower; where the recording has no room for that, it is as fast as it must be.
    """
    positions, times = _rising(positions, times)

    def pace(i: int, j: int) -> float:
        return float((times[j] - times[i]) / max(positions[j] - positions[i], 1e-6))

    n = min(_OPENING_KNOTS, len(times) - 1)
    start, end = float(played.starts[0]), float(played.starts[-1])
    if positions[0] > start:
        times = np.concatenate([[max(0.0, times[0] - (positions[0] - start) * pace(0, n))], times])
        positions = np.concatenate([[start], positions])
    if positions[-1] < end:
        back = min(last_beat_q, float(positions[-1] - positions[0]))
        ending = (times[-1] - float(np.interp(positions[-1] - back, positions, times))) / back
        times = np.concatenate([times, [times[-1] + (end - positions[-1]) * _RITARDANDO * ending]])
        positions = np.concatenate([positions, [end]])
    return positions, np.clip(times, 0.0, duration_s)


def _counted(played: Played, positions: Floats, not_heard: list[int], confidence: Floats) -> Floats:
    """The confidence of the measures, before the first and after the last attack no higher than an uncertain one's, and
    of those of which nothing is heard: where these are was counted."""
    where = np.searchsorted(played.starts[:-1], positions, side="right") - 1
    measure = np.arange(len(played.measures))
    outside = (measure < where.min()) | (measure > where.max()) | np.isin(measure, not_heard)
    return np.asarray(np.where(outside, np.minimum(confidence, _COUNTED), confidence))


def _confidence(played: Played, positions: Floats, clarity: Floats, struck: Floats) -> Floats:
    """Per measure: how clearly its attacks were heard, with those of the neighbouring bars, but no more than the keys
    that are struck around there let one believe that it is this measure."""
    where = np.searchsorted(played.starts[:-1], positions, side="right") - 1
    count = np.bincount(where, minlength=len(played.measures)).astype(np.float64)

    def scaled(values: Floats, none: float, full: float) -> Floats:
        total = np.bincount(where, values, minlength=len(played.measures))
        kernel = np.array([0.5, 1.0, 0.5])  # not mode="same", which is three long for one measure or two
        mean = np.convolve(total, kernel)[1:-1] / np.maximum(np.convolve(count, kernel)[1:-1], 1e-6)
        return np.asarray(np.clip((mean - none) / (full - none), 0, 1))

    return np.asarray(np.minimum(scaled(clarity, *_CLARITY), scaled(struck, *_STRUCK)))


# What is no sign of a measure, and what is a full one.
_CLARITY, _STRUCK = (0.25, 0.6), (0.25, 0.45)


def position_in(score: Score, alignment: Alignment, time_s: float) -> tuple[int, Fraction]:
    """(measure index, written position in quarters, to a 48th) at a time of the recording."""
    n, offset = alignment.place_at(time_s)
    index = alignment.measures[n]
    m = score.measures[index]
    return index, m.start + min(m.duration, Fraction(round(offset * 48), 48))
