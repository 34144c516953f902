"""Kills batches at chosen and random moments and compares what they end with with an undisturbed run.

``python -m benchmarks.batch.attacks [--files 1000] [--kills 20] [--work DIR]`` makes short synthesised recordings and
1. runs them undisturbed on this machine;
2. runs them on a Dask cluster of two workers on loopback, of which one is killed on the way (kill -9) and replaced, the
   client is killed and restarted once, and the scheduler is killed and started anew once;
3. runs `--kill-files` of them on this machine, killing the run or one of its workers at `--kills` random moments.
The files that each ends with must be the same bytes, every recording once in the tables. Prints one line for each and
exits with 1 when anything differs.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq
import soundfile as sf

from benchmarks.batch.cluster import ROOT, Cluster, running
from runtime.batch.store import HOME
from runtime.batch.tables import TABLES
from train.fitting.command import Command

RATE_HZ = 22_050
_LIMIT_S = 3 * 3600


def make_recordings(folder: Path, count: int, seconds: float) -> list[Path]:
    """Plucked tones, each recording another, as FLAC in folders of a hundred; those that are there are kept."""
    paths = [folder / f"{i // 100:02d}" / f"take{i:04d}.flac" for i in range(count)]
    for index, path in enumerate(paths):
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(index)
        samples = np.zeros(round(seconds * RATE_HZ))
        for start in np.arange(0.0, seconds, rng.uniform(0.4, 0.6)):
            t = np.arange(samples.size - round(start * RATE_HZ)) / RATE_HZ
            pitch_hz = 110.0 * 2.0 ** (rng.integers(0, 30) / 12.0)
            samples[-t.size :] += rng.uniform(0.05, 0.2) * np.exp(-4.0 * t) * np.sin(2 * np.pi * pitch_hz * t)
        beside = path.with_suffix(".part.flac")
        sf.write(beside, samples, RATE_HZ)
        beside.replace(path)
    return paths


@dataclass
class Run:
    """A batch in a process of its own, as a user starts it, and what it says of itself."""

    inputs: Path
    out: Path
    log: Path
    more: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, or start it again."""
        words = [sys.executable, "-m", "runtime.batch", str(self.inputs), "--out", str(self.out), "--quality", "fast",
                 "--json-log", str(self.log), "--quiet", *self.more]  # fmt: skip
        self.starts += 1
        self.process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE)
        return self.process

    def finish(self) -> int:
        """Wait for its end; returns the exit status."""
        process = self.process or self.start()
        _, said = process.communicate(timeout=_LIMIT_S)
        if process.returncode not in (0, -9):
            print(said.decode(errors="replace"), file=sys.stderr)
        return process.returncode

    def events(self) -> list[dict[str, object]]:
        """What it has said so far; a last line that a kill has cut is left out."""
        found = []
        for line in self.log.read_text().splitlines() if self.log.exists() else ():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def analysed(self) -> Counter[str]:
        """How often each recording was really analysed, as far as a run lived to tell."""
        return Counter(str(e["name"]) for e in self.events() if e["event"] == "done" and not e["reused"])

    def began(self) -> int:
        """How often it has come to its work so far."""
        return sum(e["event"] == "start" for e in self.events())

    def wait_for(self, count: int) -> bool:
        """Wait until so many are done; False when it ended before."""
        while sum(self.analysed().values()) < count:
            if self.process is None or self.process.poll() is not None:
                return False
            time.sleep(0.05)
        return True

    def kill(self) -> None:
        """kill -9 of the run, not of its workers."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()


def files_of(out: Path) -> dict[str, bytes]:
    """Every file that a user or a table reader sees, the log left out."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "mezzoforte.log" and HOME not in path.relative_to(out).parts
    }


@dataclass
class Verdict:
    """What an attacked run ended with, beside an undisturbed one."""

    what: str
    status: int
    files: int
    different: list[str] = field(default_factory=list)
    rows_twice: int = 0
    rows: int = 0
    analysed_twice: int = 0
    half_written: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or changed."""
        return not (self.status or self.different or self.rows_twice or self.half_written)

    def line(self) -> str:
        """For people."""
        word = "same" if self.good else "DIFFERENT"
        return (
            f"{self.what}: {word}; exit status {self.status}, {self.files} files, {len(self.different)} of them other "
            f"than undisturbed, {self.rows} recordings in the tables, {self.rows_twice} twice, {self.half_written} "
            f"half-written files left, {self.analysed_twice} recordings analysed more than once on the way"
        )


def compare(what: str, status: int, run: Run, quiet: dict[str, bytes]) -> Verdict:
    """Every file beside the undisturbed run's."""
    found = files_of(run.out)
    different = [name for name in sorted(found.keys() | quiet.keys()) if found.get(name) != quiet.get(name)]
    rows = Counter(row["name"] for row in pq.read_table(run.out / "tables" / TABLES[0]).to_pylist())
    twice = sum(count > 1 for count in run.analysed().values())
    parts = sum(1 for p in run.out.rglob(".*.part"))
    return Verdict(what, status, len(found), different, sum(n > 1 for n in rows.values()), len(rows), twice, parts)


