"""The bridge's local HTTP interface, version 1: what it checks, the jobs it runs and how it describes itself."""

import os

# ONNX Runtime's official builds report to their maker by default, and leave an identifier in the temporary folder;
# this switch is only looked at when that library is loaded, so it is set before anything can load it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
