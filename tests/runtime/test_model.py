"""A model is used only when card, hash, graph and provider are what they claim to be."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import model as model_module
from runtime.errors import ModelError
from runtime.frames import n_frames
from runtime.model import Model, find_card, load_model, package_conflict
from runtime.network import session as onnx_session
from runtime.network.card import Metric, ModelCard, load_card, parse_card
from runtime.network.logits import FrameLogits
from runtime.network.wire import has_external_data
from tests import stub_model
from tests.stub_model import onnx


@pytest.fixture
def card_path(tmp_path: Path) -> Path:
    return stub_model.write_stub(tmp_path)


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def replace_model(card_path: Path, data: bytes) -> Path:
    """Put another ONNX file beside the card, with a card that fits its bytes."""
    card_path.with_suffix(".onnx").write_bytes(data)
    card_path.write_text(stub_model.card_for(data).to_json(), encoding="utf-8")
    return card_path


# --- the card


def test_card_survives_its_json_form() -> None:
    card = stub_model.card_for(
        b"x",
        metrics=(Metric("beat F", 0.9, "mir_eval, 70 ms", "fold 0"),),
        training_data=("ä", "b"),
        attribution=("c",),
    )
    assert parse_card(card.to_json()) == card
    assert parse_card(card.to_json()).to_json() == card.to_json()


def test_card_with_unknown_names_is_read() -> None:
    card = stub_model.card_for(b"x")
    assert parse_card(json.dumps({**json.loads(card.to_json()), "later": [1]})) == card


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("schema", 2, "schema"),
        ("sha256", "abc", "sha256"),
        ("hop_samples", 512, "hop_samples"),
        ("classes", ["p", "f"], "classes"),
        ("level_rule", "peak", "level_rule"),
        ("kind", "poems", "kind"),
        ("thresholds", {"beat": "high"}, "thresholds"),
        ("thresholds", {"beat": float("nan")}, "finite"),
        ("parameters", True, "parameters"),
        ("metrics", [{"name": "F"}], "metric"),
        ("name", "../evil", "name"),
        ("licence", None, "licence"),
    ],
)
def test_card_that_does_not_fit_is_refused_by_name(tmp_path: Path, name: str, value: Any, told: str) -> None:
    data = {**json.loads(stub_model.card_for(b"x").to_json()), name: value}
    (tmp_path / "m.json").write_text(json.dumps(data))
    with pytest.raises(ModelError, match=told):
        load_card(tmp_path / "m.json")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "{}", '{"schema": 1}', "[" * 100_000, "\x00"])
def test_text_that_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(ModelError, match="not a model card"):
        load_card(tmp_path / "m.json")


def test_model_is_found_by_path_of_either_file_and_missing_names_list_what_there_is(card_path: Path) -> None:
    assert find_card(card_path) == find_card(str(card_path.with_suffix(".onnx"))) == card_path
    with pytest.raises(ModelError, match="Shipped models"):
        find_card("no_such_model")
    with pytest.raises(ModelError, match="no model card here"):
        find_card("some/where.onnx")
    for checkpoint in ("last.pt", "runs/last.ckpt"):
        with pytest.raises(ModelError, match=r"a checkpoint of a training run.*export\.dynest"):
            find_card(checkpoint)


def test_a_model_of_another_kind_is_refused(card_path: Path) -> None:
    card = stub_model.card_for(card_path.with_suffix(".onnx").read_bytes(), kind="notes")
    card_path.write_text(card.to_json(), encoding="utf-8")
    with pytest.raises(ModelError, match="of kind 'notes'"):
        load_model(card_path, "cpu")


# --- the file


def test_wrong_hash_is_refused(card_path: Path) -> None:
    onnx_path = card_path.with_suffix(".onnx")
    onnx_path.write_bytes(onnx_path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        load_model(card_path, "cpu")


def test_missing_onnx_file_is_named(card_path: Path) -> None:
    card_path.with_suffix(".onnx").unlink()
    with pytest.raises(ModelError, match=r"stub\.onnx: the model cannot be read"):
        load_model(card_path, "cpu")


def test_too_large_a_model_is_refused(card_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_session, "MAX_MODEL_BYTES", 100)
    with pytest.raises(ModelError, match="larger than"):
        load_model(card_path, "cpu")


@pytest.mark.parametrize("data", [b"", b"not a model at all", b"\x08\x08" * 50])
def test_bytes_that_are_no_model_are_refused(card_path: Path, data: bytes) -> None:
    with pytest.raises(ModelError):
        load_model(replace_model(card_path, data), "cpu")


def make_external(tensor: Any, location: str) -> None:
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.external_data.add(key="location", value=location)
    tensor.data_location = onnx.TensorProto.EXTERNAL


@pytest.mark.parametrize("location", ["weights.bin", "/etc/hostname", "../../secret"])
def test_weights_in_other_files_are_refused(card_path: Path, location: str) -> None:
    proto = stub_model.build()
    tensor = next(t for t in proto.graph.initializer if t.name == "rise")
    make_external(tensor, location)
    with pytest.raises(ModelError, match="weights in other files"):
        load_model(replace_model(card_path, proto.SerializeToString()), "cpu")


def test_external_data_is_found_wherever_a_tensor_can_hide() -> None:
    tensor = onnx.numpy_helper.from_array(np.ones(3, np.float32), "t")
    make_external(tensor, "weights.bin")
    helper = onnx.helper
    constant = helper.make_node("Constant", [], ["c"], value=tensor)
    inner = helper.make_graph([constant], "inner", [], [])
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    function = helper.make_function("d", "f", [], ["c"], [constant], [helper.make_opsetid("", 17)])
    sparse = onnx.SparseTensorProto(values=tensor)
    hidden = [
        helper.make_model(helper.make_graph([], "g", [], [], [tensor])),
        helper.make_model(helper.make_graph([constant], "g", [], [])),
        helper.make_model(helper.make_graph([branch], "g", [], [])),
        helper.make_model(helper.make_graph([], "g", [], []), functions=[function]),
        helper.make_model(helper.make_graph([], "g", [], [], sparse_initializer=[sparse])),
    ]
    assert [has_external_data(m.SerializeToString()) for m in hidden] == [True] * len(hidden)
    assert not has_external_data(stub_model.build().SerializeToString())


@given(st.binary(max_size=200))
def test_searching_any_bytes_for_external_data_ends_with_an_answer_or_value_error(data: bytes) -> None:
    try:
        assert has_external_data(data) in (True, False)
    except ValueError as e:
        assert str(e)


def test_deep_nesting_is_refused_rather_than_followed() -> None:
    graph = b""
    for _ in range(2_000):
        for key in (0x32, 0x2A, 0x0A):  # attribute.g, node.attribute, graph.node
            graph = _field(key, graph)
    with pytest.raises(ValueError, match="deep"):
        has_external_data(_field(0x3A, graph))


def _field(key: int, content: bytes) -> bytes:
    """A length-delimited protobuf field."""
    size, length = len(content), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([key]) + length + bytes([size]) + content


@pytest.mark.parametrize("options", [{"dynamics_classes": 4}, {"hop": 512}])
def test_a_model_of_wrong_shape_is_refused_when_it_starts(tmp_path: Path, options: dict[str, int]) -> None:
    with pytest.raises(ModelError, match="has shape"):
        load_model(stub_model.write_stub(tmp_path, **options), "cpu")


def test_a_model_with_other_outputs_is_refused(card_path: Path) -> None:
    proto = stub_model.build()
    del proto.graph.output[1]
    with pytest.raises(ModelError, match="expected samples"):
        load_model(replace_model(card_path, proto.SerializeToString()), "cpu")


def test_numbers_that_are_not_finite_are_an_error_not_a_result(card_path: Path) -> None:
    model = load_model(card_path, "cpu")
    with pytest.raises(ModelError, match="not finite"):
        model.run(np.full(1_000, np.nan, np.float32))


# --- running


@pytest.mark.parametrize("n", [1, 440, 441, 442, 22_050, 100_000])
def test_every_length_gives_one_value_per_frame(card_path: Path, n: int) -> None:
    logits = load_model(card_path, "cpu").run(noise(n))
    frames = n_frames(n)
    assert logits.beat.shape == logits.downbeat.shape == logits.change.shape == logits.ntot_sone.shape == (frames,)
    assert logits.dynamics.shape == (frames, 5)
    assert {getattr(logits, f).dtype for f in FrameLogits.__dataclass_fields__} == {np.dtype(np.float32)}


def test_columns_and_logits_are_the_same_values(card_path: Path) -> None:
    logits = load_model(card_path, "cpu").run(noise(50_000))
    back = FrameLogits.from_columns(logits.columns())
    for name in FrameLogits.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(back, name), getattr(logits, name))


def test_the_cpu_gives_the_same_bytes_twice(card_path: Path) -> None:
    first, second = (load_model(card_path, "cpu").run(noise(200_000)).columns() for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_a_model_that_gave_back_its_memory_says_the_same(card_path: Path) -> None:
    model = load_model(card_path, "cpu")
    first = model.run(noise(200_000)).columns()
    model.release()
    np.testing.assert_array_equal(model.run(noise(200_000)).columns(), first)


def test_identity_names_model_hash_and_provider(card_path: Path) -> None:
    model = load_model(card_path, "cpu")
    assert (model.identity.name, model.identity.provider) == ("stub", "cpu")
    assert model.identity.sha256 == model.card.sha256


# --- providers


class Listed:
    """onnxruntime on a machine where ``extra`` is listed; sessions asked for it are made by ``make``."""

    SessionOptions = onnxruntime.SessionOptions

    def __init__(self, extra: str, make: Any) -> None:
        self.extra, self.make = extra, make

    def get_available_providers(self) -> list[str]:
        return [self.extra, "CPUExecutionProvider"]

    def InferenceSession(self, data: bytes, options: Any, providers: Any, **_: Any) -> Any:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        return self.make(session) if providers[0][0] == self.extra else session


class OnDevice:
    """A session that says it ran on CUDA and adds `error` to its beat logits."""

    def __init__(self, session: Any, error: float) -> None:
        self._session, self._error = session, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def run(self, names: list[str], feed: Any) -> Any:
        values = self._session.run(names, feed)
        return [values[0] + np.float32(self._error), *values[1:]]


def load_on(card_path: Path, monkeypatch: pytest.MonkeyPatch, provider: Any, make: Any) -> Model:
    monkeypatch.setattr(onnx_session, "onnxruntime_package", lambda: Listed("CUDAExecutionProvider", make))
    return load_model(card_path, provider)


def test_auto_passes_over_a_listed_provider_that_silently_falls_back(
    card_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_on(card_path, monkeypatch, "auto", lambda session: session)
    assert model.provider == "cpu"
    assert any("cuda is not used" in w for w in model.warnings)


def test_a_named_provider_that_silently_falls_back_is_an_error(
    card_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="cuda does not work on this machine"):
        load_on(card_path, monkeypatch, "cuda", lambda session: session)


def test_auto_takes_an_accelerator_that_works(card_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_on(card_path, monkeypatch, "auto", lambda s: OnDevice(s, 1e-4)).provider == "cuda"


def test_an_accelerator_with_other_numbers_is_not_believed(card_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_on(card_path, monkeypatch, "auto", lambda s: OnDevice(s, 0.5)).provider == "cpu"
    with pytest.raises(ModelError, match="other numbers than the CPU"):
        load_on(card_path, monkeypatch, "cuda", lambda s: OnDevice(s, 0.5))


@pytest.mark.parametrize("provider", ["cuda", "coreml"])
def test_a_provider_that_is_not_installed_is_an_error(
    card_path: Path, monkeypatch: pytest.MonkeyPatch, provider: Any
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(ModelError, match="not part of the installed onnxruntime"):
        load_model(card_path, provider)


def test_an_unknown_provider_is_an_error(card_path: Path) -> None:
    with pytest.raises(ModelError, match="not one of"):
        load_model(card_path, "tpu")  # type: ignore[arg-type]


def test_two_installed_onnxruntimes_are_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: name)
    assert "uninstall both" in package_conflict()


def test_one_installed_onnxruntime_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_cpu(name: str) -> str:
        if name != "onnxruntime":
            raise importlib.metadata.PackageNotFoundError(name)
        return name

    monkeypatch.setattr(importlib.metadata, "distribution", only_cpu)
    assert package_conflict() == ""


def test_every_shipped_card_fits_its_model() -> None:
    cards = [p for p in sorted(model_module.MODELS_FOLDER.glob("*.json")) if p.with_suffix(".onnx").is_file()]
    assert "mezzoforte" in {card.stem for card in cards}
    for card in cards:
        assert isinstance(load_card(card), ModelCard)
        if load_card(card).kind == "analysis":
            assert load_model(card, "cpu").card.name == card.stem


@pytest.mark.parametrize("name", ["mezzoforte-free", "mezzoforte-free.notes"])
def test_the_free_set_resolves_beside_the_shipped_one_or_says_how_to_make_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.network.parts.MODELS_FOLDER", tmp_path)
    with pytest.raises(ModelError, match="not in this installation") as e:
        find_card(name)
    assert "docs/training.md" in str(e.value)
    assert (
        find_card(stub_model.write_stub(tmp_path, name)).stem == name and find_card(name) == tmp_path / f"{name}.json"
    )
