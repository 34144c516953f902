"""Scores made from nothing but a performance: notes and beats to bars, hands, voices, keys and MusicXML.

`engrave(notes, analysis)` is the way in; `read_notes` reads a MIDI file, and a transcription makes `PlayedNotes`.
"""

from runtime.engrave.engrave import Engraved, engrave
from runtime.notes.played import PlayedNotes, read_notes

__all__ = ["Engraved", "PlayedNotes", "engrave", "read_notes"]
