"""The stage for beats: its data, network and training. May import `frames`, `levels`, `measure` and what is below."""
