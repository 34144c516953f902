"""A real MuseScore 3 for the tests, and a bridge that answers with a plan given beforehand."""

from __future__ import annotations

import importlib
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

from bridge.api.home import PROTOCOL
from bridge.install_plugin import install

HERE = Path(__file__).parent
SMALL = HERE / "small.musicxml"
PROGRAM = next((p for n in ("mscore3", "musescore3") if (p := shutil.which(n))), None)
needs_musescore = pytest.mark.skipif(PROGRAM is None, reason="MuseScore 3 is not installed (Debian: musescore3)")


def _qt6_runs() -> bool:
    try:
        importlib.import_module("PySide6.QtQml")
        importlib.import_module("PySide6.QtGui")
    except ImportError:  # not there, or a system library that it needs is not
        return False
    return True


needs_qt6 = pytest.mark.skipif(
    not _qt6_runs(), reason="PySide6-Essentials is not installed, or cannot run here (Debian: libegl1 libxkbcommon0)"
)
JOB = "0" * 32


def dynamic(measure: int, number: str, tick: int, value: str, *, staff: int = 1) -> dict[str, Any]:
    """A planned mark."""
    reason = {"key": "softer_than", "values": {"steps": 1, "first_bar": "1", "last_bar": "2"}}
    place = {"measure": measure, "number": number, "beat": 1.0, "tick": tick, "staff": staff, "time_s": tick / 960}
    return {"kind": "dynamic", "value": value, **place, "confidence": 0.9, "clearness": "clear", "reason": reason}


def hairpin(measure: int, number: str, tick: int, end: int, value: str, *, staff: int = 1) -> dict[str, Any]:
    """A planned hairpin."""
    reason = {"key": "rises_over", "values": {"bars": 2, "db": 6}}
    more = {"kind": "hairpin", "end_tick": end, "end_number": number, "end_beat": 1.0, "reason": reason}
    return {**dynamic(measure, number, tick, value, staff=staff), **more}


def plan_of(*densities: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A plan with these sets of marks, from few to many; shown first is the last but one, or the only one."""
    sets = [
        {"name": str(n), "marks": marks, "displaced": [], "unmarked_measures": [], "playback_velocity": []}
        for n, marks in enumerate(densities)
    ]
    curve: dict[str, list[float]] = {"ticks": [], "times_s": [], "heard_velocity": []}
    first = max(0, len(sets) - 2)
    return {"densities": sets, "default": first, "curve": curve, "tempos": [], "warnings": [], **more}


class FakeBridge:
    """Answers like the bridge, with one plan for every score, or with a refusal; keeps what it was asked."""

    def __init__(self, home: Path, plan: dict[str, Any], refusal: tuple[int, dict[str, Any]] | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.plan = plan
        self.mute = False
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
                if self.path == "/v1/play" and bridge.mute:
                    self._reply(422, {"error": {"code": "no_sound", "message": "no device", "advice": ""}})
                elif self.path == "/v1/play":
                    self._reply(200, {"playing_s": 6.0})
                elif self.path == "/v1/works":
                    self._reply(201, {"work": {"id": JOB}})
                else:
                    self._reply(202, {"job": bridge.job("running", 1)})

            def do_GET(self) -> None:
                if self.path == "/ping":
                    self._reply(200, {"name": "mezzoforte", "protocol": PROTOCOL})
                elif "/plan?" in self.path:
                    asked = [a["body"]["fingerprint"] for a in bridge.asked if "fingerprint" in a["body"]]
                    self._reply(*(refusal or (200, {"fingerprint": asked[-1], **bridge.plan})))
                else:
                    self._reply(200, {"job": bridge.job("done", 2)})

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        folder = home / ".mezzoforte"
        folder.mkdir(exist_ok=True, parents=True)
        connection = {"protocol": PROTOCOL, "port": self.port, "token": "t", "pid": os.getpid()}
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
    plugin = install("3", home / "plugins")
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
