"""Many recordings with one worker and with two: in processes of this machine, and on a Dask cluster of it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.batch.attacks import make_recordings
from benchmarks.batch.cluster import Cluster, running
from benchmarks.speed.process import needs


@dataclass(frozen=True)
class Scaled:
    """A batch of `audio_s` seconds with so many workers: whole wall time, and CPU time of all its processes."""

    where: str
    workers: int
    audio_s: float
    wall_s: float
    cpu_s: float


def scaling(work: Path, files: int, seconds: float, quality: str) -> list[dict[str, object]]:
    """1 and 2 workers, here and on a cluster (where Dask is installed); wall time counts starts and tables too."""
    recordings = make_recordings(work / "many", files, seconds)[0].parents[1]
    found = [_local(recordings, work, workers, files * seconds, quality) for workers in (1, 2)]
    if importlib.util.find_spec("distributed") is not None:
        found += [_on_cluster(recordings, work, workers, files * seconds, quality) for workers in (1, 2)]
    return [asdict(one) for one in found]


def _words(recordings: Path, out: Path, quality: str) -> list[str]:
    shutil.rmtree(out, ignore_errors=True)
    return [sys.executable, "-m", "runtime.batch", str(recordings), "--out", str(out), "--quality", quality, "--quiet"]


def _local(recordings: Path, work: Path, workers: int, audio_s: float, quality: str) -> Scaled:
    words = [*_words(recordings, work / "scaled", quality), "--jobs", str(workers)]
    found = needs(f"a batch with {workers} workers", words)
    return Scaled("processes", workers, audio_s, found.wall_s, found.cpu_s)


def _on_cluster(recordings: Path, work: Path, workers: int, audio_s: float, quality: str) -> Scaled:
    with running(workers, work) as cluster:
        until_s = time.monotonic() + 60.0
        while _cpu_s(cluster) < 1.0 * workers and time.monotonic() < until_s:  # the workers are up
            time.sleep(0.2)
        before_s = _cpu_s(cluster)
        words = [*_words(recordings, work / "scaled", quality), "--scheduler", cluster.address]
        found = needs(f"a cluster with {workers} workers", words)
        return Scaled("Dask", workers, audio_s, found.wall_s, found.cpu_s + _cpu_s(cluster) - before_s)


def _cpu_s(cluster: Cluster) -> float:
    import psutil

    total = 0.0
    for process in (cluster.scheduler, *cluster.workers):
        for one in (found := psutil.Process(process.pid), *found.children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    return total
