"""One walk through the dialog with mouse and keyboard in a real MuseScore 3, from the shortcut to the saved file."""

from __future__ import annotations

import http.client
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from runtime.score.read.files import read_score
from tests.bridge.serve.server import write_recording
from tests.musescore_plugin.clicks import MISSING, Desktop
from tests.musescore_plugin.musescore import SMALL, FakeBridge, convert, needs_musescore
from tests.musescore_plugin.test_headless import ADDED, PLAN
from tests.stub_model import write_stub

# Places in the dialog of 760 x 620.
PATH, BROWSE, ANALYSE, FIRST_TICK, ADD, CLOSE = (300, 32), (622, 32), (700, 32), (27, 178), (593, 587), (698, 587)
NEEDED = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: xvfb xdotool imagemagick)"
)


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    return write_stub(tmp_path)


@needs_musescore
@pytest.mark.slow
@NEEDED
def test_a_user_unticks_one_mark_adds_the_others_and_saves(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    score = convert(home, SMALL, home / "small.mscz")
    bridge = FakeBridge(home, PLAN)
    desktop = Desktop(home, score)
    try:
        main = desktop.window("small")
        time.sleep(3)
        desktop.click(main, 640, 600)
        desktop.press("ctrl+shift+y")
        dialog = desktop.window("Add dynamics from audio")
        time.sleep(4)
        desktop.click(dialog, *PATH)
        desktop.tool("type", "--delay", "40", "/music/take.wav")
        desktop.click(dialog, *ANALYSE)
        _until(lambda: any(a["path"] == "/v1/analyse" for a in bridge.asked))
        time.sleep(4)
        desktop.click(dialog, *FIRST_TICK)
        time.sleep(2)
        _keep_picture(desktop, dialog, "dialog.png")
        desktop.click(dialog, *ADD)
        time.sleep(3)
        desktop.click(dialog, *CLOSE)
        before = score.stat().st_mtime_ns
        desktop.tool("windowfocus", "--sync", main)
        time.sleep(2)
        _keep_picture(desktop, main, "score.png")
        desktop.press("ctrl+s")
        _until(lambda: score.stat().st_mtime_ns != before)
        time.sleep(2)
    finally:
        desktop.close()
        bridge.close()
    assert bridge.asked[0]["body"]["recording"] == {"path": "/music/take.wav"}
    ours = [
        [m.kind, m.value, int(m.start * 480), int(m.end * 480), m.staff, True]
        for m in read_score(score).marks
        if m.ours
    ]
    assert sorted(ours) == sorted(ADDED[1:])


@needs_musescore
@pytest.mark.slow
@NEEDED
def test_the_dialog_starts_the_bridge_and_browse_finds_the_recording(tmp_path: Path, stub: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    score = convert(home, SMALL, home / "small.mscz")
    recording = write_recording(home / "my take.wav")
    connection = home / ".mezzoforte" / "bridge.json"
    desktop = Desktop(home, score, 94)
    try:
        _start_with(home, stub)
        main = desktop.window("small", 200)
        time.sleep(4)
        desktop.click(main, 640, 600)
        desktop.press("ctrl+shift+y")
        dialog = desktop.window("Add dynamics from audio")
        _until(connection.exists, 200)
        time.sleep(10)  # the dialog looks again every 0.7 s
        _keep_picture(desktop, dialog, "started.png")
        desktop.click(dialog, *BROWSE)
        time.sleep(5)
        desktop.tool("type", "--delay", "60", str(recording))
        desktop.press("Return")
        time.sleep(3)
        desktop.click(dialog, *ANALYSE)
        _until(lambda: list((home / ".mezzoforte" / "jobs").glob("*.json")), 100)
    finally:
        desktop.close()
    (record,) = (home / ".mezzoforte" / "jobs").glob("*.json")
    _until(lambda: json.loads(record.read_text())["state"] in ("done", "failed"), 200)
    told = json.loads(record.read_text())
    assert _ask(connection, "GET", "/ping") == 200  # it outlives the program that started it
    assert _ask(connection, "POST", "/v1/shutdown") == 200
    assert told["state"] == "done", told["error"]
    assert told["result"]["analysis"]["source"]["name"] == recording.name


def _start_with(home: Path, model: Path) -> None:
    """Let the installed plugin start the bridge with this model."""
    start = home / "Documents" / "MuseScore3" / "Plugins" / "mezzoforte" / "start.json"
    launch = json.loads(start.read_text())
    launch["arguments"] += ["--model", str(model)]
    start.write_text(json.dumps(launch))


def _ask(connection: Path, method: str, path: str) -> int:
    told: dict[str, Any] = json.loads(connection.read_text())
    client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=60)
    headers = {"Authorization": f"Bearer {told['token']}", "Content-Type": "application/json"}
    client.request(method, path, "{}" if method == "POST" else None, headers)
    return client.getresponse().status


def _until(condition: object, within_s: float = 60) -> None:
    assert callable(condition)
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.3)


def _keep_picture(desktop: Desktop, window: str, name: str) -> None:
    """For people who want to look: MEZZOFORTE_PICTURES names a folder."""
    folder = os.environ.get("MEZZOFORTE_PICTURES")
    if folder:
        desktop.picture(Path(folder) / name, window)
