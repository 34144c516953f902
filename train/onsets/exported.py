"""The weights of an exported onset stage, for a run that begins where it ended."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from runtime.errors import MezzoforteError
from train.onsets.network import OnsetNet

_PREFIX = "net."
_AFRESH = ("told.", "heads.period", "heads.phase", "heads.metre")
"""What an exported stage may lack: heads that are for training alone, and what older ones were not told."""


def weights_of(path: Path, model: OnsetNet) -> dict[str, Tensor]:
    """The state of a network of the same size with the weights of an exported stage. What it lacks is as in `model`,
    but for what is told of given beats, which begins at nothing.

    The exporter keeps the names of biases and norms; the matrix of a linear layer is what is multiplied right before
    its bias is added. Raises `MezzoforteError` when a weight is not there.
    """
    graph = onnx.load(path).graph
    values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    found = {name.removeprefix(_PREFIX): v for name, v in values.items() if name.startswith(_PREFIX)}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((name for name in node.input if name.startswith(_PREFIX) and name.endswith(".bias")), None)
        product = next((made_by.get(name) for name in node.input if not name.startswith(_PREFIX)), None)
        if bias is None or product is None or product.op_type != "MatMul" or product.input[1] not in values:
            continue
        found[bias.removeprefix(_PREFIX).removesuffix("bias") + "weight"] = values[product.input[1]].T.contiguous()
    state = model.state_dict()
    for name, value in state.items():
        if name in found and found[name].shape == value.shape:
            state[name] = found[name].to(value.dtype)
        elif name.startswith("told."):
            state[name] = torch.zeros_like(value)
        elif not name.startswith(_AFRESH) and not name.endswith((".freq", ".reach")):
            raise MezzoforteError(f"no weight {name}", where=str(path), cause="a stage of another size")
    return state
