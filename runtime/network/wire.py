"""Finds out whether an ONNX file keeps weights outside itself, from its bytes, without the onnx package.

A model that names other files could make the runtime read any file of its user, and its hash would not
cover what it computes. ONNX is protobuf: the tables below are the parts of ``onnx.proto`` (field numbers
are fixed for ever by the ONNX specification) that can lead to a tensor.
"""

from __future__ import annotations

from collections.abc import Iterator

_EXTERNAL_DATA, _DATA_LOCATION = 13, 14

# message type: {field number: message type inside}
_CHILDREN: dict[str, dict[int, str]] = {
    "Model": {7: "Graph", 20: "TrainingInfo", 25: "Function"},
    "TrainingInfo": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
_MAX_DEPTH = 64


def has_external_data(model: bytes) -> bool:
    """Whether any tensor of the ONNX model `model` is stored in another file.

    Raises `ValueError` when the bytes are not protobuf or are nested more deeply than any real model.
    """
    return _search(memoryview(model), "Model", 0)


def _search(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    children = _CHILDREN[kind]
    for number, value in _fields(message):
        if kind == "Tensor":
            if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0):
                return True
        elif number in children and isinstance(value, memoryview) and _search(value, children[number], depth + 1):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field number and value of each field: an int, or the bytes of a length-delimited field."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire_type == 2:
            size, at = _varint(message, at)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"unknown wire type {wire_type}")
        if at + size > len(message):
            raise ValueError("a field ends beyond the file")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("the file ends inside a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is longer than 64 bits")
