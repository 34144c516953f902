"""Your copy of an HPT checkpoint → ONNX with its card, for `mezzoforte transcriber add hpt CHECKPOINT`.

High-resolution Piano Transcription (Kong et al. 2021) is another project, whose weights Mezzoforte does not
distribute. The command ends with its proof: the file against torch at several lengths. It fails, and leaves nothing,
when they differ by more than 1e-4 in any output.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mezzoforte import __version__
from mezzoforte.transcriber.hpt.checkpoint import PACKAGE, load_network
from runtime.errors import MezzoforteError, command
from runtime.network import session as onnx_session
from runtime.transcribe.hpt.card import LICENCE, LICENCE_NOTE, RECORD, HptCard
from runtime.transcribe.hpt.transcriber import CONTRACT, usual_place
from runtime.transcribe.hpt.windows import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from runtime.write.atomic import write_bytes

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


def export(graph: HptGraph, path: Path) -> None:
    """Write the graph for one recording at a time of any length, all weights inside the file.

    By the TorchScript exporter: the other one fixes the length of recurrent layers.
    """
    example = torch.randn(1, SAMPLE_RATE_HZ, generator=torch.Generator().manual_seed(0)) * 0.1
    lengths = {"samples": {1: "n"}, **{name: {1: "frames"} for name in OUTPUTS}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph, (example,), str(path), input_names=["samples"], output_names=list(OUTPUTS), dynamic_axes=lengths,
            opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def prove(graph: HptGraph, path: Path, lengths: tuple[int, ...] = PROOF_LENGTHS) -> dict[int, float]:
    """Largest difference to torch per length in samples. Raises `MezzoforteError` when one is over 1e-4."""
    session = onnx_session.plain_session(onnx_session.onnxruntime_package(), path.read_bytes(), "cpu", str(path))
    rng = np.random.default_rng(0)
    differences = {}
    for n in lengths:
        samples = (rng.standard_normal(n) * np.linspace(0.001, 0.3, n)).astype(np.float32)
        got = CONTRACT.run(session, samples, str(path))
        with torch.no_grad():
            expected = [t[0].numpy() for t in graph(torch.from_numpy(samples[None]))]
        differences[n] = max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True))
    worst = max(differences.values())
    if worst > MAX_DIFFERENCE:
        raise MezzoforteError(f"the exported file differs from torch by {worst:.2g}", where=str(path))
    return differences


def make_card(name: str, checkpoint: Path, onnx: bytes, graph: HptGraph, difference: float) -> HptCard:
    """The card of a fresh conversion."""
    unread = sum(p.numel() for p in graph.pedal.reg_pedal_onset_model.parameters())
    trained = sum(p.numel() for p in graph.parameters() if p.requires_grad) - unread
    versions = {package: importlib.metadata.version(package) for package in ("torch", PACKAGE)}
    with checkpoint.open("rb") as file:
        checkpoint_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return HptCard(
        name=name, sha256=hashlib.sha256(onnx).hexdigest(), checkpoint=checkpoint.name,
        checkpoint_sha256=checkpoint_sha256, source=RECORD, licence=LICENCE, licence_note=LICENCE_NOTE,
        made_with={**versions, "exporter": f"TorchScript, opset {OPSET}", "mezzoforte": __version__},
        parameters=trained, largest_difference=difference, window_samples=WINDOW_SAMPLES,
    )  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path, help="the official checkpoint (docs/transcription.md says where from)")
    parser.add_argument(
        "--out", type=Path, default=usual_place().with_suffix(".onnx"),
        help="the ONNX file; its card lies beside it (default: where `hpt` looks for it, %(default)s)",
    )  # fmt: skip
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the file and its card, print the proof."""
    network, unused = load_network(args.checkpoint)
    if unused:
        print(f"note: not used: {', '.join(unused[:5])}{' …' if len(unused) > 5 else ''}", file=sys.stderr)
    graph = HptGraph(network).eval()
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / "hpt.onnx"
        export(graph, beside)
        differences, onnx = prove(graph, beside), beside.read_bytes()
    card = make_card(args.out.stem, args.checkpoint, onnx, graph, max(differences.values()))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(args.out, onnx)
    write_bytes(args.out.with_suffix(".json"), card.to_json().encode())
    print(f"{args.out}: {len(onnx) / 1e6:.1f} MB, {card.parameters:,} parameters, opset {OPSET}")
    for n, difference in differences.items():
        print(f"  {n / SAMPLE_RATE_HZ:>7.3f} s: largest difference to torch {difference:.1e}")
    print(f"licence of the weights: {card.licence}. {card.licence_note}")
    return 0


@command
def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    return run(build_parser().parse_args(arguments))
