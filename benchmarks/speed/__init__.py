"""Time and memory, from file to result, beside other trackers."""
