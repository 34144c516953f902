"""The extension for MuseScore 4.6 and later: packed as that program reads it, at work in Qt 6 with a stand-in.

A real MuseScore 4.6 or later runs the same scripts where ``MUSESCORE4`` names one.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bridge import mext
from bridge.api import home as homes
from bridge.install_plugin import folder_of, install
from runtime.score.read.files import read_score
from tests.musescore_plugin.musescore import SMALL, FakeBridge, dynamic, hairpin, needs_qt6, plan_of

ROOT = Path(__file__).parents[2]
REAL = os.environ.get("MUSESCORE4")
# What src/framework/extensions/extensionsloader.cpp reads (its newer form: path, its older: main).
FIELDS = {
    "uri": str, "type": str, "title": str, "description": str, "category": str, "vendor": str, "version": str,
    "apiversion": int, "ui_context": str, "path": str, "main": str, "actions": list,
}  # fmt: skip
ACTION = {"code": str, "type": str, "title": str, "modal": bool, "path": str, "main": str}


def test_the_file_is_a_zip_with_a_manifest_that_the_program_understands() -> None:
    with zipfile.ZipFile(io.BytesIO(mext.pack())) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        texts = {n: archive.read(n).decode("utf-8") for n in names}
    assert {k: type(v) for k, v in manifest.items()} == FIELDS
    assert re.fullmatch(r"musescore://extensions/[a-z]+", manifest["uri"])
    assert "/dev/" not in manifest["uri"]  # such are shown in debug builds only
    assert (manifest["type"], manifest["apiversion"], manifest["ui_context"]) == ("form", 2, "ProjectOpened")
    assert manifest["version"] == mext.version() and re.fullmatch(r"\d+\.\d+\.\d+.*", manifest["version"])
    for action in manifest["actions"]:
        assert {k: type(v) for k, v in action.items()} == ACTION
        assert action["path"] == action["main"] in names
    for name, text in texts.items():
        for line in text.splitlines():
            if line.strip().startswith("import"):
                assert "Muse." not in line, name  # refused by the program
            if line.startswith('import "'):
                path = Path(name).parent / line.split('"')[1]
                assert any(n.startswith(path.as_posix()) for n in names) or name.startswith("ui/"), line


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for out in ("a", "b"):
        assert mext.main(["--out", str(tmp_path / out)]) == 0
    (one,), (other,) = (list((tmp_path / out).iterdir()) for out in ("a", "b"))
    assert one.name == f"mezzoforte-{mext.version()}.mext"
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="where Linux keeps it")
def test_it_is_installed_where_the_program_looks_and_finds_the_home_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    folder = install("4.6", folder_of("4.6"))
    assert folder == tmp_path / ".local" / "share" / "MuseScore" / "MuseScore4" / "extensions" / "mezzoforte"
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"] == mext.version()
    assert "bridge.serve --at-login" in (folder / "start.js").read_text(encoding="utf-8")


def _extension(home: Path) -> Path:
    return install("4.6", home / ".local" / "share" / "MuseScore" / "MuseScore4" / "extensions")


def _walk(folder: Path, version: str, *steps: str, restart: Any = None) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.musescore_plugin.mock_extension", str(folder), version, "/a.wav", *steps]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as run:
        assert run.stdout is not None and run.stdin is not None and run.stderr is not None
        line = run.stdout.readline()
        if restart is not None:
            assert line == "restart\n", line + run.stderr.read()
            restart()
            run.stdin.write("\n")
            run.stdin.flush()
            line = run.stdout.readline()
        error = run.stderr.read()
        assert run.wait(60) == 0, line + error
    return dict(json.loads(line))


MARKS = [dynamic(0, "1", 0, "p"), dynamic(1, "2", 1920, "f"), hairpin(0, "1", 480, 1440, "crescendo")]


@needs_qt6
@pytest.mark.parametrize("version", ["4.6", "4.7", "5.0"])
def test_it_loads_in_qt_6_writes_the_plan_keeps_it_and_takes_it_back(tmp_path: Path, version: str) -> None:
    bridge = FakeBridge(tmp_path, plan_of(MARKS, tempos=[{"tick": 0, "bpm": 80.0}]))
    _publish(tmp_path)
    try:
        told = _walk(_extension(tmp_path), version, "add", "close", "again", "remove", "again")
    finally:
        bridge.close()
    assert told["warnings"] == []
    first, there, second, removed, after = told["told"]
    late = int(float(version) >= 4.7)  # its commands are not heard while the dialog is open
    assert (first["rows"], first["added"]) == (["add", "add", "add"], 3 - late)
    assert ("when this window is closed: 1" in first["message"]) == bool(late)
    levels = [["dynamic", 0, 0, True], ["dynamic", 1920, 1920, True]]
    assert there == [*levels, ["hairpin", 480, 1440, True], ["tempo", 0, 0, True]]
    assert (second["rows"], second["counts"]["add"], second["counts"]["remove"]) == (3 * ["there"], 0, 0)
    assert removed == "Mezzoforte's marks removed: 4"
    assert after["rows"] == ["add", "add", "add"]
    assert "--at-login" in told["launch"]


@needs_qt6
@pytest.mark.parametrize("version", ["4.6", "4.7"])
def test_undo_takes_back_or_says_which_keys_do(tmp_path: Path, version: str) -> None:
    bridge = FakeBridge(tmp_path, plan_of(MARKS))
    _publish(tmp_path)
    try:
        _, undone = _walk(_extension(tmp_path), version, "add", "undo")["told"]
    finally:
        bridge.close()
    if version == "4.6":
        assert undone["marks"] == []
    else:
        assert undone["message"].startswith("Press Ctrl+Z in the score to take this back. (1×)")
        assert undone["marks"] == [["dynamic", 0, 0, True], ["dynamic", 1920, 1920, True]]


def _publish(home: Path) -> None:
    """Leave the fake bridge's connection as the real one leaves its own."""
    told = json.loads((home / ".mezzoforte" / "bridge.json").read_text(encoding="utf-8"))
    homes.publish(home / ".mezzoforte", told["port"], told["token"])


