"""The transcriber: a spectrum with three bins per semitone, stacked harmonics, and convolutions shared by all pitches.

Sources: variable-length windows as in the constant-Q transform (Brown 1991), harmonic stacking as in Bittner et al.
(ISMIR 2017; ICASSP 2022), onset, frame, offset and velocity heads as in Hawthorne et al. (ICLR 2019) and Kong et al.
(IEEE TASLP 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES

BINS_PER_SEMITONE = 3
TASKS = ("onset", "frame", "offset", "velocity")
HARMONICS = (0.5, 1, 2, 3, 4, 5, 6, 7)
_HIGHEST_HZ = 10_500.0
_LONGEST, _SHORTEST = 4_096, 640
_KERNELS = (1_024, 2_048, 4_096)
_QUALITY = 26.0
"""Periods of a bin's frequency in its window, unless that is longer than `_LONGEST` or shorter than `_SHORTEST`."""
_FLOOR = 1e-9
_SILENCE = -2.0
"""What the network sees of a power far below `_FLOOR`; ten times the amplitude is 1 more."""


def bin_frequencies_hz() -> np.ndarray:
    """Centres of the bins; the second of each three is in tune with a key of the piano."""
    lowest = 440.0 * 2 ** ((LOWEST_PITCH - 69) / 12 - 1 / (12 * BINS_PER_SEMITONE))
    n = 1 + int(math.log2(_HIGHEST_HZ / lowest) * 12 * BINS_PER_SEMITONE)
    return lowest * 2 ** (np.arange(n) / (12 * BINS_PER_SEMITONE))


