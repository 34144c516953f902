"""Training one network of the stage for beats, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from runtime.errors import say
from runtime.stages.beats import candidate_peaks, moved
from train.beats.data import Drawer, Peaks
from train.beats.network import CONFIG, BeatEnsemble, BeatNet
from train.fitting.optimise import in_one_cycle
from train.fitting.sequence_network import SequenceNetConfig
from train.frames.predict import Heard
from train.levels.cv import group_of


@dataclass(frozen=True)
class BeatFitConfig:
    """How one network is trained."""

    steps: int = 900
    batch: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.98
    shares: dict[str, float] = field(default_factory=lambda: {"asap": 0.7, "mazurka_resynth": 0.3})
    net: SequenceNetConfig = CONFIG


def peak_loss(logits: Tensor, targets: Tensor, scored: Tensor) -> Tensor:
    """Mean binary cross-entropy over the scored peaks."""
    each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (each * scored).sum() / scored.sum().clamp(min=1)


def train_network(examples: Sequence[Peaks], config: BeatFitConfig, seed: int) -> BeatNet:
    """One network, trained from scratch; its weights are averaged over the last part of training."""
    torch.manual_seed(seed)
    rng, drawer = np.random.default_rng(seed), Drawer(examples, config.shares)
    net = BeatNet(config.net)

    def loss() -> Tensor:
        batch = drawer.draw(config.batch, rng)
        out = net(batch.features, batch.mask)
        beat = peak_loss(out[..., 0], batch.beat, batch.mask)
        return beat + peak_loss(out[..., 1], batch.downbeat, batch.scored_bars)

    return in_one_cycle(net, loss, config.steps, config.learning_rate, config.weight_decay, config.ema_decay)


def answer(nets: Sequence[BeatNet], example: Peaks) -> Heard:
    """The recording with its logits as these networks hear them."""
    with torch.no_grad():
        beat, downbeat = BeatEnsemble(list(nets))(torch.from_numpy(example.features)[None])
    heard = example.heard
    peaks = candidate_peaks(heard.logits)
    logits = moved(heard.logits, peaks, beat[0].double().numpy(), downbeat[0].double().numpy())
    return replace(heard, logits=logits)


def cross_answers(examples: Sequence[Peaks], config: BeatFitConfig, seeds: Sequence[int]) -> list[Heard]:
    """Every recording, by networks (one per seed) that saw no piece of its group (`train.levels.cv.group_of`)."""
    groups = [group_of(e.piece_id) for e in examples]
    out = []
    for group in sorted(set(groups)):
        rest = [e for e, g in zip(examples, groups, strict=True) if g != group]
        nets = [train_network(rest, config, seed) for seed in seeds]
        held = [e for e, g in zip(examples, groups, strict=True) if g == group]
        out += [answer(nets, e) for e in held]
        say(f"group {group}: {len(rest)} recordings to learn from, {len(held)} to answer for")
    return out
