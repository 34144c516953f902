"""One run at a time in one folder; the system lets go of the lock when its holder is gone, however it went."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.batch.places import LocalPlace, Place
from runtime.batch.store import HOME
from runtime.errors import OutputError

_ABOUT = f"""{HOME}: kept by Mezzoforte, so that finished recordings are known and never analysed twice.
files/ has one small file per recording, results/ what was found in each. Without this folder everything is done anew.
"""


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Hold the place, which is made when it is not there. Raises `OutputError` when it cannot be written to or another
    run holds it (known on local disks only)."""
    place.write(f"{HOME}/README.txt", _ABOUT.encode())
    if not isinstance(place, LocalPlace):
        yield
        return
    with (Path(place.root) / HOME / "lock").open("a") as file:
        if not _taken(file.fileno()):
            raise OutputError(
                "another run writes here", where=place.root, advice="Wait for it, or choose another --out"
            )
        yield


if sys.platform == "win32":

    def _taken(descriptor: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _taken(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a network disk without locks
            return True
        return True


def sweep(place: Place) -> int:
    """Take away what writers that were killed left half-written, beside the files that they never became; returns how
    many there were. Only while the place is held, and only on a local disk (object stores leave nothing)."""
    if not isinstance(place, LocalPlace):
        return 0
    swept = 0
    for name in place.sizes(""):
        last = name.rpartition("/")[2]
        if last.startswith(".") and last.endswith(".part") and not _writer_lives(last):
            with contextlib.suppress(OSError):
                place.remove(name)
                swept += 1
    return swept


def _writer_lives(name: str) -> bool:
    """Whether the process in ``.NAME.PID-SERIAL.part`` is there (on this machine: another's file is written again)."""
    try:
        os.kill(int(name.split(".")[-2].partition("-")[0]), 0)
    except (ValueError, IndexError, ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
