"""A second stage into a model: `python -m export.levels RUN --model CARD`.

Writes ``NAME.levels.onnx`` beside the card and the card's fields for it (hash, features, training data); a run of
`train.levels.fit --notes` goes into ``NAME.levels_notes.onnx`` and fields of its own. The command ends with its proof:
the file against torch at several numbers of beats, and its size.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from export.dynest import NOTES_MARK, STAGE_MARK
from export.proof import Proven, noise_features, proven
from export.stages import add_options, load_networks, with_rights, with_sentence
from runtime.model import find_card, stage_path
from runtime.network.card import ModelCard, load_card
from runtime.stages.levels import WITH_NOTES
from runtime.stages.loudness_features import FEATURES
from runtime.stages.run import check_columns
from train.fitting.command import Command
from train.levels.network import LevelEnsemble, LevelNet, LevelNetConfig

OUTPUTS = ("levels", "change")
PROOF_BEATS = (1, 2, 81, 500, 10_000)


def load_stage(path: Path) -> tuple[LevelEnsemble, dict[str, Any]]:
    """The networks of `levels.pt` in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    networks, checkpoint = load_networks(path, lambda config: LevelNet(LevelNetConfig(**config["net"])))
    computed = WITH_NOTES if with_notes(checkpoint) else FEATURES
    check_columns(tuple(checkpoint["features"]), computed, str(path), "levels")
    return LevelEnsemble(networks).eval(), checkpoint


def with_notes(checkpoint: dict[str, Any]) -> bool:
    """Whether these networks are told the notes."""
    return bool(checkpoint["config"].get("notes"))


def export(stage: LevelEnsemble) -> Proven:
    """The graph with dynamic batch and number of beats. Raises `MezzoforteError` when it says other than torch."""
    n_features = stage.members[0].config.n_features
    proof = noise_features(PROOF_BEATS, n_features)
    return proven(stage, torch.randn(2, 300, n_features), proof, OUTPUTS, "beats")


def with_stage(card: ModelCard, made: Proven, checkpoint: dict[str, Any]) -> ModelCard:
    """The card with this second stage; test figures, which belong to another one, are left out (they are of recordings
    without notes, so a stage that is told them leaves them in)."""
    card, notes = with_rights(card, [checkpoint]), with_notes(checkpoint)
    learned = f"{'notes and ' if notes else ''}loudness of {checkpoint['curves']} renders and emulated takes"
    mark = NOTES_MARK if notes else STAGE_MARK
    which = "levels_notes" if notes else "levels"
    return replace(
        card, metrics=card.metrics if notes else (),
        training_data=with_sentence(card, mark, learned, checkpoint, made.n_parameters),
        **{f"{which}_sha256": made.sha256, f"{which}_features": tuple(checkpoint["features"])},
    )  # fmt: skip


def run(args: Namespace) -> None:
    """Export, prove, write the second stage and the card, print the proof."""
    stage, checkpoint = load_stage(args.run / "levels.pt")
    card_path, made = find_card(args.model), export(stage)
    path = stage_path(card_path, "levels_notes" if with_notes(checkpoint) else "levels")
    made.save(path, card_path, with_stage(load_card(card_path), made, checkpoint).to_json())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
