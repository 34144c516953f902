"""Your copy of an HPT checkpoint → ONNX with its card: `python -m export.hpt CHECKPOINT [--out NAME.onnx]`.

High-resolution Piano Transcription (Kong et al. 2021) is another project, whose weights Mezzoforte does not
distribute. The command ends with its proof: the file against torch at several lengths. It fails, and leaves nothing,
when they differ by more than 1e-4 in any output.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from export.hpt.checkpoint import PACKAGE, load_network
from export.proof import Proven, proven, quiet, swelling_noise
from runtime.transcribe.hpt.card import LICENCE, LICENCE_NOTE, RECORD, HptCard
from runtime.transcribe.hpt.transcriber import CONTRACT, usual_place
from runtime.transcribe.hpt.windows import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from train.fitting.command import Command
from train.fitting.provenance import commit

OPSET = 17
OUTPUTS = tuple(CONTRACT.outputs)
PROOF_LENGTHS = (SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ + 137, WINDOW_SAMPLES)
MAX_DIFFERENCE = 1e-4


class HptGraph(nn.Module):
    """Both networks as one, samples [1, n] → the outputs of `runtime.transcribe.hpt.transcriber`.

    The roll of pedal onsets is left out: the published post-processing does not read it, and it is a seventh of the
    work.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.note, self.pedal = network.note_model, network.pedal_model

    def forward(self, samples: Tensor) -> tuple[Tensor, ...]:
        notes, pedal = self.note(samples), self.pedal(samples)
        names = ("reg_onset_output", "reg_offset_output", "frame_output", "velocity_output")
        return *(notes[name] for name in names), pedal["reg_pedal_offset_output"], pedal["pedal_frame_output"]


def write_onnx(graph: nn.Module, path: Path, name: str, example: Tensor, outputs: Sequence[str]) -> None:
    """Write the graph for one recording at a time of any length, all weights inside the file.

    By the TorchScript exporter: the other one fixes the length of recurrent layers.
    """
    lengths = {name: {1: "n"}, **{output: {1: "frames"} for output in outputs}}
    with quiet():
        torch.onnx.export(
            graph, (example,), str(path), input_names=[name], output_names=list(outputs), dynamic_axes=lengths,
            opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def export(graph: HptGraph, lengths: Iterable[int] = PROOF_LENGTHS) -> Proven:
    """The graph as a file, proved at these lengths in samples. Raises `MezzoforteError` when they differ by 1e-4."""
    example = torch.randn(1, SAMPLE_RATE_HZ, generator=torch.Generator().manual_seed(0)) * 0.1
    noise = swelling_noise(lengths)
    return proven(graph, example, noise, OUTPUTS, "samples", most=MAX_DIFFERENCE, write=write_onnx)


def make_card(name: str, checkpoint: Path, made: Proven, graph: HptGraph) -> HptCard:
    """The card of a fresh conversion."""
    unread = sum(p.numel() for p in graph.pedal.reg_pedal_onset_model.parameters())
    versions = {package: importlib.metadata.version(package) for package in ("torch", PACKAGE)}
    with checkpoint.open("rb") as file:
        checkpoint_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return HptCard(
        name=name, sha256=made.sha256, checkpoint=checkpoint.name, checkpoint_sha256=checkpoint_sha256,
        source=RECORD, licence=LICENCE, licence_note=LICENCE_NOTE,
        made_with={**versions, "exporter": f"TorchScript, opset {OPSET}", "mezzoforte": commit()},
        parameters=made.n_parameters - unread, largest_difference=made.largest_difference,
        window_samples=WINDOW_SAMPLES,
    )  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("checkpoint", type=Path, help="the official checkpoint (docs/transcription.md says where from)")
    parser.add_argument(
        "--out", type=Path, default=usual_place().with_suffix(".onnx"),
        help="the ONNX file; its card lies beside it (default: where `hpt` looks for it, %(default)s)",
    )  # fmt: skip


def run(args: Namespace) -> None:
    """Export, prove, write the file and its card, print the proof."""
    network, unused = load_network(args.checkpoint)
    if unused:
        print(f"note: not used: {', '.join(unused[:5])}{' …' if len(unused) > 5 else ''}", file=sys.stderr)
    graph = HptGraph(network).eval()
    made = export(graph)
    card = make_card(args.out.stem, args.checkpoint, made, graph)
    made.save(args.out, args.out.with_suffix(".json"), card.to_json())
    print(f"licence of the weights: {card.licence}. {card.licence_note}")


main = Command(add_options, run)
