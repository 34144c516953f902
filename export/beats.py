"""The stage for beats into a model: `python -m export.beats RUN --model CARD`.

Writes ``NAME.beats.onnx`` beside the card and the card's fields for it (hash, features, decoding options, training
data); the card's test figures, which belong to other beats, are removed. The command ends with its proof: the file
against torch at several numbers of peaks, and its size.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from export.proof import Proven, noise_features, proven
from export.stages import add_options, load_networks, with_rights, with_sentence
from runtime.errors import MezzoforteError
from runtime.model import find_card, stage_path
from runtime.network.card import ModelCard, load_card
from runtime.stages.beats import FEATURES
from train.beats.network import BeatEnsemble, BeatNet
from train.fitting.command import Command
from train.fitting.sequence_network import SequenceNetConfig

OUTPUTS = ("beat", "downbeat")
PROOF_PEAKS = (1, 2, 81, 500, 20_000)
BEATS_MARK = "stage for beats: "
"""How a card's sentence about this stage's training data begins."""


def load_beats(path: Path) -> tuple[BeatEnsemble, dict[str, Any]]:
    """The networks of `beats.pt` in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    networks, checkpoint = load_networks(path, lambda config: BeatNet(SequenceNetConfig(**config["net"])))
    return BeatEnsemble(networks).eval(), checkpoint


def with_beats(card: ModelCard, made: Proven, checkpoint: dict[str, Any]) -> ModelCard:
    """The card with this stage. Raises `MezzoforteError` when it was trained on another frame network."""
    if checkpoint["frames_sha256"] != card.sha256:
        raise MezzoforteError(
            "the stage for beats was trained on another frame network", advice="Run train.beats.fit with this model"
        )
    card = with_rights(card, [checkpoint])
    renders = f"{checkpoint['recordings']} renders"
    return replace(
        card, beats_sha256=made.sha256, beats_features=FEATURES, metrics=(),
        thresholds={**card.thresholds, **checkpoint["options"]},
        training_data=with_sentence(card, BEATS_MARK, renders, checkpoint, made.n_parameters),
    )  # fmt: skip


def run(args: Namespace) -> None:
    """Export, prove, write the stage and the card, print the proof."""
    stage, checkpoint = load_beats(args.run / "beats.pt")
    card_path, n_features = find_card(args.model), len(FEATURES)
    proof = noise_features(PROOF_PEAKS, n_features)
    made = proven(stage, torch.randn(2, 300, n_features), proof, OUTPUTS, "peaks")
    made.save(stage_path(card_path, "beats"), card_path, with_beats(load_card(card_path), made, checkpoint).to_json())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
