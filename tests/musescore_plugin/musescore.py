"""A real MuseScore 3 for the tests, and a bridge that answers with a plan given beforehand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bridge.install_plugin import install

HERE = Path(__file__).parent
SMALL = HERE / "small.musicxml"
PROGRAM = next((p for n in ("mscore3", "musescore3") if (p := shutil.which(n))), None)
needs_musescore = pytest.mark.skipif(PROGRAM is None, reason="MuseScore 3 is not installed (Debian: musescore3)")
JOB = "0" * 32


def dynamic(
    measure: int, number: str, tick: int, value: str, *, staff: int = 1, confidence: float = 0.9
) -> dict[str, Any]:
    """A planned mark."""
    return {"kind": "dynamic", "value": value, "measure": measure, "number": number, "beat": 1.0, "tick": tick,
            "staff": staff, "confidence": confidence, "reason": "heard"}  # fmt: skip


def hairpin(measure: int, number: str, tick: int, end: int, value: str, *, staff: int = 1) -> dict[str, Any]:
    """A planned hairpin."""
    return {**dynamic(measure, number, tick, value, staff=staff), "kind": "hairpin", "end_tick": end}


class FakeBridge:
    """Answers like the bridge, with one plan for every score; keeps what it was asked."""

    def __init__(self, home: Path, plan: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        bridge = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def _reply(self, status: int, body: Any) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                bridge.asked.append({"path": self.path, "headers": dict(self.headers), "body": body})
                self._reply(202, {"job": bridge.job("running", 1)})

            def do_GET(self) -> None:
                if self.path == "/ping":
                    self._reply(200, {"name": "mezzoforte", "protocol": 1})
                elif "/plan?" in self.path:
                    self._reply(200, {"fingerprint": bridge.asked[-1]["body"]["fingerprint"], **plan})
                else:
                    self._reply(200, {"job": bridge.job("done", 2)})

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        folder = home / ".mezzoforte"
        folder.mkdir(exist_ok=True, parents=True)
        connection = {"protocol": 1, "port": self._server.server_address[1], "token": "t", "pid": os.getpid()}
        (folder / "bridge.json").write_text(json.dumps(connection))

    @staticmethod
    def job(state: str, revision: int) -> dict[str, Any]:
        """A job as the bridge shows it."""
        return {"id": JOB, "state": state, "progress": 0.5, "revision": revision, "waiting_before": 0,
                "created_s": 0.0, "ended_s": None, "error": None}  # fmt: skip

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def environment(home: Path) -> dict[str, str]:
    """A home of its own and no screen."""
    return {**os.environ, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home)}


def convert(home: Path, source: Path, target: Path) -> Path:
    """Let MuseScore write `source` as another format."""
    assert PROGRAM is not None
    run = subprocess.run(
        [PROGRAM, "-o", str(target), str(source)], env=environment(home), capture_output=True, text=True, timeout=600
    )
    # its exit status says little
    assert target.is_file() or list(target.parent.glob(f"{target.stem}-*{target.suffix}")), run.stderr
    return target


def perform(home: Path, score: Path, *steps: list[Any]) -> list[Any]:
    """Run steps of ``headless.qml`` on a score in a real MuseScore; returns its report."""
    assert PROGRAM is not None
    plugin = install(3, home / "plugins")
    shutil.copyfile(HERE / "headless.qml", plugin / "headless.qml")
    (home / "script.json").write_text(json.dumps(steps))
    report = home / "report.json"
    report.unlink(missing_ok=True)
    command = [PROGRAM, "-p", str(plugin / "headless.qml"), str(score)]
    run = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=600)
    end = time.monotonic() + 2
    while not report.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert report.exists(), run.stderr[-2000:]
    told = json.loads(report.read_text())
    assert told[-1] == "finished", told[-1]
    return list(told[:-1])
