"""How a module of ours is run in a process of its own, from any folder, whatever lies there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKOUT = (ROOT / "pyproject.toml").is_file()


def command(module: str) -> list[str]:
    """This Python on a module. With ``-P`` no file in the folder that the process starts in is taken for ours."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """This process's environment; a checkout need not be installed, so the process is told where it is."""
    if not CHECKOUT:
        return dict(os.environ)
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
