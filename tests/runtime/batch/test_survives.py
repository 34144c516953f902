"""What is lost when processes are killed, disks are full and kept files are damaged: nothing but time."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.batch.child import Child
from runtime.batch.engine import plan, run
from runtime.batch.identity import of_model
from runtime.batch.inputs import find_items
from runtime.batch.jobs import Job, Options, Outcome, Setting
from runtime.batch.local import LocalExecutor
from runtime.batch.places import LocalPlace
from runtime.batch.store import HOME, Kept, State, Store, result_name
from runtime.batch.work import Worker
from runtime.errors import OutputError
from tests import stub_model
from tests.runtime.batch.batches import batch, recordings, results, words
from tests.runtime.command import environment

pytest.importorskip("pyarrow", reason="the tables need pyarrow (extra: parquet)")
FAST = Options("fast")


def setting(folder: Path, cost: int = 0) -> Setting:
    """For results in `folder`/out by a stub model."""
    card = stub_model.write_stub(folder, cost=cost)
    return Setting(str(folder / "out"), str(card), "cpu", of_model(card))


def jobs_of(folder: Path, of: Setting) -> list[Job]:
    return list(plan(find_items([str(folder)], FAST), of, Store(LocalPlace(of.place))).jobs)


class Here:
    """An executor in this process; what `before` raises or does is done before each job."""

    capacity = 1

    def __init__(self, of: Setting, before: object = None) -> None:
        self.worker, self.before, self.jobs = Worker(of), before, list[Job]()

    def submit(self, job: Job) -> None:
        self.jobs.append(job)

    def next(self) -> tuple[Job, Outcome]:
        job = self.jobs.pop()
        return job, self.worker.do(job)

    def close(self) -> None:
        pass


def pids_of_children(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout.split()
    return [int(pid) for pid in found]


# --- processes


def test_a_worker_that_dies_is_replaced_and_its_recording_tried_again(tmp_path: Path) -> None:
    of = setting(tmp_path, cost=40)
    recordings(tmp_path / "in", "a.wav", "b.wav", seconds=60.0)
    executor, told = LocalExecutor(1), list[tuple[str, str, bool]]()

    def note(job: Job, outcome: Outcome, final: bool) -> None:
        told.append((job.item.name, outcome.kind, final))

    killed = False

    def watch(name: str, fraction: float) -> None:
        nonlocal killed
        if not killed and fraction > 0.3:
            killed = True
            os.kill(pids_of_children(os.getpid())[0], signal.SIGKILL)

    executor = LocalExecutor(1, watch=watch)
    totals = run(jobs_of(tmp_path / "in", of), Store(LocalPlace(of.place)), executor, told=note)
    assert killed and totals.done == 2 and not totals.failed
    assert told == [("a", "broken", False), ("b", "done", True), ("a", "done", True)]
    assert pids_of_children(os.getpid()) == []


def test_a_recording_that_takes_too_long_is_set_aside_with_the_reason_and_not_tried_again(tmp_path: Path) -> None:
    of = setting(tmp_path, cost=900)
    recordings(tmp_path / "in", "long.wav", seconds=1200.0)
    recordings(tmp_path / "in", "bad/short.wav", seconds=1.5)
    store = Store(LocalPlace(of.place))
    totals = run(jobs_of(tmp_path / "in", of), store, LocalExecutor(1, limit_s=12.0), retries=1)
    assert totals.done == 1 and totals.failed.keys() == {"long"}
    assert totals.failed["long"].endswith("long.wav: not finished after 12 s.")
    items = find_items([str(tmp_path / "in")], FAST)
    later = plan(items, of, store)
    assert [s.name for s in later.set_aside] == ["long"] and not later.jobs
    assert [j.item.name for j in plan(items, of, store, "failed").jobs] == ["long"]
    os.utime(tmp_path / "in" / "long.wav", ns=(1, 1))  # another file, as far as anybody can tell
    assert [j.item.name for j in plan(find_items([str(tmp_path / "in")], FAST), of, store).jobs] == ["long"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_workers_whose_run_was_killed_end_by_themselves(tmp_path: Path) -> None:
    of = setting(tmp_path, cost=300)
    recordings(tmp_path / "in", "a.wav", "b.wav", "c.wav", seconds=900.0)
    command = words("in", "--out", "out", "--model", of.model, "--quality", "fast", "--jobs", 2)
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
    children = wait_until(lambda: len(found) == 2 and found if (found := pids_of_children(process.pid)) else None)
    time.sleep(2.0)
    process.kill()
    process.wait()
    wait_until(lambda: True if not [p for p in children if alive(p)] else None)
    assert not [n for n in results(tmp_path / "out") if n.endswith(".json")]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(ask: object, limit_s: float = 60.0) -> list[int]:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        answer = ask()  # type: ignore[operator]
        if answer:
            return answer  # type: ignore[no-any-return]
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_at_random_moments_it_ends_with_the_same_files_and_tables(tmp_path: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    recordings(tmp_path / "in", *(f"{i}.wav" for i in range(30)))
    options = ["--model", card, "--quality", "fast", "--format", "json,midi", "--jobs", 2]
    assert batch(tmp_path, "in", "--out", "quiet", *options).status == 0
    rng = random.Random(1)
    for _ in range(6):
        process = subprocess.Popen(
            words("in", "--out", "killed", *options), cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.5, 4.0))
        process.kill()
        process.wait()
    assert batch(tmp_path, "in", "--out", "killed", *options).status == 0
    assert results(tmp_path / "killed") == results(tmp_path / "quiet")
    assert not list((tmp_path / "killed").rglob(".*.part"))


# --- disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 120 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_ends_the_run_with_one_sentence_and_room_lets_it_go_on(tmp_path: Path, small_disk: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    recordings(tmp_path / "in", *(f"{i}.wav" for i in range(12)))
    options = ["--model", card, "--quality", "fast", "--jobs", 2]
    (small_disk / "ballast").write_bytes(bytes(60_000))
    full = batch(tmp_path, "in", "--out", small_disk / "out", *options)
    assert full.status == 1 and "No space left on device" in full.err and "Traceback" not in full.err
    assert "failed:" not in full.err  # no recording is to blame
    done = {n for n in results(small_disk / "out") if n.endswith(".json")}
    assert all(json.loads((small_disk / "out" / n).read_text())["schema"] == 1 for n in done) and len(done) < 12
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert batch(tmp_path, "in", "--out", small_disk / "out", *options).status == 0
    assert batch(tmp_path, "in", "--out", "elsewhere", *options).status == 0
    assert results(small_disk / "out") == results(tmp_path / "elsewhere")


def test_a_disk_that_turns_read_only_halts_the_run_and_blames_no_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = setting(tmp_path)
    recordings(tmp_path / "in", "a.wav", "b.wav")
    store = Store(LocalPlace(of.place))

    def refuse(self: object, name: str, data: bytes) -> None:
        raise OutputError("cannot write: Read-only file system", where=name) from OSError(errno.EROFS, "read-only")

    here = Here(of)
    jobs = jobs_of(tmp_path / "in", of)
    with monkeypatch.context() as patched:
        patched.setattr(LocalPlace, "write", refuse)
        totals = run(jobs, store, here)
    assert "Read-only file system" in totals.halted and not totals.failed and totals.done == 0
    assert run(jobs, store, Here(of)).done == 2


def test_dates_of_files_may_be_any(tmp_path: Path) -> None:
    of = setting(tmp_path)
    recordings(tmp_path / "in", "past.wav", "future.wav")
    os.utime(tmp_path / "in" / "past.wav", (0, 0))
    os.utime(tmp_path / "in" / "future.wav", (4e9, 4e9))
    store = Store(LocalPlace(of.place))
    assert run(jobs_of(tmp_path / "in", of), store, Here(of)).done == 2
    assert not plan(find_items([str(tmp_path / "in")], FAST, store.states()), of, store).jobs


# --- kept files


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:60] + b"\xff\xff" + b[62:]])
def test_a_damaged_result_or_state_is_analysed_again(tmp_path: Path, damage: object) -> None:
    card = stub_model.write_stub(tmp_path)
    recordings(tmp_path / "in", "a.wav", "b.wav")
    options = ["in", "--out", "out", "--model", card, "--quality", "fast", "--jobs", 1]
    assert batch(tmp_path, *options).status == 0
    before = results(tmp_path / "out")
    store = Store(LocalPlace(str(tmp_path / "out")))
    (state,) = (s for s in store.states() if s.name == "a")
    kept = tmp_path / "out" / result_name(state.key)
    kept.write_bytes(damage(kept.read_bytes()))  # type: ignore[operator]
    (tmp_path / "out" / "tables" / "beats" / "part-0.parquet").unlink()
    first = batch(tmp_path, *options)
    assert first.status == 1 and "kept results of 1 recordings cannot be read back (a)" in first.err
    assert batch(tmp_path, *options).status == 0
    assert results(tmp_path / "out") == before
    for path in (tmp_path / "out" / HOME / "files").rglob("*.json"):
        path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert batch(tmp_path, *options).status == 0
    assert results(tmp_path / "out") == before


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_state_or_a_result(data: bytes) -> None:
    assert State.of(data) is None and Kept.of(data) is None


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda s: st.lists(s) | st.dictionaries(st.text(max_size=9), s)))  # fmt: skip  # noqa: E501
def test_no_json_is_taken_for_a_state_by_mistake(value: object) -> None:
    assert State.of(json.dumps(value).encode()) is None


def test_a_child_that_was_stopped_takes_nothing_more(tmp_path: Path) -> None:
    of = setting(tmp_path)
    recordings(tmp_path / "in", "a.wav")
    child = Child()
    (job,) = jobs_of(tmp_path / "in", of)
    assert child.do(job).kind == "done"
    child.stop()
    assert child.do(job).kind == "broken"
