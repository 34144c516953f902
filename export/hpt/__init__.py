"""The official checkpoint of High-resolution Piano Transcription → ONNX with its card."""
