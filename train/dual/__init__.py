"""The network that hears sound and reads notes: data, network, training and evaluation."""
