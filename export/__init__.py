"""Checkpoint → one ONNX file with its card."""

import runtime  # noqa: F401  # before onnxruntime is loaded: it switches its reporting off
