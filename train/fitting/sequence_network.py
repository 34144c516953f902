"""A small network over the beats or peaks of a whole recording: what the second stages are made of."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class SequenceNetConfig:
    """Sizes of one network; with 4 layers it sees ±40 places, with 5 ±121."""

    n_features: int
    channels: int = 32
    layers: int = 4
    dropout: float = 0.25


def with_neighbours(x: Tensor, d: int) -> Tensor:
    """Places [B, n, C] beside those `d` places before and after, [B, n, 3 C]; zeros beyond the ends."""
    n = x.shape[1]
    padded = F.pad(x, (0, 0, d, d))
    return torch.cat([padded[:, :n], x, padded[:, 2 * d : 2 * d + n]], dim=-1)


class _Residual(nn.Module):
    """x + linear(drop(GELU(linear of the normed places at −d, 0 and +d))), nothing beyond the ends of the recording.

    A dilated convolution written as one product over places, which is several times faster on a CPU.
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
        return x + self.mix(self.drop(F.gelu(self.three(with_neighbours(h, self.dilation)))))


class SequenceNet(nn.Module):
    """Dilated residual network, not causal; features [B, n, F] → logits [B, n, n_outputs].

    `mask` [B, n] is 1 for places that exist; what pads a batch does not reach the others.
    """

    def __init__(self, config: SequenceNetConfig, n_outputs: int) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Linear(config.n_features, config.channels)
        self.drop = nn.Dropout(config.dropout / 2)
        self.layers = nn.ModuleList(_Residual(config.channels, 3**k, config.dropout) for k in range(config.layers))
        self.norm = nn.LayerNorm(config.channels)
        self.heads = nn.Linear(config.channels, n_outputs)

    def forward(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.enter(self.drop(features))
        for layer in self.layers:
            x = layer(x, mask)
        out: Tensor = self.heads(F.gelu(self.norm(x)))
        return out
