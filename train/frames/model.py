"""From samples to frame logits in torch: a front end and a network, as trained and as exported."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from train.fitting.config import FitConfig
from train.fitting.tcn import MetreTcn
from train.frames.features import LOUDNESS_BINS, N_BINS, Bssl, LogMel, PowerSpectrum
from train.frames.network import PRESETS, MultiScaleNet

FRONT_ENDS = ("bssl", "bssl_paper", "logmel", "metre")


def front_end_bins(name: str) -> int:
    """How many bins of the spectrum (from DC) a front end reads."""
    return N_BINS if name == "logmel" else LOUDNESS_BINS


def build_front_end(name: str) -> nn.Module:
    """Power spectrum [B, T, bins] → features [B, T, bands]. Raises `MezzoforteError` for an unknown name."""
    if name in ("bssl", "bssl_paper"):
        return Bssl("pampalk" if name == "bssl" else "paper")
    if name in ("logmel", "metre"):
        return LogMel("paper" if name == "logmel" else "metre")
    raise MezzoforteError(f"there is no front end {name!r}", advice=f"Choose from {', '.join(FRONT_ENDS)}")


def build_network(name: str) -> nn.Module:
    """The network of that name with fresh weights. Raises `MezzoforteError` for an unknown name."""
    if name == "metre_tcn":
        return MetreTcn()
    if name in PRESETS:
        return MultiScaleNet(PRESETS[name])
    raise MezzoforteError(f"there is no network {name!r}", advice=f"Choose metre_tcn or from {', '.join(PRESETS)}")


class FrameModel(nn.Module):
    """Samples [B, N] at 22,050 Hz → {task: logits [B, T] or [B, T, 6]}, T = 1 + N // 441."""

    def __init__(self, config: FitConfig, spectrum: Literal["stft", "matmul"] = "stft") -> None:
        super().__init__()
        self.spectrum = PowerSpectrum(front_end_bins(config.front_end), spectrum)
        self.front_end = build_front_end(config.front_end)
        self.network = build_network(config.network)

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(self.network.config.tasks)

    def forward(self, samples: Tensor) -> dict[str, Tensor]:
        return self.from_power(self.spectrum(samples))

    def from_power(self, power: Tensor) -> dict[str, Tensor]:
        """Logits from a power spectrum [B, T, bins]: training changes the spectrum before it comes here."""
        with torch.no_grad():
            features = self.front_end(power)
        return self.network(features)
