"""Every status that the API can give reaches a script with its sentence, in the QML engines that run the plugin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.api.errors import STATUSES
from tests.musescore_plugin.musescore import PROGRAM, SMALL, environment, needs_musescore, needs_qt6

ROOT = Path(__file__).parents[2]
BODY = json.dumps({"error": {"code": "c", "message": "the bridge's own sentence", "advice": ""}})
ALL = (200, 201, 202, *STATUSES)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY.encode())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose files name a running server and what to ask it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "server.txt").write_text(str(server.server_address[1]))
    (tmp_path / "statuses.json").write_text(json.dumps(ALL))
    yield tmp_path
    server.shutdown()
    server.server_close()


def _expect_all(seen: list[list[object]]) -> None:
    assert seen == [[status, BODY] for status in ALL]


@needs_musescore
def test_in_a_real_musescore_3(home: Path) -> None:
    assert PROGRAM is not None
    qml = shutil.copyfile(Path(__file__).with_name("statuses.qml"), home / "statuses.qml")
    subprocess.run(
        [PROGRAM, "-p", str(qml), str(SMALL)], env=environment(home), capture_output=True, timeout=300, check=False
    )
    _expect_all(json.loads((home / "seen.json").read_text()))


_QT6 = """
import json, sys, time
from PySide6.QtGui import QGuiApplication
from PySide6.QtCore import Q_ARG, QMetaObject, QUrl
from PySide6.QtQml import QQmlComponent, QQmlEngine
app = QGuiApplication([])
engine = QQmlEngine()
component = QQmlComponent(engine)
component.setData(b'''
import QtQml
QtObject {
    property var seen: []
    property int answers: 0
    property string told: ""
    function ask(port, status) {
        var xhr = new XMLHttpRequest();
        xhr.onreadystatechange = function () {
            if (xhr.readyState !== 4)
                return;
            seen.push([xhr.status, xhr.responseText]);
            told = JSON.stringify(seen);
            answers += 1;
        };
        xhr.open("POST", "http://127.0.0.1:" + port + "/" + status);
        xhr.setRequestHeader("Content-Type", "application/json");
        xhr.send("{}");
    }
}''', QUrl())
asking = component.create()
for n, status in enumerate(json.loads(sys.argv[2])):
    QMetaObject.invokeMethod(asking, "ask", Q_ARG("QVariant", sys.argv[1]), Q_ARG("QVariant", status))
    end = time.monotonic() + 20
    while asking.property("answers") == n and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)
print(asking.property("told"))
"""


@needs_qt6
def test_in_qt_6(home: Path) -> None:
    port = (home / "server.txt").read_text()
    run = subprocess.run(
        [sys.executable, "-c", _QT6, port, json.dumps(ALL)],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    _expect_all(json.loads(run.stdout))
