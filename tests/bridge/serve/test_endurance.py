"""The bridge survives what is thrown at it, and forgets nothing that it finished."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from bridge.api.store import Store
from tests.bridge.serve.server import Bridge, running, write_recording

SETTLED_BYTES = 16 * 2**20


def _gone(pid: int, within_s: float = 20) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True  # ended; its new parent has not looked yet
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_killed_worker_fails_its_job_and_the_next_one_runs(
    tmp_path: Path, slow_stub: Path, long_recording: Path, recording: Path
) -> None:
    with running(tmp_path / "home", slow_stub) as bridge:
        job = bridge.analyse(long_recording)
        bridge.until_running(job)
        os.kill(bridge.children()[0], signal.SIGKILL)
        ended = bridge.finished(job)
        assert (ended["state"], ended["error"]["code"]) == ("failed", "worker_died")
        assert "signal 9" in ended["error"]["message"]
        assert bridge.finished(bridge.analyse(recording))["state"] == "done"
        assert bridge.is_childless()


def test_a_killed_bridge_takes_its_worker_along_and_finished_results_are_there_after_a_restart(
    tmp_path: Path, slow_stub: Path, long_recording: Path, recording: Path
) -> None:
    home = tmp_path / "home"
    with running(home, slow_stub) as bridge:
        done = bridge.analyse(recording)
        assert bridge.finished(done)["state"] == "done"
        _, analysis = bridge.call("GET", f"/v1/job/{done}/analysis")
        lost, waiting = bridge.analyse(long_recording), bridge.analyse(long_recording)
        bridge.until_running(lost)
        worker = bridge.children()[0]
        bridge.process.kill()
        bridge.process.wait()
        assert _gone(worker)
    (home / "jobs" / f"{'0' * 32}.json").write_text('{"id": "000')  # as a crash in mid-write might leave it
    with running(home, slow_stub) as again:
        assert again.call("GET", f"/v1/job/{done}/analysis") == (200, analysis)
        for job in (lost, waiting):
            state = again.call("GET", f"/v1/job/{job}")[1]["job"]
            assert (state["state"], state["error"]["code"]) == ("failed", "bridge_stopped")
        assert again.call("GET", f"/v1/job/{'0' * 32}")[0] == 404


def test_an_idle_bridge_stops_by_itself(tmp_path: Path, stub: Path) -> None:
    with running(tmp_path / "home", stub, "--idle-minutes", "0.02") as bridge:
        assert bridge.process.wait(30) == 0
        assert not (bridge.home / "bridge.json").exists()


def test_a_job_over_its_time_is_ended(tmp_path: Path, slow_stub: Path, long_recording: Path) -> None:
    with running(tmp_path / "home", slow_stub, job_s=0.2) as bridge:
        job = bridge.finished(bridge.analyse(long_recording))
        assert (job["state"], job["error"]["code"]) == ("failed", "too_long")
        assert bridge.is_childless()


def test_only_the_newest_results_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path, kept=2)
    for n in range(4):
        assert store.save({"id": f"{n:032x}", "created_s": float(n), "state": "done", "result": {"n": n}})
    ids = [r["id"] for r in store.load_all()]
    assert store.surplus(ids) == ids[:2]
    assert store.load("../../etc/passwd") is None


@pytest.mark.slow
def test_ten_thousand_bad_requests_leave_no_memory_and_no_descriptors_behind(bridge: Bridge) -> None:
    port = bridge.connection.port
    kinds = [
        {"Host": "evil.com"},
        {"Origin": "https://evil.com"},
        {"Authorization": "Bearer wrong"},
        {**bridge.authorised(), "Content-Type": "text/plain"},
        {**bridge.authorised(), "Content-Type": "application/json"},
    ]

    def throw(count: int) -> None:
        for n in range(count):
            status, _, _ = bridge.raw("POST", f"/v1/{n:x}/{'a' * (n % 50 + 1)}", kinds[n % len(kinds)], b"{" * (n % 99))
            assert status >= 400

    throw(1000)
    descriptors, memory = bridge.descriptors(), bridge.memory_bytes()
    throw(10_000)
    assert bridge.descriptors() <= descriptors + 2
    assert bridge.memory_bytes() <= memory + SETTLED_BYTES
    assert bridge.raw("GET", "/ping", {"Host": f"localhost:{port}"})[0] == 200
    assert (bridge.home / "bridge.log").stat().st_size <= 256 * 1024


@pytest.mark.slow
def test_fifty_analyses_with_cancels_in_between_all_end_and_leave_nothing(tmp_path: Path, stub: Path) -> None:
    recording = write_recording(tmp_path / "take.wav", 10.0)
    with running(tmp_path / "home", stub) as bridge:
        for _ in range(3):
            assert bridge.finished(bridge.analyse(recording))["state"] == "done"
        memory, descriptors = bridge.memory_bytes(), bridge.descriptors()
        states = []
        for n in range(50):
            job = bridge.analyse(recording)
            if n % 3 == 1:
                if n % 2:
                    bridge.until_running(job)
                bridge.call("POST", f"/v1/job/{job}/cancel")
            states.append(bridge.finished(job)["state"])
        assert states.count("done") >= 30
        assert set(states) <= {"done", "cancelled"}
        assert bridge.is_childless()
        assert bridge.descriptors() <= descriptors + 2
        assert bridge.memory_bytes() <= memory + SETTLED_BYTES
        assert len(list((bridge.home / "jobs").iterdir())) <= 50
