"""The runtime: recording → `Analysis` → files. It opens no network connection."""

import os

# ONNX Runtime's official builds report to their maker by default, and leave an identifier in the temporary folder.
# The switch is only looked at when that library is loaded, so it is set before anything here can load it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
