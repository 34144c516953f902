"""The network for beats from notes into a model: `python -m export.pulse CHECKPOINT --model CARD`.

Writes ``NAME.pulse.onnx`` beside the card and its hash and training data into the card. The command ends with its
proof: the file against torch at several lengths, its size. `train.tune_pulse` then chooses how it is used.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from export.proof import Inputs, describe, prove, write_onnx
from runtime.card import ModelCard, load_card
from runtime.errors import MezzoforteError
from runtime.keys import N_PITCHES
from runtime.model import find_card, pulse_path
from runtime.write.atomic import write_bytes
from train.averaged_run import plain_config
from train.command import start
from train.fit import load_checkpoint
from train.pulse_network import PulseConfig, PulseNet
from train.tcn import n_parameters

OUTPUTS = ("beat", "downbeat")
PULSE_MARK = "beats from notes: "
"""How a card's sentence about this network's training data begins."""
PROOF_FRAMES = (1, 2, 501, 3_000, 16_200)
FIRST_WEIGHT = 0.5


class PulseGraph(nn.Module):
    """Rolls [B, T, 88] → beat and downbeat logits [B, T]."""

    def __init__(self, network: PulseNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, roll: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.network(roll)
        return logits["beat"], logits["downbeat"]


def load_pulse(path: Path) -> tuple[PulseGraph, dict]:
    """The averaged network of a checkpoint of `train.fit_pulse`. Raises `MezzoforteError` when it is another one."""
    checkpoint = load_checkpoint(path)
    if checkpoint.get("kind") != "pulse":
        raise MezzoforteError("not a checkpoint of train.fit_pulse", where=str(path))
    network = PulseNet(PulseConfig(**plain_config(checkpoint)))
    network.load_state_dict(checkpoint["average"])
    return PulseGraph(network).eval(), checkpoint


def proof_rolls() -> Iterator[Inputs]:
    """Rolls [1, n, 88] as sparse as music, one at a time."""
    rng = np.random.default_rng(0)
    for n in PROOF_FRAMES:
        yield (rng.random((1, n, N_PITCHES)) * (rng.random((1, n, N_PITCHES)) < 0.02)).astype(np.float32)


def with_pulse(card: ModelCard, onnx: bytes, checkpoint: dict, n_values: int) -> ModelCard:
    """The card with this network."""
    mazurkas = "all mazurkas" if checkpoint["fold"] is None else f"no mazurka of test fold {checkpoint['fold']}"
    sentence = (
        f"{PULSE_MARK}notes of performances of (n)ASAP and MazurkaBL, {mazurkas}, no held-out piece of "
        f"train/data/splits.py; {n_values:,} parameters, {checkpoint['step']} steps; data identity "
        f"{checkpoint['data_identity'][:12]}"
    )
    others = tuple(s for s in card.training_data if not s.startswith(PULSE_MARK))
    thresholds = {"pulse_weight": FIRST_WEIGHT, **card.thresholds}
    return replace(
        card, pulse_sha256=hashlib.sha256(onnx).hexdigest(), training_data=(*others, sentence), thresholds=thresholds
    )


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.pulse", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path, help="that train.fit_pulse wrote")
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the network and the card, print the proof."""
    graph, checkpoint = load_pulse(args.checkpoint)
    card_path = find_card(args.model)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "pulse.onnx"
        write_onnx(graph, beside, "roll", torch.rand(2, 301, N_PITCHES), OUTPUTS)
        differences, onnx = prove(graph, beside, "roll", proof_rolls(), OUTPUTS), beside.read_bytes()
    card = with_pulse(load_card(card_path), onnx, checkpoint, n_parameters(graph))
    write_bytes(pulse_path(card_path), onnx)
    write_bytes(card_path, card.to_json().encode())
    print(describe(onnx, pulse_path(card_path), n_parameters(graph), differences, "frames"))
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
