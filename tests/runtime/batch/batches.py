"""Batches for tests: a folder of short recordings, a stub model, and the command as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from runtime.batch.store import HOME
from tests.runtime import audio_files
from tests.runtime.command import Result, environment


def recordings(folder: Path, *names: str, seconds: float = 3.0) -> Path:
    """Recordings of these names, each another."""
    import soundfile as sf

    for index, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, audio_files.plucks(seconds, seed=index), 22_050)
    return folder


def words(*arguments: object) -> list[str]:
    """The command line with these arguments."""
    return [sys.executable, "-m", "runtime.batch", *map(str, arguments)]


def batch(folder: Path, *arguments: object) -> Result:
    """Run ``python -m runtime.batch`` in `folder` and wait for it."""
    done = subprocess.run(words(*arguments), cwd=folder, env=environment(), capture_output=True, timeout=300)
    return Result(done.returncode, done.stdout, done.stderr.decode())


def results(out: Path) -> dict[str, bytes]:
    """Every file that a user sees, the log left out."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "mezzoforte.log" and HOME not in path.relative_to(out).parts
    }
