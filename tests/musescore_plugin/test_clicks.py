"""Walks through the dialog with mouse and keyboard in a real MuseScore 3, from the shortcut to the saved file."""

from __future__ import annotations

import http.client
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.score.read.files import read_score
from tests.bridge.serve.server import write_recording
from tests.musescore_plugin.clicks import MISSING, Desktop
from tests.musescore_plugin.musescore import JOB, SMALL, FakeBridge, convert, dynamic, needs_musescore, plan_of
from tests.musescore_plugin.test_headless import ADDED, PLAN, WRITTEN
from tests.stub_model import write_stub

pytestmark = [
    needs_musescore,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: xvfb xdotool imagemagick)"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def score(home: Path) -> Path:
    return convert(home, SMALL, home / "small.mscz")


@pytest.fixture
def bridge(home: Path) -> Iterator[FakeBridge]:
    started = FakeBridge(home, PLAN)
    yield started
    started.close()


@pytest.fixture
def desktop(home: Path, score: Path, bridge: FakeBridge) -> Iterator[Desktop]:
    started = Desktop(home, score)
    try:
        started.open_dialog("small")
        yield started
    finally:
        started.close()


def _marks(score: Path, ours: bool) -> list[list[Any]]:
    marks = [m for m in read_score(score).marks if m.ours == ours]
    return sorted([m.kind, m.value, int(m.start * 480), int(m.end * 480), m.staff, ours] for m in marks)


def _music(score: Path) -> str:
    return read_score(score).fingerprint()


def _page(score: Path) -> bytes:
    """What the file says of the page."""
    with zipfile.ZipFile(score) as file:
        return file.read(next(n for n in file.namelist() if n.endswith(".mscx")))


def _notes(score: Path) -> list[bytes]:
    """Every chord and rest as the file has it."""
    return re.findall(rb"<(?:Chord|Rest)>.*?</(?:Chord|Rest)>", _page(score), re.DOTALL)


def test_a_first_visit_adds_all_that_is_proposed_and_a_second_has_nothing_to_do(
    desktop: Desktop, score: Path, bridge: FakeBridge
) -> None:
    music = _music(score)
    told = desktop.analyse("/music/take.wav")
    assert bridge.asked[0]["body"]["recording"] == {"path": "/music/take.wav"}
    assert [r[4] for r in told["rows"] if r[3] == "add"] == [True] * len(ADDED)
    assert told["texts"]["apply"] == f"Add {len(ADDED)}, remove 0"
    desktop.push("apply")
    told = desktop.until(lambda told: told["phase"] == "applied")
    assert told["texts"]["message"] == f"Added: {len(ADDED)}, removed: 0"
    desktop.close_dialog()
    desktop.save(score)
    assert (_marks(score, True), _marks(score, False), _music(score)) == (sorted(ADDED), sorted(WRITTEN), music)
    first = _page(score)
    desktop.open_again()
    told = desktop.analyse("/music/take.wav")
    assert told["texts"]["apply"] == "Add 0, remove 0"
    assert told["texts"]["message"].startswith("Nothing to add")
    desktop.push("apply")  # cannot be pushed
    desktop.close_dialog()
    assert not desktop.is_dirty()
    desktop.save(score)
    assert _page(score) == first  # every byte of what is written
    assert (_marks(score, True), _music(score)) == (sorted(ADDED), music)


def test_a_score_that_was_edited_after_the_analysis_is_refused(desktop: Desktop, score: Path) -> None:
    desktop.analyse("/music/take.wav")
    desktop.press_in(desktop.main, "ctrl+Home", "Right", "Up")  # another pitch
    desktop.until_dirty()
    desktop.push("apply")
    told = desktop.until(lambda told: told["phase"] == "failed")
    assert told["texts"]["message"].startswith("the score was changed after the analysis")
    desktop.close_dialog()
    desktop.save(score)
    assert _marks(score, True) == []


