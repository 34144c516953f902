"""A torch module as an ONNX file with the proof that both say the same: what every export begins and ends with."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.write.atomic import write_bytes
from train.fitting.tcn import n_parameters

OPSET = 20
MAX_DIFFERENCE = 1e-3

Inputs = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Proven:
    """An ONNX file that says what torch says: its bytes, the trained values in it, and the proof in lines."""

    onnx: bytes
    n_parameters: int
    largest_difference: float
    proof: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.onnx).hexdigest()

    def save(self, path: Path, card_path: Path, card: str) -> None:
        """Write the file and the card, and print the proof."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, self.onnx)
        write_bytes(card_path, card.encode())
        head = f"{path}: {len(self.onnx) / 1e6:.2f} MB, {self.n_parameters:,} parameters"
        print(head, *self.proof, sep="\n  ")


def proven(
    module: nn.Module,
    example: Tensor | tuple[Tensor, ...],
    inputs: Iterable[Inputs | tuple[Inputs, ...]],
    outputs: Sequence[str],
    unit: str,
    *,
    beside: Sequence[str] = (),
    is_timed: bool = False,
) -> Proven:
    """A module of inputs [batch, length, …] as an ONNX file, compared with torch on `inputs`, one at a time.

    The first input is called ``samples`` where `unit`, which lengths are counted in, is that, else ``features``; what
    comes `beside` it has its own names. Raises `MezzoforteError` when an output differs by more than 1e-3.
    """
    names = ("samples" if unit == "samples" else "features", *beside)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        write_onnx(module, path, names, example if isinstance(example, tuple) else (example,), outputs)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        proof, worst = [], 0.0
        for values in inputs:
            each = values if isinstance(values, tuple) else (values,)
            got = session.run(list(outputs), dict(zip(names, each, strict=True)))
            with torch.no_grad():
                expected = [t.numpy() for t in module(*map(torch.from_numpy, each))]
            difference = max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True))
            if not difference <= MAX_DIFFERENCE:
                raise MezzoforteError(f"the exported network differs from torch by {difference:.2g}")
            proof.append(f"{each[0].shape[1]:>10,} {unit}: largest difference to torch {difference:.1e}")
            worst = max(worst, difference)
        if is_timed:
            speeds = {threads: seconds_per_minute(path, threads) for threads in (1, 2)}
            proof += [f"one minute of audio in {s:.3f} s on {threads} thread(s)" for threads, s in speeds.items()]
        return Proven(path.read_bytes(), n_parameters(module), worst, tuple(proof))


def write_onnx(
    module: nn.Module, path: Path, names: Sequence[str], example: tuple[Tensor, ...], outputs: Sequence[str]
) -> None:
    """Write a module of inputs `names` with dynamic batch and length (their first two axes), weights inside."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module, example, input_names=list(names), output_names=list(outputs),
            dynamic_shapes=tuple({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC} for _ in names),
            dynamo=True, opset_version=OPSET, verbose=False,
        )  # fmt: skip
    assert program is not None
    program.save(str(path), external_data=False)


def swelling_noise(lengths: Iterable[int]) -> Iterator[Inputs]:
    """Audio for proofs: noise [1, n] that grows from nearly silent to loud, one at a time."""
    rng = np.random.default_rng(0)
    for n in lengths:
        yield (rng.standard_normal((1, n)) * np.linspace(0.001, 0.3, n)).astype(np.float32)


def noise_features(lengths: Iterable[int], n_features: int) -> Iterator[Inputs]:
    """Features [1, n, `n_features`] for proofs, one at a time."""
    rng = np.random.default_rng(0)
    for n in lengths:
        yield rng.standard_normal((1, n, n_features)).astype(np.float32)


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
