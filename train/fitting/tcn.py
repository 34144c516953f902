"""The metre branch: a dilated temporal convolution network on log-mel frames for beats and downbeats.

After Davies and Böck, "Temporal convolutional networks for musical audio beat tracking" (EUSIPCO 2019): a small
convolutional front end that shrinks frequency, then residual non-causal convolutions with doubling dilation.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class TcnConfig:
    """Sizes of the metre branch; with 11 layers of kernel 3 the receptive field is ±2,047 frames (41 s)."""

    n_mels: int = 80
    front_channels: tuple[int, int] = (12, 20)
    channels: int = 64
    kernel: int = 3
    layers: int = 11
    dropout: float = 0.1
    tasks: tuple[str, ...] = ("beat", "downbeat")


class Residual(nn.Module):
    """x + 1×1(drop(ELU(dilated(norm(x)))))."""

    def __init__(self, config: TcnConfig, dilation: int) -> None:
        super().__init__()
        c, k = config.channels, config.kernel
        self.norm = nn.BatchNorm1d(c)
        self.dilated = nn.Conv1d(c, c, k, padding=dilation * (k - 1) // 2, dilation=dilation)
        self.act = nn.ELU()
        self.drop = nn.Dropout1d(config.dropout)
        self.mix = nn.Conv1d(c, c, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.drop(self.act(self.dilated(self.norm(x)))))


class MetreTcn(nn.Module):
    """Log-mel frames [B, T, n_mels] → logits {task: [B, T]} for each task of `config`; any T ≥ 1."""

    def __init__(self, config: TcnConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or TcnConfig()
        a, b = config.front_channels
        self.input_norm = nn.BatchNorm1d(config.n_mels)
        self.front = nn.Sequential(
            nn.Conv2d(1, a, (5, 3), stride=(2, 1), padding=(2, 1)), nn.BatchNorm2d(a), nn.ELU(),
            nn.Conv2d(a, b, 3, stride=(2, 1), padding=1), nn.BatchNorm2d(b), nn.ELU(),
        )  # fmt: skip
        self.squash = nn.Conv1d(b * (config.n_mels // 4), config.channels, 1)
        self.layers = nn.Sequential(*(Residual(config, 2**i) for i in range(config.layers)))
        self.act = nn.ELU()
        self.heads = nn.ModuleDict({task: nn.Conv1d(config.channels, 1, 1) for task in config.tasks})

    def forward(self, mel: Tensor) -> dict[str, Tensor]:
        x = self.input_norm(mel.transpose(1, 2))
        x = self.front(x.unsqueeze(1)).flatten(1, 2)
        x = self.act(self.layers(self.squash(x)))
        return {task: head(x).squeeze(1) for task, head in self.heads.items()}


def n_parameters(module: nn.Module) -> int:
    """Number of trained values in a module."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