def test_marks_that_were_saved_and_reopened_are_removed_and_the_music_is_the_same(
    desktop: Desktop, home: Path, score: Path
) -> None:
    music, page = _music(score), _notes(score)
    desktop.analyse("/music/take.wav")
    desktop.push("tempo")
    desktop.push("apply")
    desktop.until(lambda told: told["phase"] == "applied")
    desktop.close_dialog()
    desktop.save(score)
    desktop.quit()
    assert len(_marks(score, True)) == len(ADDED)
    again = Desktop(home, score)
    try:
        again.open_dialog("small")
        again.push("remove")
        again.until(lambda told: told["texts"].get("message", "").startswith("Mezzoforte's marks removed: "))
        again.close_dialog()
        again.save(score)
    finally:
        again.close()
    assert (_marks(score, True), _marks(score, False)) == ([], sorted(WRITTEN))
    assert (_music(score), _notes(score)) == (music, page)


def test_marks_are_unticked_kept_taken_away_by_name_and_all_removed(
    desktop: Desktop, home: Path, score: Path, bridge: FakeBridge
) -> None:
    music = _music(score)
    desktop.analyse("/music/take.wav")
    desktop.push("tick 0")
    desktop.until(lambda told: told["texts"]["apply"] == f"Add {len(ADDED) - 1}, remove 0")
    desktop.push("apply")
    desktop.until(lambda told: told["phase"] == "applied")
    bridge.plan = plan_of([dynamic(6, "6", 7680, "f")])
    told = desktop.analyse("/music/other.wav")
    assert told["texts"]["apply"] == "Add 0, remove 0"
    assert ["dynamic", "f", 7680, "instead", False] in told["rows"]
    away = next(n for n, r in enumerate(told["rows"]) if r[3] == "earlier")
    desktop.push(f"away {away}")
    desktop.until(lambda told: told["texts"]["apply"] == "Add 0, remove 1")
    desktop.push("apply")
    desktop.until(lambda told: told["phase"] == "applied")
    desktop.push("undo")
    desktop.until(lambda told: told["phase"] == "review")
    desktop.close_dialog()
    desktop.save(score)
    assert _marks(score, True) == sorted(ADDED[1:])
    desktop.open_again()
    desktop.push("remove")
    desktop.until(lambda told: told["texts"].get("message") == f"Mezzoforte's marks removed: {len(ADDED) - 1}")
    desktop.close_dialog()
    desktop.save(score)
    assert (_marks(score, True), _marks(score, False), _music(score)) == ([], sorted(WRITTEN), music)


def test_the_slider_adds_and_takes_away_at_once_and_a_row_is_listened_to(desktop: Desktop, bridge: FakeBridge) -> None:
    few, some = [dynamic(0, "0", 0, "pp")], [dynamic(0, "0", 0, "pp"), dynamic(6, "6", 7680, "mf")]
    curve = {"ticks": [0, 7680], "times_s": [0.0, 9.0], "heard_velocity": [-4.0, 2.0]}
    bridge.plan = plan_of(few, some, [*some, dynamic(8, "8", 11520, "p")], curve=curve)
    told = desktop.analyse("/music/take.wav")
    assert told["texts"]["apply"] == "Add 2, remove 0"
    asked = len(bridge.asked)
    for share, count in ((1.0, 3), (0.0, 1), (0.5, 2)):
        desktop.slide(share)
        desktop.until(lambda told, count=count: told["texts"]["apply"] == f"Add {count}, remove 0")
    assert len(bridge.asked) == asked
    desktop.push("none")
    desktop.until(lambda told: told["texts"]["apply"] == "Add 0, remove 0")
    desktop.push("all")
    desktop.until(lambda told: told["texts"]["apply"] == "Add 2, remove 0")
    desktop.push("listen 1")
    desktop.until(lambda told: told["texts"].get("message") == "Playing the recording at bar 6")
    assert bridge.asked[-1]["path"] == "/v1/play"
    assert bridge.asked[-1]["body"] == {"recording": {"path": "/music/take.wav"}, "from_s": 8.0, "seconds": 6.0}
    desktop.push("listen 1")
    desktop.until(lambda told: not told["texts"].get("message"))
    assert (bridge.asked[-1]["path"], bridge.asked[-1]["body"]) == ("/v1/play", {})
    desktop.push("row 1")  # goes to the bar; nothing is changed by it
    assert desktop.told()["texts"]["apply"] == "Add 2, remove 0"


