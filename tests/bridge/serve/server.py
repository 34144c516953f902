"""A bridge in a process of its own, and a client that speaks to it as a plugin does (or as an attacker does)."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from bridge.api.home import Connection, read_connection

ROOT = Path(__file__).parents[3]
_START = (
    "import sys; from bridge.api.limits import Limits; from bridge import serve;"
    "import signal; signal.signal(signal.SIGTERM, signal.default_int_handler);"
    "sys.exit(serve.run(serve.build_parser().parse_args(sys.argv[2:]), Limits(**eval(sys.argv[1]))))"
)


class Bridge:
    """A running bridge."""

    def __init__(
        self,
        home: Path,
        model: Path | str,
        *options: str,
        environment: dict[str, str] | None = None,
        start: Sequence[str] | None = None,
        folder: Path = ROOT,
        **limits: Any,
    ) -> None:
        self.home = home
        start = start or [sys.executable, "-c", _START, repr(limits)]
        command = [*start, "--home", str(home), "--model", str(model), *options]
        if "--quality" not in options:  # the stub knows nothing to do with notes
            command += ["--quality", "fast"]
        inherited = {**os.environ, **(environment or {})}
        self.process = subprocess.Popen(command, cwd=folder, env=inherited, stderr=subprocess.PIPE, text=True)
        self.connection = self._wait()

    def _wait(self) -> Connection:
        end = time.monotonic() + 240
        while time.monotonic() < end:
            connection = read_connection(self.home)
            if connection is not None and connection.pid == self.process.pid and self._answers(connection.port):
                return connection
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the bridge did not start: {self.process.communicate()[1]}")

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def raw(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request with exactly these headers (Host is added unless given)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.connection.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            given = {"Host": f"127.0.0.1:{self.connection.port}", **(headers or {})}
            if body is not None:
                given["Content-Length"] = str(len(body))
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def authorised(self) -> dict[str, str]:
        """The header that a plugin sends."""
        return {"Authorization": f"Bearer {self.connection.token}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One proper JSON request."""
        headers = self.authorised()
        data = None
        if method == "POST":
            headers["Content-Type"] = "application/json;charset=UTF-8"
            data = json.dumps({} if body is None else body).encode()
        status, _, answer = self.raw(method, path, headers, data)
        return status, json.loads(answer)

    def analyse(self, recording: Path, **more: Any) -> str:
        """Queue a job; returns its id."""
        status, answer = self.call("POST", "/v1/analyse", {"recording": {"path": str(recording)}, **more})
        assert status == 202, answer
        return str(answer["job"]["id"])

    def finished(self, job: str, within_s: float = 300) -> dict[str, Any]:
        """Long-poll until the job has ended."""
        end, after = time.monotonic() + within_s, 0
        while time.monotonic() < end:
            status, answer = self.call("GET", f"/v1/job/{job}?wait=20&after={after}")
            assert status == 200, answer
            if answer["job"]["state"] in ("done", "failed", "cancelled"):
                return dict(answer["job"])
            after = answer["job"]["revision"]
        raise AssertionError("the job did not end")

    def until_running(self, job: str) -> None:
        """Wait until the job's process is at work (it has reported progress)."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            state = self.call("GET", f"/v1/job/{job}")[1]["job"]
            if state["state"] == "running" and self.children():
                return
            assert state["state"] in ("queued", "running"), state
            time.sleep(0.02)
        raise AssertionError("the job did not begin")

    def is_childless(self, within_s: float = 10.0) -> bool:
        """Whether no worker is left: an ended process takes a moment to disappear after its job has its result."""
        deadline = time.monotonic() + within_s
        while self.children() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.children() == []

    def children(self) -> list[int]:
        """Process ids of the workers, zombies included."""
        return [int(p) for p in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def memory_bytes(self) -> int:
        """Resident memory of the bridge."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        """Open files and sockets of the bridge."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def log(self) -> str:
        """What the bridge wrote down."""
        return (self.home / "bridge.log").read_text(encoding="utf-8")

    def stop(self) -> int:
        """Terminate and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode


@contextmanager
def running(home: Path, model: Path, *options: str, **limits: Any) -> Iterator[Bridge]:
    """A bridge that is stopped at the end, whatever happened."""
    bridge = Bridge(home, model, *options, **limits)
    try:
        yield bridge
    finally:
        if bridge.process.poll() is None:
            bridge.process.kill()
        bridge.process.communicate()


def write_recording(path: Path, seconds: float = 4.0, rate_hz: int = 8000) -> Path:
    """Decaying tones twice a second, every fourth one louder; an M4A by ffmpeg, anything else by libsndfile."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    beat = (t * 2).astype(int)
    tone = np.sin(2 * np.pi * 440 * t) * np.exp(-6 * (t - beat / 2))
    samples = (tone * np.where(beat % 4 == 0, 0.5, 0.1)).astype(np.float32)
    if path.suffix != ".m4a":
        sf.write(path, samples, rate_hz)
        return path
    sf.write(source := path.with_suffix(".wav"), samples, rate_hz)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-c:a", "aac", path], check=True)
    return path


def note_table(bars: int = 4) -> dict[str, Any]:
    """A score of quarter notes in 4/4 on one staff."""
    return {
        "measures": [{"tick": 1920 * i, "ticks": 1920, "time": [4, 4], "number": str(i + 1)} for i in range(bars)],
        "staves": [{"part": 0, "name": "Piano"}],
        "notes": [[480 * i, 480, 60 + i % 5, 1, 1, 0] for i in range(4 * bars)],
        "marks": [],
        "tempos": [[0, 120]],
    }
