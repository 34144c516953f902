"""The stage for beats: features of the peaks of a whole recording in, beat and downbeat logits per peak out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from runtime.stages.beats import FEATURES
from train.fitting.sequence_network import SequenceNet, SequenceNetConfig

CONFIG = SequenceNetConfig(n_features=len(FEATURES), channels=32, layers=5, dropout=0.15)


class BeatNet(SequenceNet):
    """Peak features [B, n, F] → logits [B, n, 2]: whether a peak is a beat, and if it is one, whether a downbeat."""

    def __init__(self, config: SequenceNetConfig = CONFIG) -> None:
        super().__init__(config, n_outputs=2)


class BeatEnsemble(nn.Module):
    """Mean of the logits of several networks: the exported graph. Features [B, n, F] → two times [B, n]."""

    def __init__(self, members: list[BeatNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        mean = torch.stack([member(features) for member in self.members]).mean(dim=0)
        return mean[..., 0], mean[..., 1]
