"""What the onset stage learns from: onsets of performances, as others might have played them, with the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from runtime.notes.given import GIVEN
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.notes.onsets import COLUMNS, JOIN_S, Onsets, features_of, onsets_of
from runtime.stages.onsets import FEWEST_ONSETS
from train.fitting.shares import drawn_shares
from train.onsets.given import Given, drawn_given
from train.onsets.network import N_METRES, N_PERIODS, N_PHASES
from train.onsets.performer import Players, lent_by
from train.onsets.played import Played
from train.onsets.written import Written

SCORES = "scores"
"""What all corpora of scores together are called in shares."""
CROP_ONSETS = 288
MATCH_S = 0.07
"""An onset stands for a beat at most this far away, as beats are scored."""
_PLACE_IS_FARTHER_S = 0.03  # an onset is preferred to a place without notes
_MARGIN_S = 2.0
_PERIOD_OCTAVES = (-3.0, 1.2)
"""Lengths of a beat that are told apart: log2 of seconds."""
_TEMPO_OCTAVES = 0.35
_TEMPO_STEP_S = 0.05
_KNOTS_S = (1.5, 6.0)
_RUBATO_OCTAVES = (0.0, 0.15)
"""Least and most deviation of the tempo at knots that are `_KNOTS_S` apart, on top of the player's."""
_SEMITONES = 12
_CHORDS_THIN, _MANY_OCTAVES = 0.2, 0.25
_METRE_CLASS = {2: 0, 3: 1, 4: 2}

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Targets:
    """The truth about n onsets, all [n]: whether each is a beat, and a downbeat; the class of the beat's length, of the
    place in the beat and of the metre; and which of them count: where beats are known (`inside`), beats whose bar is
    known (`has_bar`)."""

    beat: npt.NDArray[np.bool_]
    downbeat: npt.NDArray[np.bool_]
    period: Ints
    phase: Ints
    metre: Ints
    inside: npt.NDArray[np.bool_]
    has_bar: npt.NDArray[np.bool_]


def targets_of(
    onsets: Onsets, beats_s: Floats, beat_in_bar: Ints, trusted: npt.NDArray[np.bool_] | None = None
) -> Targets:
    """The truth about onsets of a performance with at least three beats at strictly increasing times; nothing is known
    between beats of which one is not `trusted`."""
    time_s, n = onsets.time_s, len(onsets.time_s)
    beat, downbeat, has_bar = (np.zeros(n, bool) for _ in range(3))
    distance = np.abs(time_s[None] - beats_s[:, None]) + _PLACE_IS_FARTHER_S * onsets.is_place
    nearest = distance.argmin(axis=1)
    found = np.abs(time_s[nearest] - beats_s) <= MATCH_S
    beat[nearest[found]] = True
    downbeat[nearest[found & (beat_in_bar == 1)]] = True
    has_bar[nearest[found & (beat_in_bar > 0)]] = True
    at = np.clip(np.searchsorted(beats_s, time_s + 1e-6) - 1, 0, len(beats_s) - 2)
    length_s = np.diff(beats_s)[at]
    inside = (time_s >= beats_s[0] - MATCH_S) & (time_s <= beats_s[-1] + MATCH_S)
    if trusted is not None:
        inside &= (trusted[:-1] & trusted[1:])[at]
    low, high = _PERIOD_OCTAVES
    period = ((np.log2(np.maximum(length_s, 1e-3)) - low) / (high - low) * N_PERIODS).astype(np.int64)
    phase = np.rint((time_s - beats_s[at]) / length_s * N_PHASES).astype(np.int64) % N_PHASES
    return Targets(
        beat, downbeat, period.clip(0, N_PERIODS - 1), phase, _metres(beat_in_bar)[at],
        inside, has_bar,
    )  # fmt: skip


def _metres(beat_in_bar: Ints) -> Ints:
    """For each beat the class of the number of beats in its bar."""
    bar = np.cumsum(beat_in_bar == 1)
    length = np.zeros(int(bar.max(initial=0)) + 1, np.int64)
    np.maximum.at(length, bar, beat_in_bar)
    return np.array([_METRE_CLASS.get(int(k), N_METRES - 1) for k in length[bar]], np.int64)


@dataclass(frozen=True, eq=False)
class _Notes:
    """Onsets in seconds, pitches, velocities 1..127, all [k]."""

    onset_s: Floats
    pitch: Ints
    velocity: Floats


