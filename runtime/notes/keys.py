"""The keys of a piano, as rolls and note networks number them."""

LOWEST_PITCH = 21
"""MIDI pitch of the first key (A0)."""
N_PITCHES = 88
