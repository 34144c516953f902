"""A recording that comes through a pipe: kept in a temporary file, because its level is known only at its end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from runtime.errors import AudioError

NAME = "stdin"
MOST_BYTES = 32 << 30
_BLOCK_BYTES = 1 << 20


@contextmanager
def kept(stream: BinaryIO) -> Iterator[Path]:
    """The path of a file named ``stdin`` with everything that `stream` gives, gone at the end of the context.

    Raises `AudioError` for a terminal, for nothing, for more than `MOST_BYTES`, and when there is no room.
    """
    if stream.isatty():
        raise AudioError(
            "no recording comes in", where=NAME, cause="stdin is a terminal",
            advice="Write: PROGRAM | python -m runtime.analyze -",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mezzoforte-") as folder:
        path = Path(folder) / NAME
        try:
            n_bytes = 0
            with path.open("xb") as file:
                while block := stream.read(_BLOCK_BYTES):
                    n_bytes += len(block)
                    if n_bytes > MOST_BYTES:
                        raise AudioError(f"more than {MOST_BYTES >> 30} GB came in", where=NAME)
                    file.write(block)
        except OSError as e:
            raise AudioError(
                f"the recording cannot be kept ({e.strerror or e})", where=NAME, cause="a full temporary folder",
                advice="Set TMPDIR to a folder with room",
            ) from e  # fmt: skip
        yield path
