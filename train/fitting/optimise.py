"""What training runs have in common: the learning rate of a step, the step itself, and writing what was learned."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

_LARGEST_GRADIENT = 5.0
_LAST_SHARE = 0.02
_Net = TypeVar("_Net", bound=nn.Module)


def scheduled_rate(highest: float, step: int, steps: int, warm_up_steps: int) -> float:
    """Learning rate of a step: linear warm-up, then a cosine down to 2 % of `highest` at the last step."""
    warm, progress = min(1.0, (step + 1) / warm_up_steps), min(1.0, step / steps)
    return highest * warm * (_LAST_SHARE + (1 - _LAST_SHARE) * 0.5 * (1 + float(np.cos(np.pi * progress))))


def optimise(
    model: nn.Module, average: AveragedModel, optimiser: Optimizer, losses: dict[str, Tensor], rate: float
) -> dict[str, float]:
    """One step down the sum of the losses at that learning rate, and into the average; the losses as numbers."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    torch.stack(list(losses.values())).sum().backward()
    nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
    optimiser.step()
    average.update_parameters(model)
    return {k: float(v.detach()) for k, v in losses.items()}


def in_one_cycle(
    net: _Net, loss: Callable[[], Tensor], steps: int, rate: float, weight_decay: float, decay: float = 0.98
) -> _Net:
    """A small network trained to the end, one step per loss; its weights are averaged over the last part."""
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay))
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.15)
    net.train()
    for _ in range(steps):
        now = loss()
        optimiser.zero_grad()
        now.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        average.update_parameters(net)
    return cast(_Net, average.module.eval())


def save_beside(state: dict[str, Any], path: Path) -> None:
    """Write `state` beside `path`, then move it there."""
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    torch.save(state, beside)
    beside.replace(path)
