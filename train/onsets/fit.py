"""Train the onset stage: `python -m train.onsets --data NOTES.h5 --fold 0 --out RUN [--resume]`.

NOTES.h5 comes from `train.onsets.played`. RUN gets `last.pt` every few minutes and at the end, and `log.csv`.
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from runtime.errors import MezzoforteError
from train.fitting.averaged_run import AveragedRun, RunConfig, add_arguments, fit, prepare
from train.fitting.command import Command
from train.onsets.data import Drawer, OnsetBatch
from train.onsets.network import OnsetNet
from train.onsets.played import Played, read_played
from train.onsets.unrecorded import CORPUS as SCORES

SHARES = {"asap": 0.65, "mazurka_resynth": 0.2, SCORES: 0.15}
WEIGHTS = {"beat": 1.0, "downbeat": 0.7, "period": 0.1, "phase": 0.3, "metre": 0.1}
CONFIG = RunConfig("onsets", learning_rate=1.5e-3, warm_up_steps=200, weight_decay=1e-2, ema_decay=0.995)


def onset_losses(out: dict[str, Tensor], batch: OnsetBatch) -> dict[str, Tensor]:
    """The weighted losses by head: beats and their places where beats are known, what belongs to beats on beats."""
    truth = {name: t for name, t in batch.targets.items()}
    inside = batch.mask * truth["inside"]
    on_beats = inside * truth["beat"]
    in_bars = on_beats * truth["has_bar"]
    losses = {
        "beat": _mean(F.binary_cross_entropy_with_logits(out["beat"], truth["beat"].float(), reduction="none"), inside),
        "downbeat": _mean(
            F.binary_cross_entropy_with_logits(out["downbeat"], truth["downbeat"].float(), reduction="none"), in_bars
        ),
    }
    for name, scored in (("period", inside), ("phase", inside), ("metre", in_bars)):
        each = F.cross_entropy(out[name].transpose(1, 2), truth[name], reduction="none")
        losses[name] = _mean(each, scored)
    return {name: WEIGHTS[name] * loss for name, loss in losses.items()}


def _mean(each: Tensor, scored: Tensor) -> Tensor:
    return (each * scored).sum() / scored.sum().clamp(min=1)


class OnsetRun(AveragedRun):
    """One run over performances."""

    def __init__(self, performances: Sequence[Played], model: OnsetNet, args: Namespace) -> None:
        super().__init__(CONFIG, model, identity_of(performances), args.steps, args.batch, args.fold)
        self._drawer = Drawer(performances, SHARES)
        self._corpora = sorted({p.corpus for p in performances})

    def about(self) -> dict[str, Any]:
        """See `AveragedRun`."""
        return super().about() | {"corpora": self._corpora}

    def losses(self) -> dict[str, Tensor]:
        """See `AveragedRun`."""
        batch = self._drawer.draw(self.batch, self.rng).to(self.device)
        return onset_losses(self.model(batch.features, batch.mask), batch)


def identity_of(performances: Sequence[Played]) -> str:
    """SHA-256 of the names and sizes of the performances."""
    names = sorted(f"{p.key} {len(p.notes)} {len(p.beats_s)}" for p in performances)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=Path, required=True, help="file of train.onsets.played")
    add_arguments(parser, steps=3000, batch=10)


def run(args: Namespace) -> None:
    """Train on the training pieces."""
    performances = read_played(args.data, "train", args.fold)
    if not performances:
        raise MezzoforteError("there are no training performances", where=str(args.data))
    prepare(args)
    fit(OnsetRun(performances, OnsetNet(), args), args)


main = Command(add_options, run)
