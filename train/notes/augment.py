"""Changes of a recording that leave its notes what they are: room, clipping, wow, codec, level, colour, noise."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import fftconvolve
from torch import Tensor

from runtime.frames import SAMPLE_RATE_HZ
from train.frames.augment import smear
from train.rendering.codec import through_codec

Samples = npt.NDArray[np.float32]

NOISE = "noise"
WOW_HZ, WOW_CENTS = (0.3, 4.0), 15.0


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


def clipped(samples: Samples, rng: np.random.Generator) -> Samples:
    """What is louder than all but 0.01 to 2 % of the samples is cut off."""
    most = float(np.quantile(np.abs(samples), rng.uniform(0.98, 0.9999)))
    return np.clip(samples, -most, most) if most > 0 else samples


def with_wow(samples: Samples, rng: np.random.Generator) -> Samples:
    """Pitch that sways as on a tape or an uneven turntable: 0.3 to 4 times a second, by at most 15 cents.

    Nothing moves by more than 4.6 ms, a quarter of a frame, so that labels hold.
    """
    wow_hz = float(np.exp(rng.uniform(*np.log(WOW_HZ))))
    slower = 1 - 2 ** (-float(rng.uniform(0, WOW_CENTS)) / 1200)
    radians = 2 * np.pi * wow_hz / SAMPLE_RATE_HZ
    at = np.arange(len(samples))
    moved = at + slower / radians * np.sin(radians * at + rng.uniform(0, 2 * np.pi))
    return np.interp(moved, at, samples).astype(np.float32)


CHANGES: dict[str, tuple[float, Callable[[Samples, np.random.Generator], Samples]]] = {
    "rooms": (0.4, in_a_room), "clipping": (0.05, clipped), "wow": (0.2, with_wow), "codecs": (0.2, through_codec),
}  # fmt: skip
"""What happens to samples on their way from the piano to us, in that order: how often, and what."""


def augment_samples(samples: Samples, rng: np.random.Generator, without: Collection[str] = ()) -> Samples:
    """Samples [n] under each of `CHANGES` now and then; times stay, the direct sound comes first."""
    for name, (share, change) in CHANGES.items():
        if name not in without and rng.random() < share:
            samples = change(samples, rng)
    return samples


def augment_notes(power: Tensor, rng: np.random.Generator, without: Collection[str] = ()) -> Tensor:
    """Power [B, T, bins] under a random level (±4 dB), a curve over pitch (±9 dB), a room and noise, per recording.

    `without` may name rooms and `NOISE`.
    """
    batch, n_frames, n_bins = power.shape
    points = np.linspace(0, n_bins - 1, 8)
    curves_db = [
        rng.uniform(-4, 4) + np.interp(np.arange(n_bins), points, rng.uniform(-9, 9, len(points))) for _ in range(batch)
    ]
    out = power * torch.from_numpy(10 ** (np.stack(curves_db) / 10)).float()[:, None, :]
    if "rooms" not in without and rng.random() < 0.5:
        out = smear(out, decay_s=float(rng.uniform(0.1, 0.6)), mix_db=float(rng.uniform(-22, -8)))
    for i in range(batch):
        if NOISE not in without and rng.random() < 0.5:
            loud = out[i].sum(dim=1).quantile(0.95) * 10 ** float(rng.uniform(-6, -2.5))
            tilt = torch.linspace(0, float(rng.uniform(-1, 1)), n_bins).exp()
            grain = torch.from_numpy(rng.standard_exponential((n_frames, n_bins), dtype=np.float32))
            out[i] += loud * tilt / tilt.sum() * grain
    return out
