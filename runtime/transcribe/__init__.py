"""Recordings to notes: one interface, several transcribers, and the way from frame rolls to note events.

`load("own")` gives a `Transcriber`, whose `transcribe(path)` gives a `Transcription`; `registry` lists them all.
"""

from runtime.transcribe.registry import DEFAULT, NAMES, Setting, load
from runtime.transcribe.transcription import Transcriber, Transcription

__all__ = ["DEFAULT", "NAMES", "Setting", "Transcriber", "Transcription", "load"]
