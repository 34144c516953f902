"""The process that opens the recording: reads one request on stdin, writes progress and the result on stdout.

It gives up what it does not need before it touches the file: memory and CPU time are bounded, it can write no
file, and it ends by itself when the bridge is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

PROGRESS_EVERY_S = 0.2


def _limit(cpu_s: int, memory_bytes: int) -> None:
    """Bound this process where the system knows how (not on Windows)."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (bound, hard))
        except (OSError, ValueError):
            continue  # macOS refuses some bounds; the others still hold


def _die_with_the_bridge(stdin: IO[bytes]) -> None:
    """End when stdin does, which happens when the bridge is killed."""

    def wait() -> None:
        while stdin.read(1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class _Reporter:
    """Writes one JSON object per line, progress not too often."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._next_s = 0.0

    def send(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message, allow_nan=False).encode() + b"\n")
        self._out.flush()

    def progress(self, fraction: float) -> None:
        now = time.monotonic()
        if now >= self._next_s:
            self._next_s = now + PROGRESS_EVERY_S
            self.send({"progress": round(min(max(fraction, 0.0), 1.0), 4)})


def answer(request: dict[str, Any], reporter: _Reporter) -> None:
    """Do one job and report its result or its error."""
    from bridge.api.work import work
    from runtime.errors import MezzoforteError

    path = Path(request["recording"])
    try:
        if request["task"] == "excerpt":
            from bridge.api.excerpt import excerpt

            reporter.send({"result": excerpt(request, path)})
        elif str(request["task"]).startswith("page."):
            from bridge.page.tasks import run

            reporter.send({"result": run(request, path, reporter.progress)})
        else:
            reporter.send({"result": work(request, path, reporter.progress)})
    except MezzoforteError as e:
        cause = f" Likely cause: {e.cause}." if e.cause else ""
        # The file's name, not where it lies: results are kept and logs are shared.
        message = f"{path.name}: {e.what}.{cause}".replace(str(path), path.name)
        reporter.send({"error": {"code": _code(e), "message": message, "advice": e.advice}})
    except MemoryError:
        message = "the analysis needs more memory than it may use"
        reporter.send({"error": {"code": "out_of_memory", "message": message, "advice": "Cut the recording"}})


def _code(error: Exception) -> str:
    return type(error).__name__.removesuffix("Error").lower() + "_error"


def main() -> int:
    """Entry point; always one job, then the end."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)  # what a library prints must not end up between the messages
    stdin = sys.stdin.buffer
    request = json.loads(stdin.readline())
    _die_with_the_bridge(stdin)
    _limit(request["cpu_s"], request["memory_bytes"])
    answer(request, _Reporter(out))
    os._exit(0)  # not sys.exit: threads of compute libraries may take their time


if __name__ == "__main__":
    sys.exit(main())
