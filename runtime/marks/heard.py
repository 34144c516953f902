"""What was heard on the beats of a score: how hard each was struck, over all the times that it was played."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from runtime.analysis import Analysis
from runtime.decode.bars import BarGrid
from runtime.decode.dynamics import EARLY_S
from runtime.decode.on_beats import SoundEvidence
from runtime.dynamics.touch import BeatNotes, Setting, Touch, even_loudness, features, known_touch, peaks, rules, touch
from runtime.marks.struck import Struck, struck, written
from runtime.network.parts import Parts, parts_named
from runtime.notes.played import PlayedNotes
from runtime.score.align.recording import POOR, Alignment
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_STEP_S = 0.02
LEAST_APART = 7.0
"""Velocities by which the bars of two passes differ when they are told apart."""
_FEWEST_BEATS = 4


@dataclass(frozen=True)
class PlayedBeats:
    """Every written beat in playing order [m]: seconds, its written `place` in quarters, `measure` among those played,
    and `of` [m], which written beat it is."""

    time_s: Floats
    place: Floats
    measure: Ints
    of: Ints

    def beat_of(self, notes: Struck) -> Ints:
        """The played beat in which each note begins."""
        far = 1e6
        keys = self.measure * far + self.place
        return np.clip(np.searchsorted(keys, notes.measure * far + notes.place + 1e-6, side="right") - 1, 0, None)


@dataclass(frozen=True)
class HeardInScore:
    """Of the n beats of `Score.beats`: place `at` in quarters, `measure`, `position` in the bar from 1 and
    `beats_per_bar`; `velocity` with its `variance` as in `runtime.dynamics.touch`, means over all passes (NaN and
    infinite where nothing was struck or the bar was not found); `log_p` [n, 5] of the level network, or None;
    `loudness_phon` [n]; `passes`, the velocity of each pass alone; the model's `parts`; and `apart`, repeats that were
    played otherwise the second time, where `velocity` is that of the first."""

    at: tuple[Fraction, ...]
    measure: Ints
    position: Ints
    beats_per_bar: Ints
    velocity: Floats
    variance: Floats
    log_p: Floats | None
    loudness_phon: Floats
    passes: tuple[Floats, ...]
    parts: Parts
    apart: tuple[slice, ...] = ()


def hear(score: Score, alignment: Alignment, evidence: SoundEvidence) -> HeardInScore:
    """How hard the beats of a score were struck, from the sound and the notes of the recording, where it has them."""
    beats = played_beats(score, alignment)
    setting, values, n_heard, notes = played_features(score, alignment, evidence, beats)
    if evidence.notes is not None and evidence.velocities_known and notes is not None:
        played = known_touch(notes, len(beats.time_s))
    else:
        played = touch(values, n_heard, rules(evidence.parts.path("touch"))[setting])
    grid = [(at, m, k) for at, m, k in score.beats()]
    time = [score.measures[m].time for _, m, _ in grid]
    good = np.asarray(alignment.confidence)[beats.measure] >= POOR
    measure = np.array([m for _, m, _ in grid], np.int64)
    velocity, variance, passes, apart = _over_passes(played, beats.of, good, measure)
    loud = peaks(evidence.loudness_phon, beats.time_s)
    return HeardInScore(
        tuple(at for at, _, _ in grid),
        measure,
        np.array([k for _, _, k in grid], np.int64),
        np.array([max(1, round(t.bar_quarters / t.beat_quarters)) for t in time], np.int64),
        velocity,
        variance,
        _level_evidence(score, evidence, beats, good, len(grid)),
        _mean(loud, beats.of, good, len(grid)),
        passes,
        evidence.parts,
        apart,
    )


def evidence_of(analysis: Analysis) -> SoundEvidence:
    """What a finished analysis still knows of the sound: its loudness curve."""
    loudness, model = analysis.loudness, analysis.model
    parts = parts_named(model.name, model.licence)
    return SoundEvidence.of_curve(np.array(loudness.ntot_sone), loudness.hop_s, parts)


def played_beats(score: Score, alignment: Alignment) -> PlayedBeats:
    """All beats that were played, in order."""
    index = {(at, m): i for i, (at, m, _) in enumerate(score.beats())}
    rows = [(at, n, index[at, i]) for n, i in enumerate(alignment.measures) for at, _, _ in score.beats(i, i)]
    return PlayedBeats(
        np.array([b.time_s for b in alignment.beats(score)]),
        np.array([float(at) for at, _, _ in rows]),
        np.array([n for _, n, _ in rows], np.int64),
        np.array([i for _, _, i in rows], np.int64),
    )


def played_features(
    score: Score, alignment: Alignment, evidence: SoundEvidence, beats: PlayedBeats
) -> tuple[Setting, Floats, Ints, BeatNotes | None]:
    """Which rule goes with them, features per played beat, notes heard in each, and these notes."""
    page, notes_s, ends_s, pitches = written(score, alignment)
    end_s = float(beats.time_s[-1]) if len(beats.time_s) else 0.0
    even = even_loudness(notes_s, ends_s, pitches, end_s)
    expected = BeatNotes(beats.beat_of(page), pitches.astype(np.float64), np.zeros(len(pitches)))
    heard = None
    if evidence.notes is not None:
        given = evidence.velocities_known
        heard = _known(score, alignment, evidence.notes, beats) if given else _in_time(evidence.notes, beats)
    values = features(beats.time_s, evidence.loudness_phon, even, heard, expected)
    many = np.bincount(np.zeros(0, np.int64) if heard is None else heard.of, minlength=len(beats.time_s))
    return "score" if heard is not None else "page", values, many, heard


def _known(score: Score, alignment: Alignment, notes: PlayedNotes, beats: PlayedBeats) -> BeatNotes:
    found = struck(score, alignment, notes.onset_s, notes.pitch, notes.velocity.astype(np.float64))
    return BeatNotes(beats.beat_of(found), np.zeros(len(found.place)), found.velocity)


def _in_time(notes: PlayedNotes, beats: PlayedBeats) -> BeatNotes:
    """Heard notes go by the clock: some are not written, and those that are may have been heard at another octave."""
    order = np.argsort(beats.time_s, kind="stable")
    nth = np.searchsorted(beats.time_s[order], notes.onset_s + EARLY_S, side="right") - 1
    inside = nth >= 0
    velocity = notes.velocity[inside].astype(np.float64)
    return BeatNotes(order[nth[inside]], notes.pitch[inside].astype(np.float64), velocity)


def _over_passes(
    played: Touch, of: Ints, good: npt.NDArray[np.bool_], measure: Ints
) -> tuple[Floats, Floats, tuple[Floats, ...], tuple[slice, ...]]:
    """Mean over passes [n] with its variance, each pass alone, and the repeats whose second pass was played otherwise:
    there the first pass stands for itself."""
    n = len(measure)
    nth, seen = np.zeros(len(of), np.int64), np.zeros(n, np.int64)
    for k, i in enumerate(of):
        nth[k] = seen[i]
        seen[i] += 1
    known = good & np.isfinite(played.velocity)
    velocities, weights = (np.full((int(nth.max(initial=0)) + 1, n), empty) for empty in (np.nan, 0.0))
    velocities[nth[known], of[known]] = played.velocity[known]
    weights[nth[known], of[known]] = 1 / played.variance[known]
    apart = tuple(s for s in _repeats(velocities) if _otherwise(velocities, s, measure))
    for section in apart:
        weights[1:, section] = 0.0
    total = weights.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        velocity = (weights * np.nan_to_num(velocities)).sum(axis=0) / total
        variance = np.where(total > 0, 1 / total, np.inf)
    return np.where(total > 0, velocity, np.nan), variance, tuple(velocities), apart


def _repeats(velocities: Floats) -> list[slice]:
    """Runs of beats that were played more than once."""
    if len(velocities) < 2:
        return []
    twice = np.append(np.isfinite(velocities[:2]).all(axis=0), False)
    edges = np.flatnonzero(np.diff(twice.astype(np.int8), prepend=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _otherwise(velocities: Floats, section: slice, measure: Ints) -> bool:
    """Whether the bars of the second pass are away from those of the first by more than their beats scatter."""
    apart = (velocities[1] - velocities[0])[section]
    bars = measure[section]
    means = np.array([apart[bars == b].mean() for b in np.unique(bars)])
    inside = apart - np.array([means[np.searchsorted(np.unique(bars), b)] for b in bars])
    beats = max(1.0, len(apart) / len(means))
    scatter = float(np.sqrt((inside**2).mean() / beats)) if len(apart) > len(means) else 0.0
    return len(apart) >= _FEWEST_BEATS and float(np.sqrt((means**2).mean())) > max(LEAST_APART, 2.0 * scatter)


def _mean(values: Floats, of: Ints, good: npt.NDArray[np.bool_], n: int) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.bincount(of[good], values[good], n) / np.bincount(of[good], minlength=n))


def _level_evidence(
    score: Score, evidence: SoundEvidence, beats: PlayedBeats, good: npt.NDArray[np.bool_], n: int
) -> Floats | None:
    keep = np.diff(beats.time_s, prepend=-np.inf) > _LEAST_STEP_S
    of = beats.of[keep]
    grid = [(m, k) for _, m, k in score.beats()]
    position = np.array([grid[i][1] for i in of], np.int64)
    time = [score.measures[grid[i][0]].time for i in of]
    per_bar = np.array([max(1, round(t.bar_quarters / t.beat_quarters)) for t in time], np.int64)
    bars = BarGrid(np.cumsum(position == 1), position, per_bar, np.ones(len(position)))
    said = evidence.level_log_p(beats.time_s[keep], bars)
    if said is None:
        return None
    columns = [_mean(column, of, good[keep], n) for column in said[0].T]
    return np.stack(columns, axis=1)
