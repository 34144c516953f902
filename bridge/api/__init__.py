"""The bridge's local HTTP interface, version 1: what it checks, the jobs it runs and how it describes itself."""

import runtime  # noqa: F401  # before onnxruntime can be loaded: it switches its reporting off
