"""The network over frames: front ends, network, packs, segments, losses, training, predictions and calibration."""
