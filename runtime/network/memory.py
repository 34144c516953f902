"""Memory that is free but still this process's."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Hand what was freed back to the system where the C library keeps it (glibc); elsewhere nothing happens.

    Between the stages of a long recording large arrays come and go beside small ones that stay: without this, the holes
    between them remain and the next stage's arrays lie on top.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
