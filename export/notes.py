"""The transcriber as ONNX: `python -m export.notes CHECKPOINT --out NAME.onnx`, with its card beside it.

The command ends with its proof: the file against torch at several lengths, its size and its speed. The thresholds of a
card that is there already are kept; `train.notes.tune` chooses them.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import torch
from torch import Tensor, nn

from export.dynest import ATTRIBUTION
from export.proof import Proven, proven, swelling_noise
from export.stages import corpora_of, left_out, rights_of
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.network.card import NOTES, ModelCard, load_card
from train.fitting.averaged_run import plain_config
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import Command
from train.notes.network import TASKS, NoteNet, NoteNetConfig, PitchSpectrum

OUTPUTS = (*TASKS, "pedal")
PROOF_LENGTHS = (1, 441, 5_000, 20 * SAMPLE_RATE_HZ + 137, 60 * SAMPLE_RATE_HZ)
THRESHOLDS = {
    "onset_threshold": 0.4, "frame_threshold": 0.4, "offset_threshold": 0.4, "pedal_threshold": 0.5, "latency_s": 0.0,
    "again_threshold": 0.0,
}  # fmt: skip
"""What a card begins with, before `train.notes.tune`."""


class NotesGraph(nn.Module):
    """Samples [B, N] → onset, frame, offset, velocity [B, T, 88] and pedal [B, T], probabilities."""

    def __init__(self, network: NoteNet) -> None:
        super().__init__()
        self.spectrum, self.network = PitchSpectrum(), network

    def forward(self, samples: Tensor) -> tuple[Tensor, ...]:
        logits = self.network(self.spectrum(samples))
        return tuple(torch.sigmoid(logits[name]) for name in OUTPUTS)


def load_notes(path: Path) -> tuple[NotesGraph, dict]:
    """The averaged network of a checkpoint of `train.notes.fit`. Raises `MezzoforteError` when it is another one."""
    checkpoint = load_checkpoint(path)
    if checkpoint.get("kind") != "notes":
        raise MezzoforteError("not a checkpoint of train.notes.fit", where=str(path))
    network = NoteNet(NoteNetConfig(**plain_config(checkpoint)))
    network.load_state_dict(checkpoint["average"])
    return NotesGraph(network).eval(), checkpoint


def make_card(out: Path, version: str, made: Proven, checkpoint: dict) -> ModelCard:
    """The card; thresholds are kept from a card that is there already."""
    there = load_card(out.with_suffix(".json")) if out.with_suffix(".json").is_file() else None
    corpora = ", ".join(corpora_of(checkpoint)) or "mazurka_resynth, asap"
    rights = rights_of([checkpoint], ATTRIBUTION)
    sentence = (
        f"notes: performances of {corpora}, synthesised with several pianos, {left_out(checkpoint['fold'])}; "
        f"{checkpoint['step']} steps; data identity {checkpoint['data_identity'][:12]}"
    )
    taught = checkpoint.get("taught", [])
    teachers = ", ".join(sorted({t["teacher"] for t in taught}))
    by_teacher = (f"{len(taught)} real recordings with the notes that {teachers} hears in them",) if taught else ()
    players = tuple(f"Real recordings: {credit}" for credit in sorted({t["credit"] for t in taught}))
    return ModelCard(
        name=out.stem, version=version, sha256=made.sha256, feature="pitch spectrum", preset="notes",
        parameters=made.n_parameters, thresholds=dict(there.thresholds) if there else THRESHOLDS,
        training_data=(sentence, *by_teacher), training_commit=checkpoint["commit"],
        licence=rights.licence, attribution=(*rights.attribution, *players), sources=rights.sources, kind=NOTES,
    )  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file; its card lies beside it")
    parser.add_argument("--version", default="0.1.0")


def run(args: Namespace) -> None:
    """Export, prove, write the file and its card, print the proof."""
    graph, checkpoint = load_notes(args.checkpoint)
    example = torch.randn(2, 3 * SAMPLE_RATE_HZ) * 0.1
    made = proven(graph, example, swelling_noise(PROOF_LENGTHS), OUTPUTS, "samples", is_timed=True)
    made.save(args.out, args.out.with_suffix(".json"), make_card(args.out, args.version, made, checkpoint).to_json())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
