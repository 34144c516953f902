"""Transcribers of others, run by the Python of the environment in which they are installed.

``PYTHON benchmarks/speed/peer_transcribers.py SYSTEM AUDIO`` prints as JSON how long one file takes, imports left out.
SYSTEM is ``transkun`` (version 2 with the weights of its package) or ``hpt`` (`piano_transcription_inference`: the
network with random weights, which takes the time of trained ones, at its own overlap, without the notes after it).
This file imports nothing of the project: those environments do not have it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr


def _mono(path: str, rate_hz: int) -> np.ndarray:
    frames, rate = sf.read(path, dtype="float32", always_2d=True)
    return soxr.resample(frames.mean(axis=1), rate, rate_hz)


def _threads() -> None:
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    torch.set_grad_enabled(False)


def load_hpt() -> tuple[str, Callable[[str], object]]:
    """The two networks of High-resolution Piano Transcription in windows of 10 s with half overlap."""
    import torch
    from piano_transcription_inference.models import Note_pedal

    network, rate_hz = Note_pedal(frames_per_second=100, classes_num=88).eval(), 16_000
    window = 10 * rate_hz

    def run(path: str) -> object:
        samples = _mono(path, rate_hz)
        starts = range(0, max(1, samples.size - window // 2), window // 2)
        parts = [np.pad(p := samples[s : s + window], (0, window - p.size)) for s in starts]
        return [network(torch.from_numpy(part[None].astype(np.float32))) for part in parts]

    return "hpt 0.0.6 (Note_pedal, random weights, networks alone)", run


def load_transkun() -> tuple[str, Callable[[str], object]]:
    """Transkun's own command, a process of its own, its start counted."""

    def run(path: str) -> object:
        with tempfile.TemporaryDirectory() as folder:
            words = [
                sys.executable,
                "-m",
                "transkun.transcribe",
                path,
                str(Path(folder) / "out.mid"),
                "--device",
                "cpu",
            ]
            return subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    return "transkun 2 (its command, start counted)", run


SYSTEMS = {"hpt": load_hpt, "transkun": load_transkun}


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> int:
    """Time one file."""
    _threads()
    what, run = SYSTEMS[sys.argv[1]]()
    cpu_s, began_s = _cpu_s(), time.perf_counter()
    run(sys.argv[2])
    unit = 1e-6 if sys.platform == "darwin" else 1024e-6
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {
        "what": what, "seconds": time.perf_counter() - began_s, "cpu_s": _cpu_s() - cpu_s, "peak_mb": max(peaks) * unit,
    }  # fmt: skip
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
