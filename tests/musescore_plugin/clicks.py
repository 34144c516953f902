"""A MuseScore 3 with its window on a screen of its own, driven by keys and clicks."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

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


class Desktop:
    """Xvfb, MuseScore with the plugin enabled under Ctrl+Shift+Y, and a hand on mouse and keyboard."""

    def __init__(self, home: Path, score: Path, number: int = 93) -> None:
        assert PROGRAM is not None
        self._env = {**os.environ, "HOME": str(home), "DISPLAY": f":{number}", "XDG_RUNTIME_DIR": str(home)}
        self._env.pop("QT_QPA_PLATFORM", None)
        plugin = install(3, home / "Documents" / "MuseScore3" / "Plugins") / "AddDynamicsFromAudio.qml"
        self._seed(home, plugin)
        self._screen = subprocess.Popen(
            ["Xvfb", f":{number}", "-noreset", "-screen", "0", "1280x900x24"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(1)
        self._log = (home / "musescore.log").open("w")
        self.program = subprocess.Popen(
            [PROGRAM, "-m", "-w", str(score)], env=self._env, stdout=self._log, stderr=subprocess.STDOUT
        )

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

    def picture(self, path: Path, window: str = "root") -> None:
        """Save a screenshot."""
        subprocess.run(["import", "-window", window, str(path)], env=self._env, timeout=60, check=True)

    def close(self) -> None:
        """End both programs."""
        for process in (self.program, self._screen):
            process.kill()
            process.wait()
        self._log.close()
