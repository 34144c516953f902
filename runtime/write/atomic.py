"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path

from runtime.errors import OutputError

_serial = itertools.count()


def write_bytes(path: Path, data: bytes) -> None:
    """Write beside the target, flush to disk, then rename over it; a failure leaves what was there before.

    Raises `OutputError` naming the path and what to do.
    """
    folder = path.parent
    if path.is_dir():
        raise OutputError("a folder is in the way", where=str(path), advice="Name a file inside it")
    if not folder.exists():
        raise OutputError("the folder does not exist", where=str(folder), advice="Make it first, or choose another")
    if not folder.is_dir():
        raise OutputError("this is a file, not a folder", where=str(folder))
    beside = folder / f".{path.name[:150]}.{os.getpid()}-{next(_serial)}.part"
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as e:
        raise OutputError(
            f"cannot write: {e.strerror or e}",
            where=str(path),
            cause="no permission to write in this folder, or the disk is full",
            advice="Choose another place with --out",
        ) from e
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing. Raises `OutputError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise OutputError(f"the folder cannot be made ({e.strerror or e})", where=str(folder)) from e
