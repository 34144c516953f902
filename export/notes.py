"""The transcriber as ONNX: `python -m export.notes CHECKPOINT --out NAME.onnx`, with its card beside it.

The command ends with its proof: the file against torch at several lengths, its size and its speed. The thresholds of a
card that is there already are kept; `train.tune_notes` chooses them.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from export.dynest import ATTRIBUTION, LICENCE, OPSET, seconds_per_minute
from runtime.card import NOTES, ModelCard, load_card
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.write.atomic import write_bytes
from train.averaged_run import plain_config
from train.command import start
from train.fit import load_checkpoint
from train.note_network import TASKS, NoteNet, NoteNetConfig, PitchSpectrum
from train.tcn import n_parameters

OUTPUTS = (*TASKS, "pedal")
PROOF_LENGTHS = (1, 441, 5_000, 20 * SAMPLE_RATE_HZ + 137, 60 * SAMPLE_RATE_HZ)
MAX_DIFFERENCE = 1e-3
THRESHOLDS = {
    "onset_threshold": 0.4, "frame_threshold": 0.4, "offset_threshold": 0.4, "pedal_threshold": 0.5, "latency_s": 0.0,
    "again_threshold": 0.0,
}  # fmt: skip
"""What a card begins with, before `train.tune_notes`."""


class NotesGraph(nn.Module):
    """Samples [B, N] → onset, frame, offset, velocity [B, T, 88] and pedal [B, T], probabilities."""

    def __init__(self, network: NoteNet) -> None:
        super().__init__()
        self.spectrum, self.network = PitchSpectrum(), network

    def forward(self, samples: Tensor) -> tuple[Tensor, ...]:
        logits = self.network(self.spectrum(samples))
        return tuple(torch.sigmoid(logits[name]) for name in OUTPUTS)


def load_notes(path: Path) -> tuple[NotesGraph, dict]:
    """The averaged network of a checkpoint of `train.fit_notes`. Raises `MezzoforteError` when it is another one."""
    checkpoint = load_checkpoint(path)
    if checkpoint.get("kind") != "notes":
        raise MezzoforteError("not a checkpoint of train.fit_notes", where=str(path))
    network = NoteNet(NoteNetConfig(**plain_config(checkpoint)))
    network.load_state_dict(checkpoint["average"])
    return NotesGraph(network).eval(), checkpoint


def export(graph: NotesGraph, path: Path) -> None:
    """Write the graph with dynamic batch and length."""
    example = torch.randn(2, 3 * SAMPLE_RATE_HZ) * 0.1
    dynamic = {"samples": {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph, (example,), input_names=["samples"], output_names=list(OUTPUTS), dynamic_shapes=dynamic,
            dynamo=True, opset_version=OPSET, verbose=False,
        )  # fmt: skip
    assert program is not None
    program.save(str(path), external_data=False)


def prove(graph: NotesGraph, path: Path) -> dict[int, float]:
    """Largest difference to torch per length in samples. Raises `MezzoforteError` when one is over 1e-3."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    differences = {}
    for n in PROOF_LENGTHS:
        samples = (rng.standard_normal((1, n)) * np.linspace(0.001, 0.3, n)).astype(np.float32)
        got = session.run(list(OUTPUTS), {"samples": samples})
        with torch.no_grad():
            expected = [t.numpy() for t in graph(torch.from_numpy(samples))]
        differences[n] = max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True))
    worst = max(differences.values())
    if worst > MAX_DIFFERENCE:
        raise MezzoforteError(f"the exported transcriber differs from torch by {worst:.2g}", where=str(path))
    return differences


def make_card(out: Path, version: str, graph: NotesGraph, onnx: bytes, checkpoint: dict) -> ModelCard:
    """The card; thresholds are kept from a card that is there already."""
    there = load_card(out.with_suffix(".json")) if out.with_suffix(".json").is_file() else None
    fold = checkpoint["fold"]
    mazurkas = "all mazurkas" if fold is None else f"no mazurka of test fold {fold}"
    sentence = (
        f"notes: MazurkaBL and (n)ASAP performances, synthesised with several pianos, {mazurkas}, no held-out piece of "
        f"train/data/splits.py; {checkpoint['step']} steps; data identity {checkpoint['data_identity'][:12]}"
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
        export(graph, beside)
        differences, onnx = prove(graph, beside), beside.read_bytes()
        speeds = {threads: seconds_per_minute(beside, threads) for threads in (1, 2)}
    card = make_card(args.out, args.version, graph, onnx, checkpoint)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(args.out, onnx)
    write_bytes(args.out.with_suffix(".json"), card.to_json().encode())
    print(f"{args.out}: {len(onnx) / 1e6:.2f} MB, {card.parameters:,} parameters, opset {OPSET}")
    for n, difference in differences.items():
        print(f"  {n:>10,} samples: largest difference to torch {difference:.1e}")
    for threads, seconds in speeds.items():
        print(f"  one minute of audio in {seconds:.2f} s on {threads} thread(s)")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
