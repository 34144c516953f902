"""Progress and cancelling: the two callbacks of a long computation, and a line on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[float], None]
"""Called with the finished fraction, 0..1, never falling."""
Cancel = Callable[[], bool]
"""Asked now and then; True means stop."""


class Cancelled(Exception):
    """The caller asked to stop; nothing was produced."""


def check(cancel: Cancel | None) -> None:
    """Raise `Cancelled` when `cancel` says so."""
    if cancel is not None and cancel():
        raise Cancelled


def part(whole: Progress | None, start: float, end: float) -> Progress:
    """Progress of a part, told as that of the whole from `start` to `end`."""
    return (lambda _: None) if whole is None else (lambda done: whole(start + (end - start) * done))


class TerminalProgress:
    """One line on a terminal, rewritten at most ten times a second; silent on anything else.

    Use as a context manager: the line is wiped at the end, whatever happened.
    """

    def __init__(self, stream: TextIO, label: str, *, enabled: bool = True) -> None:
        self._stream = stream
        self._label = label if len(label) <= 40 else f"{label[:18]}…{label[-21:]}"
        self._shown = enabled and stream.isatty()
        self._next_s = 0.0

    def __enter__(self) -> TerminalProgress:
        return self

    def __call__(self, fraction: float) -> None:
        now = time.monotonic()
        if not self._shown or now < self._next_s:
            return
        self._next_s = now + 0.1
        done = round(30 * min(max(fraction, 0.0), 1.0))
        self._stream.write(f"\r{self._label} [{'#' * done}{'.' * (30 - done)}] {fraction:4.0%}")
        self._stream.flush()

    def wipe(self) -> None:
        """Take the line away, so that other text can be written."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __exit__(self, *_: object) -> None:
        self.wipe()
