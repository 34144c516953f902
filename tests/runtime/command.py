"""Runs the command line as a user does: in a process of its own, from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """Exit status and what was said; `out` in bytes as a program would get it."""

    status: int
    out: bytes
    err: str


def environment() -> dict[str, str]:
    """This process's environment with the repository importable from anywhere."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def command(*arguments: object) -> list[str]:
    """The command line with these arguments."""
    return [sys.executable, "-m", "runtime.analyze", *map(str, arguments)]


def analyze(folder: Path, *arguments: object, **options: Any) -> Result:
    """Run ``python -m runtime.analyze`` in `folder` and wait for it."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env=environment(), capture_output=True, timeout=300, **options
    )
    return Result(done.returncode, done.stdout, done.stderr.decode())


def run_python(folder: Path, code: str, arguments: Sequence[object] = ()) -> Result:
    """Run a program text in `folder` and wait for it."""
    words = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, timeout=300)
    return Result(done.returncode, done.stdout, done.stderr.decode())
