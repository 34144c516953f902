"""Train the network that hears sound and reads notes: `python -m train.dual --preset NAME --pack PACK.h5 --out RUN …`.

Options, checkpoints and the log are those of `python -m train.frames`.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from train.dual.data import DualReader, DualSampler, DualSegment
from train.dual.network import DualNet
from train.fitting.command import start
from train.fitting.config import AugmentConfig, DualConfig, FitConfig
from train.frames.fit import Trainer, build_parser, run
from train.frames.segments import Pack, Recording

_NO_CHANGE = AugmentConfig(gain_db=0.0)


def dual_config(config: FitConfig) -> DualConfig:
    """The part of the config about sound and notes. Raises `MezzoforteError` when there is none."""
    if config.dual is None:
        raise MezzoforteError(f"the preset {config.name} has no part `dual`", advice="Add `dual: {}` to it")
    return config.dual


class DualTrainer(Trainer):
    """Draws sound and velocities; the losses, the optimiser, saving and resuming are those of every other network.

    Raises `MezzoforteError` when the preset asks for augmentation, which would change the sound and not the notes.
    """

    def _sampler(self, pack: Pack, recordings: list[Recording]) -> DualSampler:
        if self.config.augment != _NO_CHANGE:
            raise MezzoforteError("sound with notes is not augmented", advice="Set `augment: {gain_db: 0}`")
        reader = DualReader(pack, dual_config(self.config), self.config.segment_s)
        return DualSampler(reader, recordings, self.config.corpus_weights)

    def _model(self) -> nn.Module:
        return DualNet(dual_config(self.config))

    def _batch(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        batch = [self.sampler.draw(self.rng) for _ in range(self.config.batch)]
        samples, velocities = (_stacked(batch, name).to(self.device) for name in ("samples", "velocities"))
        targets = {n: _stacked(batch, n).to(self.device) for n in ("levels", "change", "has_levels")}
        targets["has_bars"] = torch.zeros_like(targets["has_levels"])
        return self.model(samples, velocities), targets


def _stacked(batch: list[DualSegment], name: str) -> Tensor:
    return torch.from_numpy(np.stack([np.float32(getattr(s, name)) for s in batch]))


def main() -> None:
    start(build_parser(), partial(run, trainer_class=DualTrainer))
