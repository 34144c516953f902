"""The plugin for MuseScore 4: loaded in Qt 6 with stand-ins, and its marks seen by MuseScore 4's own engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.install_plugin import ENTRY, install
from runtime.score.read.files import read_score
from tests.musescore_plugin.musescore import (
    SMALL,
    FakeBridge,
    convert,
    dynamic,
    hairpin,
    needs_musescore,
    needs_qt6,
    perform,
    plan_of,
)
from tests.musescore_plugin.test_headless import ADDED, PLAN, WRITTEN

NODE = shutil.which("node")
ROOT = Path(__file__).parents[2]


@needs_qt6
@pytest.mark.parametrize("minor", ["0", "6", "7"])
def test_it_loads_in_qt_6_asks_the_bridge_and_writes_the_marks(tmp_path: Path, minor: str) -> None:
    plan = plan_of([dynamic(0, "1", 0, "p"), hairpin(0, "1", 480, 1440, "crescendo")])
    bridge = FakeBridge(tmp_path, plan)
    qml = install("4", tmp_path / "Plugins") / ENTRY
    try:
        run = subprocess.run(
            [sys.executable, "-m", "tests.musescore_plugin.mock_load", str(qml), str(tmp_path), minor, "/a.wav"],
            cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=180,
        )  # fmt: skip
    finally:
        bridge.close()
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told["warnings"] == []
    late = int(minor >= "7")  # the hairpin, when the window is closed
    assert (told["phase"], told["added"], told["left"], told["after"]) == ("applied", 2 - late, True, "closed")
    assert ("when this window is closed: 1" in told["message"]) == bool(late)
    assert told["marks"] == [["dynamic", 0, 0, True], ["hairpin", 480, 1440, True]]
    assert [r[1] for r in told["rows"]] == ["add", "add"]
    assert len(bridge.asked[0]["body"]["score"]["notes"]) == 16


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_shared_code_passes_its_own_tests() -> None:
    assert NODE is not None
    tests = sorted(str(p) for p in (Path(__file__).parent / "node").glob("*.test.js"))
    env = {**os.environ, "PYTHON": sys.executable}
    run = subprocess.run([NODE, "--test", *tests], env=env, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-4000:]


@needs_musescore
@pytest.mark.slow
@pytest.mark.skipif(
    NODE is None or not os.environ.get("MEZZOFORTE_WEBMSCORE"),
    reason="MEZZOFORTE_WEBMSCORE does not name a folder in which npm has installed webmscore",
)
def test_the_engine_of_musescore_4_sees_the_same_marks(tmp_path: Path) -> None:
    assert NODE is not None
    score = convert(tmp_path, SMALL, tmp_path / "small.mscz")
    bridge = FakeBridge(tmp_path, PLAN)
    marked = tmp_path / "marked.mscz"
    try:
        perform(tmp_path, score, ["analyse", "/a.wav"], ["save", str(marked), "mscz"])
    finally:
        bridge.close()
    out = tmp_path / "engine4.musicxml"
    script = Path(__file__).parent / "node" / "webmscore.cjs"
    run = subprocess.run(
        [NODE, str(script), str(marked), str(out)], cwd=os.environ["MEZZOFORTE_WEBMSCORE"],
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    seen = [(m.kind, m.value, int(m.start * 480), int(m.end * 480), m.staff) for m in read_score(out).marks]
    assert sorted(seen) == sorted((k, v, a, b, s) for k, v, a, b, s, _ in WRITTEN + ADDED)
