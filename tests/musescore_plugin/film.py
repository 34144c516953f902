"""Takes the pictures of docs/musescore.md: a real MuseScore 3, the shipped model, a pianist's recording.

``python -m tests.musescore_plugin.film OUT SCORE RECORDING`` (SCORE: MusicXML without printed dynamics). Needs what
the tests of the clicks need. For the last pictures two dynamics are printed into a copy of the score by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.musescore_plugin.clicks import Desktop
from tests.musescore_plugin.musescore import convert

WITHIN_S = 300.0
PRINTED = {3: "ff", 20: "p"}
"""Bars from 1 into whose copy somebody has printed a level."""
_MARK = (
    '<direction placement="below"><direction-type><dynamics><{}/></dynamics></direction-type>'
    "<staff>1</staff></direction>"
)


def with_printed(musicxml: str) -> str:
    """The score with the marks of `PRINTED` at the beginning of their bars."""
    measures = re.split(r"(?=<measure[ >])", musicxml)
    for bar, sign in PRINTED.items():
        measures[bar] = re.sub(r"(?=<note[ >])", _MARK.format(sign), measures[bar], count=1)
    return "".join(measures)


class Film:
    """Pictures of one window after another, with few colours."""

    def __init__(self, out: Path, desktop: Desktop) -> None:
        self._out, self._desktop = out, desktop

    def take(self, name: str, window: str, wait_s: float = 1.5) -> None:
        """Save a picture of a window."""
        time.sleep(wait_s)
        path = self._out / f"musescore_{name}.png"
        self._desktop.picture(path, window)
        edges = ["-trim", "+repage"] if window == "root" else []  # no bare screen around the windows
        subprocess.run(["mogrify", *edges, "-strip", "+dither", "-colors", "48", str(path)], check=True, timeout=60)


@contextmanager
def desktop_on(home: Path, score: Path) -> Iterator[Desktop]:
    """A MuseScore with the dialog open; its bridge is stopped at the end."""
    desktop = Desktop(home, score)
    try:
        desktop.open_dialog(score.stem)
        yield desktop
    finally:
        desktop.close()
        connection = home / ".mezzoforte" / "bridge.json"
        if connection.exists():
            os.kill(int(json.loads(connection.read_text())["pid"]), 15)


def first_and_second_visit(out: Path, home: Path, score: Path, recording: Path) -> None:
    """Open, listen, look, play, add, undo, add again, come back, remove."""
    with desktop_on(home, score) as desktop:
        film = Film(out, desktop)
        desktop.until(lambda told: told["bridge"] == "up", 200)
        film.take("open", "root")
        desktop.push("path")
        desktop.tool("type", "--delay", "20", str(recording))
        desktop.push("analyse")
        desktop.until(lambda told: re.search(r"[3-9]\d %", told["texts"].get("message", "")) is not None, WITHIN_S)
        film.take("listening", desktop.dialog, wait_s=0)
        desktop.until(lambda told: told["phase"] == "review", WITHIN_S)
        film.take("list", desktop.dialog)
        desktop.push("listen 2")
        desktop.until(lambda told: told["texts"].get("message", "").startswith("Playing"))
        film.take("playing", desktop.dialog)
        desktop.push("listen 2")
        desktop.push("apply")
        desktop.until(lambda told: told["phase"] == "applied")
        film.take("added", desktop.dialog)
        desktop.push("undo")
        desktop.until(lambda told: told["phase"] == "review")
        film.take("undone", desktop.dialog)
        desktop.push("apply")
        desktop.until(lambda told: told["phase"] == "applied")
        desktop.close_dialog()
        desktop.save(score)
        desktop.press("ctrl+minus")
        film.take("page", desktop.main)
        desktop.open_again()
        desktop.analyse(recording, WITHIN_S)
        film.take("second", desktop.dialog)
        desktop.push("remove")
        desktop.until(lambda told: "removed" in told["texts"].get("message", ""))
        film.take("removed", desktop.dialog)


def replacing(out: Path, home: Path, score: Path, recording: Path) -> None:
    """A score in which marks are printed already."""
    with desktop_on(home, score) as desktop:
        film = Film(out, desktop)
        desktop.analyse(recording, WITHIN_S)
        desktop.push("policy")
        desktop.press("Down", "Return")
        desktop.until(lambda told: any(r[3] == "goes" for r in told["rows"]) or "instead of" in str(told["texts"]))
        film.take("replace", desktop.dialog)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("score", type=Path)
    parser.add_argument("recording", type=Path)
    parser.add_argument("--home", type=Path, help="a folder to work in, which is shown and removed (default: any)")
    options = parser.parse_args()
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")  # a player without loudspeakers plays to nobody
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        recording = Path(shutil.copyfile(options.recording, home / f"prelude{options.recording.suffix}"))
        score = convert(home, options.score, home / "prelude.mscz")
        first_and_second_visit(options.out, home, score, recording)
        other = home / "other"  # a home without traces of a program that was ended
        other.mkdir()
        text = with_printed(options.score.read_text(encoding="utf-8"))
        (other / "printed.musicxml").write_text(text, encoding="utf-8")
        replacing(options.out, other, convert(other, other / "printed.musicxml", other / "printed.mscz"), recording)
        if options.home:
            shutil.rmtree(options.home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
