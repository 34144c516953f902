"""Results on standard output, as bytes: UTF-8 whatever the terminal's encoding."""

from __future__ import annotations

import sys

from runtime.errors import OutputError


def write_out(text: str) -> None:
    """Write a result to standard output.

    Raises `OutputError` when it is closed or its disk is full, `BrokenPipeError` when its reader went away.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed", advice="Name a file with --out")
    try:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as e:
        # What could not be written would be tried again, and fail again, at exit.
        sys.stdout = None
        raise OutputError(
            f"the result cannot be written to standard output ({getattr(e, 'strerror', None) or e})",
            cause="a full disk, or an output that was closed",
        ) from e