def test_where_no_sound_device_works_the_page_plays_the_row(desktop: Desktop, bridge: FakeBridge) -> None:
    curve = {"ticks": [0, 7680], "times_s": [0.0, 9.0], "heard_velocity": [-4.0, 2.0]}
    bridge.plan = plan_of([dynamic(0, "0", 0, "pp"), dynamic(6, "6", 7680, "mf")], curve=curve)
    bridge.mute = True
    desktop.analyse("/music/take.wav")
    desktop.push("listen 1")
    told = desktop.until(lambda told: told["texts"].get("message", "").startswith("The bridge finds no sound device"))
    assert (bridge.asked[-1]["path"], bridge.asked[-1]["body"]) == (
        "/v1/works",
        {"recording": {"path": "/music/take.wav"}},
    )
    end = time.monotonic() + 10
    while not desktop.opened.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert desktop.opened.read_text() == f"http://127.0.0.1:{bridge.port}/page#token=t&work={JOB}&at=8"
    assert told["phase"] == "review"


def test_a_wrong_piece_shows_the_bridges_sentence(home: Path, score: Path) -> None:
    message = "the recording does not play this score (likely cause: a different piece or movement, or a recording "
    error = {"code": "no_plan", "message": message + "without enough piano)", "advice": "Check that the recording"}
    bridge = FakeBridge(home, PLAN, (422, {"error": error}))
    desktop = Desktop(home, score)
    try:
        desktop.open_dialog("small")
        told = desktop.analyse("/music/other.wav")
    finally:
        desktop.close()
        bridge.close()
    assert told["phase"] == "failed"
    assert told["texts"]["message"] == error["message"] + "\n" + error["advice"]


def test_the_dialog_starts_the_bridge_and_browse_finds_the_recording(tmp_path: Path, home: Path, score: Path) -> None:
    recording = write_recording(home / "my take.wav")
    connection = home / ".mezzoforte" / "bridge.json"
    desktop = Desktop(home, score)
    try:
        _start_with(home, write_stub(tmp_path))
        desktop.open_dialog("small")
        assert desktop.told()["bridge"] in ("starting", "up")
        desktop.until(lambda told: told["bridge"] == "up", 200)
        desktop.push("browse")
        time.sleep(5)
        desktop.tool("type", "--delay", "60", str(recording))
        desktop.press("Return")
        desktop.until(lambda told: told["texts"]["path"] == str(recording))
        desktop.push("analyse")
        told = desktop.until(lambda told: told["phase"] in ("review", "failed"), 200)
    finally:
        desktop.close()
    (record,) = (home / ".mezzoforte" / "jobs").glob("*.json")
    finished = json.loads(record.read_text())
    assert _ask(connection, "GET", "/ping") == 200  # it outlives the program that started it
    assert _ask(connection, "POST", "/v1/shutdown") == 200
    assert finished["state"] == "done", finished["error"]
    assert finished["result"]["analysis"]["source"]["name"] == recording.name
    # these tones play no score: the dialog says what the bridge says of it
    assert told["phase"] == "failed"
    assert told["texts"]["message"].startswith(finished["result"]["plan_error"]["message"])


def _start_with(home: Path, model: Path) -> None:
    """Let the installed plugin start the bridge with this model."""
    start = home / "Documents" / "MuseScore3" / "Plugins" / "mezzoforte" / "start.json"
    launch = json.loads(start.read_text())
    launch["arguments"] += ["--model", str(model), "--quality", "fast"]
    start.write_text(json.dumps(launch))


def _ask(connection: Path, method: str, path: str) -> int:
    told: dict[str, Any] = json.loads(connection.read_text())
    client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=60)
    headers = {"Authorization": f"Bearer {told['token']}", "Content-Type": "application/json"}
    client.request(method, path, "{}" if method == "POST" else None, headers)
    return client.getresponse().status
