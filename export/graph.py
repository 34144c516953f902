"""The exported graph: samples in, the frame logits of the runtime's contract out (see `runtime.model`)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from train.fitting.config import from_dict
from train.frames.features import Bssl, PowerSpectrum
from train.frames.model import FrameModel


class Together(nn.Module):
    """Several networks, of one task each for example, that answer as one; of two for one task the later one speaks."""

    def __init__(self, models: Sequence[FrameModel]) -> None:
        super().__init__()
        self.models = nn.ModuleList(models)
        self.spectrum = max((m.spectrum for m in models), key=lambda spectrum: spectrum.n_bins)
        self.tasks = tuple(dict.fromkeys(task for m in models for task in m.tasks))

    def from_power(self, power: Tensor) -> dict[str, Tensor]:
        """As `FrameModel.from_power`."""
        logits: dict[str, Tensor] = {}
        for model in self.models:
            logits |= model.from_power(power[..., : model.spectrum.n_bins])
        return logits


class RuntimeGraph(nn.Module):
    """One spectrum shared by a dynamics branch and, when there is one, a metre branch.

    Beat and downbeat logits are `metre_weight` · metre branch + (1 − metre_weight) · dynamics branch. The
    dynamics branch's unused first class ("blank") is left out.
    """

    def __init__(self, dynamics: FrameModel | Together, metre: FrameModel | None, metre_weight: float = 1.0) -> None:
        super().__init__()
        bins = max(m.spectrum.n_bins for m in (dynamics, metre) if m is not None)
        self.spectrum = PowerSpectrum(bins, "matmul")
        self.dynamics, self.metre, self.metre_weight = dynamics, metre, metre_weight
        self.loudness = Bssl("pampalk")

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        power = self.spectrum(samples)
        main = self.dynamics.from_power(power[..., : self.dynamics.spectrum.n_bins])
        beat, downbeat = main["beat"], main["downbeat"]
        if self.metre is not None:
            w, metre = self.metre_weight, self.metre.from_power(power[..., : self.metre.spectrum.n_bins])
            beat, downbeat = w * metre["beat"] + (1 - w) * beat, w * metre["downbeat"] + (1 - w) * downbeat
        ntot = self.loudness.total_loudness_sone(self.loudness(power[..., : self.loudness.n_bins_used]))
        return beat, downbeat, main["change"], main["dynamics"][..., 1:], ntot


def model_of(checkpoint: dict) -> FrameModel:
    """The averaged weights of a checkpoint of `train.frames.fit`, in evaluation mode."""
    config = from_dict(checkpoint["config"], "checkpoint")
    model = FrameModel(config)
    model.load_state_dict(checkpoint["average"])
    return model.eval()
