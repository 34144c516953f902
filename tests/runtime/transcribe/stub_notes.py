"""A small model that obeys the graph contract of `runtime.transcribe.own`: it hears one sine wave per key.

Frame t of key k is how much of the key's frequency there is in the 2,048 samples around 441 t; onset and offset are
its rise and fall within three frames. No trained weights, no timbre: sines come out, nothing else does.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.network.card import ModelCard

onnx = pytest.importorskip("onnx", reason="the stub model is built with the onnx package (extra: export)")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402  (only once onnx is known to be there)

HOP, LENGTH, RATE_HZ, N_KEYS = 441, 4096, 22_050, 88
THRESHOLDS = {
    "onset_threshold": 0.3, "frame_threshold": 0.5, "offset_threshold": 0.3, "pedal_threshold": 0.5, "latency_s": 0.0,
    "again_threshold": 0.6,
}  # fmt: skip


def hz(pitch: int) -> float:
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def _const(name: str, value: Any, kind: Any = np.float32) -> Any:
    return numpy_helper.from_array(np.asarray(value, dtype=kind), name)


def build(keys: int = N_KEYS) -> Any:
    """The stub as an `onnx.ModelProto`; other `keys` than 88 make a model of the wrong shape."""
    n = np.arange(LENGTH) - LENGTH // 2
    window = np.hanning(LENGTH)
    phase = 2 * np.pi * np.array([hz(21 + k) for k in range(keys)])[:, None] * n / RATE_HZ
    kernels = np.concatenate([np.cos(phase), np.sin(phase)]) * window * 2 / window.sum()
    change = np.zeros((keys, 1, 7, 1), np.float32)
    change[:, 0, :3, 0], change[:, 0, 4:, 0] = -1 / 3, 1 / 3
    constants = [
        _const("channel", [1], np.int64), _const("last", [3], np.int64),
        _const("pads", [0, 0, LENGTH // 2, 0, 0, LENGTH // 2], np.int64),
        _const("kernels", kernels[:, None]), _const("halves", [keys, keys], np.int64),
        _const("slope", 200.0), _const("level", 0.03), _const("change", change), _const("fall", -change),
        _const("loud", 2.0), _const("none", 0.0), _const("low", 0.0), _const("high", 1.0),
    ]  # fmt: skip
    node = helper.make_node
    nodes = [
        node("Unsqueeze", ["samples", "channel"], ["x"]),
        node("Pad", ["x", "pads"], ["padded"]),
        node("Conv", ["padded", "kernels"], ["both"], strides=[HOP]),
        node("Split", ["both", "halves"], ["re", "im"], axis=1),
        node("Mul", ["re", "re"], ["re2"]), node("Mul", ["im", "im"], ["im2"]),
        node("Add", ["re2", "im2"], ["power"]), node("Sqrt", ["power"], ["amplitude"]),
        node("Sub", ["amplitude", "level"], ["above"]), node("Mul", ["above", "slope"], ["logit"]),
        node("Sigmoid", ["logit"], ["sounding"]),
        node("Unsqueeze", ["sounding", "last"], ["s4"]),
        node("Conv", ["s4", "change"], ["up"], pads=[3, 0, 3, 0], group=keys),
        node("Conv", ["s4", "fall"], ["down"], pads=[3, 0, 3, 0], group=keys),
        node("Squeeze", ["up", "last"], ["up3"]), node("Squeeze", ["down", "last"], ["down3"]),
        node("Clip", ["up3", "low", "high"], ["onset_t"]), node("Clip", ["down3", "low", "high"], ["offset_t"]),
        node("MaxPool", ["amplitude"], ["loudest"], kernel_shape=[9], pads=[4, 4]),
        node("Mul", ["loudest", "loud"], ["louder"]), node("Clip", ["louder", "low", "high"], ["velocity_t"]),
    ]  # fmt: skip
    for name, inner in (
        ("onset", "onset_t"),
        ("frame", "sounding"),
        ("offset", "offset_t"),
        ("velocity", "velocity_t"),
    ):
        nodes.append(node("Transpose", [inner], [name], perm=[0, 2, 1]))
    nodes += [
        node("ReduceMax", ["frame"], ["any"], axes=[2], keepdims=0),
        node("Mul", ["any", "none"], ["pedal"]),
    ]  # fmt: skip
    rolls = ("onset", "frame", "offset", "velocity")
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", "t", keys]) for name in rolls]
    outputs.append(helper.make_tensor_value_info("pedal", TensorProto.FLOAT, ["b", "t"]))
    inputs = [helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["b", "n"])]
    graph = helper.make_graph(nodes, "notes", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def card_for(onnx_bytes: bytes, name: str = "stub.notes", **changes: Any) -> ModelCard:
    """A card of kind ``notes`` that fits `onnx_bytes`."""
    values: dict[str, Any] = {
        "name": name, "version": "0.0.0", "sha256": hashlib.sha256(onnx_bytes).hexdigest(), "kind": "notes",
        "feature": "sines", "preset": "stub", "parameters": 0, "thresholds": THRESHOLDS, "training_data": (),
        "training_commit": "none", "licence": "MIT",
    }  # fmt: skip
    return ModelCard(**{**values, **changes})


def write_stub(folder: Path, name: str = "stub.notes", keys: int = N_KEYS, **changes: Any) -> Path:
    """Write ``NAME.onnx`` and ``NAME.json`` into `folder`; returns the path of the card."""
    data = build(keys).SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)
    card = folder / f"{name}.json"
    card.write_text(card_for(data, name, **changes).to_json(), encoding="utf-8")
    return card


def sines(rows: list[tuple[float, float, int, float]], length_s: float) -> np.ndarray:
    """Sound of rows (onset_s, offset_s, pitch, amplitude), faded over 30 ms, shape (n,) float32 at 22,050 Hz."""
    out = np.zeros(round(length_s * RATE_HZ))
    for on_s, off_s, pitch, amplitude in rows:
        t = np.arange(round((off_s - on_s) * RATE_HZ)) / RATE_HZ
        fade = np.minimum(1, np.minimum(t, t[::-1]) / 0.03)
        at = round(on_s * RATE_HZ)
        out[at : at + len(t)] += amplitude * fade * np.sin(2 * np.pi * hz(pitch) * t)
    return out.astype(np.float32)
