"""Other trackers and transcribers, timed as their users run them, each in its own Python where it is installed.

madmom needs an old numpy, the others need torch, so none shares an environment with the runtime: their interpreters are
named on the command line. They run `benchmarks/accuracy/baseline_beats.py --time` or `peer_transcribers.py` beside this
file. How to make the environments: `docs/speed.md`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 3600
SCRIPT = Path(__file__).parents[1] / "accuracy" / "baseline_beats.py"
TRANSCRIBERS = Path(__file__).with_name("peer_transcribers.py")
PEERS = {
    "madmom": (SCRIPT, "madmom", "--time"),
    "beat_this": (SCRIPT, "beat_this", "--time"),
    "beat_this small": (SCRIPT, "beat_this_small", "--time"),
    "transkun": (TRANSCRIBERS, "transkun"),
    "hpt": (TRANSCRIBERS, "hpt"),
}
"""How each is started: the script, and its words before the recording."""


@dataclass(frozen=True)
class PeerTime:
    """What a peer needed from file to beats, imports left out; or why it did not run (`seconds` is then None)."""

    name: str
    what: str
    seconds: float | None
    cpu_s: float | None = None
    peak_mb: float | None = None


def time_peer(
    name: str, python: str | None, recording: Path, before: Callable[[], None] | None = None,
    script: Path | None = None,
) -> PeerTime:  # fmt: skip
    """Run one peer on `recording` with the interpreter `python` (default: this one); `before` runs in its process."""
    usual, *words = PEERS[name]
    command = [python or sys.executable, "-W", "ignore", str(script or usual), *map(str, words), str(recording)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False, preexec_fn=before
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as e:
        return PeerTime(name, f"did not run: {e}", None)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return PeerTime(name, f"did not run: {reason}", None)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return PeerTime(name, told["what"], told["seconds"], told["cpu_s"], told["peak_mb"])
