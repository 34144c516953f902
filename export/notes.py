"""The transcriber as ONNX: `python -m export.notes CHECKPOINT --out NAME.onnx`, with its card beside it.

The command ends with its proof: the file against torch at several lengths, its size and its speed. The thresholds of a
card that is there already are kept; `train.notes.tune` chooses them.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

from export.dynest import ATTRIBUTION, LICENCE
from export.proof import describe, prove, seconds_per_minute, swelling_noise, write_onnx
from export.training_data import left_out
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.network.card import NOTES, ModelCard, load_card
from runtime.write.atomic import write_bytes
from train.fitting.averaged_run import plain_config
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import start
from train.fitting.tcn import n_parameters
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


def make_card(out: Path, version: str, graph: NotesGraph, onnx: bytes, checkpoint: dict) -> ModelCard:
    """The card; thresholds are kept from a card that is there already."""
    there = load_card(out.with_suffix(".json")) if out.with_suffix(".json").is_file() else None
    fold = checkpoint["fold"]
    sentence = (
        f"notes: MazurkaBL and (n)ASAP performances, synthesised with several pianos, {left_out(fold)}; "
        f"{checkpoint['step']} steps; data identity {checkpoint['data_identity'][:12]}"
    )
    return ModelCard(
        name=out.stem, version=version, sha256=hashlib.sha256(onnx).hexdigest(), feature="pitch spectrum",
        preset="notes", parameters=n_parameters(graph), thresholds=dict(there.thresholds) if there else THRESHOLDS,
        training_data=(sentence,), training_commit=checkpoint["commit"], licence=LICENCE, attribution=ATTRIBUTION,
        kind=NOTES,
    )  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.notes", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file; its card lies beside it")
    parser.add_argument("--version", default="0.1.0")
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the file and its card, print the proof."""
    graph, checkpoint = load_notes(args.checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "notes.onnx"
        write_onnx(graph, beside, "samples", torch.randn(2, 3 * SAMPLE_RATE_HZ) * 0.1, OUTPUTS)
        differences = prove(graph, beside, "samples", swelling_noise(PROOF_LENGTHS), OUTPUTS)
        onnx = beside.read_bytes()
        speeds = {threads: seconds_per_minute(beside, threads) for threads in (1, 2)}
    card = make_card(args.out, args.version, graph, onnx, checkpoint)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(args.out, onnx)
    write_bytes(args.out.with_suffix(".json"), card.to_json().encode())
    print(describe(onnx, args.out, card.parameters, differences, "samples"))
    for threads, seconds in speeds.items():
        print(f"  one minute of audio in {seconds:.2f} s on {threads} thread(s)")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
