"""Train a network: `python -m train.frames --preset NAME --pack PACK.h5 --fold 0 --out RUN_DIR [--resume]`.

RUN_DIR gets `last.pt` (network, averaged network, optimiser, random state, config, data identity: everything to go
on from) every few minutes and at the end, and `log.csv`. Stop it at any moment; `--resume` goes on where the last
checkpoint stood, also with a larger `--steps`.
"""

from __future__ import annotations

import argparse
import hashlib
import signal
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from runtime.errors import MezzoforteError
from train.fitting.checkpoints import CHECKPOINT, CsvLog, load_checkpoint
from train.fitting.command import start
from train.fitting.config import FitConfig, LossConfig, load_config, to_dict
from train.fitting.optimise import optimise, save_beside, scheduled_rate
from train.fitting.provenance import commit
from train.frames.augment import augment_power
from train.frames.losses import dynamics_cross_entropy, shift_tolerant_bce
from train.frames.model import FrameModel
from train.frames.segments import Pack, Recording, Sampler, Targets

WARM_UP_STEPS = 200


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


class Trainer:
    """One training run that can be saved and loaded at any step."""

    def __init__(self, config: FitConfig, pack: Pack, fold: int | None) -> None:
        torch.manual_seed(config.seed)
        self.config, self.fold, self.step = config, fold, 0
        self.rng = np.random.default_rng(config.seed)
        recordings = pack.split("train", fold)
        self.data_identity = identity_of(recordings)
        self.sampler = self._sampler(pack, recordings)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = self._model().to(self.device)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay), use_buffers=True)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.level_weights = level_weights(recordings, config.loss.level_balance).to(self.device)

    def _sampler(self, pack: Pack, recordings: list[Recording]) -> Any:
        """What draws segments."""
        augment = self.config.augment
        return Sampler(
            pack,
            recordings,
            self.config.corpus_weights,
            self.config.segment_s,
            augment.speed,
            augment.codec_probability,
        )

    def _model(self) -> torch.nn.Module:
        """The network with fresh weights."""
        if self.config.dual is not None:
            raise MezzoforteError(f"the preset {self.config.name} reads notes too", advice="Use python -m train.dual")
        return FrameModel(self.config)

    def _batch(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Logits and targets of a fresh batch."""
        batch = stack([self.sampler.draw(self.rng) for _ in range(self.config.batch)])
        targets = {k: v.to(self.device) for k, v in batch.targets.items()}
        with torch.no_grad():
            power = augment_power(self.model.spectrum(batch.samples), self.config.augment, self.rng)
        return self.model.from_power(power.to(self.device)), targets

    def learning_rate(self) -> float:
        """That of the next step."""
        return scheduled_rate(self.config.learning_rate, self.step, self.config.steps, WARM_UP_STEPS)

    def train_step(self) -> dict[str, float]:
        """One optimiser step on a fresh batch; returns the losses by task."""
        self.model.train()
        logits, targets = self._batch()
        losses = task_losses(logits, targets, self.config.loss, self.level_weights)
        told = optimise(self.model, self.average, self.optimiser, losses, self.learning_rate())
        self.step += 1
        return told

    def save(self, path: Path) -> None:
        """Write the whole state beside `path`, then move it there."""
        state = {
            "schema": 1, "config": to_dict(self.config), "fold": self.fold, "step": self.step,
            "data_identity": self.data_identity, "commit": commit(), "model": self.model.state_dict(),
            "average": self.average.module.state_dict(), "n_averaged": int(self.average.n_averaged),
            "optimiser": self.optimiser.state_dict(), "torch_rng": torch.get_rng_state(),
            "numpy_rng": self.rng.bit_generator.state,
        }  # fmt: skip
        save_beside(state, path)

    def load(self, path: Path, *, new_data: bool = False) -> None:
        """Go on from a checkpoint. Raises `MezzoforteError` when it belongs to another fold or network, or, without
        `new_data`, to other recordings."""
        state = load_checkpoint(path)
        shape = (self.fold, self.config.network, to_dict(self.config)["dual"])
        if (state["fold"], state["config"]["network"], state["config"].get("dual")) != shape:
            raise MezzoforteError("the checkpoint is of another fold or network", where=str(path))
        if state["data_identity"] != self.data_identity and not new_data:
            raise MezzoforteError(
                "the checkpoint was trained on other recordings than this pack holds", where=str(path),
                advice="Use the same pack, start a new run folder, or add --new-data to go on with these",
            )  # fmt: skip
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.fill_(state["n_averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["torch_rng"])
        self.rng.bit_generator.state = state["numpy_rng"]
        self.step = state["step"]


def identity_of(recordings: list[Recording]) -> str:
    """Hash of what was trained on: keys, lengths and beat counts of the recordings."""
    lines = sorted(f"{r.key} {r.n_samples} {len(r.beats_s)} {r.instrument}" for r in recordings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_loggers(args: argparse.Namespace) -> list[Any]:
    """Callables (row) for the optional services. Raises `MezzoforteError` when one that was asked for is missing."""
    loggers: list[Any] = []
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


def fit(trainer: Trainer, args: argparse.Namespace) -> None:
    """Train until the configured step, saving and logging on the way; saves when interrupted."""
    log, loggers = CsvLog(args.out / "log.csv", fresh=trainer.step == 0), make_loggers(args)
    sums: dict[str, float] = {}
    saved_at = started = time.monotonic()
    first = trainer.step
    bar = tqdm(total=trainer.config.steps, initial=first, unit="step", mininterval=5)
    try:
        while trainer.step < trainer.config.steps:
            for task, loss in trainer.train_step().items():
                sums[task] = sums.get(task, 0.0) + loss / args.log_every
            bar.update()
            if trainer.step % args.log_every == 0:
                row = {
                    "step": trainer.step,
                    "minutes": (time.monotonic() - started) / 60,
                    "lr": trainer.learning_rate(),
                    **sums,
                }
                for write in (log.write, *loggers):
                    write(row)
                bar.set_postfix({k: f"{v:.3f}" for k, v in sums.items()})
                sums = {}
            if time.monotonic() - saved_at > args.save_every_s:
                trainer.save(args.out / CHECKPOINT)
                saved_at = time.monotonic()
    finally:
        bar.close()
        trainer.save(args.out / CHECKPOINT)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--preset", required=True, help="a name in train/presets or a YAML file")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold kept for tests (default: none)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, help="instead of the preset's number of steps")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--new-data", action="store_true", help="resume although the pack's recordings have changed")
    parser.add_argument("--threads", type=int, help="CPU threads of torch")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--save-every-s", type=float, default=180)
    parser.add_argument("--tensorboard", action="store_true")
    parser.add_argument("--wandb", metavar="PROJECT")
    return parser


def run(args: argparse.Namespace, trainer_class: type[Trainer] = Trainer) -> int:
    """Set up, resume when asked, train. Being terminated saves like an interrupt."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config = load_config(args.preset)
    if args.steps:
        config = replace(config, steps=args.steps)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    trainer = trainer_class(config, Pack(args.pack), args.fold)
    checkpoint = args.out / CHECKPOINT
    if checkpoint.exists():
        if not args.resume:
            raise MezzoforteError("the run folder holds a checkpoint", where=str(checkpoint),
                                  advice="Add --resume to go on, or name a new folder with --out")  # fmt: skip
        trainer.load(checkpoint, new_data=args.new_data)
    print(f"{config.name}: {asdict(config.loss)}, from step {trainer.step} to {config.steps}", file=sys.stderr)
    fit(trainer, args)
    return 0


def main() -> None:
    start(build_parser(), run)
