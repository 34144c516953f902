"""Changes of the input that a listener would not mistake for another performance.

All work on power spectra [B, T, bins] (linear, so that they are exact for gain and filters) but `change_speed`,
which works on samples. Labels keep their times, except that `change_speed` divides them by its factor.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from runtime.frames import FRAME_S
from train.fitting.config import AugmentConfig
from train.frames.features import BIN_HZ


def augment_power(power: Tensor, config: AugmentConfig, rng: np.random.Generator) -> Tensor:
    """Gain, equaliser, bandwidth of old records, compression, reverberation-like smear and noise, per recording."""
    out = power
    batch, _, n_bins = power.shape
    if config.gain_db or config.eq_db:
        out = out * _filters(batch, n_bins, config, rng)
    if config.bandwidth_probability:
        out = out * _bandwidths(batch, n_bins, config.bandwidth_probability, rng)
    if config.compress:
        out = out * _compression(out, config.compress, rng)
    if rng.random() < config.reverb_probability:
        out = smear(out, decay_s=float(rng.uniform(0.1, 0.5)), mix_db=float(rng.uniform(-22, -8)))
    if config.noise_probability:
        out = out + _noise(out, config.noise_probability, rng)
    return out


def change_speed(samples: npt.NDArray[np.float32], factor: float, n_out: int) -> npt.NDArray[np.float32]:
    """The first `n_out` samples when played `factor` times as fast (linear interpolation)."""
    positions = np.arange(n_out, dtype=np.float32) * np.float32(factor)
    return np.interp(positions, np.arange(len(samples), dtype=np.float32), samples).astype(np.float32)


def _filters(batch: int, n_bins: int, config: AugmentConfig, rng: np.random.Generator) -> Tensor:
    """Gains [B, 1, bins]: a level and a curve through random points on a logarithmic frequency axis."""
    points_hz = np.geomspace(40, 11_025, 7)
    bins_log = np.log(np.maximum(np.arange(n_bins) * BIN_HZ, 20))
    gains_db = [
        rng.uniform(-config.gain_db, config.gain_db)
        + np.interp(bins_log, np.log(points_hz), rng.uniform(-config.eq_db, config.eq_db, 7))
        for _ in range(batch)
    ]
    return torch.from_numpy(10 ** (np.stack(gains_db) / 10)).float()[:, None, :]


def _bandwidths(batch: int, n_bins: int, probability: float, rng: np.random.Generator) -> Tensor:
    """Gains [B, 1, bins]: second-order low cut at 50–250 Hz and high cut at 3–9 kHz, for some recordings."""
    hz = np.maximum(np.arange(n_bins) * BIN_HZ, 1.0)
    gains = np.ones((batch, n_bins))
    for row in gains:
        if rng.random() < probability:
            low_hz, high_hz = np.exp(rng.uniform(np.log([50, 3_000]), np.log([250, 9_000])))
            row *= 1 / (1 + (low_hz / hz) ** 4) / (1 + (hz / high_hz) ** 4)
    return torch.from_numpy(gains).float()[:, None, :]


_COMPRESSOR_FRAMES = 9
_COMPRESSOR_RANGE = 1e-4


def _compression(power: Tensor, strength: float, rng: np.random.Generator) -> Tensor:
    """Gains [B, T, 1] of a compressor or expander: loudness differences (over 0.18 s) are multiplied by a factor
    between e^−strength and e^strength, down to 40 dB below the loudest frame, as another touch or a limiter would."""
    envelope = F.avg_pool1d(power.sum(dim=2).unsqueeze(1), _COMPRESSOR_FRAMES, 1, _COMPRESSOR_FRAMES // 2).squeeze(1)
    relative = envelope / envelope.amax(dim=1, keepdim=True).clamp_min(1e-20)
    factors = np.exp(rng.uniform(-strength, strength, len(power))).astype(np.float32)
    return (relative.clamp_min(_COMPRESSOR_RANGE) ** (torch.from_numpy(factors) - 1)[:, None]).unsqueeze(2)


def smear(power: Tensor, decay_s: float, mix_db: float) -> Tensor:
    """Add late energy: each frame rings on for about `decay_s`, `mix_db` below the direct sound."""
    n = max(2, math.ceil(2 * decay_s / FRAME_S))
    tail = torch.exp(-torch.arange(n).float() * FRAME_S / decay_s * 3)
    tail = torch.cat([torch.zeros(1), tail / tail.sum()])
    x = power.transpose(1, 2).flatten(0, 1).unsqueeze(1)
    late = F.conv1d(F.pad(x, (n, 0)), tail.flip(0)[None, None])
    late = late.reshape(power.shape[0], power.shape[2], -1).transpose(1, 2)
    return power + 10 ** (mix_db / 10) * n * 0.2 * late


def _noise(power: Tensor, probability: float, rng: np.random.Generator) -> Tensor:
    """Noise power 25–60 dB below each recording's loudest frames, tilted 0…−6 dB per octave."""
    batch, n_frames, n_bins = power.shape
    loud = power.sum(dim=2).quantile(0.95, dim=1)
    hz = torch.arange(n_bins).float().clamp_min(1) * BIN_HZ
    out = torch.zeros_like(power)
    for i in range(batch):
        if rng.random() < probability:
            shape = hz ** -float(rng.uniform(0, 2))
            level = loud[i] * 10 ** float(rng.uniform(-6.0, -2.5))
            out[i] = torch.rand(n_frames, 1).add(0.5) * (level * shape / shape.sum())
    return out