@dataclass(frozen=True, eq=False)
class Tempo:
    """Another tempo that comes and goes: what happens `at_s` happens at `becomes_s`, both [k] and rising."""

    at_s: Floats
    becomes_s: Floats

    @staticmethod
    def drawn(start_s: float, end_s: float, rubato_octaves: tuple[float, float], rng: np.random.Generator) -> Tempo:
        """A tempo within an octave's third of the old one that deviates as `rubato_octaves` (least, most) allow."""
        at_s = np.arange(start_s, end_s + _TEMPO_STEP_S, _TEMPO_STEP_S)
        knots_s = np.arange(start_s, end_s + 2 * _KNOTS_S[1], rng.uniform(*_KNOTS_S))
        octaves = rng.normal(0, rng.uniform(*rubato_octaves), len(knots_s))
        octaves += rng.uniform(-_TEMPO_OCTAVES, _TEMPO_OCTAVES)
        slowness = 2.0 ** np.interp(at_s, knots_s, octaves)
        return Tempo(at_s, at_s[0] + np.append(0, np.cumsum(slowness[:-1]) * _TEMPO_STEP_S))

    def of(self, time_s: Floats) -> Floats:
        """Where times of the old tempo are now."""
        return np.interp(time_s, self.at_s, self.becomes_s)


def varied(notes: _Notes, rng: np.random.Generator) -> _Notes:
    """As another player on another piano plays them, heard by a transcriber that errs: transposed, with another touch,
    onsets moved, notes missed (of chords above all) and up to three in ten doubled in octaves (after Liu et al.,
    ISMIR 2022)."""
    keep = rng.random(len(notes.pitch)) >= rng.uniform(0, 0.15) * (rng.random() < 0.6)
    if rng.random() < _CHORDS_THIN:
        keep &= ~(_has_company(notes.onset_s) & (rng.random(len(keep)) < rng.uniform(0, 0.4)))
    pitch = notes.pitch[keep] + int(rng.integers(-_SEMITONES, _SEMITONES + 1))
    curve, blur = np.exp(rng.uniform(-0.5, 0.5)), rng.uniform(0, 0.2)
    velocity = 127 * (notes.velocity[keep] / 127) ** curve * np.exp(rng.normal(0, blur, len(pitch)))
    most = 0.3 if rng.random() < _MANY_OCTAVES else 0.08
    ghost = rng.random(len(pitch)) < rng.uniform(0, most) * (rng.random() < 0.6)
    n_ghosts = int(ghost.sum())
    onset_s = np.append(notes.onset_s[keep], notes.onset_s[keep][ghost])
    onset_s = onset_s + rng.normal(0, rng.uniform(0, 0.012), len(onset_s))
    pitch = np.append(pitch, pitch[ghost] + rng.choice([-12, 12, 19, 24], n_ghosts))
    velocity = np.append(velocity, velocity[ghost] * rng.uniform(0.3, 0.8, n_ghosts))
    inside = (pitch >= LOWEST_PITCH) & (pitch < LOWEST_PITCH + N_PITCHES)
    return _Notes(onset_s[inside], pitch[inside], velocity[inside].clip(3, 127))


def _has_company(onset_s: Floats) -> npt.NDArray[np.bool_]:
    """Whether each note (in order) has a neighbour that is struck with it."""
    with_next = np.append(np.diff(onset_s) <= JOIN_S, False)
    return np.asarray(with_next | np.append(False, with_next[:-1]))


def beginning(played: Played, longest_s: float) -> Onsets:
    """The onsets of a performance up to a time, as they are."""
    notes = played.notes[played.notes["onset_s"] < longest_s]
    return onsets_of(*(notes[name].astype(kind) for name, kind in _NOTE_COLUMNS))


_NOTE_COLUMNS = (("onset_s", np.float64), ("pitch", np.int64), ("velocity", np.float64))


@dataclass(frozen=True, eq=False)
class Drawn:
    """One crop: what is struck, the truth about it and the part of the truth that is given (`train.onsets.given`)."""

    onsets: Onsets
    targets: Targets
    given: Given


