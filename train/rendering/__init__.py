"""Performance MIDI to audio on sampled pianos, and what recording does to sound."""
