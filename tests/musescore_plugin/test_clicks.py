"""One walk through the dialog with mouse and keyboard in a real MuseScore 3, from the shortcut to the saved file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runtime.score.read import read_score
from tests.musescore_plugin.clicks import MISSING, Desktop
from tests.musescore_plugin.musescore import SMALL, FakeBridge, convert, needs_musescore
from tests.musescore_plugin.test_headless import ADDED, PLAN

# Places in the dialog of 760 x 620.
PATH, ANALYSE, FIRST_TICK, ADD, CLOSE = (300, 32), (700, 32), (27, 178), (593, 587), (698, 587)


@needs_musescore
@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (Debian: xvfb xdotool imagemagick)")
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
