"""A torch module as an ONNX file, and the proof that both say the same."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ

OPSET = 20
MAX_DIFFERENCE = 1e-3

Inputs = npt.NDArray[np.float32]


def write_onnx(module: nn.Module, path: Path, name: str, example: Tensor, outputs: Sequence[str]) -> None:
    """Write a module of one input `name` with dynamic batch and length (its first two axes), weights inside."""
    dynamic = {name: {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module, (example,), input_names=[name], output_names=list(outputs), dynamic_shapes=(dynamic[name],),
            dynamo=True, opset_version=OPSET, verbose=False,
        )  # fmt: skip
    assert program is not None
    program.save(str(path), external_data=False)


def prove(
    module: nn.Module, path: Path, name: str, inputs: Iterable[Inputs], outputs: Sequence[str]
) -> dict[int, float]:
    """Largest difference to torch per length (second axis) of `inputs`. Raises `MezzoforteError` over 1e-3."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = {}
    for values in inputs:
        got = session.run(list(outputs), {name: values})
        with torch.no_grad():
            expected = [t.numpy() for t in module(torch.from_numpy(values))]
        differences[values.shape[1]] = max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True))
    worst = max(differences.values())
    if worst > MAX_DIFFERENCE:
        raise MezzoforteError(f"the exported network differs from torch by {worst:.2g}", where=str(path))
    return differences


def swelling_noise(lengths: Iterable[int]) -> Iterable[Inputs]:
    """Audio for proofs: noise [1, n] that grows from nearly silent to loud, one at a time."""
    rng = np.random.default_rng(0)
    for n in lengths:
        yield (rng.standard_normal((1, n)) * np.linspace(0.001, 0.3, n)).astype(np.float32)


def seconds_per_minute(path: Path, threads: int) -> float:
    """Best of five: seconds that one minute of audio takes on `threads` threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    samples = np.random.default_rng(0).standard_normal((1, 60 * SAMPLE_RATE_HZ)).astype(np.float32) * 0.1
    times = []
    for _ in range(5):
        start = time.perf_counter()
        session.run(None, {"samples": samples})
        times.append(time.perf_counter() - start)
    return min(times)


def describe(onnx: bytes, path: Path, n_parameters: int, differences: dict[int, float], unit: str) -> str:
    """What a command prints of its proof."""
    head = f"{path}: {len(onnx) / 1e6:.2f} MB, {n_parameters:,} parameters, opset {OPSET}"
    rows = (f"  {n:>10,} {unit}: largest difference to torch {difference:.1e}" for n, difference in differences.items())
    return "\n".join((head, *rows))