@needs_qt6
def test_it_finds_a_bridge_that_was_started_anew(tmp_path: Path) -> None:
    first = FakeBridge(tmp_path, plan_of(MARKS))
    _publish(tmp_path)
    other: list[FakeBridge] = []

    def restart() -> None:
        first.close()
        homes.withdraw(tmp_path / ".mezzoforte")
        other.append(FakeBridge(tmp_path, plan_of(MARKS[:1])))
        _publish(tmp_path)

    try:
        told = _walk(_extension(tmp_path), "4.7", "restart", "again", restart=restart)
    finally:
        other[0].close()
    assert told["told"][0]["rows"] == ["add"]


def test_the_scripts_that_tell_the_connection_are_the_owners_alone_and_go_with_the_bridge(tmp_path: Path) -> None:
    homes.prepare(tmp_path / "home")
    homes.publish(tmp_path / "home", 5, "secret")
    scripts = sorted((tmp_path / "home" / "connection").iterdir())
    assert [s.name for s in scripts] == [f"{i:02d}.js" for i in range(64)]
    if sys.platform != "win32":
        assert {s.stat().st_mode & 0o777 for s in scripts} == {0o600}
    count = re.search(r"COUNT = (\d+)", (mext.PLUGIN / "lib" / "found.js").read_text(encoding="utf-8"))
    assert count is not None and int(count[1]) == len(scripts)
    homes.withdraw(tmp_path / "home")
    assert not (tmp_path / "home" / "connection").exists()


_MACRO = """
var wishes = { policy: "skip", step: 0, earlier: "keep", sort: "place" };
function main() {
    var e = api.engraving;
    var ms = { SymId: e.SymId, DynamicType: e.DynamicType, score: e.curScore, Element: e.Element,
               Placement: e.Placement, version: [e.mscoreMajorVersion, e.mscoreMinorVersion],
               newElement: function (t) { return e.newElement(t); },
               removeElement: function (x) { e.removeElement(x); }, cmd: function (n) { e.cmd(n); },
               fraction: function (n, d) { return e.fraction(n, d); } };
    var table = finish(read(ms), "");
    var changes = edits(propose(table, PLAN, wishes, placeOf));
    changes.tempos = null;
    apply(ms, table, changes);
}
"""


def _macro(marks: list[dict[str, Any]]) -> str:
    """A script that writes these marks into the open score, with the plugin's own code."""
    code = "\n".join((mext.PLUGIN / "lib" / f"{n}.js").read_text(encoding="utf-8") for n in ("table", "plan", "score"))
    return f"{code}\nvar PLAN = {json.dumps(plan_of(marks))};\n{_MACRO}"


_IN_NODE = """
const fs = require("node:fs"), vm = require("node:vm");
const [mock, members, macro, version] = process.argv.slice(2);
const context = vm.createContext({});
vm.runInContext(fs.readFileSync(mock, "utf8"), context);
context.standIn = context.makeMock(Number(version), JSON.parse(fs.readFileSync(members, "utf8")));
const { ms, window } = context.standIn;
window.open = false;  // a macro has none
const [mscoreMajorVersion, mscoreMinorVersion] = ms.version;
context.api = { engraving: { ...ms, curScore: ms.score, mscoreMajorVersion, mscoreMinorVersion } };
vm.runInContext(fs.readFileSync(macro, "utf8") + "main();", context);
console.log(JSON.stringify(context.standIn.marks()));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("version", ["4.6", "4.7", "5.0"])
def test_the_macro_for_a_real_musescore_4_writes_into_the_stand_in(tmp_path: Path, version: str) -> None:
    run, macro = tmp_path / "run.js", tmp_path / "main.js"
    run.write_text(_IN_NODE)
    macro.write_text(_macro(MARKS))
    here = Path(__file__).parent
    done = subprocess.run(
        ["node", str(run), str(here / "mock_score.js"), str(here / "api_4.json"), str(macro), version],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    levels = [["dynamic", 0, 0, True], ["dynamic", 1920, 1920, True]]
    assert json.loads(done.stdout) == [*levels, ["hairpin", 480, 1440, True]]


@pytest.mark.skipif(not REAL, reason="MUSESCORE4 does not name a MuseScore 4.6 or later")
def test_a_real_musescore_4_writes_the_marks_headless(tmp_path: Path) -> None:
    assert REAL is not None
    data = tmp_path / ".local" / "share" / "MuseScore" / "MuseScore4" / "extensions" / "trial"
    data.mkdir(parents=True)
    manifest = {"uri": "musescore://extensions/trial", "type": "macros", "title": "trial", "apiversion": 2,
                "path": "main.js", "main": "main.js"}  # fmt: skip
    (data / "manifest.json").write_text(json.dumps(manifest))
    marks = [dynamic(0, "0", 0, "pp"), dynamic(6, "6", 7680, "mf")]
    (data / "main.js").write_text(_macro(marks))
    score, out = shutil.copyfile(SMALL, tmp_path / "in.musicxml"), tmp_path / "out.mscz"
    command = [REAL, "--extension", "musescore://extensions/trial?action=main", "-o", str(out), str(score)]
    env = {**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, env=env, capture_output=True, timeout=300, check=False)  # its status says little
    assert out.is_file()
    ours = sorted((m.value, int(m.start * 480)) for m in read_score(out).marks if m.ours)
    assert ours == [("mf", 7680), ("pp", 0)]
