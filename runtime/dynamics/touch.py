"""How hard beats were struck: heard velocities and loudness, beside what the same notes give at an even touch.

A chord is louder than a single note and a bass louder than a treble although the touch is the same. So the loudness of
a beat is compared with that of its notes, all struck alike, by the measured piano (`runtime.piano`): the notes of the
score where there is one, else those that were heard. Velocity follows from these by a linear rule that was fitted on
renders whose velocities are known (`python -m train.marks.touch`), within a recording: only differences between its
beats mean anything.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.frames import FRAME_S
from runtime.network.parts import DEFAULT_MODEL, MODELS_FOLDER
from runtime.piano.emulate import Spans, total_loudness
from runtime.piano.table import load_piano
from runtime.sound.phon import phon

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EVEN_VELOCITY = 64
RULES = MODELS_FOLDER / f"{DEFAULT_MODEL}.touch.json"
"""The rules of the shipped set; those of a model are told by `runtime.network.parts`."""
_BEFORE_FRAMES, _LEAST_FRAMES, _LONGEST_FRAMES = 2, 8, 50
"""A beat's loudness is looked for from just before it to the next beat, for at least and at most so long."""
FEATURES = ("heard_mean", "heard_loudest", "loudness", "over_even", "pitch", "many", "unheard")

ClearRule = tuple[float, float]
"""Scale and offset of a logistic rule."""
_Rules = TypeVar("_Rules")
Setting = Literal["score", "page", "notes", "sound"]
"""What is known beside loudness: a score and the notes heard, a score alone, the notes heard alone, nothing."""


@dataclass(frozen=True)
class BeatNotes:
    """Notes that begin in each of n beats: `of` [k] which beat, with `pitch` and `velocity` [k]."""

    of: Ints
    pitch: Floats
    velocity: Floats


@dataclass(frozen=True)
class Rule:
    """Velocity of a beat = `weights` · (features − their means in the recording) + constant; its variance is
    `variance` / notes heard + `variance_floor`."""

    weights: Mapping[str, float]
    variance: float
    variance_floor: float


@dataclass(frozen=True)
class Touch:
    """How hard n beats were struck: `velocity` [n], NaN where nothing was, and `variance` [n] of that."""

    velocity: Floats
    variance: Floats


@cache
def rules(path: Path) -> Mapping[str, Rule]:
    """The fitted rules by setting, from a set's file. Raises `ModelError`."""
    return _read(path, lambda data: {
        name: Rule(dict(r["weights"]), float(r["variance"]), float(r["variance_floor"]))
        for name, r in data["rules"].items()
    })  # fmt: skip


@cache
def clear_rule(path: Path) -> ClearRule:
    """Scale and offset of the logistic rule of `runtime.dynamics.clear`, from a set's file. Raises `ModelError`."""
    return _read(path, lambda data: (float(data["clear"]["scale"]), float(data["clear"]["offset"])))


