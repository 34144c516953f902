"""Recordings that were sent instead of named: kept until their analysis has ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from starlette.types import Receive

from bridge.api.errors import Refusal, bad_request
from bridge.api.limits import Limits
from bridge.api.recording import SUFFIXES, is_audio
from runtime.score.read.files import SUFFIXES as SCORE_SUFFIXES
from runtime.sound.kinds import HEAD_BYTES


class Uploads:
    """The folder of uploads; it is emptied when the bridge starts."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._files: dict[str, Path] = {}

    async def receive(self, receive: Receive, suffix: str) -> str:
        """Store a recording's bytes as they arrive; returns the upload's id. Raises `Refusal`."""
        if suffix not in SUFFIXES:
            raise bad_request("the query must say ?suffix= and one of the audio suffixes")
        return await self._receive(receive, suffix, self._limits.upload_bytes, self._check_recording)

    async def receive_score(self, receive: Receive, suffix: str) -> str:
        """The same for a score, which is looked into by the worker process only."""
        if suffix not in SCORE_SUFFIXES:
            raise bad_request("the query must say ?suffix= and one of a score's suffixes")
        return await self._receive(receive, suffix, self._limits.score_file_bytes, lambda _: None)

    async def _receive(self, receive: Receive, suffix: str, most_bytes: int, check: Callable[[bytes], None]) -> str:
        if len(self._files) >= self._limits.pending_uploads:
            raise Refusal(429, "busy", "too many uploads wait for their analysis", "Analyse those first")
        upload = secrets.token_hex(16)
        path = self._folder / f"{upload}{suffix}"
        self._files[upload] = path
        try:
            async with asyncio.timeout(self._limits.upload_s):
                check(await self._write(receive, path, most_bytes))
        except TimeoutError as e:
            self.remove(upload)
            raise Refusal(408, "too_slow", f"the upload took longer than {self._limits.upload_s:g} s") from e
        except BaseException:
            self.remove(upload)
            raise
        return upload

    async def _write(self, receive: Receive, path: Path, most_bytes: int) -> bytes:
        """Store the body; returns its first bytes."""
        size, head, more = 0, b"", True
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise bad_request("the upload was cut off")
                part, more = message.get("body", b""), message.get("more_body", False)
                size += len(part)
                if size > most_bytes:
                    limit = most_bytes // 2**20
                    raise Refusal(413, "too_large", f"the file is larger than {limit} MiB", "Name it by its path")
                head += part[: HEAD_BYTES - len(head)]
                file.write(part)
        return head

    @staticmethod
    def _check_recording(head: bytes) -> None:
        if not is_audio(head):
            raise Refusal(422, "bad_recording", "the file's content is not that of an audio file")

    def get(self, upload: object) -> Path:
        """The file of an upload. Raises `Refusal` (404)."""
        path = self._files.get(upload) if isinstance(upload, str) else None
        if path is None:
            raise Refusal(404, "no_upload", "there is no such upload", "Send the recording again")
        return path

    def move(self, upload: object, target: Path) -> None:
        """Give an upload to its owner: it becomes the file `target` and is forgotten. Raises `Refusal` (404)."""
        self.get(upload).replace(target)
        self._files.pop(str(upload), None)

    def remove(self, upload: str) -> None:
        """Forget an upload and delete its file."""
        path = self._files.pop(upload, None)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink()
