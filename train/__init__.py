"""Data sets → checkpoints: readers, rendering, networks, fitting, metrics. May import `runtime`, for whatever must be
the same in training and in use; from a checkout only."""
