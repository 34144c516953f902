"""The second stage: beat features of a whole recording in, level and change logits per beat out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.analysis import LEVELS
from runtime.beat_features import FEATURES


@dataclass(frozen=True)
class LevelNetConfig:
    """Sizes of one network; with 4 layers it sees ±40 beats, and its features see further."""

    n_features: int = len(FEATURES)
    channels: int = 32
    layers: int = 4
    dropout: float = 0.25


class _Residual(nn.Module):
    """x + linear(drop(GELU(linear of the normed beats at −d, 0 and +d))), nothing beyond the ends of the recording.

    A dilated convolution written as one product over beats, which is several times faster on a CPU.
    """

    def __init__(self, channels: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(channels)
        self.three = nn.Linear(3 * channels, channels)
        self.drop = nn.Dropout(dropout)
        self.mix = nn.Linear(channels, channels)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        h = self.norm(x)
        if mask is not None:
            h = h * mask[..., None]
        n, d = x.shape[1], self.dilation
        padded = F.pad(h, (0, 0, d, d))
        near = torch.cat([padded[:, :n], h, padded[:, 2 * d : 2 * d + n]], dim=-1)
        return x + self.mix(self.drop(F.gelu(self.three(near))))


class LevelNet(nn.Module):
    """Dilated residual network over beats, not causal; features [B, n, F] → logits [B, n, 5] and [B, n].

    `mask` [B, n] is 1 for beats that exist; what pads a batch does not reach the others.
    """

    def __init__(self, config: LevelNetConfig | None = None) -> None:
        super().__init__()
        config = config or LevelNetConfig()
        self.config = config
        self.enter = nn.Linear(config.n_features, config.channels)
        self.drop = nn.Dropout(config.dropout / 2)
        self.layers = nn.ModuleList(_Residual(config.channels, 3**k, config.dropout) for k in range(config.layers))
        self.norm = nn.LayerNorm(config.channels)
        self.heads = nn.Linear(config.channels, len(LEVELS) + 1)

    def forward(self, features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = self.enter(self.drop(features))
        for layer in self.layers:
            x = layer(x, mask)
        out = self.heads(F.gelu(self.norm(x)))
        return out[..., : len(LEVELS)], out[..., len(LEVELS)]


class LevelEnsemble(nn.Module):
    """Mean of the log-probabilities of several networks' levels and of their change logits: the exported graph."""

    def __init__(self, members: list[LevelNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        outputs = [member(features) for member in self.members]
        levels = torch.stack([F.log_softmax(z, dim=-1) for z, _ in outputs]).mean(dim=0)
        return F.log_softmax(levels, dim=-1), torch.stack([c for _, c in outputs]).mean(dim=0)
