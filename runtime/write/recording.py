"""The recording in files that refer to it: how they name it, and its bytes where it is put in."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.errors import OutputError
from runtime.write.options import WriteOptions

MOST_PUT_IN_BYTES = 1 << 30


def named(options: WriteOptions) -> str | None:
    """The recording's path from the folder of the file to be written, where that is known; as it was given without.

    Absolute on another drive, None where there is no recording.
    """
    if options.audio_file is None or options.folder is None:
        return options.audio_file
    recording = Path(options.audio_file)
    try:
        return Path(os.path.relpath(recording.resolve(), options.folder.resolve())).as_posix()
    except ValueError:
        return str(recording.absolute())


def contents(options: WriteOptions, most_bytes: int = MOST_PUT_IN_BYTES) -> tuple[str, bytes]:
    """Name and bytes of the recording, to be put into a file. Raises `OutputError` where that cannot be."""
    if options.audio_file is None:
        raise OutputError("no recording is named that could be put in", advice="Name it with --audio")
    path = Path(options.audio_file)
    try:
        if path.stat().st_size > most_bytes:
            raise OutputError(
                f"the recording is larger than {most_bytes >> 20} MiB", where=path.name,
                advice="Leave it out, or convert it to OGG or MP3",
            )  # fmt: skip
        return path.name, path.read_bytes()
    except OSError as e:
        raise OutputError("the recording cannot be read", where=str(path), cause=e.strerror or str(e)) from e