def draw_one(played: Played, rng: np.random.Generator) -> Drawn | None:
    """A crop of about `CROP_ONSETS` onsets at another tempo; None when there is too little in it."""
    notes = played.notes
    moments = np.unique(np.round(notes["onset_s"] / 0.05)) * 0.05
    first = int(rng.integers(0, max(1, len(moments) - CROP_ONSETS * 4 // 5)))
    start_s, end_s = moments[first], moments[min(len(moments) - 1, first + CROP_ONSETS)]
    inside = notes[(notes["onset_s"] >= start_s) & (notes["onset_s"] <= end_s)]
    near = (played.beats_s >= start_s - _MARGIN_S) & (played.beats_s <= end_s + _MARGIN_S)
    if len(inside) < FEWEST_ONSETS or near.sum() < 3:
        return None
    tempo = Tempo.drawn(start_s - _MARGIN_S, end_s + _MARGIN_S, _RUBATO_OCTAVES, rng)
    crop = _Notes(*(inside[name].astype(kind) for name, kind in _NOTE_COLUMNS))
    other = varied(replace(crop, onset_s=tempo.of(crop.onset_s)), rng)
    onsets = onsets_of(other.onset_s, other.pitch, other.velocity)
    if len(onsets.time_s) < FEWEST_ONSETS:
        return None
    onsets = onsets.part(0, CROP_ONSETS)
    targets = targets_of(onsets, tempo.of(played.beats_s[near]), played.beat_in_bar[near], played.trusted[near])
    return Drawn(onsets, targets, drawn_given(targets.beat, targets.downbeat, targets.inside, targets.has_bar, rng))


def draw_written(written: Written, players: Players, rng: np.random.Generator) -> Drawn | None:
    """A crop of a score as one of the players might play it."""
    at = np.unique(np.round(written.notes["at"], 3))
    first = int(rng.integers(0, max(1, len(at) - CROP_ONSETS * 4 // 5)))
    last = min(len(at) - 1, first + CROP_ONSETS)
    beats = int(np.clip(np.floor(at[first]), 0, len(written.beat_in_bar) - 3)), len(written.beat_in_bar)
    until = int(np.clip(np.ceil(at[last]) + 1, beats[0] + 3, beats[1]))
    return draw_one(players.perform(written, beats[0], until, rng), rng)


@dataclass(frozen=True)
class OnsetBatch:
    """Crops of several performances: `features` [B, n, F], `given` [B, n, G] what is known of each onset before, `mask`
    [B, n] of onsets that exist, and the columns of `Targets`, [B, n] each, by name."""

    features: Tensor
    given: Tensor
    mask: Tensor
    targets: dict[str, Tensor]

    def to(self, device: torch.device) -> OnsetBatch:
        """The same on a device."""
        targets = {name: t.to(device) for name, t in self.targets.items()}
        return OnsetBatch(self.features.to(device), self.given.to(device), self.mask.to(device), targets)


class Drawer:
    """Draws batches: corpora by share, then pieces alike, then performances or editions alike; `players` play
    scores (None: those that the performances lend)."""

    def __init__(
        self, performances: Sequence[Played], scores: Sequence[Written], shares: dict[str, float],
        players: Players | None = None,
    ) -> None:  # fmt: skip
        by_corpus: dict[str, dict[str, list[Played | Written]]] = defaultdict(lambda: defaultdict(list))
        for p in performances:
            if len(p.beats_s) >= 3 and len(p.notes) >= FEWEST_ONSETS:
                by_corpus[p.corpus][p.piece_id].append(p)
        for s in scores:
            by_corpus[SCORES][s.piece_id].append(s)
        names = sorted(by_corpus)
        self._players = players or Players(lent_by(performances) if scores else ())
        self._pieces = [list(by_corpus[name].values()) for name in names]
        self._shares = drawn_shares(names, shares)

    def draw(self, n: int, rng: np.random.Generator) -> OnsetBatch:
        """A batch of `n` crops."""
        drawn: list[Drawn] = []
        while len(drawn) < n:
            pieces = self._pieces[rng.choice(len(self._pieces), p=self._shares)]
            takes = pieces[rng.integers(len(pieces))]
            take = takes[rng.integers(len(takes))]
            one = draw_one(take, rng) if isinstance(take, Played) else draw_written(take, self._players, rng)
            if one is not None:
                drawn.append(one)
        return batch_of(drawn)


def batch_of(drawn: Sequence[Drawn]) -> OnsetBatch:
    """Crops side by side, padded with silence after their last onset."""
    shape = len(drawn), CROP_ONSETS
    features, mask = np.zeros((*shape, N_PITCHES + len(COLUMNS) + 1), np.float32), np.zeros(shape, np.float32)
    given = np.zeros((*shape, len(GIVEN)), np.float32)
    targets = {name: np.zeros(shape, np.int64) for name in Targets.__dataclass_fields__}
    for i, one in enumerate(drawn):
        n = len(one.onsets.time_s)
        features[i, :n], mask[i, :n] = features_of(one.onsets), 1
        features[i, n:, -1] = features[i, n - 1, -1]
        given[i, :n] = one.given
        for name, values in targets.items():
            values[i, :n] = getattr(one.targets, name)
    tensors = {name: torch.from_numpy(values) for name, values in targets.items()}
    return OnsetBatch(torch.from_numpy(features), torch.from_numpy(given), torch.from_numpy(mask), tensors)
