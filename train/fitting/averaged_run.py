"""A training run: averaged weights, cosine learning rate, checkpoints to go on from, a log; subclasses give losses."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from runtime.errors import MezzoforteError
from train.fitting.checkpoints import CHECKPOINT, CsvLog, load_checkpoint
from train.fitting.config import FitConfig
from train.fitting.optimise import optimise, save_beside, scheduled_rate
from train.fitting.provenance import commit
from train.sources import ALL, UNKNOWN, Sources, add_data_option, taken, union

SEED = 86


@dataclass(frozen=True)
class RunConfig:
    """What the run of one kind of network is made of."""

    kind: str
    """Name of the network in its checkpoints."""
    learning_rate: float
    warm_up_steps: int
    weight_decay: float
    ema_decay: float
    seed: int = SEED


class AveragedRun:
    """One run that can be saved and loaded at any step; subclasses give `losses`."""

    def __init__(
        self, config: RunConfig | FitConfig, model: nn.Module, identity: str, steps: int, batch: int, fold: int | None,
        sources: Sources,
    ) -> None:  # fmt: skip
        self.config, self.identity, self.sources = config, identity, sources
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device)
        self.steps, self.batch, self.fold, self.step = steps, batch, fold, 0
        self.rng = np.random.default_rng(config.seed)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay), use_buffers=True)
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )

    def losses(self) -> dict[str, Tensor]:
        """The weighted losses by task on a fresh batch, drawn with `rng`."""
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        """What a checkpoint says of the network, and of the data beside their identity."""
        return {"kind": self.config.kind, "config": asdict(self.model.config)}

    def is_of_this(self, state: dict[str, Any]) -> bool:
        """Whether a checkpoint is of the same network."""
        return state.get("kind") == self.config.kind and plain_config(state) == asdict(self.model.config)

    def learning_rate(self) -> float:
        """That of the next step."""
        return scheduled_rate(self.config.learning_rate, self.step, self.steps, self.config.warm_up_steps)

    def train_step(self) -> dict[str, float]:
        """One optimiser step; the losses by task."""
        self.model.train()
        told = optimise(self.model, self.average, self.optimiser, self.losses(), self.learning_rate())
        self.step += 1
        return told

    def save(self, path: Path) -> None:
        """Write the whole state beside `path`, then move it there."""
        state = {
            "schema": 1, "fold": self.fold, "step": self.step, "data_identity": self.identity, "commit": commit(),
            "sources": list(self.sources),
            "model": self.model.state_dict(), "average": self.average.module.state_dict(),
            "n_averaged": int(self.average.n_averaged), "optimiser": self.optimiser.state_dict(),
            "torch_rng": torch.get_rng_state(), "numpy_rng": self.rng.bit_generator.state,
        }  # fmt: skip
        save_beside(state | self.about(), path)

    def load(self, path: Path, *, new_data: bool = False, data: str = ALL) -> None:
        """Go on from a checkpoint, which then is among the sources with all of its own; with `new_data`, with other
        data. Raises `MezzoforteError` when it is of another network or fold, of other data, or not free enough."""
        state = load_checkpoint(path)
        self.sources = taken(union(self.sources, sources_of(state)), data, str(path))
        if state["fold"] != self.fold or not self.is_of_this(state):
            raise MezzoforteError("the checkpoint is of another network, size or fold", where=str(path))
        if state["data_identity"] != self.identity and not new_data:
            raise MezzoforteError("the checkpoint is of other data", where=str(path),
                                  advice="Use the same, or add --new-data to go on with these")  # fmt: skip
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.fill_(state["n_averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        if "torch_rng" in state:  # old runs of small networks did not keep it
            torch.set_rng_state(state["torch_rng"])
        self.rng.bit_generator.state = state["numpy_rng"]
        self.step = state["step"]


def sources_of(checkpoint: dict[str, Any]) -> Sources:
    """What a checkpoint learned from."""
    return tuple(checkpoint.get("sources", (UNKNOWN,)))


def plain_config(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """The network's configuration in a checkpoint, lists as the tuples that they were."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in checkpoint["config"].items()}


def add_arguments(parser: ArgumentParser, steps: int | None, batch: int | None) -> None:
    """The options that every run has; None for what a preset says."""
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold kept for tests (default: none)")
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--threads", type=int, help="CPU threads of torch")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--new-data", action="store_true", help="resume although the data have changed")
    parser.add_argument("--log-every", type=int, default=25)
    parser.add_argument("--save-every-s", type=float, default=120)


def prepare(args: Namespace) -> None:
    """What has to be set before a run is made: threads, its folder, the network's first weights. Being terminated then
    saves like an interrupt."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    args.out.mkdir(parents=True, exist_ok=True)


Logger = Callable[[dict[str, float]], None]


def fit(run: AveragedRun, args: Namespace, loggers: Sequence[Logger] = ()) -> None:
    """Resume when asked, train to the last step, saving and logging on the way (`loggers` get what log.csv gets);
    saves when interrupted.

    Raises `MezzoforteError` when the folder holds a checkpoint and it was not said to go on from it.
    """
    checkpoint = args.out / CHECKPOINT
    if checkpoint.exists():
        if not args.resume:
            raise MezzoforteError("the run folder holds a checkpoint", where=str(checkpoint),
                                  advice="Add --resume to go on, or name a new folder with --out")  # fmt: skip
        run.load(checkpoint, new_data=args.new_data, data=args.data)
    log = CsvLog(args.out / "log.csv", fresh=run.step == 0)
    sums: dict[str, float] = defaultdict(float)
    counted, saved_at = 0, time.monotonic()
    bar = tqdm(total=run.steps, initial=run.step, unit="step", mininterval=5)
    try:
        while run.step < run.steps:
            for task, loss in run.train_step().items():
                sums[task] += loss
            counted += 1
            bar.update()
            if run.step % args.log_every == 0:
                means = {task: total / counted for task, total in sums.items()}
                for write in (log.write, *loggers):
                    write({"step": run.step, "lr": run.learning_rate(), **means})
                bar.set_postfix({k: f"{v:.3f}" for k, v in means.items()})
                sums.clear()
                counted = 0
            if time.monotonic() - saved_at > args.save_every_s:
                run.save(checkpoint)
                saved_at = time.monotonic()
    finally:
        bar.close()
        run.save(checkpoint)
