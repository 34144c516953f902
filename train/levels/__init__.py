"""The stage for levels: its data, network, training and cross-validation."""
