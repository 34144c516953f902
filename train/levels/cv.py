"""What the second stage says about pieces it was not trained on, decoded, scored and calibrated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from runtime.decode.levels import level_logit, most_probable_levels
from runtime.decode.options import DecodeOptions
from runtime.decode.probability import probability
from runtime.errors import say
from train.data.labels.values import LevelPrediction
from train.data.splits import FOLD_OF_MAZURKA
from train.levels.data import Curve
from train.levels.network import LevelEnsemble, LevelNet
from train.levels.train import Example, LevelFitConfig, train_network
from train.measure.metrics import calibration_error, change_point_counts, counted_beats, dynamics_scores
from train.measure.tune import fit_logistic, held_out_probability

Floats = npt.NDArray[np.float64]

N_GROUPS = 5
_NEAR_BEATS = 2


@dataclass(frozen=True, eq=False)
class Heard:
    """Log-probabilities [n, 5] and change logits [n] of a recording's true beats."""

    curve: Curve
    log_p: Floats
    change: Floats


def group_of(piece: str) -> int:
    """0…4: a mazurka's own fold, any other piece by its hashed name."""
    if piece in FOLD_OF_MAZURKA:
        return FOLD_OF_MAZURKA[piece]
    return int(hashlib.sha256(("levels " + piece).encode()).hexdigest()[:8], 16) % N_GROUPS


def hear(nets: Sequence[LevelNet], curve: Curve, features: npt.NDArray[np.float32]) -> Heard:
    """The mean answer of these networks."""
    with torch.no_grad():
        log_p, change = LevelEnsemble(list(nets))(torch.from_numpy(features)[None])
    return Heard(curve, log_p[0].double().numpy(), change[0].double().numpy())


def cross_hear(
    curves: Sequence[Curve],
    examples: Sequence[Sequence[Example]],
    is_heard: Callable[[Curve], bool],
    config: LevelFitConfig,
    seeds: Sequence[int],
) -> list[Heard]:
    """Each recording that `is_heard`, by networks (one per seed) that saw no piece of its group."""
    groups = [group_of(c.piece_id) for c in curves]
    out = []
    for group in sorted(set(groups)):
        rest = [i for i, g in enumerate(groups) if g != group]
        nets = [train_network([curves[i] for i in rest], [examples[i] for i in rest], config, seed) for seed in seeds]
        held = [i for i, g in enumerate(groups) if g == group and is_heard(curves[i])]
        out += [hear(nets, curves[i], examples[i][0].features) for i in held]
        say(f"group {group}: {len(rest)} recordings to learn from, {len(held)} to answer for")
    return out


def decode(heard: Sequence[Heard], options: DecodeOptions) -> list[LevelPrediction]:
    """Levels of every recording, all decoded at once."""
    longest = max(len(h.change) for h in heard)
    log_p, change = np.zeros((len(heard), longest, 5)), np.full((len(heard), longest), -30.0)
    for i, h in enumerate(heard):
        log_p[i, : len(h.change)], change[i, : len(h.change)] = h.log_p, h.change
    level = most_probable_levels(log_p, change, options)
    return [LevelPrediction((level[i, : len(h.change)] + 1).astype(np.int8)) for i, h in enumerate(heard)]


def figures(heard: Sequence[Heard], options: DecodeOptions) -> dict[str, float]:
    """Macro-F1, weighted F1, share within one level, and F1 of change points, at the true beats."""
    truth, predicted = [h.curve.truth for h in heard], decode(heard, options)
    levels = dynamics_scores(truth, predicted)
    changes = change_point_counts(truth, predicted)
    return {
        "macro_f1": levels.macro_f1, "weighted_f1": levels.weighted_f1, "within_one": levels.within_one,
        "change_f1": changes.f1, "change_precision": changes.precision, "change_recall": changes.recall,
    }  # fmt: skip


def mean_figure(corpora: Sequence[Sequence[Heard]], options: DecodeOptions) -> float:
    """Mean over corpora of macro-F1 and change-point F1: what the options are chosen by."""
    rows = [figures(some, options) for some in corpora]
    return float(np.mean([(row["macro_f1"] + row["change_f1"]) / 2 for row in rows]))


def calibrate(heard: Sequence[Heard], options: DecodeOptions) -> tuple[DecodeOptions, dict[str, float]]:
    """Options with calibrated confidences, and the expected calibration errors before and after.

    A level is right when the score has it at that beat, a change when the score changes within two beats of it. The
    errors after are those of fits that saw no piece of the group they are measured on.
    """
    errors, fitted = {}, {}
    groups = np.array([group_of(h.curve.piece_id) for h in heard])
    predicted = decode(heard, options)
    for name, pairs in (("level", _level_pairs), ("change", _change_pairs)):
        rows = [pairs(h, p) for h, p in zip(heard, predicted, strict=True)]
        of = np.concatenate([np.full(len(x), g) for (x, _), g in zip(rows, groups, strict=True)])
        x, right = np.concatenate([x for x, _ in rows]), np.concatenate([y for _, y in rows])
        scale, offset = fit_logistic(x, right)
        fitted |= {f"{name}_scale": scale, f"{name}_offset": offset}
        p = held_out_probability(x, right, of)
        errors |= {f"{name}_ece_before": calibration_error(probability(x, 1.0, 0.0), right),
                   f"{name}_ece_after": calibration_error(p, right)}  # fmt: skip
    return replace(options, **fitted), errors


def _level_pairs(h: Heard, predicted: LevelPrediction) -> tuple[Floats, npt.NDArray[np.bool_]]:
    known = h.curve.truth.levels > 0
    x = level_logit(h.log_p, predicted.levels.astype(np.int64) - 1)
    return x[known], (predicted.levels == h.curve.truth.levels)[known]


def _change_pairs(h: Heard, predicted: LevelPrediction) -> tuple[Floats, npt.NDArray[np.bool_]]:
    at = predicted.change_points[counted_beats(h.curve.truth)[predicted.change_points]]
    true = h.curve.truth.change_points
    if not len(true):
        return h.change[at], np.zeros(len(at), bool)
    return h.change[at], np.abs(at[:, None] - true[None]).min(axis=1) <= _NEAR_BEATS
