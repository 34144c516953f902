"""A MuseScore 3 with its window on a screen of its own, driven by keys and clicks.

A spy beside the dialog tells what it shows and where its parts are: tests click on those, and read the words there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.install_plugin import install
from tests.musescore_plugin.musescore import PROGRAM

NEEDED = ("Xvfb", "xdotool", "import")
MISSING = [p for p in NEEDED if shutil.which(p) is None]
_SETTINGS = """[General]
[application]
startup\\firstStart=false
[ui]
application\\startup\\showStartCenter=false
application\\startup\\showTours=false
application\\startup\\checkUpdate=false
"""
_PANEL = "Panel { id: panel; anchors.fill: parent }"
_SPY = (
    _PANEL
    + """
    FileIO { id: told }
    Timer {
        interval: 150; running: true; repeat: true
        property string last: ""
        function walk(item, places, texts) {
            for (var i = 0; i < item.children.length; i++) {
                var child = item.children[i];
                if (child.objectName && child.visible && child.width > 0) {
                    var at = child.mapToItem(plugin, child.width / 2, child.height / 2);
                    places[child.objectName] = [Math.round(at.x), Math.round(at.y), Math.round(child.width)];
                    if (child.text !== undefined)
                        texts[child.objectName] = String(child.text);
                }
                walk(child, places, texts);
            }
        }
        onTriggered: {
            var places = {}, texts = {};
            walk(panel, places, texts);
            var rows = panel.session && panel.session.proposal ? panel.session.proposal.rows : [];
            var now = JSON.stringify({ phase: panel.phase, bridge: panel.bridge, counts: panel.counts,
                                       places: places, texts: texts, rows: rows.map(function (r) {
                return [r.kind, r.value, r.tick, r.status, r.checked || r.remove]; }) });
            if (now === last)
                return;
            last = now;
            told.source = told.homePath() + "/panel.json";
            told.write(now);
        }
    }
