"""Tests; everything below sees a runtime that has switched the reporting of onnxruntime off."""

import runtime  # noqa: F401
