"""Plays excerpts of recordings with what the system has for that: one at a time, the next one stops it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bridge.api.child import JobFailed
from bridge.api.errors import Refusal
from bridge.api.excerpt import RATE_HZ
from bridge.api.home import write_private

LONGEST_S = 30.0
_PLAYERS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q"), ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error")),
    "darwin": (("afplay",),),
}
_WINDOWS = "import sys, winsound; winsound.PlaySound(sys.argv[1], winsound.SND_FILENAME)"
_FAILS_WITHIN_S = 1.5
"""A player without a sound device ends sooner, some without calling that an error; one that still runs then plays."""
Excerpt = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def players() -> list[list[str]]:
    """Commands that play a WAV file named after them, best first."""
    if sys.platform == "win32":
        return [[sys.executable, "-c", _WINDOWS]]
    return [[path, *rest] for name, *rest in _PLAYERS.get(sys.platform, ()) if (path := shutil.which(name))]


class Player:
    """`folder` takes the WAV file while it plays; `excerpt` cuts it out of a recording in the worker process."""

    def __init__(self, folder: Path, excerpt: Excerpt) -> None:
        self._file = folder / "excerpt.wav"
        self._excerpt = excerpt
        self._playing: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()

    async def play(self, recording: Path, from_s: float, seconds: float) -> float:
        """Begin to play; returns how many seconds that will be. Raises `Refusal` when it cannot be read or heard."""
        async with self._one:
            await self._end()
            commands = players()
            if not commands:
                raise _silent("the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)")
            try:
                task = {"task": "excerpt", "recording": str(recording), "from_s": from_s, "seconds": seconds}
                wav = base64.b64decode((await self._excerpt(task))["wav"])
            except JobFailed as e:
                raise Refusal(422, e.code, e.message, e.advice) from e
            write_private(self._file, wav)
            lasts_s = min(seconds, len(wav) / (2 * RATE_HZ))
            for command in commands:
                if await self._starts(command, lasts_s):
                    return lasts_s
            self._remove()
            raise _silent("this computer has no sound device that works")

    async def stop(self) -> None:
        """Fall silent."""
        async with self._one:
            await self._end()

    async def _starts(self, command: list[str], lasts_s: float) -> bool:
        self._playing = await asyncio.create_subprocess_exec(
            *command, str(self._file),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAILS_WITHIN_S):
                return await self._playing.wait() == 0 and lasts_s < _FAILS_WITHIN_S
        return True

    async def _end(self) -> None:
        if self._playing is not None and self._playing.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._playing.kill()
            await self._playing.wait()
        self._playing = None
        self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink()


def _silent(why: str) -> Refusal:
    return Refusal(422, "no_sound", why, "Open the recording in a player")
