"""A second stage into a model: `python -m export.levels RUN --model CARD`.

Writes ``NAME.levels.onnx`` beside the card and the card's fields for it (hash, features, decoding options, training
data); a run of `train.fit_levels --notes` goes into ``NAME.levels_notes.onnx`` and fields of its own, its options with
the prefix of those for known notes. The command ends with its proof: the file against torch at several numbers of
beats, its size and its speed.
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

from export.dynest import NOTES_MARK, OPSET, STAGE_MARK
from runtime.beat_features import FEATURES
from runtime.card import PULSE, ModelCard, load_card
from runtime.errors import MezzoforteError
from runtime.level_stage import WITH_NOTES, check_features
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
    check_features(tuple(checkpoint["features"]), str(path), WITH_NOTES if with_notes(checkpoint) else FEATURES)
    networks = []
    for state in checkpoint["networks"]:
        network = LevelNet(LevelNetConfig(**checkpoint["config"]["net"]))
        network.load_state_dict(state)
        networks.append(network)
    return LevelEnsemble(networks).eval(), checkpoint


def with_notes(checkpoint: dict[str, Any]) -> bool:
    """Whether these networks are told the notes."""
    return bool(checkpoint["config"].get("notes"))


def n_features(stage: LevelEnsemble) -> int:
    """How many features of a beat the networks take."""
    member = stage.members[0]
    assert isinstance(member, LevelNet)
    return member.config.n_features


def export(stage: LevelEnsemble, path: Path) -> None:
    """Write the graph with dynamic batch and number of beats."""
    example = torch.randn(2, 300, n_features(stage))
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
        features = rng.standard_normal((1, n, n_features(stage))).astype(np.float32)
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
    """The card with this second stage; test figures, which belong to another one, are left out (they are of recordings
    without notes, so a stage that is told them leaves them in)."""
    mazurkas = "all mazurkas" if checkpoint["fold"] is None else f"no mazurka of test fold {checkpoint['fold']}"
    notes = with_notes(checkpoint)
    mark = NOTES_MARK if notes else STAGE_MARK
    sentence = (
        f"{mark}{'notes and ' if notes else ''}loudness of {checkpoint['curves']} renders and emulated takes of "
        f"{checkpoint['pieces']} pieces "
        f"({', '.join(checkpoint['corpora'])}), {mazurkas}, no held-out piece of train/data/splits.py; "
        f"{len(checkpoint['networks'])} networks of {n_parameters // len(checkpoint['networks']):,} parameters; "
        f"identity {checkpoint['identity'][:12]}"
    )
    training_data = (*(s for s in card.training_data if not s.startswith(mark)), sentence)
    sha256, features = hashlib.sha256(onnx).hexdigest(), tuple(checkpoint["features"])
    if notes:
        options = {PULSE + name: value for name, value in checkpoint["options"].items()}
        return replace(
            card, levels_notes_sha256=sha256, levels_notes_features=features,
            thresholds={**card.thresholds, **options}, training_data=training_data,
        )  # fmt: skip
    return replace(
        card, levels_sha256=sha256, levels_features=features,
        thresholds={**card.thresholds, **checkpoint["options"]}, training_data=training_data, metrics=(),
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
    path = levels_path(card_path, notes=with_notes(checkpoint))
    write_bytes(path, onnx)
    write_bytes(card_path, card.to_json().encode())
    print(f"{path}: {len(onnx) / 1e6:.2f} MB, {n_parameters:,} parameters, opset {OPSET}")
    for n, (difference, seconds) in proof.items():
        print(f"  {n:>6,} beats: largest difference to torch {difference:.1e}, {1000 * seconds:.1f} ms")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
