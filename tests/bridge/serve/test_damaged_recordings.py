"""Damaged recordings of every container: each job ends in a state, and neither bridge nor disk keeps a trace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.bridge.serve.server import Bridge, running, write_recording

SUFFIXES = ("wav", "flac", "ogg", "mp3", "m4a")
ENDS = ("done", "failed")
CODES = ("audio_error", "worker_died", "out_of_memory", "too_long")


def damaged(whole: bytes, seed: int) -> Iterator[bytes]:
    """The file cut short, with its header overwritten, and with bytes changed in its header and anywhere."""
    rng = np.random.default_rng(seed)
    yield whole[: len(whole) // 2]
    yield whole[:60]
    for filling in (b"\xff", b"\x00", b"\x7f"):
        for start in (12, 20, 40):
            yield whole[:start] + filling * 8 + whole[start + 8 :]
    for reach in (100, 100, 100, len(whole), len(whole)):
        mutated = bytearray(whole)
        for at in rng.integers(4, reach, 12):
            mutated[at] = rng.integers(256)
        yield bytes(mutated)
    yield whole + whole


def _throw(bridge: Bridge, suffix: str, folder: Path, every: int) -> list[str]:
    if suffix == "m4a" and shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    whole = write_recording(folder / f"whole.{suffix}", 3.0, 44100).read_bytes()
    states = []
    for n, content in enumerate(damaged(whole, SUFFIXES.index(suffix))):
        if n % every:
            continue
        path = folder / f"damaged{n}.{suffix}"
        path.write_bytes(content)
        status, answer = bridge.call("POST", "/v1/analyse", {"recording": {"path": str(path)}})
        if status == 422:  # its content does not even look like audio any more
            assert answer["error"]["code"] == "bad_recording"
            states.append("refused")
            continue
        assert status == 202, answer
        job = bridge.finished(answer["job"]["id"])
        assert job["state"] in ENDS
        assert job["state"] == "done" or job["error"]["code"] in CODES
        assert str(folder) not in json.dumps(job)
        states.append(job["state"])
    assert bridge.raw("GET", "/ping")[0] == 200
    assert bridge.is_childless()
    assert str(folder) not in bridge.log()
    return states


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_some_damaged_files_end_their_job_and_nothing_else(bridge: Bridge, tmp_path: Path, suffix: str) -> None:
    assert "failed" in _throw(bridge, suffix, tmp_path, every=7) or suffix in ("wav", "mp3")


@pytest.mark.slow
def test_many_damaged_files_of_every_container_leave_the_bridge_as_it_was(tmp_path: Path, stub: Path) -> None:
    with running(tmp_path / "home", stub, job_s=60.0) as bridge:
        _throw(bridge, "wav", tmp_path, every=8)
        descriptors = bridge.descriptors()
        for suffix in SUFFIXES:
            states = _throw(bridge, suffix, tmp_path, every=1)
            assert len(states) == 17
            assert {"failed", "refused"} & set(states)
        assert bridge.descriptors() <= descriptors + 2
        assert sorted(p.name for p in (bridge.home / "uploads").iterdir()) == []


def test_an_analysis_leaves_no_file_behind(stub: Path, recording: Path, tmp_path: Path) -> None:
    """The process that decodes can write no file: not beside the recording, not in the temporary folder."""
    place = recording.parent
    before = sorted(p.name for p in place.iterdir())
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running(tmp_path / "home", stub, environment={"TMPDIR": str(temporary)}) as other:
        assert other.finished(other.analyse(recording))["state"] == "done"
        names = {p.name for p in other.home.iterdir()}
        assert names == {"bridge.json", "bridge.log", "connection", "jobs", "lock", "port", "uploads", "works"}
        assert not [*(other.home / "uploads").iterdir(), *(other.home / "works").iterdir()]
        record = next((other.home / "jobs").iterdir())
        assert str(place) not in record.read_text(encoding="utf-8")
    assert sorted(p.name for p in place.iterdir()) == before
    assert list(temporary.iterdir()) == []
