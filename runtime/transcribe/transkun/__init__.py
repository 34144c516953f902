"""Transkun (Yan and Duan, ISMIR 2024) in onnxruntime: card, windows, semi-Markov decoding, transcriber."""
