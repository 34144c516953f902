"""Samples to logits as one ONNX graph: equal to the modules used in training, at any length and batch size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from runtime.frames import n_frames
from train.frames.features import LOUDNESS_BINS, Bssl, LogMel, PowerSpectrum
from train.frames.network import TASKS, MultiScaleNet

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
pytestmark = pytest.mark.slow

Run = Callable[[npt.NDArray[np.float32]], list[npt.NDArray[np.float32]]]
# One sample; around a hop, half a window and a window; odd; more than ten seconds.
LENGTHS = (1, 440, 441, 512, 513, 514, 1024, 11_025, 22_051, 250_003)


class Graph(nn.Module):
    """Everything that is exported: loudness, its total, log-mel frames and the logits."""

    def __init__(self, network: MultiScaleNet, *, for_export: bool) -> None:
        super().__init__()
        self.spectrum = PowerSpectrum(LOUDNESS_BINS, "matmul" if for_export else "stft")
        self.loudness, self.mel, self.network = Bssl(), LogMel("metre"), network

    def forward(self, samples: Tensor) -> tuple[Tensor, ...]:
        power = self.spectrum(samples)
        sone = self.loudness(power)
        logits = self.network(sone)
        return sone, self.loudness.total_loudness_sone(sone), self.mel(power), *(logits[task] for task in TASKS)


def network_with_batch_statistics() -> MultiScaleNet:
    torch.manual_seed(1)
    network = MultiScaleNet()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network.eval()


@pytest.fixture(scope="module")
def network() -> MultiScaleNet:
    return network_with_batch_statistics()


@pytest.fixture(scope="module")
def path(network: MultiScaleNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "graph.onnx"
    dynamic = torch.export.Dim.DYNAMIC
    program = torch.onnx.export(
        Graph(network, for_export=True).eval(),
        (torch.zeros(2, 30_000),),
        dynamo=True,
        opset_version=20,
        dynamic_shapes=({0: dynamic, 1: dynamic},),
        input_names=["samples"],
        verbose=False,
    )
    assert program is not None
    program.save(path)
    return path


@pytest.fixture(scope="module")
def run(path: Path) -> Run:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda samples: session.run(None, {"samples": samples})


def noise(n_samples: int, batch: int = 1) -> npt.NDArray[np.float32]:
    return np.random.default_rng(n_samples).normal(0, 0.1, (batch, n_samples)).astype(np.float32)


def assert_equal_to_training(run: Run, network: MultiScaleNet, samples: npt.NDArray[np.float32]) -> None:
    with torch.no_grad():
        expected = Graph(network, for_export=False)(torch.from_numpy(samples))
    exported = run(samples)
    assert len(exported) == len(expected)
    for ours, theirs in zip(exported, expected, strict=True):
        assert ours.shape[:2] == (len(samples), n_frames(samples.shape[1]))
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_the_graph_equals_the_modules_used_in_training(run: Run, network: MultiScaleNet, n_samples: int) -> None:
    assert_equal_to_training(run, network, noise(n_samples))


def test_the_graph_takes_any_batch_size(run: Run, network: MultiScaleNet) -> None:
    for batch in (1, 2, 3):
        assert_equal_to_training(run, network, noise(5_000, batch))


def test_the_graph_hears_nothing_in_silence(run: Run) -> None:
    sone, total_sone, mel = run(np.zeros((1, 4_000), np.float32))[:3]
    assert not sone.any()
    assert not total_sone.any()
    assert not mel.any()


def test_the_graph_is_one_file_without_a_transform_operator(path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(path, load_external_data=False)
    assert list(path.parent.iterdir()) == [path]
    assert not {"STFT", "DFT"} & {node.op_type for node in model.graph.node}
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx"}
