"""Changes of a recording that leave its notes what they are: codec, room, level, colour, noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import fftconvolve
from torch import Tensor

from runtime.frames import SAMPLE_RATE_HZ
from train.frames.augment import smear
from train.rendering.codec import through_codec

Samples = npt.NDArray[np.float32]

CODEC_SHARE, ROOM_SHARE, CLIP_SHARE = 0.2, 0.4, 0.05


def augment_samples(samples: Samples, rng: np.random.Generator) -> Samples:
    """Samples [n] in a room, clipped, through a codec, each now and then; times stay, the direct sound comes first."""
    if rng.random() < ROOM_SHARE:
        samples = in_a_room(samples, rng)
    if rng.random() < CLIP_SHARE:
        most = float(np.quantile(np.abs(samples), rng.uniform(0.98, 0.9999)))
        samples = np.clip(samples, -most, most) if most > 0 else samples
    return through_codec(samples, rng) if rng.random() < CODEC_SHARE else samples


def in_a_room(samples: Samples, rng: np.random.Generator) -> Samples:
    """The direct sound and decaying noise after it: a reverberation time of 0.2 to 1.5 s, 6 to 24 dB below, duller."""
    reverberation_s = float(np.exp(rng.uniform(np.log(0.2), np.log(1.5))))
    n = int(reverberation_s * SAMPLE_RATE_HZ)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail[: int(rng.uniform(0.002, 0.02) * SAMPLE_RATE_HZ)] = 0
    smooth = float(rng.uniform(0.0, 0.8))
    tail[1:] = (1 - smooth) * tail[1:] + smooth * tail[:-1]
    tail *= 10 ** (rng.uniform(-24, -6) / 20) / np.sqrt(np.square(tail).sum())
    late = fftconvolve(samples, tail.astype(np.float32))[: len(samples)]
    return (samples + late).astype(np.float32)


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
