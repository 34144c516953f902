"""A small ONNX model that obeys the runtime's graph contract, for tests that need no trained weights.

It is an energy follower, not a listener: frame t is the mean square of the 441 samples around ``t * 441``;
beat logits rise with a sudden rise of the level, every other output follows from these two. It sees less
than 1.5 s to either side, as the windows require of any model.
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

HOP = 441
LEVEL_CENTRES_DB = (-60.0, -45.0, -35.0, -27.0, -20.0)


def _const(name: str, value: Any, kind: Any = np.float32) -> Any:
    return numpy_helper.from_array(np.asarray(value, dtype=kind), name)


def build(*, cost: int = 0, dynamics_classes: int = 5, hop: int = HOP) -> Any:
    """The stub as an `onnx.ModelProto`; `cost` appends that many useless 1-D convolutions of 64 channels.

    `dynamics_classes` and `hop` other than the contract's make a model of the wrong shape.
    """
    half = hop // 2
    rise = np.zeros((1, 1, 11), np.float32)
    rise[0, 0, 5:8], rise[0, 0, :5] = 1 / 3, -1 / 5
    centres = np.linspace(LEVEL_CENTRES_DB[0], LEVEL_CENTRES_DB[-1], dynamics_classes)
    if dynamics_classes == 5:
        centres = np.array(LEVEL_CENTRES_DB)
    constants = [
        _const("channel", [1], np.int64),
        _const("last", [2], np.int64),
        _const("pads", [0, 0, half, 0, 0, hop - half], np.int64),
        _const("floor", 1e-9),
        _const("to_db", 10 / np.log(10.0)),
        _const("rise", rise),
        _const("gain", 0.6),
        _const("beat_bias", -3.0),
        _const("down_bias", -1.0),
        _const("change_bias", -4.0),
        _const("centres", centres[None, None]),
        _const("width", -0.02),
        _const("sone", 40.0),
    ]
    n = helper.make_node
    nodes = [
        n("Unsqueeze", ["samples", "channel"], ["x"]),
        n("Mul", ["x", "x"], ["squares"]),
        n("Pad", ["squares", "pads"], ["padded"]),
        n("AveragePool", ["padded"], ["energy"], kernel_shape=[hop], strides=[hop]),
        n("Add", ["energy", "floor"], ["above"]),
        n("Log", ["above"], ["ln"]),
        n("Mul", ["ln", "to_db"], ["db"]),
        n("Conv", ["db", "rise"], ["risen"], pads=[5, 5]),
        n("Mul", ["risen", "gain"], ["scaled"]),
        n("Add", ["scaled", "beat_bias"], ["beat3"]),
        n("Squeeze", ["beat3", "channel"], ["beat"]),
        n("Add", ["beat", "down_bias"], ["downbeat"]),
        n("AveragePool", ["db"], ["smooth"], kernel_shape=[101], pads=[50, 50], count_include_pad=0),
        n("Sub", ["db", "smooth"], ["contrast"]),
        n("Squeeze", ["contrast", "channel"], ["contrast2"]),
        n("Mul", ["contrast2", "gain"], ["contrast3"]),
        n("Add", ["contrast3", "change_bias"], ["change"]),
        n("Squeeze", ["smooth", "channel"], ["smooth2"]),
        n("Unsqueeze", ["smooth2", "last"], ["smooth3"]),
        n("Sub", ["smooth3", "centres"], ["away"]),
        n("Mul", ["away", "away"], ["away2"]),
        n("Mul", ["away2", "width"], ["dynamics"]),
        n("Squeeze", ["above", "channel"], ["power"]),
        n("Sqrt", ["power"], ["rms"]),
        n("Mul", ["rms", "sone"], ["quiet_sone"]),
    ]
    nodes += _ballast(constants, cost)
    outputs = [(name, ["batch", "frames"]) for name in ("beat", "downbeat", "change")]
    outputs += [("dynamics", ["batch", "frames", dynamics_classes]), ("ntot_sone", ["batch", "frames"])]
    graph = helper.make_graph(
        nodes,
        "stub",
        [helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["batch", "n"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _ballast(constants: list[Any], cost: int) -> list[Any]:
    """Nodes that take time and add nothing (their result is multiplied by zero) to ``ntot_sone``."""
    if not cost:
        return [helper.make_node("Identity", ["quiet_sone"], ["ntot_sone"])]
    rng = np.random.default_rng(0)
    constants += [_const("widen", np.ones((64, 1, 1))), _const("narrow", np.zeros((1, 64, 1)))]
    constants.append(_const("heavy", rng.normal(0, 0.05, (64, 64, 5))))
    nodes = [helper.make_node("Conv", ["db", "widen"], ["h0"])]
    for i in range(cost):
        nodes.append(helper.make_node("Conv", [f"h{i}", "heavy"], [f"c{i}"], pads=[2, 2]))
        nodes.append(helper.make_node("Tanh", [f"c{i}"], [f"h{i + 1}"]))
    nodes += [
        helper.make_node("Conv", [f"h{cost}", "narrow"], ["nothing"]),
        helper.make_node("Squeeze", ["nothing", "channel"], ["nothing2"]),
        helper.make_node("Add", ["quiet_sone", "nothing2"], ["ntot_sone"]),
    ]
    return nodes


def card_for(onnx_bytes: bytes, name: str = "stub", **changes: Any) -> ModelCard:
    """A card that fits `onnx_bytes`."""
    values: dict[str, Any] = {
        "name": name,
        "version": "0.0.0",
        "sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "feature": "energy",
        "preset": "stub",
        "parameters": 0,
        "thresholds": {"beat": 0.5, "downbeat": 0.5, "change": 0.5},
        "training_data": (),
        "training_commit": "none",
        "licence": "MIT",
    }
    return ModelCard(**{**values, **changes})


def write_stub(folder: Path, name: str = "stub", **options: Any) -> Path:
    """Write ``NAME.onnx`` and ``NAME.json`` into `folder`; returns the path of the card."""
    data = build(**options).SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)
    card = folder / f"{name}.json"
    card.write_text(card_for(data, name).to_json(), encoding="utf-8")
    return card
