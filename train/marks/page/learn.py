"""One network learned from pages, and what it says of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from runtime.marks.page import OUTPUTS
from train.fitting.optimise import optimise, scheduled_rate
from train.marks.page.data import Page
from train.marks.page.network import PageNet
from train.measure.tune import fit_weights

Floats = npt.NDArray[np.float64]

TASK_WEIGHTS = {"level": 1.0}
"""What counts otherwise than half."""
LOUDER = OUTPUTS.index("louder")
DIRECTION_RIDGE = 200.0
"""How strongly the weights for louder or softer are pulled to nothing."""


@dataclass(frozen=True)
class PageFitConfig:
    """How one network is made and trained."""

    channels: int = 48
    layers: int = 4
    dropout: float = 0.25
    steps: int = 2500
    batch: int = 24
    crop_beats: int = 256
    learning_rate: float = 2e-3
    warm_up_steps: int = 150
    weight_decay: float = 0.02
    ema_decay: float = 0.995


def train_network(pages: Sequence[Page], config: PageFitConfig, seed: int) -> PageNet:
    """A network (averaged weights, evaluation mode) that learned from these pages."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = PageNet(config.channels, config.layers, config.dropout)
    mean, deviation = _spread(pages)
    net.mean.copy_(torch.from_numpy(mean))
    net.deviation.copy_(torch.from_numpy(deviation))
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay), use_buffers=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    chance = np.array([p.weight * len(p.features) for p in pages])
    chance /= chance.sum()
    net.train()
    for step in range(config.steps):
        x, truth, known = _batch(pages, chance, config, rng)
        losses = _losses(net(x, known[..., 0]), truth, known)
        rate = scheduled_rate(config.learning_rate, step, config.steps, config.warm_up_steps)
        optimise(net, average, optimiser, losses, rate)
    trained: PageNet = average.module
    fit_direction(trained, pages)
    return trained.eval()


def fit_direction(net: PageNet, pages: Sequence[Page]) -> None:
    """Set the weights for louder or softer: logistic regression on the levels that are other than the one before."""
    x, y = [], []
    for page in pages:
        known = page.known[:, LOUDER] > 0
        x.append(net.scaled(torch.from_numpy(page.features[known].astype(np.float32))).double().numpy())
        y.append(page.truth[known, LOUDER] > 0)
    rows = np.column_stack([np.concatenate(x), np.ones(sum(map(len, y)))])
    weights = fit_weights(rows, np.concatenate(y), np.zeros(rows.shape[1]), DIRECTION_RIDGE)
    with torch.no_grad():
        net.direction.weight.copy_(torch.from_numpy(weights[None, :-1]))
        net.direction.bias.copy_(torch.from_numpy(weights[-1:]))


def _spread(pages: Sequence[Page]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Mean and standard deviation (at least 0.001) of each feature."""
    total = sum(len(p.features) for p in pages)
    mean = np.sum([p.features.sum(axis=0, dtype=np.float64) for p in pages], axis=0) / total
    square = np.sum([np.square(p.features, dtype=np.float64).sum(axis=0) for p in pages], axis=0) / total
    deviation = np.sqrt(np.maximum(square - mean**2, 1e-6))
    return mean.astype(np.float32), deviation.astype(np.float32)


def _batch(
    pages: Sequence[Page], chance: Floats, config: PageFitConfig, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    n = config.crop_beats
    x = np.zeros((config.batch, n, pages[0].features.shape[1]), np.float32)
    truth = np.zeros((config.batch, n, len(OUTPUTS)), np.float32)
    known = np.zeros_like(truth)
    for row, i in enumerate(rng.choice(len(pages), config.batch, p=chance)):
        page = pages[i]
        first = int(rng.integers(0, max(1, len(page.features) - n + 1)))
        cut = slice(first, first + n)
        length = len(page.features[cut])
        x[row, :length], truth[row, :length] = page.features[cut], page.truth[cut]
        known[row, :length] = page.known[cut]
    return torch.from_numpy(x), torch.from_numpy(truth), torch.from_numpy(known)


def _losses(logits: Tensor, truth: Tensor, known: Tensor) -> dict[str, Tensor]:
    each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * known
    return {
        name: TASK_WEIGHTS.get(name, 0.5) * each[..., k].sum() / known[..., k].sum().clamp(min=1.0)
        for k, name in enumerate(OUTPUTS)
        if k != LOUDER
    }


def say(net: torch.nn.Module, page: Page) -> Floats:
    """Logits [n, outputs] of a whole page."""
    with torch.no_grad():
        logits = net(torch.from_numpy(page.features.astype(np.float32))[None])
    said: Floats = logits[0].double().numpy()
    return said
