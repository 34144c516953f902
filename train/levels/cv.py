"""What the second stage says about pieces it was not trained on, decoded and scored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from runtime.errors import say
from train.data.labels.values import LevelPrediction
from train.data.splits import FOLD_OF_MAZURKA
from train.levels.data import Curve
from train.levels.decode import LevelOptions, most_probable_levels
from train.levels.network import LevelEnsemble, LevelNet
from train.levels.train import Example, LevelFitConfig, train_network
from train.measure.metrics import change_point_counts, dynamics_scores

Floats = npt.NDArray[np.float64]

N_GROUPS = 5


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


def decode(heard: Sequence[Heard], options: LevelOptions) -> list[LevelPrediction]:
    """Levels of every recording, all decoded at once."""
    longest = max(len(h.change) for h in heard)
    log_p, change = np.zeros((len(heard), longest, 5)), np.full((len(heard), longest), -30.0)
    for i, h in enumerate(heard):
        log_p[i, : len(h.change)], change[i, : len(h.change)] = h.log_p, h.change
    level = most_probable_levels(log_p, change, options)
    return [LevelPrediction((level[i, : len(h.change)] + 1).astype(np.int8)) for i, h in enumerate(heard)]


def figures(heard: Sequence[Heard], options: LevelOptions) -> dict[str, float]:
    """Macro-F1, weighted F1, share within one level, and F1 of change points, at the true beats."""
    truth, predicted = [h.curve.truth for h in heard], decode(heard, options)
    levels = dynamics_scores(truth, predicted)
    changes = change_point_counts(truth, predicted)
    return {
        "macro_f1": levels.macro_f1, "weighted_f1": levels.weighted_f1, "within_one": levels.within_one,
        "change_f1": changes.f1, "change_precision": changes.precision, "change_recall": changes.recall,
    }  # fmt: skip


def mean_figure(corpora: Sequence[Sequence[Heard]], options: LevelOptions) -> float:
    """Mean over corpora of macro-F1 and change-point F1: what the options are chosen by."""
    rows = [figures(some, options) for some in corpora]
    return float(np.mean([(row["macro_f1"] + row["change_f1"]) / 2 for row in rows]))
