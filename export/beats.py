"""The stage for beats into a model: `python -m export.beats RUN --model CARD`.

Writes ``NAME.beats.onnx`` beside the card and the card's fields for it (hash, features, decoding options, training
data); the card's test figures, which belong to other beats, are removed. The command ends with its proof: the file
against torch at several numbers of peaks, and its size.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from export.proof import Inputs, describe, prove, write_onnx
from export.training_data import left_out
from runtime.errors import MezzoforteError
from runtime.model import beats_path, find_card
from runtime.network.card import ModelCard, load_card
from runtime.stages.beats import FEATURES
from runtime.write.atomic import write_bytes
from train.beats.network import BeatEnsemble, BeatNet
from train.fitting.command import start
from train.fitting.sequence_network import SequenceNetConfig
from train.fitting.tcn import n_parameters

OUTPUTS = ("beat", "downbeat")
PROOF_PEAKS = (1, 2, 81, 500, 20_000)
BEATS_MARK = "stage for beats: "
"""How a card's sentence about this stage's training data begins."""


def load_beats(path: Path) -> tuple[BeatEnsemble, dict[str, Any]]:
    """The networks of `beats.pt` in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        config = SequenceNetConfig(**checkpoint["config"]["net"])
        networks = []
        for state in checkpoint["networks"]:
            network = BeatNet(config)
            network.load_state_dict(state)
            networks.append(network)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, pickle.UnpicklingError) as e:
        raise MezzoforteError("not a stage for beats", where=str(path), cause=str(e)[:200]) from e
    return BeatEnsemble(networks).eval(), checkpoint


def proof_peaks() -> Iterator[Inputs]:
    """Features [1, n, F] of that many peaks, one at a time."""
    rng = np.random.default_rng(0)
    for n in PROOF_PEAKS:
        yield rng.standard_normal((1, n, len(FEATURES))).astype(np.float32)


def with_beats(card: ModelCard, onnx: bytes, checkpoint: dict[str, Any], n_values: int) -> ModelCard:
    """The card with this stage. Raises `MezzoforteError` when it was trained on another frame network."""
    if checkpoint["frames_sha256"] != card.sha256:
        raise MezzoforteError(
            "the stage for beats was trained on another frame network", advice="Run train.beats.fit with this model"
        )
    sentence = (
        f"{BEATS_MARK}{checkpoint['recordings']} renders of {checkpoint['pieces']} pieces "
        f"({', '.join(checkpoint['corpora'])}), {left_out(checkpoint['fold'])}; "
        f"{len(checkpoint['networks'])} networks of {n_values // len(checkpoint['networks']):,} parameters; "
        f"identity {checkpoint['identity'][:12]}"
    )
    others = tuple(s for s in card.training_data if not s.startswith(BEATS_MARK))
    return replace(
        card, beats_sha256=hashlib.sha256(onnx).hexdigest(), beats_features=FEATURES,
        thresholds={**card.thresholds, **checkpoint["options"]}, training_data=(*others, sentence), metrics=(),
    )  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.beats", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("run", type=Path, help="folder that train.beats.fit wrote")
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the stage and the card, print the proof."""
    stage, checkpoint = load_beats(args.run / "beats.pt")
    card_path = find_card(args.model)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "beats.onnx"
        write_onnx(stage, beside, "features", torch.randn(2, 300, len(FEATURES)), OUTPUTS)
        differences, onnx = prove(stage, beside, "features", proof_peaks(), OUTPUTS), beside.read_bytes()
    card = with_beats(load_card(card_path), onnx, checkpoint, n_parameters(stage))
    write_bytes(beats_path(card_path), onnx)
    write_bytes(card_path, card.to_json().encode())
    print(describe(onnx, beats_path(card_path), n_parameters(stage), differences, "peaks"))
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
