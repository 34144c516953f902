"""A real Dask cluster on loopback: the same files as here, workers that die, a scheduler that goes away."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.batch.cluster import Cluster, running
from tests import stub_model
from tests.runtime.batch.batches import batch, recordings, results, words
from tests.runtime.command import environment

distributed = pytest.importorskip("distributed", reason="needs Dask (extra: cluster)")
pytest.importorskip("pyarrow", reason="the tables need pyarrow (extra: parquet)")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Two workers that are there: how long they take to come is no matter of these tests."""
    with running(2, tmp_path) as found:
        with distributed.Client(found.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield found


@pytest.fixture
def options(tmp_path: Path) -> list[object]:
    return ["--model", stub_model.write_stub(tmp_path, cost=20), "--quality", "fast", "--format", "json,midi"]


def kill_at_work(worker: subprocess.Popen[bytes], out: Path) -> None:
    """End a worker when the first results are there, in the midst of the others."""
    until_s = time.monotonic() + 200
    while not list(out.glob("*.json")) and time.monotonic() < until_s:
        time.sleep(0.02)
    worker.kill()


def test_a_cluster_gives_the_same_files_and_tables_though_a_worker_dies(
    tmp_path: Path, cluster: Cluster, options: list[object]
) -> None:
    recordings(tmp_path / "in", *(f"{i}.wav" for i in range(10)), seconds=20.0)
    (tmp_path / "in" / "bad.wav").write_text("no audio")
    here = batch(tmp_path, "in", "--out", "here", *options)
    killer = threading.Thread(target=kill_at_work, args=(cluster.workers[0], tmp_path / "there"))
    killer.start()
    there = batch(tmp_path, "in", "--out", "there", "--scheduler", cluster.address, *options)
    killer.join()
    assert cluster.workers[0].poll() is not None
    assert here.status == there.status == 1 and "failed: bad: " in there.err, there.err
    assert results(tmp_path / "here") == results(tmp_path / "there")


def test_a_scheduler_that_goes_away_is_told_and_nothing_is_lost(
    tmp_path: Path, cluster: Cluster, options: list[object]
) -> None:
    recordings(tmp_path / "in", *(f"{i}.wav" for i in range(12)), seconds=20.0)
    command = words("in", "--out", "out", "--scheduler", cluster.address, *options)
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
    while len(list((tmp_path / "out").glob("*.json"))) < 3:
        assert process.poll() is None
        time.sleep(0.05)
    cluster.scheduler.kill()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1 and "the scheduler is gone" in said and "Traceback" not in said, said
    again = batch(tmp_path, "in", "--out", "out", *options)
    assert again.status == 0 and "have their results already" in again.err
    assert len(list((tmp_path / "out").glob("*.mid"))) == 12


def test_a_scheduler_that_goes_away_between_the_news_of_a_result_and_the_result_is_told(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.batch.cluster import ClusterExecutor
    from runtime.batch.engine import Halted

    class Finished:
        key, status = "one", "finished"

        def result(self) -> str:
            raise distributed.comm.CommClosedError("in <TCP>: ConnectionResetError")

    executor = ClusterExecutor(cluster.address)
    monkeypatch.setattr(executor, "_completed", iter([Finished()]))
    monkeypatch.setattr(executor, "_jobs", {"one": None})
    try:
        with pytest.raises(Halted, match="the scheduler is gone"):
            executor.next()
    finally:
        executor.close()


def test_a_worker_that_dies_while_it_is_asked_for_its_model_ends_nothing(
    tmp_path: Path, cluster: Cluster, options: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.batch import identity
    from runtime.batch.cluster import ClusterExecutor
    from runtime.batch.jobs import Setting
    from runtime.errors import MezzoforteError

    card = Path(str(options[1]))
    setting = Setting(str(tmp_path / "out"), str(card), "cpu", identity.of_model(card))
    executor = ClusterExecutor(cluster.address)
    ask = executor._client.run
    dead = list(executor._client.scheduler_info(n_workers=-1)["workers"])

    def one_dies(*given: object, **more: object) -> dict[str, object]:
        told: dict[str, object] = ask(*given, **more)
        return told | {w: distributed.comm.CommClosedError("in <TCP>: Stream is closed") for w in dead if w in told}

    monkeypatch.setattr(executor._client, "run", one_dies)
    try:
        with pytest.raises(MezzoforteError, match="has no workers"):
            executor.checked(setting)
        dead.pop()
        assert executor.checked(setting).threads >= 1
    finally:
        executor.close()


def test_workers_that_cannot_do_the_work_are_told_before_it(
    tmp_path: Path, cluster: Cluster, options: list[object]
) -> None:
    from runtime.batch.cluster import ClusterExecutor
    from runtime.batch.jobs import Setting
    from runtime.errors import MezzoforteError

    executor = ClusterExecutor(cluster.address)
    try:
        card = str(options[1])
        with pytest.raises(MezzoforteError, match="another model"):
            executor.checked(Setting(str(tmp_path / "out"), card, "cpu", "0" * 64))
        with pytest.raises(MezzoforteError, match="no model card"):
            executor.checked(Setting(str(tmp_path / "out"), str(tmp_path / "none.json"), "cpu", "0" * 64))
    finally:
        executor.close()
