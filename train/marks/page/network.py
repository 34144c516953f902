"""The page's network: features of the beats of a whole score in, logits by `runtime.marks.page.OUTPUTS` out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from runtime.marks.page import OUTPUTS
from runtime.marks.page_features import FEATURES
from train.fitting.sequence_network import SequenceNet, SequenceNetConfig

_MOST_DEVIATIONS = 4.0


class PageNet(nn.Module):
    """Features [B, n, F] as they are computed → logits [B, n, outputs]; they are standardised inside.

    The last output, whether a level is louder than the one before, is a weighted sum of the beat's own features: there
    are few levels to learn it from, and a network over all beats learns them by heart.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int, layers: int, dropout: float = 0.25) -> None:
        super().__init__()
        self.config = SequenceNetConfig(len(FEATURES), channels, layers, dropout)
        self.register_buffer("mean", torch.zeros(len(FEATURES)))
        self.register_buffer("deviation", torch.ones(len(FEATURES)))
        self.network = SequenceNet(self.config, len(OUTPUTS) - 1)
        self.direction = nn.Linear(len(FEATURES), 1)

    def forward(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        scaled = self.scaled(features)
        return torch.cat([self.network(scaled, mask), self.direction(scaled)], dim=-1)

    def scaled(self, features: Tensor) -> Tensor:
        """Features as the network takes them."""
        return ((features - self.mean) / self.deviation).clamp(-_MOST_DEVIATIONS, _MOST_DEVIATIONS)


class PageEnsemble(nn.Module):
    """The mean logits of several networks."""

    def __init__(self, members: Sequence[PageNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Tensor) -> Tensor:
        return torch.stack([member(features) for member in self.members]).mean(dim=0)
