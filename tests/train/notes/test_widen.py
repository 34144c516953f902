"""A wider network begins with what the narrower one knows, and can then learn more."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from export.notes import OUTPUTS, NotesGraph  # noqa: E402
from export.proof import write_onnx  # noqa: E402
from runtime.errors import MezzoforteError  # noqa: E402
from runtime.model import MODELS_FOLDER  # noqa: E402
from train.notes.network import NoteNet, NoteNetConfig, bin_frequencies_hz  # noqa: E402
from train.notes.widen import measure_norms, weights_of, widen  # noqa: E402

NARROW, WIDE = NoteNetConfig(4, 4, (1, 2, 4), 3), NoteNetConfig(8, 6, (1, 2, 4), 5)


def power(seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    return torch.rand(2, 30, len(bin_frequencies_hz())) ** 6


@pytest.fixture(scope="module")
def narrow() -> NoteNet:
    """A small network whose every layer says something."""
    torch.manual_seed(1)
    network = NoteNet(NARROW).eval()
    with torch.no_grad():
        for value in network.parameters():
            value += 0.2 * torch.randn_like(value)
        for name, value in network.named_buffers():
            if name.endswith("running_var"):
                value += torch.rand_like(value)
    return network


@pytest.fixture(scope="module")
def exported(narrow: NoteNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notes") / "narrow.onnx"
    write_onnx(NotesGraph(narrow).eval(), path, ("samples",), (torch.randn(2, 22_050) * 0.1,), OUTPUTS)
    return path


@pytest.fixture
def wide(exported: Path) -> NoteNet:
    torch.manual_seed(2)
    network = NoteNet(WIDE)
    widen(network, weights_of(exported))
    measure_norms(network, [power(3), power(4)])
    return network


def test_the_wider_network_says_what_the_narrower_one_said(narrow: NoteNet, wide: NoteNet) -> None:
    with torch.no_grad():
        old, new = narrow(power(5)), wide.eval()(power(5))
    assert all(torch.allclose(old[k], new[k], atol=1e-3) for k in old)
    assert float(old["onset"].std()) > 0.01


def test_its_normalisations_are_of_what_it_was_shown(wide: NoteNet) -> None:
    """In training a batch is taken by its own statistics: those of a like batch change little."""
    with torch.no_grad():
        kept = wide.eval()(power(3))["onset"]
        of_batch = wide.train()(power(3))["onset"]
    assert torch.corrcoef(torch.stack([kept.flatten(), of_batch.flatten()]))[0, 1] > 0.9


def test_new_channels_learn_at_once(wide: NoteNet) -> None:
    wide.train()(power(6))["onset"].sum().backward()
    assert wide.heads.weight.grad is not None
    assert float(wide.heads.weight.grad[:, NARROW.channels :].abs().sum()) > 0


def test_the_shipped_transcriber_can_be_widened() -> None:
    network = NoteNet()
    widen(network, weights_of(MODELS_FOLDER / "mezzoforte.notes.onnx"))
    assert network.heads.weight.detach().any()


def test_a_network_that_is_too_narrow_is_told(exported: Path) -> None:
    with pytest.raises(MezzoforteError, match="wider than"):
        widen(NoteNet(NoteNetConfig(2, 4, (1, 2, 4), 3)), weights_of(exported))
