"""What makes a result the one that is wanted: the recording's bytes, the model's bytes and the options."""

from __future__ import annotations

import hashlib
from pathlib import Path

from runtime.errors import MezzoforteError
from runtime.transcribe.own import name_for

RESULT_VERSION = 3
"""Raised when the same bytes, model and options give another result because the code between them has changed."""
_BLOCK_BYTES = 1 << 20


def of_content(path: Path) -> str:
    """SHA-256 of a file. Raises `OSError`."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            sha.update(block)
    return sha.hexdigest()


def of_model(card: Path, transcriber_card: Path | None = None) -> str:
    """SHA-256 of the cards, which name the hashes of every file of the model and of the transcriber beside it."""
    from runtime.model import find_card

    sha = hashlib.sha256(f"result {RESULT_VERSION}".encode())
    for path in (card, transcriber_card or find_card(name_for(card.stem))):
        try:
            sha.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as e:
            raise MezzoforteError(f"the model's card cannot be read ({e.strerror or e})", where=str(path)) from e
    return sha.hexdigest()


def of_result(content: str, score: str, hearing: str) -> str:
    """The key of a result: hash of the recording's, the score's ("" for none) and `Job.hearing`."""
    return hashlib.sha256("\n".join((content, score, hearing)).encode()).hexdigest()
