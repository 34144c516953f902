"""The MIDI of a digital piano brought onto the clock of its recording. May import `score` and `transcribe`."""
