"""High-resolution Piano Transcription (Kong et al. 2021) in onnxruntime, from the user's own copy of its weights."""