def on_cluster(run: Run, cluster: Cluster, count: int, folder: Path) -> int:
    """Kill a worker after a fifth, the client after two fifths, the scheduler after three fifths."""
    run.start()
    if run.wait_for(count // 5):
        cluster.workers[0].kill()
        cluster.add_worker(folder)
    if run.wait_for(2 * count // 5):
        run.kill()
        run.start()
    if run.wait_for(3 * count // 5):
        cluster.restart_scheduler(folder)
        if run.finish() != 1:
            return 99  # a run whose scheduler is gone must say so
        run.start()
    return run.finish()


def at_random(run: Run, kills: int, longest_s: float, seed: int) -> int:
    """Kill the run, or every third time one of its workers first, at random moments; returns the last exit status."""
    rng = random.Random(seed)
    for kill in range(kills):
        begun = run.began()
        process = run.start()
        while kill % 4 and run.began() == begun and process.poll() is None:
            time.sleep(0.02)  # every fourth kill may also hit the start, before there is any work
        time.sleep(rng.uniform(0.0, longest_s))
        if kill % 3 == 2:
            _kill_a_worker(process.pid, rng)
            time.sleep(rng.uniform(0.0, longest_s / 2))
        if process.poll() is not None:
            raise SystemExit(f"the run had ended before kill {kill + 1}: give it more recordings")
        run.kill()
    run.start()
    return run.finish()


def _kill_a_worker(pid: int, rng: random.Random) -> None:
    try:
        children = psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return
    if children:
        rng.choice(children).kill()


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    add = parser.add_argument
    add("--files", type=int, default=1000, help="recordings for the cluster (default: %(default)s)")
    add("--seconds", type=float, default=3.0, help="length of a recording (default: %(default)s)")
    add("--kills", type=int, default=20, help="random moments (default: %(default)s)")
    add("--kill-files", type=int, default=500, help="recordings for these (default: %(default)s)")
    add("--longest", type=float, default=1.5, metavar="S", help="a run works up to so long (default: %(default)s)")
    add("--seed", type=int, default=0)
    add("--work", type=Path, help="folder for recordings and results, kept (default: a temporary one)")


def measure(options: Namespace, work: Path, say: Callable[[str], None]) -> bool:
    """All three; returns whether all was well."""
    good = True
    make_recordings(work / "all", options.files, options.seconds)
    if options.files:
        quiet = Run(work / "all", work / "quiet", work / "quiet.log", ("--jobs", "2"))
        begun_s = time.monotonic()
        if quiet.finish():
            raise SystemExit("the undisturbed run failed")
        say(f"undisturbed: {options.files} recordings of {options.seconds:g} s in {time.monotonic() - begun_s:.0f} s")
        with running(2, work) as cluster:
            attacked = Run(work / "all", work / "cluster", work / "cluster.log", ("--scheduler", cluster.address))
            status = on_cluster(attacked, cluster, options.files, work)
        verdict = compare(
            "cluster; a worker, the client and the scheduler killed", status, attacked, files_of(quiet.out)
        )
        say(verdict.line())
        good &= verdict.good
    if options.kills:
        make_recordings(work / "some", options.kill_files, options.seconds)
        quiet = Run(work / "some", work / "some-quiet", work / "some-quiet.log", ("--jobs", "2"))
        if quiet.finish():
            raise SystemExit("the undisturbed run failed")
        attacked = Run(work / "some", work / "killed", work / "killed.log", ("--jobs", "2"))
        status = at_random(attacked, options.kills, options.longest, options.seed)
        verdict = compare(f"local; killed at {options.kills} random moments", status, attacked, files_of(quiet.out))
        say(verdict.line())
        good &= verdict.good
    return good


def run(options: Namespace) -> int:
    """Attack and compare; returns the exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        return 0 if measure(options, work, lambda text: print(text, flush=True)) else 1


main = Command(add_options, run)

if __name__ == "__main__":
    main()
