"""Train a network: `python -m train.frames --preset NAME --pack PACK.h5 --fold 0 --out RUN_DIR [--resume]`.

RUN_DIR gets `last.pt` (network, averaged network, optimiser, random state, config, data identity: everything to go
on from) every few minutes and at the end, and `log.csv`. Stop it at any moment; `--resume` goes on where the last
checkpoint stood, also with a larger `--steps`.
"""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from runtime.errors import MezzoforteError
from train.fitting.averaged_run import AveragedRun, Logger, add_arguments, fit, prepare
from train.fitting.command import Command
from train.fitting.config import FitConfig, LossConfig, load_config
from train.frames.augment import augment_power
from train.frames.losses import dynamics_cross_entropy, shift_tolerant_bce
from train.frames.model import FrameModel
from train.frames.segments import Pack, Recording, Sampler, Targets, pack_sources
from train.sources import ALL, taken


@dataclass(frozen=True)
class Batch:
    """Samples [B, N] and stacked targets [B, T]; `has_bars` and `has_levels` [B]."""

    samples: Tensor
    targets: dict[str, Tensor]


def stack(segments: list[tuple[np.ndarray, Targets]]) -> Batch:
    """Collate what a `Sampler` drew."""
    names = ("beat", "downbeat", "change", "levels", "has_bars", "has_levels")
    targets = {n: torch.from_numpy(np.stack([np.float32(getattr(t, n)) for _, t in segments])) for n in names}
    return Batch(torch.from_numpy(np.stack([s for s, _ in segments])), targets)


def task_losses(
    logits: dict[str, Tensor], targets: dict[str, Tensor], config: LossConfig, level_weights: Tensor
) -> dict[str, Tensor]:
    """The loss of every task in `logits`; recordings without bars or levels do not count for those tasks."""
    losses = {}
    counted = {
        "beat": torch.ones_like(targets["has_bars"]),
        "downbeat": targets["has_bars"],
        "change": targets["has_levels"],
    }
    for task, counts in counted.items():
        if task in logits:
            each = shift_tolerant_bce(
                logits[task], targets[task],
                positive_weight=getattr(config, f"{task}_weight"), tolerance_frames=config.tolerance_frames,
            )  # fmt: skip
            losses[task] = (each * counts).sum() / counts.sum().clamp_min(1)
    if "dynamics" in logits:
        losses["dynamics"] = dynamics_cross_entropy(
            logits["dynamics"], targets["levels"], level_weights, config.level_ordinal
        )
    return losses


def level_weights(recordings: list[Recording], balance: float) -> Tensor:
    """Class weights [6] ∝ share^−balance of the levels over pieces (not recordings), mean 1 over beats; blank 0."""
    shares = np.zeros(6)
    by_piece: dict[str, Recording] = {r.piece_id: r for r in recordings if (r.levels > 0).any()}
    for r in by_piece.values():
        counts = np.bincount(r.levels, minlength=6) * (np.arange(6) > 0)
        shares += counts / counts.sum()
    if not shares.any():
        return torch.ones(6)
    shares /= shares.sum()
    weights = np.where(shares > 0, np.maximum(shares, 0.01) ** -balance, 0)
    return torch.from_numpy(weights / (weights * shares).sum()).float()


class Trainer(AveragedRun):
    """The run of a preset's network on the training recordings of a pack."""

    def __init__(self, config: FitConfig, pack: Pack, fold: int | None, data: str = ALL) -> None:
        torch.manual_seed(config.seed)
        recordings, augment = pack.split("train", fold), config.augment
        sources = taken(pack_sources(recordings), data)
        self.sampler = Sampler(
            pack, recordings, config.corpus_weights, config.segment_s, augment.speed, augment.codec_probability
        )
        super().__init__(config, FrameModel(config), identity_of(recordings), config.steps, config.batch, fold, sources)
        self.level_weights = level_weights(recordings, config.loss.level_balance).to(self.device)

    def about(self) -> dict[str, Any]:
        """See `AveragedRun`."""
        return {"config": asdict(self.config)}

    def is_of_this(self, state: dict[str, Any]) -> bool:
        """See `AveragedRun`."""
        return state["config"]["network"] == self.config.network

    def losses(self) -> dict[str, Tensor]:
        """See `AveragedRun`."""
        batch = stack([self.sampler.draw(self.rng) for _ in range(self.batch)])
        targets = {k: v.to(self.device) for k, v in batch.targets.items()}
        with torch.no_grad():
            power = augment_power(self.model.spectrum(batch.samples), self.config.augment, self.rng)
        logits = self.model.from_power(power.to(self.device))
        return task_losses(logits, targets, self.config.loss, self.level_weights)


def identity_of(recordings: list[Recording]) -> str:
    """Hash of what was trained on: keys, lengths and beat counts of the recordings."""
    lines = sorted(f"{r.key} {r.n_samples} {len(r.beats_s)} {r.instrument}" for r in recordings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_loggers(args: Namespace) -> list[Logger]:
    """Callables (row) for the optional services. Raises `MezzoforteError` when one that was asked for is missing."""
    loggers: list[Logger] = []
    try:
        if args.tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            writer = SummaryWriter(str(args.out))
            loggers.append(lambda row: [writer.add_scalar(k, v, int(row["step"])) for k, v in row.items()])
        if args.wandb:
            import wandb

            wandb.init(project=args.wandb, dir=str(args.out), resume="allow")
            loggers.append(lambda row: wandb.log(row, step=int(row["step"])))
    except ImportError as e:
        raise MezzoforteError(
            f"{e.name} is not installed", advice=f"pip install {e.name}, or leave the option out"
        ) from e
    return loggers


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--preset", required=True, help="a name in train/presets or a YAML file")
    parser.add_argument("--pack", type=Path, required=True)
    add_arguments(parser, steps=None, batch=None)
    parser.add_argument("--tensorboard", action="store_true")
    parser.add_argument("--wandb", metavar="PROJECT")


def run(args: Namespace) -> None:
    """Set up, resume when asked, train. Being terminated saves like an interrupt."""
    changes = {name: getattr(args, name) for name in ("steps", "batch") if getattr(args, name)}
    config = load_config(args.preset, **changes)
    prepare(args)
    print(f"{config.name}: {asdict(config.loss)}, to step {config.steps}", file=sys.stderr)
    fit(Trainer(config, Pack(args.pack), args.fold, args.data), args, make_loggers(args))


main = Command(add_options, run)
