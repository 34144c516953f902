"""A few thousand recordings through one worker process: are memory and open files flat?

``python -m benchmarks.batch.soak [--jobs-in-all 3000] [--files 300] [--quality fast] [--work DIR]`` analyses the same
short synthesised recordings over and over (nothing is taken from kept results) and prints resident memory and open
files of the worker and of this process as they go. Exit status 1 when memory grows by more than a tenth, or files by
any, from the first fifth to the end.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.batch.attacks import make_recordings
from runtime.batch.engine import plan, run
from runtime.batch.identity import of_model
from runtime.batch.inputs import find_items
from runtime.batch.jobs import Job, Options, Outcome, Setting
from runtime.batch.local import LocalExecutor
from runtime.batch.places import LocalPlace
from runtime.batch.store import Store
from runtime.model import find_card

LOOKS = 10
MOST_GROWTH = 1.1


@dataclass(frozen=True)
class Look:
    """Memory and open files after so many recordings."""

    done: int
    worker_mb: float
    worker_files: int
    own_mb: float
    own_files: int

    def line(self) -> str:
        """A table row."""
        return f"| {self.done} | {self.worker_mb:.0f} | {self.worker_files} | {self.own_mb:.0f} | {self.own_files} |"


def look(done: int) -> Look:
    """At this process and its one child."""
    own = psutil.Process()
    (worker,) = own.children()
    megabytes = [p.memory_info().rss / 1e6 for p in (worker, own)]
    return Look(done, megabytes[0], worker.num_fds(), megabytes[1], own.num_fds())


def soak(work: Path, count: int, files: int, quality: str) -> list[Look]:
    """Run it; what was seen on the way. Raises `SystemExit` when a recording failed."""
    make_recordings(work / "soak", files, 3.0)
    card = find_card()
    setting = Setting(str(work / "soaked"), str(card), "cpu", of_model(card))
    store = Store(LocalPlace(setting.place))
    options = Options("best" if quality == "best" else "fast")
    planned = plan(find_items([str(work / "soak")], options), setting, store, "everything").jobs
    jobs = [dataclasses.replace(planned[i % len(planned)], reuse=False) for i in range(count)]
    looks: list[Look] = []
    over = 0

    def told(job: Job, outcome: Outcome, final: bool) -> None:
        nonlocal over
        over += 1
        if over % (count // LOOKS) == 0 and over < count:  # before the worker is sent home
            looks.append(look(over))
            print(looks[-1].line(), flush=True)

    totals = run(jobs, store, LocalExecutor(1), told=told)
    if totals.failed or totals.halted or totals.done != count:
        raise SystemExit(f"{totals.done} of {count} done: {totals.failed or totals.halted}")
    return looks


def main(arguments: list[str] | None = None) -> int:
    """Soak and judge; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch.soak", description=__doc__)
    parser.add_argument("--jobs-in-all", type=int, default=3000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--quality", choices=("fast", "best"), default="fast")
    parser.add_argument("--work", type=Path)
    options = parser.parse_args(arguments)
    print(f"quality {options.quality}, {os.cpu_count()} cores\n")
    print("| recordings | worker MB | its open files | client MB | its open files |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        looks = soak(options.work or Path(temporary), options.jobs_in_all, options.files, options.quality)
    first, last = looks[1], looks[-1]
    flat = last.worker_mb <= MOST_GROWTH * first.worker_mb and last.own_mb <= MOST_GROWTH * first.own_mb
    flat &= last.worker_files <= first.worker_files and last.own_files <= first.own_files
    print("flat" if flat else "NOT FLAT")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
