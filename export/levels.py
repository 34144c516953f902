"""A second stage into a model: `python -m export.levels RUN --model CARD`.

Writes ``NAME.levels.onnx`` beside the card and the card's fields for it (hash, features, decoding options, training
data). The command ends with its proof: the file against torch at several numbers of beats, its size and its speed.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from export.dynest import OPSET, STAGE_MARK
from runtime.beat_features import FEATURES
from runtime.card import ModelCard, load_card
from runtime.errors import MezzoforteError
from runtime.level_stage import check_features
from runtime.model import find_card, levels_path
from runtime.write.atomic import write_bytes
from train.command import start
from train.level_network import LevelEnsemble, LevelNet, LevelNetConfig

PROOF_BEATS = (1, 2, 81, 500, 10_000)
MAX_DIFFERENCE = 1e-3


def load_stage(path: Path) -> tuple[LevelEnsemble, dict[str, Any]]:
    """The networks of `levels.pt` in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError) as e:
        raise MezzoforteError("not a second stage", where=str(path), cause=str(e)[:200]) from e
    check_features(tuple(checkpoint["features"]), str(path))
    networks = []
    for state in checkpoint["networks"]:
        network = LevelNet(LevelNetConfig(**checkpoint["config"]["net"]))
        network.load_state_dict(state)
        networks.append(network)
    return LevelEnsemble(networks).eval(), checkpoint


def export(stage: LevelEnsemble, path: Path) -> None:
    """Write the graph with dynamic batch and number of beats."""
    example = torch.randn(2, 300, len(FEATURES))
    dynamic = {"features": {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            stage, (example,), input_names=["features"], output_names=["levels", "change"], dynamic_shapes=dynamic,
            dynamo=True, opset_version=OPSET, verbose=False,
        )  # fmt: skip
    assert program is not None
    program.save(str(path), external_data=False)


def prove(stage: LevelEnsemble, path: Path) -> dict[int, tuple[float, float]]:
    """(largest difference to torch, seconds) per number of beats. Raises `MezzoforteError` when they differ."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    proof = {}
    for n in PROOF_BEATS:
        features = rng.standard_normal((1, n, len(FEATURES))).astype(np.float32)
        start = time.perf_counter()
        got = session.run(["levels", "change"], {"features": features})
        seconds = time.perf_counter() - start
        with torch.no_grad():
            expected = [t.numpy() for t in stage(torch.from_numpy(features))]
        proof[n] = (max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True)), seconds)
    worst = max(difference for difference, _ in proof.values())
    if worst > MAX_DIFFERENCE:
        raise MezzoforteError(f"the exported second stage differs from torch by {worst:.2g}", where=str(path))
    return proof


def with_stage(card: ModelCard, onnx: bytes, checkpoint: dict[str, Any], n_parameters: int) -> ModelCard:
    """The card with this second stage; test figures, which belong to another one, are left out."""
    mazurkas = "all mazurkas" if checkpoint["fold"] is None else f"no mazurka of test fold {checkpoint['fold']}"
    sentence = (
        f"{STAGE_MARK}loudness of {checkpoint['curves']} renders and emulated takes of {checkpoint['pieces']} pieces "
        f"({', '.join(checkpoint['corpora'])}), {mazurkas}, no held-out piece of train/data/splits.py; "
        f"{len(checkpoint['networks'])} networks of {n_parameters // len(checkpoint['networks']):,} parameters; "
        f"identity {checkpoint['identity'][:12]}"
    )
    others = tuple(s for s in card.training_data if not s.startswith(STAGE_MARK))
    return replace(
        card, levels_sha256=hashlib.sha256(onnx).hexdigest(), levels_features=tuple(checkpoint["features"]),
        thresholds={**card.thresholds, **checkpoint["options"]}, training_data=(*others, sentence), metrics=(),
    )  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.levels", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("run", type=Path, help="folder that train.fit_levels wrote")
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the second stage and the card, print the proof."""
    stage, checkpoint = load_stage(args.run / "levels.pt")
    card_path = find_card(args.model)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "levels.onnx"
        export(stage, beside)
        proof, onnx = prove(stage, beside), beside.read_bytes()
    n_parameters = sum(p.numel() for p in stage.parameters())
    card = with_stage(load_card(card_path), onnx, checkpoint, n_parameters)
    write_bytes(levels_path(card_path), onnx)
    write_bytes(card_path, card.to_json().encode())
    print(f"{levels_path(card_path)}: {len(onnx) / 1e6:.2f} MB, {n_parameters:,} parameters, opset {OPSET}")
    for n, (difference, seconds) in proof.items():
        print(f"  {n:>6,} beats: largest difference to torch {difference:.1e}, {1000 * seconds:.1f} ms")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
