"""The onset stage: what is struck in a recording in, beat and downbeat logits per onset out.

Attention whose query and key are turned by the time of their onset (rotary positions after Su et al., 2021, in seconds
instead of places), so that a layer can ask what is struck a third of a second before; between the attention layers
onsets are mixed with their neighbours. The heads beside beats and downbeats are for training: which length the beat
has, where in the beat an onset stands, how many beats the bar has. After the idea of Liu, Kong, Morfi and Benetos
(ISMIR 2022), who track beats in performance MIDI with a network that learns several such tasks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.notes.given import GIVEN
from runtime.notes.keys import N_PITCHES
from runtime.notes.onsets import COLUMNS
from train.fitting.sequence_network import with_neighbours

N_PERIODS, N_PHASES, N_METRES = 24, 12, 4
HEADS = {"beat": 1, "downbeat": 1, "period": N_PERIODS, "phase": N_PHASES, "metre": N_METRES}
_PERIODS_S = (0.08, 40.0)
_REACHES_S = (1.0, 33.0)


@dataclass(frozen=True)
class OnsetNetConfig:
    """Sizes of the network."""

    channels: int = 128
    layers: int = 5
    heads: int = 4
    dropout: float = 0.1


class _Attention(nn.Module):
    """x + attention(norm(x)); each head also prefers what is near, over reaches from 1 to 33 s."""

    freq: Tensor
    reach: Tensor

    def __init__(self, c: OnsetNetConfig) -> None:
        super().__init__()
        self.heads = c.heads
        self.norm = nn.LayerNorm(c.channels)
        self.qkv = nn.Linear(c.channels, 3 * c.channels)
        self.out = nn.Linear(c.channels, c.channels)
        low, high = map(math.log10, _PERIODS_S)
        self.register_buffer("freq", 2 * math.pi / torch.logspace(low, high, c.channels // c.heads // 2))
        near, far = map(math.log, _REACHES_S)
        self.register_buffer("reach", torch.linspace(near, far, c.heads).exp())

    def forward(self, x: Tensor, time_s: Tensor, mask: Tensor | None) -> Tensor:
        batch, n, channels = x.shape
        q, k, v = self.qkv(self.norm(x)).view(batch, n, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        angle = time_s[:, None, :, None] * self.freq
        cos, sin = angle.cos(), angle.sin()
        distance = (time_s[:, :, None] - time_s[:, None, :]).abs()
        bias = -distance[:, None] / self.reach[None, :, None, None]
        if mask is not None:
            bias = bias + (mask[:, None, None, :] - 1) * 1e4
        y = F.scaled_dot_product_attention(_turned(q, cos, sin), _turned(k, cos, sin), v, attn_mask=bias)
        out: Tensor = x + self.out(y.transpose(1, 2).reshape(batch, n, channels))
        return out


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class _Mixing(nn.Module):
    """x + linear(drop(GELU(linear of the normed places at −d, 0 and +d)))."""

    def __init__(self, c: OnsetNetConfig, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(c.channels)
        self.three = nn.Linear(3 * c.channels, 2 * c.channels)
        self.drop = nn.Dropout(c.dropout)
        self.mix = nn.Linear(2 * c.channels, c.channels)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        h = self.norm(x)
        if mask is not None:
            h = h * mask[..., None]
        out: Tensor = x + self.mix(self.drop(F.gelu(self.three(with_neighbours(h, self.dilation)))))
        return out


class OnsetNet(nn.Module):
    """Features [B, n, F] of `runtime.notes.onsets.features_of`, and what is given of each onset, [B, n, G] of
    `runtime.notes.given` → logits by head, [B, n] or [B, n, classes].

    `mask` [B, n] is 1 for onsets that exist; what pads a batch does not reach the others.
    """

    def __init__(self, config: OnsetNetConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or OnsetNetConfig()
        self.enter = nn.Linear(N_PITCHES + len(COLUMNS), c.channels)
        self.told = nn.Linear(len(GIVEN), c.channels, bias=False)
        self.drop = nn.Dropout(c.dropout)
        self.first = _Mixing(c, 1)
        self.attention = nn.ModuleList(_Attention(c) for _ in range(c.layers))
        self.mixing = nn.ModuleList(_Mixing(c, 1 + k % 2) for k in range(c.layers))
        self.norm = nn.LayerNorm(c.channels)
        self.heads = nn.ModuleDict({name: nn.Linear(c.channels, n) for name, n in HEADS.items()})

    def forward(self, features: Tensor, given: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
        time_s = features[..., -1]
        x = self.first(self.drop(self.enter(features[..., :-1]) + self.told(given)), mask)
        for attention, mixing in zip(self.attention, self.mixing, strict=True):
            x = mixing(attention(x, time_s, mask), mask)
        x = self.norm(x)
        out = {name: head(x) for name, head in self.heads.items()}
        return {name: y.squeeze(-1) if HEADS[name] == 1 else y for name, y in out.items()}


class OnsetGraph(nn.Module):
    """The exported graph: features [B, n, F] and given [B, n, G] → beat and downbeat logits, two times [B, n]."""

    def __init__(self, net: OnsetNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, features: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        out = self.net(features, given)
        return out["beat"], out["downbeat"]