class PitchSpectrum(nn.Module):
    """Samples [B, N], N >= 1, at 22,050 Hz → power [B, 1 + N // 441, bins]; frame t is centred on sample 441 t.

    Each bin is a Hann window of its own length times a complex exponential; a sinusoid of amplitude 1 gives 1.
    """

    def __init__(self) -> None:
        super().__init__()
        hz = bin_frequencies_hz()
        length = np.clip(_QUALITY * SAMPLE_RATE_HZ / hz, _SHORTEST, _LONGEST)
        self.n_bins = len(hz)
        # A bin's group is the shortest of three kernel lengths that holds its window: less to compute.
        groups = [np.flatnonzero((length > low) & (length <= n)) for low, n in pairwise((0, *_KERNELS))]
        for i, members in enumerate(groups):
            for name, values in (("cycles", hz[members] / SAMPLE_RATE_HZ), ("length", length[members])):
                column = torch.from_numpy(values).float()[:, None]
                self.register_buffer(f"{name}{i}", column, persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        parts = [self._power(samples, i, n) for i, n in reversed(list(enumerate(_KERNELS)))]
        return torch.cat(parts, dim=1).transpose(1, 2)

    def _power(self, samples: Tensor, group: int, n_kernel: int) -> Tensor:
        """Power [B, bins of that group, T]. Kernels are computed, not stored: an exported file stays small."""
        cycles, length = getattr(self, f"cycles{group}"), getattr(self, f"length{group}")
        n = torch.arange(n_kernel, device=samples.device, dtype=torch.float32)[None] - n_kernel // 2
        window = torch.where(n.abs() < length / 2, 1 + torch.cos(2 * math.pi * n / length), 0.0)
        window = 2 * window / window.sum(dim=1, keepdim=True)
        phase = 2 * math.pi * (cycles * n)
        kernels = torch.cat([window * phase.cos(), window * phase.sin()]).unsqueeze(1)
        padded = F.pad(samples.unsqueeze(1), (n_kernel // 2, n_kernel // 2))
        real, imaginary = F.conv1d(padded, kernels, stride=HOP_SAMPLES).chunk(2, dim=1)
        return real * real + imaginary * imaginary


@dataclass(frozen=True)
class NoteNetConfig:
    """Size of the network."""

    channels: int = 48
    stem: int = 24
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16)
    second_look: int = 16
    """Channels that see the first answer before the second one."""


def _conv(n_in: int, n_out: int, time: int, pitch: int, dilation: int = 1) -> nn.Sequential:
    padding = ((time // 2) * dilation, pitch // 2)
    conv = nn.Conv2d(n_in, n_out, (time, pitch), padding=padding, dilation=(dilation, 1), bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU())


class NoteNet(nn.Module):
    """Power [B, T, bins] → logits: ``onset``, ``frame``, ``offset``, ``velocity`` [B, T, 88] and ``pedal`` [B, T].

    Half-way every key hears what the whole keyboard does, and a second look corrects the rolls with the first answer
    and the pedal in sight: how hard a note was struck and when it ends depend on where it begins and what holds it.
    """

    def __init__(self, config: NoteNetConfig = NoteNetConfig()) -> None:
        super().__init__()
        self.config = config
        c = config.channels
        self.shifts = [round(12 * BINS_PER_SEMITONE * math.log2(h)) for h in HARMONICS]
        self.stem_norm = nn.BatchNorm2d(len(HARMONICS))
        self.stem = nn.Sequential(
            nn.Conv2d(len(HARMONICS), config.stem, (5, 5), stride=(1, 3), padding=(2, 1), bias=False),
            nn.BatchNorm2d(config.stem),
            nn.ReLU(),
        )
        self.register = nn.Parameter(torch.zeros(1, config.stem, 1, N_PITCHES))
        self.first = _conv(config.stem, c, 3, 3)
        self.narrow = _conv(c, c // 2, 1, 1)
        self.relatives = (-24, -19, -12, 12, 19, 24)
        self.wide = _conv(c + len(self.relatives) * (c // 2), c, 1, 1)
        self.blocks = nn.ModuleList(_conv(c, c, 3, 3, d) for d in config.dilations)
        self.keyboard = nn.Sequential(nn.Conv1d(2 * c, c, 9, padding=4), nn.ReLU(), nn.Conv1d(c, c, 1))
        self.heads = nn.Conv2d(c, len(TASKS), 1)
        self.pedal = nn.Conv1d(2 * c, 1, 5, padding=2)
        self.second_look = nn.Sequential(
            nn.Conv2d(c + len(TASKS) + 1, config.second_look, (5, 1), padding=(2, 0)),
            nn.ReLU(),
            nn.Conv2d(config.second_look, len(TASKS), 1),
        )
        nn.init.constant_(self.heads.bias, -4.0)
        for last in (self.keyboard[-1], self.second_look[-1]):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, power: Tensor) -> dict[str, Tensor]:
        x = self.stem_norm(self._stacked(power))
        x = self.stem(x) + self.register
        x = self.first(x)
        x = self.wide(torch.cat([x, *self._moved(self.narrow(x))], dim=1))
        for i, block in enumerate(self.blocks):
            if i == len(self.blocks) // 2:
                x = x + self.keyboard(_pooled(x)).unsqueeze(3)
            x = x + block(x)
        pedal = self.pedal(_pooled(x))
        first = self.heads(x)
        held = torch.sigmoid(pedal).unsqueeze(3).expand(-1, -1, -1, N_PITCHES)
        rolls = first + self.second_look(torch.cat([x, torch.sigmoid(first), held], dim=1))
        return {**{task: rolls[:, i] for i, task in enumerate(TASKS)}, "pedal": pedal.squeeze(1)}

    def _stacked(self, power: Tensor) -> Tensor:
        """[B, T, bins] → [B, harmonics, T, 264] in units of about one, silence where a harmonic lies outside."""
        level = 0.5 * torch.log10(power / _FLOOR + 1) + _SILENCE  # an added 1e-9 would be dropped by the exporter
        below, above = -min(self.shifts), max(self.shifts) + BINS_PER_SEMITONE * N_PITCHES - power.shape[2]
        level = F.pad(level, (below, max(above, 0)), value=_SILENCE)
        n = BINS_PER_SEMITONE * N_PITCHES
        return torch.stack([level[:, :, below + s : below + s + n] for s in self.shifts], dim=1)

    def _moved(self, x: Tensor) -> list[Tensor]:
        """What stands `relatives` semitones away, zero beyond the keyboard."""
        reach = max(abs(r) for r in self.relatives)
        padded = F.pad(x, (reach, reach))
        return [padded[..., reach + r : reach + r + N_PITCHES] for r in self.relatives]


def _pooled(x: Tensor) -> Tensor:
    """Mean and maximum over the keys: [B, C, T, 88] → [B, 2 C, T]."""
    return torch.cat([x.mean(dim=3), x.amax(dim=3)], dim=1)