"""
)


class Desktop:
    """Xvfb, MuseScore with the plugin enabled under Ctrl+Shift+Y, and a hand on mouse and keyboard."""

    def __init__(self, home: Path, score: Path) -> None:
        assert PROGRAM is not None
        self._home = home
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "1280x900x24"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._screen.stdout is not None
        number = self._screen.stdout.readline().strip()  # the first that is free
        self._env = {**os.environ, "HOME": str(home), "DISPLAY": f":{number}", "XDG_RUNTIME_DIR": str(home)}
        self._env.pop("QT_QPA_PLATFORM", None)
        self._stand_in_for_the_browser(home)
        plugin = install("3", home / "Documents" / "MuseScore3" / "Plugins") / "AddDynamicsFromAudio.qml"
        entry = plugin.read_text(encoding="utf-8")
        assert _PANEL in entry
        plugin.write_text(entry.replace(_PANEL, _SPY), encoding="utf-8")
        self._seed(home, plugin)
        self._log = (home / "musescore.log").open("w")
        self.program = subprocess.Popen(
            [PROGRAM, "-m", "-w", str(score)], env=self._env, stdout=self._log, stderr=subprocess.STDOUT
        )

    def _stand_in_for_the_browser(self, home: Path) -> None:
        """What MuseScore would open in the browser is written into `opened` instead."""
        programs = home / "bin"
        programs.mkdir(exist_ok=True)
        self.opened = home / "opened.txt"
        browser = programs / "xdg-open"
        browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{self.opened}"\n')
        browser.chmod(0o755)
        self._env |= {"PATH": f"{programs}:{self._env['PATH']}", "BROWSER": str(browser)}

    @staticmethod
    def _seed(home: Path, plugin: Path) -> None:
        config = home / ".config" / "MuseScore"
        config.mkdir(parents=True, exist_ok=True)
        (config / "MuseScore3.ini").write_text(_SETTINGS)
        data = home / ".local" / "share" / "MuseScore" / "MuseScore3"
        data.mkdir(parents=True, exist_ok=True)
        (data / "plugins.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<museScore version="3.01">\n<Plugin>\n'
            f"<path>{plugin}</path>\n<load>1</load>\n<SC><key>{plugin.stem}</key><seq>Ctrl+Shift+Y</seq></SC>\n"
            "</Plugin>\n</museScore>\n"
        )

    def open_dialog(self, score: str) -> None:
        """Wait for the score's window and open the plugin on it."""
        self.main = self.window(score, 200)
        time.sleep(4)
        self.click(self.main, 640, 600)
        self.open_again()

    def open_again(self) -> None:
        """Open the dialog, after it was closed."""
        (self._home / "panel.json").unlink(missing_ok=True)
        self.press("ctrl+shift+y")
        self.dialog = self.window("Add dynamics from audio")
        self.until(lambda told: bool(told))

    def told(self) -> dict[str, Any]:
        """What the dialog shows now: ``{phase, bridge, counts, rows, places, texts}``; empty before it shows."""
        try:
            return dict(json.loads((self._home / "panel.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def until(self, condition: Callable[[dict[str, Any]], bool], within_s: float = 60) -> dict[str, Any]:
        """Wait until the dialog shows what is expected; returns all that it shows."""
        end = time.monotonic() + within_s
        while True:
            told = self.told()
            if told and condition(told):
                return told
            assert time.monotonic() < end, f"the dialog shows {told}"
            assert self.program.poll() is None, "MuseScore ended"
            time.sleep(0.1)

    def push(self, name: str) -> None:
        """Click on a part of the dialog."""
        x, y, _ = self.until(lambda told: name in told["places"])["places"][name]
        self.click(self.dialog, x, y)

    def slide(self, share: float) -> None:
        """Click on the density slider at a share of its width."""
        x, y, width = self.told()["places"]["density"]
        self.click(self.dialog, round(x + (share - 0.5) * (width - 30)), y)

    def analyse(self, recording: Path | str, within_s: float = 60) -> dict[str, Any]:
        """Name a recording and wait for the list, or for why there is none."""
        self.until(lambda told: told["bridge"] == "up", 200)
        self.push("path")
        self.press("ctrl+a")
        self.tool("type", "--delay", "30", str(recording))
        self.push("analyse")
        return self.until(lambda told: told["phase"] in ("review", "failed"), within_s)

    def close_dialog(self) -> None:
        """Close it and wait until it is gone."""
        self.push("close")
        end = time.monotonic() + 20
        while self.tool("search", "--onlyvisible", "--name", "Add dynamics from audio"):
            assert time.monotonic() < end, "the dialog stays"
            time.sleep(0.2)

    def save(self, score: Path) -> None:
        """Save the score from the main window."""
        before = score.stat().st_mtime_ns
        self.press_in(self.main, "ctrl+s")
        end = time.monotonic() + 60
        while score.stat().st_mtime_ns == before:
            assert time.monotonic() < end, "the score was not saved"
            time.sleep(0.2)
        time.sleep(1)

    def tool(self, *words: str) -> str:
        """Run xdotool."""
        run = subprocess.run(["xdotool", *words], env=self._env, capture_output=True, text=True, timeout=60)
        return run.stdout.strip()

    def window(self, name: str, within_s: float = 60) -> str:
        """The id of the newest visible window with this name."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            found = self.tool("search", "--onlyvisible", "--name", name).split()
            if found:
                return found[-1]
            assert self.program.poll() is None, "MuseScore ended"
            time.sleep(0.3)
        raise AssertionError(f"no window {name!r}")

    def click(self, window: str, x: int, y: int) -> None:
        """Click at a place of a window."""
        self.tool("mousemove", "--window", window, str(x), str(y), "click", "1")
        time.sleep(0.4)

    def press(self, *keys: str) -> None:
        """Press keys in the window that has the focus."""
        self.tool("key", "--delay", "80", *keys)
        time.sleep(0.4)

    def press_in(self, window: str, *keys: str) -> None:
        """Press keys in a window."""
        self.tool("windowfocus", "--sync", window)
        time.sleep(1)
        self.press(*keys)

    def is_dirty(self) -> bool:
        """Whether the main window says that the score was changed since it was saved."""
        return self.tool("getwindowname", self.main).endswith("*")

    def until_dirty(self) -> None:
        """Wait for that."""
        end = time.monotonic() + 20
        while not self.is_dirty():
            assert time.monotonic() < end, "the score was not changed"
            time.sleep(0.2)

    def picture(self, path: Path, window: str = "root") -> None:
        """Save a screenshot."""
        subprocess.run(["import", "-window", window, str(path)], env=self._env, timeout=60, check=True)

    def quit(self) -> None:
        """Leave MuseScore as a user does, without a trace of an ended session."""
        self.press_in(self.main, "ctrl+q")
        self.program.wait(60)
        self.close()

    def close(self) -> None:
        """End both programs."""
        for process in (self.program, self._screen):
            process.kill()
            process.wait()
        self._log.close()
