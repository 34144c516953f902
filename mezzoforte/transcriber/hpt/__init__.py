"""The official checkpoint of High-resolution Piano Transcription → ONNX with its card. Needs torch: run by
`mezzoforte.transcriber` in an environment that has it."""
