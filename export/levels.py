"""A second stage into a model: `python -m export.levels RUN --model CARD`.

Writes ``NAME.levels.onnx`` beside the card and the card's fields for it (hash, features, decoding options, training
data); a run of `train.levels.fit --notes` goes into ``NAME.levels_notes.onnx`` and fields of its own, its options with
the prefix of those for known notes. The command ends with its proof: the file against torch at several numbers of
beats, and its size.
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

from export.dynest import NOTES_MARK, STAGE_MARK
from export.proof import Inputs, describe, prove, write_onnx
from export.training_data import left_out
from runtime.errors import MezzoforteError
from runtime.model import find_card, levels_path
from runtime.network.card import KNOWING_NOTES, ModelCard, load_card
from runtime.stages.levels import WITH_NOTES, check_features
from runtime.stages.loudness_features import FEATURES
from runtime.write.atomic import write_bytes
from train.fitting.command import start
from train.levels.network import LevelEnsemble, LevelNet, LevelNetConfig

OUTPUTS = ("levels", "change")
PROOF_BEATS = (1, 2, 81, 500, 10_000)


def load_stage(path: Path) -> tuple[LevelEnsemble, dict[str, Any]]:
    """The networks of `levels.pt` in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as e:
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


def proof_beats(stage: LevelEnsemble) -> Iterator[Inputs]:
    """Features [1, n, features] of that many beats, one at a time."""
    rng = np.random.default_rng(0)
    for n in PROOF_BEATS:
        yield rng.standard_normal((1, n, n_features(stage))).astype(np.float32)


def export(stage: LevelEnsemble, path: Path) -> None:
    """Write the graph with dynamic batch and number of beats."""
    write_onnx(stage, path, "features", torch.randn(2, 300, n_features(stage)), OUTPUTS)


def prove_stage(stage: LevelEnsemble, path: Path) -> dict[int, float]:
    """Largest difference to torch per number of beats. Raises `MezzoforteError` when they differ."""
    return prove(stage, path, "features", proof_beats(stage), OUTPUTS)


def with_stage(card: ModelCard, onnx: bytes, checkpoint: dict[str, Any], n_parameters: int) -> ModelCard:
    """The card with this second stage; test figures, which belong to another one, are left out (they are of recordings
    without notes, so a stage that is told them leaves them in)."""
    notes = with_notes(checkpoint)
    mark = NOTES_MARK if notes else STAGE_MARK
    sentence = (
        f"{mark}{'notes and ' if notes else ''}loudness of {checkpoint['curves']} renders and emulated takes of "
        f"{checkpoint['pieces']} pieces "
        f"({', '.join(checkpoint['corpora'])}), {left_out(checkpoint['fold'])}; "
        f"{len(checkpoint['networks'])} networks of {n_parameters // len(checkpoint['networks']):,} parameters; "
        f"identity {checkpoint['identity'][:12]}"
    )
    training_data = (*(s for s in card.training_data if not s.startswith(mark)), sentence)
    sha256, features = hashlib.sha256(onnx).hexdigest(), tuple(checkpoint["features"])
    if notes:
        options = {KNOWING_NOTES + name: value for name, value in checkpoint["options"].items()}
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
    parser.add_argument("run", type=Path, help="folder that train.levels.fit wrote")
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the second stage and the card, print the proof."""
    stage, checkpoint = load_stage(args.run / "levels.pt")
    card_path = find_card(args.model)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "levels.onnx"
        export(stage, beside)
        differences, onnx = prove_stage(stage, beside), beside.read_bytes()
    n_parameters = sum(p.numel() for p in stage.parameters())
    card = with_stage(load_card(card_path), onnx, checkpoint, n_parameters)
    path = levels_path(card_path, notes=with_notes(checkpoint))
    write_bytes(path, onnx)
    write_bytes(card_path, card.to_json().encode())
    print(describe(onnx, path, n_parameters, differences, "beats"))
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
