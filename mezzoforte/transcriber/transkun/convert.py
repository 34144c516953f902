"""The weights of the package transkun → two ONNX graphs with a card, for `mezzoforte transcriber add transkun`.

The command ends with its proof: both graphs against torch. It fails, and leaves nothing, when they differ by more than
`MAX_DIFFERENCE` of an output's largest value.
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
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mezzoforte import __version__
from mezzoforte.transcriber.transkun.network import (
    AttributeGraph,
    HearGraph,
    Layers,
    filled,
    package_folder,
    weights_file,
)
from runtime.errors import MezzoforteError
from runtime.network import session as onnx_session
from runtime.transcribe.transkun.card import LICENCE, LICENCE_NOTE, PACKAGE, SOURCE, TranskunCard
from runtime.transcribe.transkun.frames import SEGMENT_SAMPLES, SIZE
from runtime.transcribe.transkun.transcriber import ATTRIBUTES, OUTPUTS, attributes_path, usual_place
from runtime.write.atomic import write_bytes

OPSET = 20
MAX_DIFFERENCE = 1e-3


def example(seed: int) -> Tensor:
    """Decaying tones in noise, one segment [1, 705600]."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(0, 0.01, SEGMENT_SAMPLES)
    for start in range(0, SEGMENT_SAMPLES - 44_100, 11_025):
        t = np.arange(44_100) / 44_100
        hz = 55 * 2 ** (rng.integers(0, 60) / 12)
        samples[start : start + t.size] += rng.uniform(0.01, 0.3) * np.exp(-4 * t) * np.sin(2 * np.pi * hz * t)
    return torch.from_numpy(samples.astype(np.float32))[None]


def export(graph: nn.Module, inputs: dict[str, Tensor], outputs: list[str], path: Path, many: bool) -> None:
    """Write a graph of one segment, or of `many` (any number of) rows, all weights inside the file."""
    rows = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs) if many else None
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph, tuple(inputs.values()), input_names=list(inputs), output_names=outputs, opset_version=OPSET,
            dynamo=True, dynamic_shapes=rows, verbose=False,
        )  # fmt: skip
    assert program is not None
    program.save(str(path), external_data=False)


def prove(graph: nn.Module, path: Path, given: list[dict[str, Tensor]], outputs: list[str]) -> float:
    """Largest difference to torch as a share of an output's largest value. Raises `MezzoforteError` when too large."""
    session = onnx_session.plain_session(onnx_session.onnxruntime_package(), path.read_bytes(), "cpu", str(path))
    worst = 0.0
    for inputs in given:
        got: list[Any] = session.run(outputs, {name: t.numpy() for name, t in inputs.items()})
        with torch.no_grad():
            expected = [t.numpy() for t in graph(*inputs.values())]
        for a, b in zip(got, expected, strict=True):
            worst = max(worst, float(np.abs(a - b).max() / np.abs(b).max()))
    if not worst <= MAX_DIFFERENCE:
        raise MezzoforteError(f"the exported file differs from torch by {worst:.2g}", where=str(path))
    return worst


def convert(layers: Layers, folder: Path) -> tuple[bytes, bytes, float]:
    """Both graphs as bytes, and their largest difference to torch; written and proved in `folder`."""
    hear, tell = HearGraph(layers).eval(), AttributeGraph(layers).eval()
    hears, tells = folder / "hear.onnx", folder / "tell.onnx"
    with torch.no_grad():
        export(hear, {"samples": example(0)}, list(OUTPUTS), hears, many=False)
        context = hear(example(1))[3].reshape(-1, SIZE)
        begin, end = context[::1009], context[5::1009]
        pairs = {"begin": begin[: len(end)], "end": end[: len(begin)]}
        export(tell, pairs, list(ATTRIBUTES), tells, many=True)
    worst = max(
        prove(hear, hears, [{"samples": example(seed)} for seed in (0, 2)], list(OUTPUTS)),
        prove(tell, tells, [pairs, {name: t[:1] for name, t in pairs.items()}], list(ATTRIBUTES)),
    )
    return hears.read_bytes(), tells.read_bytes(), worst


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "--out", type=Path, default=usual_place().with_suffix(".onnx"),
        help="the ONNX file; its card and the other graph lie beside it (default: %(default)s)",
    )  # fmt: skip
    return parser


def run(args: argparse.Namespace) -> int:
    """Export, prove, write the files and the card, print the proof."""
    package = package_folder()
    layers = filled(package)
    with tempfile.TemporaryDirectory() as folder:
        hears, tells, difference = convert(layers, Path(folder))
    versions = {name: importlib.metadata.version(name) for name in ("torch", PACKAGE)}
    card = TranskunCard(
        name=args.out.stem, sha256=hashlib.sha256(hears).hexdigest(),
        attributes_sha256=hashlib.sha256(tells).hexdigest(), version=versions[PACKAGE],
        weights_sha256=hashlib.sha256(weights_file(package).read_bytes()).hexdigest(), source=SOURCE, licence=LICENCE,
        licence_note=LICENCE_NOTE,
        made_with={**versions, "exporter": f"torch.export, opset {OPSET}", "mezzoforte": __version__},
        parameters=sum(p.numel() for p in layers.parameters()), largest_difference=difference,
    )  # fmt: skip
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(args.out, hears)
    write_bytes(attributes_path(args.out), tells)
    write_bytes(args.out.with_suffix(".json"), card.to_json().encode())
    size_mb = (len(hears) + len(tells)) / 1e6
    print(f"{args.out}: {size_mb:.1f} MB, {card.parameters:,} parameters, opset {OPSET}")
    print(f"  largest difference to torch {difference:.1e} of the largest value")
    print(f"licence of the weights: {card.licence}. {card.licence_note}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    try:
        return run(build_parser().parse_args(arguments))
    except MezzoforteError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
