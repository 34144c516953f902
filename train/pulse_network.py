"""Beats and bars from notes: a dilated convolution network on the roll of onsets, at 50 frames a second.

After the idea of Liu, Kong, Morfi and Benetos (ISMIR 2022), who track beats in performance MIDI with a network over
notes; the layers are those of the metre branch (`train.tcn`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.keys import N_PITCHES
from train.tcn import Residual, TcnConfig


@dataclass(frozen=True)
class PulseConfig:
    """Sizes; with 10 layers of kernel 3 at 25 frames a second the network sees 41 s to either side."""

    channels: int = 96
    layers: int = 10
    dropout: float = 0.15
    tasks: tuple[str, ...] = ("beat", "downbeat")


class PulseNet(nn.Module):
    """Onset rolls [B, T, 88] (see `runtime.pulse_roll`) → logits {task: [B, T]}; any T ≥ 1."""

    def __init__(self, config: PulseConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or PulseConfig()
        c = config.channels
        layer = TcnConfig(channels=c, dropout=config.dropout)
        self.front = nn.Conv1d(N_PITCHES, c, 5, padding=2)
        self.front_norm = nn.BatchNorm1d(c)
        self.down = nn.Conv1d(c, c, 4, stride=2, padding=1)
        self.layers = nn.Sequential(*(Residual(layer, 2**i) for i in range(config.layers)))
        self.back = nn.Conv1d(2 * c, c // 2, 5, padding=2)
        self.heads = nn.ModuleDict({task: nn.Conv1d(c // 2, 1, 1) for task in config.tasks})

    def forward(self, roll: Tensor) -> dict[str, Tensor]:
        n_frames = roll.shape[1]
        x = F.pad(roll.transpose(1, 2), (0, 2))
        fine = F.elu(self.front_norm(self.front(x)))
        coarse = F.elu(self.layers(self.down(fine)))
        x = torch.cat([fine[..., :n_frames], coarse.repeat_interleave(2, dim=2)[..., :n_frames]], dim=1)
        x = F.elu(self.back(x))
        return {task: head(x).squeeze(1) for task, head in self.heads.items()}