def _read(path: Path, take: Callable[[Any], _Rules]) -> _Rules:
    try:
        return take(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise ModelError(
            "these rules of touch cannot be used", where=str(path), cause=f"{type(e).__name__}: {e}"[:200],
            advice="Make them with python -m train.marks.touch and python -m train.marks.clear",
        ) from e  # fmt: skip


def touch(values: Floats, n_heard: Ints, rule: Rule) -> Touch:
    """From features [n, len(FEATURES)] and how many notes were heard in each beat [n]."""
    used = [FEATURES.index(name) for name in rule.weights]
    columns = values[:, used]
    struck = np.isfinite(columns).any(axis=1)
    if not struck.any():
        return Touch(np.full(len(values), np.nan), np.full(len(values), np.inf))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a feature that no beat has
        means = np.nan_to_num(np.nanmean(columns[struck], axis=0))
    offsets = np.where(np.isfinite(columns), columns - means, 0.0) @ np.array(list(rule.weights.values()))
    middle = means[list(rule.weights).index("heard_mean")] if "heard_mean" in rule.weights else 0.0
    velocity = np.where(struck, np.clip((middle or EVEN_VELOCITY) + offsets, 1.0, 127.0), np.nan)
    variance = rule.variance / np.maximum(n_heard, 0.5) + rule.variance_floor
    return Touch(velocity, np.where(struck, variance, np.inf))


def known_touch(notes: BeatNotes, n: int) -> Touch:
    """Where velocities are given and not heard: their mean in each beat."""
    count = np.bincount(notes.of, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        velocity = np.bincount(notes.of, notes.velocity, n) / count
    return Touch(velocity, np.where(count > 0, 1.0, np.inf))


def peaks(curve: Floats, beats_s: Floats) -> Floats:
    """The largest value [n] of a curve at 50 frames per second from just before each beat to the next."""
    if not len(beats_s) or not len(curve):
        return np.zeros(len(beats_s))
    at = np.rint(beats_s / FRAME_S).astype(np.int64) - _BEFORE_FRAMES
    last = np.clip(np.append(at[1:], at[-1] + _LONGEST_FRAMES), at + _LEAST_FRAMES, at + _LONGEST_FRAMES)
    first = at.clip(0, len(curve) - 1)
    return np.array([curve[a : max(a + 1, b)].max() for a, b in zip(first, last, strict=True)])


def beat_loudness_phon(ntot_sone: npt.NDArray[np.floating], beats_s: Floats, hop_s: float = FRAME_S) -> Floats:
    """Mean loudness level of each beat's interval [n], from a value every `hop_s` seconds; the last interval is as long
    as the one before."""
    level = phon(ntot_sone)
    edges_s = np.append(beats_s, beats_s[-1] + (beats_s[-1] - beats_s[-2] if len(beats_s) > 1 else 0.5))
    edges = np.clip(np.rint(edges_s / hop_s).astype(np.int64), 0, len(level))
    sums = np.concatenate([[0.0], np.cumsum(level)])
    return np.asarray((sums[edges[1:]] - sums[edges[:-1]]) / np.maximum(np.diff(edges), 1))


def even_loudness(onset_s: Floats, offset_s: Floats, pitch: Ints, end_s: float) -> Floats:
    """Loudness level in phon, at 50 frames per second, of notes that are all struck alike."""
    alike = np.full(len(pitch), EVEN_VELOCITY, np.int64)
    notes: Spans = (onset_s, np.maximum(offset_s, onset_s + FRAME_S), pitch, alike)
    return np.asarray(phon(total_loudness(notes, load_piano(), end_s)), np.float64)


def features(
    beats_s: Floats,
    loudness_phon: Floats,
    even_phon: Floats | None,
    heard: BeatNotes | None,
    expected: BeatNotes | None,
) -> Floats:
    """[n, len(FEATURES)], NaN where a beat has no such thing: mean and largest velocity of the notes heard in it, its
    loudness in phon, by how much that is over what the `expected` notes give at an even touch, the mean pitch of these,
    how many they are (natural logarithm), and what share of them was not heard."""
    n = len(beats_s)
    out = np.full((n, len(FEATURES)), np.nan)
    loud = peaks(loudness_phon, beats_s)
    out[:, 2] = loud
    count = np.zeros(n) if heard is None else np.bincount(heard.of, minlength=n).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        if heard is not None:
            out[:, 0] = np.bincount(heard.of, heard.velocity, n) / count
            np.fmax.at(out[:, 1], heard.of, heard.velocity)
        if expected is not None and even_phon is not None:
            many = np.bincount(expected.of, minlength=n).astype(np.float64)
            has = np.where(many > 0, 1.0, np.nan)
            out[:, 2] *= has
            out[:, 3] = (loud - peaks(even_phon, beats_s)) * has
            out[:, 4] = np.bincount(expected.of, expected.pitch, n) / many
            out[:, 5] = np.log(many * has)
            out[:, 6] = np.clip(1 - count / (many * has), 0, 1)
    return out
