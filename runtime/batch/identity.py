"""What makes a result the one that is wanted: the recording's bytes, the model's bytes and the options."""

from __future__ import annotations

import hashlib
from pathlib import Path

from runtime.errors import MezzoforteError

RESULT_VERSION = 4
"""Raised when the same bytes, model and options give another result because the code between them has changed."""
_BLOCK_BYTES = 1 << 20


def of_content(path: Path) -> str:
    """SHA-256 of a file. Raises `OSError`."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            sha.update(block)
    return sha.hexdigest()


def of_model(card: Path) -> str:
    """SHA-256 of everything that the model goes by: the cards, which name the hashes of their networks, and the rules
    of touch. Raises `ModelError` when a part is missing, `MezzoforteError` when one cannot be read."""
    from runtime.network.parts import ABOUT, parts_of

    parts, sha = parts_of(card), hashlib.sha256(f"result {RESULT_VERSION}".encode())
    for path in (card, *map(parts.path, ABOUT)):
        try:
            sha.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as e:
            raise MezzoforteError(f"the model's card cannot be read ({e.strerror or e})", where=str(path)) from e
    return sha.hexdigest()


def of_result(content: str, score: str, hearing: str) -> str:
    """The key of a result: hash of the recording's, the score's ("" for none) and `Job.hearing`."""
    return hashlib.sha256("\n".join((content, score, hearing)).encode()).hexdigest()
