"""Train the onset stage: `python -m train.onsets --played NOTES.h5 --fold 0 --out RUN [--resume]`.

NOTES.h5 comes from `train.onsets.played`. RUN gets `last.pt` every few minutes and at the end, and `log.csv`. `--from
STAGE.onsets.onnx` begins with the weights of an exported stage, of which whatever it lacks starts afresh; `--pieces
0.33` takes a third of the pieces, for a learning curve; `--without FILE` leaves out the pieces named there, a line
each, to be tested on what others test on (`benchmarks.accuracy.comparable`). Scores are played by players lent by the
performances; with `--data free`, whose performances are pop alone, by designed ones (`train.onsets.designed`).
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor
from torch.nn import functional as F

from runtime.errors import MezzoforteError
from runtime.network.card import load_card
from train.fitting.averaged_run import AveragedRun, RunConfig, add_arguments, fit, prepare
from train.fitting.command import Command
from train.fitting.hdf5 import open_hdf5
from train.onsets.data import SCORES, Drawer, OnsetBatch
from train.onsets.designed import DESIGNED, USUAL_BEAT, designed_players
from train.onsets.exported import weights_of
from train.onsets.network import OnsetNet
from train.onsets.performer import Players
from train.onsets.played import Played, read_played
from train.onsets.written import Written, read_written
from train.sources import FREE, Sources, of_card, taken, union

SHARES = {
    "asap": 0.4, "mazurka_resynth": 0.12, SCORES: 0.42, "pop909": 0.06, "classical_piano_midi": 0.12, "performed": 0.1,
}  # fmt: skip
"""How much of what is drawn is of each corpus, before they are made to add up to one."""
WEIGHTS = {"beat": 1.0, "downbeat": 0.7, "period": 0.1, "phase": 0.3, "metre": 0.1}
CONFIG = RunConfig("onsets", learning_rate=1.5e-3, warm_up_steps=200, weight_decay=1e-2, ema_decay=0.995)


def onset_losses(out: dict[str, Tensor], batch: OnsetBatch) -> dict[str, Tensor]:
    """The weighted losses by head: beats and their places where beats are known, what belongs to beats on beats."""
    truth = {name: t for name, t in batch.targets.items()}
    inside = batch.mask * truth["inside"]
    on_beats = inside * truth["beat"]
    asked = inside * (batch.given.sum(-1) == 0)
    in_bars = on_beats * truth["has_bar"]
    losses = {
        "beat": _mean(F.binary_cross_entropy_with_logits(out["beat"], truth["beat"].float(), reduction="none"), asked),
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
    """One run over performances and scores."""

    def __init__(
        self, performances: Sequence[Played], scores: Sequence[Written], model: OnsetNet, args: Namespace
    ) -> None:
        config = replace(CONFIG, learning_rate=args.rate)
        players = Players(designed_players(), USUAL_BEAT) if args.data == FREE else None
        learned = union(
            *(t.sources for t in (*performances, *scores)), [DESIGNED] if args.data == FREE and scores else (),
            of_stage(args.start) if args.start else (),
        )  # fmt: skip
        identity = identity_of(performances, scores)
        super().__init__(config, model, identity, args.steps, args.batch, args.fold, taken(learned, args.data))
        self._drawer = Drawer(performances, scores, SHARES, players)
        self._began = f"stage {hashlib.sha256(args.start.read_bytes()).hexdigest()[:12]}" if args.start else ""
        self._corpora = {
            name: {"pieces": len({t.piece_id for t in takes}), "takes": len(takes)}
            for name in sorted({t.corpus for t in (*performances, *scores)})
            for takes in [[t for t in (*performances, *scores) if t.corpus == name]]
        }

    def about(self) -> dict[str, Any]:
        """See `AveragedRun`."""
        return super().about() | {"corpora": self._corpora, "began": self._began}

    def losses(self) -> dict[str, Tensor]:
        """See `AveragedRun`."""
        batch = self._drawer.draw(self.batch, self.rng).to(self.device)
        return onset_losses(self.model(batch.features, batch.given, batch.mask), batch)


def of_stage(path: Path) -> Sources:
    """What an exported stage brings along: all that the card beside it says. Raises `ModelError` without one."""
    return of_card(load_card(path.with_name(path.name.removesuffix(".onsets.onnx") + ".json")))


def identity_of(performances: Sequence[Played], scores: Sequence[Written]) -> str:
    """SHA-256 of the names and sizes of performances and scores."""
    names = sorted(f"{t.key} {len(t.notes)} {len(t.beat_in_bar)}" for t in (*performances, *scores))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--played", type=Path, required=True, help="file of train.onsets.played")
    parser.add_argument("--from", dest="start", type=Path, help="an exported stage whose weights are the first ones")
    parser.add_argument("--rate", type=float, default=CONFIG.learning_rate, help="highest learning rate")
    parser.add_argument("--without", type=Path, help="file with pieces that are left out, a line each")
    parser.add_argument("--pieces", type=float, default=1.0, help="share of the pieces that are taken (default: all)")
    add_arguments(parser, steps=3000, batch=10)


def run(args: Namespace) -> None:
    """Train on the training pieces."""
    without = frozenset(args.without.read_text(encoding="utf-8").split("\n")) if args.without else frozenset[str]()
    performances = _taken(read_played(args.played, "train", args.fold), args.pieces, without)
    with open_hdf5(args.played, "r") as file:
        scores = _taken(list(read_written(file, "train", args.fold)), args.pieces, without)
    if not performances and not scores:
        raise MezzoforteError("there are no training performances and no scores", where=str(args.played))
    prepare(args)
    model = OnsetNet()
    if args.start:
        model.load_state_dict(weights_of(args.start, model))
    fit(OnsetRun(performances, scores, model, args), args)


_Take = TypeVar("_Take", Played, Written)


def _taken(takes: list[_Take], share: float, without: frozenset[str]) -> list[_Take]:
    """Those of a share of the pieces, chosen by their hashed names, but for the pieces left out."""

    def is_in(piece: str) -> bool:
        return int(hashlib.sha256(piece.encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000

    return [t for t in takes if is_in(t.piece_id) and t.piece_id not in without]


main = Command(add_options, run)
