"""Commands of this project one after the other, with their times: for benchmarks that train."""

from __future__ import annotations

import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import MezzoforteError

Row = tuple[str, float, float]
"""A command with its wall and CPU seconds."""


@dataclass(frozen=True)
class Stage:
    """One command: the module and its arguments, and the file that is there once it is done (None: always run)."""

    module: str
    arguments: tuple[str, ...]
    done: Path | None = None


def run_stage(stage: Stage) -> tuple[float, float]:
    """Wall and CPU seconds of a command. Raises `MezzoforteError` when it fails."""
    print(f"\n$ python -m {stage.module} {shlex.join(stage.arguments)}", file=sys.stderr, flush=True)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    status = subprocess.run([sys.executable, "-m", stage.module, *stage.arguments]).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status:
        raise MezzoforteError(f"{stage.module} left with status {status}", advice="Its own message is above")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, cpu_s


def run_stages(stages: Iterable[Stage]) -> None:
    """Run what is not done; the table of times goes to stdout, also when a command fails."""
    rows: list[Row] = []
    try:
        for stage in stages:
            if stage.done is None or not stage.done.is_file():
                rows.append((stage.module, *run_stage(stage)))
    finally:
        print(table(rows))


def table(rows: Sequence[Row]) -> str:
    """Markdown: one row per command and their sum."""
    total = ("all", sum(r[1] for r in rows), sum(r[2] for r in rows))
    lines = ["| command | wall s | CPU s |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {name} | {wall:.0f} | {cpu:.0f} |" for name, wall, cpu in [*rows, total])])
