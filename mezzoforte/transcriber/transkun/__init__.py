"""The weights that the package transkun carries → ONNX with a card. Needs torch: run by `mezzoforte.transcriber` in an
environment that has it."""
