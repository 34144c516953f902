"""Scores made from nothing but a performance: notes and beats to bars, hands, voices, keys and MusicXML.

`engrave(notes, analysis)` is the way in; `read_notes` reads a MIDI file, and a transcription makes `PlayedNotes`.
"""

from runtime.engrave.engrave import Engraved, engrave
from runtime.engrave.notes import PlayedNotes, read_notes
from runtime.engrave.sync import on_recording_time

__all__ = ["Engraved", "PlayedNotes", "engrave", "on_recording_time", "read_notes"]
