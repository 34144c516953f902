"""What a command needs on 2 cores, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from runtime.errors import MezzoforteError

CORES = 2


@dataclass(frozen=True)
class Needs:
    """Wall and CPU time and peak memory, the start of the process included."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def two_cores(cores: int = CORES) -> None:
    """Keep this process on the first `cores` of its cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def as_installed() -> dict[str, str]:
    """This process's environment, but that modules are compiled once and kept, as an installation has them."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _compiled().name}


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mezzoforte-compiled-")


def needs(name: str, command: Sequence[str], cores: int = CORES) -> Needs:
    """Run a command to its end; what it prints is thrown away. Raises `MezzoforteError` when it fails."""
    if not hasattr(os, "wait4"):
        raise MezzoforteError("this benchmark needs os.wait4", advice="Run it on Linux or macOS")
    began = time.perf_counter()
    process = subprocess.Popen(
        command, preexec_fn=lambda: two_cores(cores), stdout=subprocess.DEVNULL, env=as_installed()
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    if status != 0:
        raise MezzoforteError(f"{name} failed with status {status}")
    unit = 1e-6 if sys.platform == "darwin" else 1024e-6  # ru_maxrss: bytes on macOS, KiB on Linux
    return Needs(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
