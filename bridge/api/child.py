"""Runs one analysis in a process of its own, so that a damaged file can at worst end that process."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from bridge.api.limits import MIB
from runtime import own_process

LONGEST_LINE = 256 * MIB


class JobFailed(Exception):
    """The analysis ended without a result: a message for people, and advice."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice


async def run_in_child(request: dict[str, Any], within_s: float, progress: Callable[[float], None]) -> dict[str, Any]:
    """Run ``bridge.api.worker`` on a request and return its result.

    Cancelling the awaiting task kills the process; either way it is reaped before this returns. Raises
    `JobFailed`.
    """
    process = await asyncio.create_subprocess_exec(
        *own_process.command("bridge.api.worker"), env=own_process.environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(within_s):
            return await _converse(process, request, progress)
    except TimeoutError as e:
        raise JobFailed("too_long", f"the analysis took longer than {within_s:g} s", "Use a shorter recording") from e
    finally:
        # shielded: a second cancel must not leave a process behind
        await asyncio.shield(_end(process))


async def _converse(
    process: asyncio.subprocess.Process, request: dict[str, Any], progress: Callable[[float], None]
) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
    while line := await process.stdout.readline():
        try:
            message = json.loads(line)
        except ValueError:
            break
        if "progress" in message:
            progress(float(message["progress"]))
        elif "error" in message:
            raise JobFailed(**message["error"])
        elif "result" in message:
            result: dict[str, Any] = message["result"]
            return result
    code = await process.wait()
    raise JobFailed(
        "worker_died",
        f"the analysis process ended unexpectedly ({_how(code)})",
        "The recording may be damaged, or memory ran out. Convert it to WAV and try again",
    )


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"status {code}"


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    if process.stdout is not None:
        while await process.stdout.read(65536):  # or the pipe would stay open until the collector comes by
            pass
    await process.wait()
