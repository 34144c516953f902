"""Sound and notes into levels and changes: the shape of ``Dual_Dynamic_HPT_v2``.

Known of the published configuration are its name, inputs, targets, rates, mask and batch; its layers are not. They are
taken from the acoustic model whose name it bears (Kong et al., "High-resolution piano transcription with pedals by
regressing onset and offset times", IEEE TASLP 2021, section III): four blocks of two 3×3 convolutions that halve the
frequency axis, a linear layer, bidirectional gated recurrent units. Each input has its own stack; they meet before the
recurrent units.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.analysis import LEVELS
from runtime.notes.keys import N_PITCHES
from train.fitting.config import DualConfig
from train.frames.features import LogMelConfig, mel_filters

_NO_BLANK = -30.0
"""The blank class of the losses, which these targets do not have."""


class DualLogMel(nn.Module):
    """Samples [B, N] at the rate's sample rate → log-mel in dB [B, T, n_mels], 30 Hz to half the sample rate."""

    def __init__(self, config: DualConfig) -> None:
        super().__init__()
        self.rate = config.rate
        mel = LogMelConfig(config.n_mels, 30.0, self.rate.sample_rate_hz / 2, True, "decibel")
        filters = mel_filters(mel, self.rate.bin_hz)
        n_bins = self.rate.window_samples // 2 + 1
        self.register_buffer("filters", torch.from_numpy(filters[:n_bins].astype(np.float32)), persistent=False)
        self.register_buffer("window", torch.hann_window(self.rate.window_samples), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        spectrum = torch.stft(
            samples, self.rate.window_samples, self.rate.hop_samples, window=self.window, center=True,
            pad_mode="reflect", return_complex=True,
        )  # fmt: skip
        power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2)
        return 10.0 * torch.log10((power @ self.filters).clamp(min=1e-10))


class _Stack(nn.Module):
    """[B, T, bins] → [B, T, embedding]: blocks of two 3×3 convolutions, each pooling the bins, then a linear layer."""

    def __init__(self, n_bins: int, config: DualConfig) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(n_bins)
        blocks, before, bins = [], 1, n_bins
        for after in config.channels:
            for a in (before, after):
                blocks += [nn.Conv2d(a, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            blocks += [nn.AvgPool2d((1, config.pool)), nn.Dropout(config.dropout)]
            before, bins = after, bins // config.pool
        self.blocks = nn.Sequential(*blocks)
        self.out = nn.Linear(before * bins, config.embedding, bias=False)
        self.out_norm = nn.BatchNorm1d(config.embedding)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)
        x = self.blocks(x.unsqueeze(1)).transpose(1, 2).flatten(2)
        return F.relu(self.out_norm(self.out(x).transpose(1, 2)).transpose(1, 2))


class DualNet(nn.Module):
    """Samples [B, N] and masked velocities [B, T, 88] in 0..1 → logits ``dynamics`` [B, T, 6] and ``change`` [B, T].

    The first class, blank, is never chosen. Without notes (``midi: none``) the velocities are not looked at.
    """

    tasks = ("dynamics", "change")

    def __init__(self, config: DualConfig) -> None:
        super().__init__()
        self.config = config
        self.mel = DualLogMel(config)
        self.sound = _Stack(config.n_mels, config)
        with_notes = config.midi == "masked_velocity"
        self.notes = _Stack(N_PITCHES, config) if with_notes else None
        self.recurrent = nn.GRU(
            config.embedding * (2 if with_notes else 1), config.recurrent, config.recurrent_layers, batch_first=True,
            bidirectional=True, dropout=config.dropout if config.recurrent_layers > 1 else 0.0,
        )  # fmt: skip
        self.drop = nn.Dropout(config.dropout)
        self.heads = nn.Linear(2 * config.recurrent, len(LEVELS) + 1)

    def forward(self, samples: Tensor, velocities: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            mel = self.mel(samples)
        parts = [self.sound(mel)]
        if self.notes is not None:
            parts.append(self.notes(velocities))
        out = self.heads(self.drop(self._in_context(torch.cat(parts, dim=-1))))
        blank = torch.full_like(out[..., :1], _NO_BLANK)
        return {"dynamics": torch.cat([blank, out[..., : len(LEVELS)]], dim=-1), "change": out[..., len(LEVELS)]}

    def _in_context(self, x: Tensor) -> Tensor:
        """[B, T, E] → what the recurrent units make of it, [B, T, 2 · recurrent]."""
        n_frames, hop = x.shape[1], self.config.recurrent_hop
        if hop == 1:
            return self.recurrent(x)[0]
        steps = F.avg_pool1d(x.transpose(1, 2), hop, ceil_mode=True).transpose(1, 2)
        return self.recurrent(steps)[0].repeat_interleave(hop, dim=1)[:, :n_frames]
