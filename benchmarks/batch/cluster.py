"""A cluster on loopback: a scheduler and workers as processes of their own, which can be killed one by one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_START_S = 60.0


@dataclass
class Cluster:
    """A scheduler and its workers; every process is a group of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start one worker with one thread."""
        words = ["worker", self.address, "--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        process = _dask(*words, "--host", "127.0.0.1", "--local-directory", str(folder))
        self.workers.append(process)
        return process

    def restart_scheduler(self, folder: Path) -> None:
        """kill -9 of the scheduler; a new one with new workers takes its place."""
        count = sum(worker.poll() is None for worker in self.workers)
        for process in (self.scheduler, *self.workers):  # workers of a scheduler that is gone wait for it in vain
            process.kill()
            process.wait()
        self.workers.clear()
        port = int(self.address.rpartition(":")[2])
        self.scheduler = _scheduler(port)
        for _ in range(count):
            self.add_worker(folder)


def _scheduler(port: int) -> subprocess.Popen[bytes]:
    words = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-jupyter"]
    process = _dask(*words)
    _wait_for(port, process)
    return process


def _dask(*words: str) -> subprocess.Popen[bytes]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(workers: int, folder: Path) -> Iterator[Cluster]:
    """A cluster of so many workers of one thread each; ended, however the caller ends."""
    port = _free_port()
    cluster = Cluster(f"tcp://127.0.0.1:{port}", _scheduler(port))
    try:
        for _ in range(workers):
            cluster.add_worker(folder)
        yield cluster
    finally:
        for process in (*cluster.workers, cluster.scheduler):
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + _START_S
    while time.monotonic() < until_s:
        if process.poll() is not None:
            raise SystemExit("the scheduler ended at once: is the extra 'cluster' installed?")
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the scheduler does not answer")
