"""The second stage: beat features of a whole recording in, level and change logits per beat out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from runtime.analysis import LEVELS
from runtime.stages.loudness_features import FEATURES
from train.fitting.sequence_network import SequenceNet, SequenceNetConfig


@dataclass(frozen=True)
class LevelNetConfig(SequenceNetConfig):
    """Sizes of one network; its features see further than it does."""

    n_features: int = len(FEATURES)


class LevelNet(SequenceNet):
    """Beat features [B, n, F] → level logits [B, n, 5] and change logits [B, n]."""

    def __init__(self, config: LevelNetConfig | None = None) -> None:
        super().__init__(config or LevelNetConfig(), len(LEVELS) + 1)

    def forward(self, features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        out = super().forward(features, mask)
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
