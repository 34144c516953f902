"""The transcriber: labels, network, training, thresholds, and the notes it hears in a pack."""
