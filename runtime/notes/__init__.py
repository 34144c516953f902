"""What was played, as notes: reading it from MIDI, its onsets, and the keys of the piano. May import `errors`."""
