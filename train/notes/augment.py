"""Changes of a pitch spectrum that leave its notes what they are: level, colour, room, noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from train.frames.augment import smear


def augment_notes(power: Tensor, rng: np.random.Generator) -> Tensor:
    """Power [B, T, bins] under a random level (±4 dB), a curve over pitch (±9 dB), a room and noise, per recording."""
    batch, n_frames, n_bins = power.shape
    points = np.linspace(0, n_bins - 1, 8)
    curves_db = [
        rng.uniform(-4, 4) + np.interp(np.arange(n_bins), points, rng.uniform(-9, 9, len(points))) for _ in range(batch)
    ]
    out = power * torch.from_numpy(10 ** (np.stack(curves_db) / 10)).float()[:, None, :]
    if rng.random() < 0.5:
        out = smear(out, decay_s=float(rng.uniform(0.1, 0.6)), mix_db=float(rng.uniform(-22, -8)))
    for i in range(batch):
        if rng.random() < 0.5:
            loud = out[i].sum(dim=1).quantile(0.95) * 10 ** float(rng.uniform(-6, -2.5))
            tilt = torch.linspace(0, float(rng.uniform(-1, 1)), n_bins).exp()
            grain = torch.from_numpy(rng.standard_exponential((n_frames, n_bins), dtype=np.float32))
            out[i] += loud * tilt / tilt.sum() * grain
    return out
