"""Whether something is a MIDI file, by how it begins: needs no package that reads them."""

from __future__ import annotations

import os
from pathlib import Path

SUFFIXES = (".mid", ".midi", ".rmi")


def is_midi(data: bytes) -> bool:
    """Whether bytes begin as a MIDI file does, bare or in a RIFF container (.rmi)."""
    return data[:4] == b"MThd" or (data[:4] == b"RIFF" and data[8:12] == b"RMID")


def is_midi_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a regular file that is one, or that is called one; False for what cannot be opened."""
    path = Path(path)
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            return is_midi(file.read(12)) or path.suffix.lower() in SUFFIXES
    except OSError:
        return False
