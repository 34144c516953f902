"""ONNX files that are known to work: cards, sessions, windows, and the logits they give. May import `sound`."""
