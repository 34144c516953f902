"""Other beat trackers, timed as their users run them, each in its own Python where it is installed.

madmom needs an old numpy and Beat This needs torch, so neither shares an environment with the runtime: their
interpreters are named on the command line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 1800

# Each program prints one JSON object: what ran, and the seconds from file to result (imports not counted).
_MADMOM = """
import collections, collections.abc, json, sys, time
for name in ("MutableSequence", "Iterable", "Mapping"):
    setattr(collections, name, getattr(collections.abc, name))
import numpy as np
for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
    if name not in np.__dict__:
        setattr(np, name, kind)
from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor
network, tracker = RNNDownBeatProcessor(), DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)
start = time.perf_counter()
activations = network(sys.argv[1])
what = "RNNDownBeat + DBN"
try:
    tracker(activations)
except Exception as e:
    what = f"RNNDownBeat alone (its DBN fails here: {type(e).__name__})"
print(json.dumps({"what": what, "seconds": time.perf_counter() - start}))
"""
_BEAT_THIS = """
import json, sys, time
import torch
from beat_this.inference import File2Beats
torch.set_num_threads(2)
tracker = File2Beats(checkpoint_path=None, device="cpu", dbn=False)
start = time.perf_counter()
tracker(sys.argv[1])
print(json.dumps({"what": "final architecture, random weights", "seconds": time.perf_counter() - start}))
"""
PROGRAMS = {"madmom": _MADMOM, "beat_this": _BEAT_THIS}


@dataclass(frozen=True)
class PeerTime:
    """How long a peer took, or why it did not run (`seconds` is then None)."""

    name: str
    what: str
    seconds: float | None


def time_peer(name: str, python: str | None, recording: Path) -> PeerTime:
    """Run one peer on `recording` with the interpreter `python` (default: this one)."""
    command = [python or sys.executable, "-c", PROGRAMS[name], str(recording)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        return PeerTime(name, f"did not run: {e}", None)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return PeerTime(name, f"did not run: {reason}", None)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return PeerTime(name, told["what"], told["seconds"])
