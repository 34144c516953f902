"""The one error type that library code raises for things a user can understand and mend, and how commands tell it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

_Given = ParamSpec("_Given")


class MezzoforteError(Exception):
    """A problem told in the user's terms: what, where, the likely cause and what to do next."""

    def __init__(self, what: str, *, where: str = "", cause: str = "", advice: str = "") -> None:
        self.what, self.where, self.cause, self.advice = what, where, cause, advice
        head = f"{where}: {what}" if where else what
        parts = [head, f"likely cause: {cause}" if cause else "", advice]
        super().__init__(" ".join(p if p[-1] in "?!" else p.rstrip(".") + "." for p in parts if p))


class AudioError(MezzoforteError):
    """The recording cannot be read as audio."""


class InputError(MezzoforteError):
    """A file that was named as input is not what it should be."""


class ModelError(MezzoforteError):
    """The model file, its card or the execution provider is not usable."""


class OutputError(MezzoforteError):
    """A result cannot be written where it was asked to go."""


class ScoreError(MezzoforteError):
    """A score cannot be read, aligned or written."""


def say(text: str) -> None:
    """A line for people, on stderr."""
    if sys.stderr is not None:  # print would take stdout instead
        print(text, file=sys.stderr, flush=True)


def command(main: Callable[_Given, int | None]) -> Callable[_Given, int]:
    """A command that returns its exit status: an error of ours is told in one line (1), an interruption gives 130."""

    @wraps(main)
    def told(*args: _Given.args, **options: _Given.kwargs) -> int:
        try:
            return main(*args, **options) or 0
        except MezzoforteError as e:
            say(f"error: {e}")
            return 1
        except KeyboardInterrupt:
            return 130

    return told
