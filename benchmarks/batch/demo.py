"""A Dask cluster of two workers on loopback and a hundred recordings through it: ``make cluster-demo``."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks.batch.attacks import make_recordings
from benchmarks.batch.cluster import ROOT, running
from train.fitting.command import Command


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=Path, default=Path("out/cluster"), help="folder (default: %(default)s)")
    parser.add_argument("--files", type=int, default=100, help="synthesised recordings of 10 s (default: %(default)s)")
    parser.add_argument("--quality", choices=("fast", "best"), default="fast", help="(default: %(default)s)")


def run(options: Namespace) -> int:
    """Run it; returns the batch's exit status."""
    options.out.mkdir(parents=True, exist_ok=True)
    out = options.out.absolute()
    make_recordings(out / "recordings", options.files, 10.0)
    with running(2, out) as cluster:
        print(f"scheduler and two workers at {cluster.address}", flush=True)
        words = [str(out / "recordings"), "--out", str(out / "results"), "--quality", options.quality]
        return subprocess.run(
            [sys.executable, "-m", "runtime.batch", *words, "--scheduler", cluster.address], cwd=ROOT, check=False
        ).returncode


main = Command(add_options, run)

if __name__ == "__main__":
    main()
