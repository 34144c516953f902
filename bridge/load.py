"""Where the bridge's commands get their analysis: a JSON file, or a recording that the runtime analyses now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bridge.osc_net import Peer
from runtime.analysis import Analysis, from_json
from runtime.errors import MezzoforteError

LARGEST_JSON_BYTES = 200_000_000


class InputError(MezzoforteError):
    """What was named on the command line cannot be used."""


def load_analysis(path: Path) -> Analysis:
    """Read a schema-1 JSON file, or analyse a recording with ``python -m runtime.analyze``.

    Raises `InputError` when the file is missing, not an analysis, or cannot be analysed.
    """
    if not path.is_file():
        raise InputError("no such file", where=str(path))
    if path.suffix.lower() != ".json":
        return _analyse(path)
    if path.stat().st_size > LARGEST_JSON_BYTES:
        raise InputError("too large to be an analysis", where=str(path))
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as e:
        raise InputError(
            str(e), where=str(path), advice="Write it with: python -m runtime.analyze AUDIO --format json"
        ) from e


def _analyse(path: Path) -> Analysis:
    command = [sys.executable, "-m", "runtime.analyze", "--quiet", str(path)]
    run = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        raise InputError("could not be analysed (the reason is above)", where=str(path))
    return from_json(run.stdout.decode("utf-8"))


def parse_target(text: str) -> Peer:
    """``HOST:PORT`` as a UDP peer. Raises `InputError`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"{text!r} is not HOST:PORT", advice="For example 127.0.0.1:7771")
    return Peer(host, int(port))
