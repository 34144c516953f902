"""The plugin gets into its place and out again, and touches nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bridge import install_plugin
from bridge.install_plugin import ENTRY, InstallError, install, remove


@pytest.mark.parametrize("generation", ["3", "4"])
def test_a_plugin_folder_holds_one_plugin_and_all_that_it_imports(tmp_path: Path, generation: str) -> None:
    folder = install(generation, tmp_path / "Plugins")
    plugins = [p for p in folder.rglob("*.qml") if "MuseScore" in p.read_text(encoding="utf-8")]
    assert plugins == [folder / ENTRY]  # the program lists every file that has its name in it
    for qml in folder.rglob("*.qml"):
        for line in qml.read_text(encoding="utf-8").splitlines():
            if line.startswith('import "'):
                assert (qml.parent / line.split('"')[1]).exists(), line
    start = json.loads((folder / "start.json").read_text(encoding="utf-8"))
    assert Path(start["program"]).exists()
    helped = subprocess.run(
        [start["program"], *start["arguments"], "--help"],
        cwd=start["folder"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert helped.returncode == 0 and "--port" in helped.stdout


def test_installing_again_replaces_and_removing_leaves_the_neighbours(tmp_path: Path) -> None:
    (tmp_path / "other.qml").write_text("MuseScore {}")
    folder = install("3", tmp_path)
    (folder / "stale.js").touch()
    install("3", tmp_path)
    assert not (folder / "stale.js").exists()
    assert remove(tmp_path) and not remove(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["other.qml"]


def test_a_foreign_folder_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mezzoforte").mkdir()
    (tmp_path / "mezzoforte" / "mine.txt").write_text("x")
    with pytest.raises(InstallError, match="not the plugin"):
        install("4", tmp_path)
    assert (tmp_path / "mezzoforte" / "mine.txt").read_text() == "x"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a matter of Linux desktops")
def test_the_documents_folder_may_have_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert install_plugin.documents_folder() == tmp_path / "Documents"
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text('# x\nXDG_DOCUMENTS_DIR="$HOME/Dokumente"\n')
    assert install_plugin.documents_folder() == tmp_path / "Dokumente"


@pytest.mark.parametrize(
    ("system", "documents", "data"),
    [
        ("linux", "Documents", ".local/share"),
        ("darwin", "Documents", "Library/Application Support"),
        ("win32", "D:/Dokumente", "AppData/Local"),
    ],
)
def test_every_system_has_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, documents: str, data: str
) -> None:
    def documents_key(*_: object) -> contextlib.nullcontext[str]:
        return contextlib.nullcontext("key")

    registry = SimpleNamespace(
        HKEY_CURRENT_USER=0, OpenKey=documents_key, QueryValueEx=lambda *_: ("$WHERE/Dokumente", 2)
    )
    monkeypatch.setattr(install_plugin, "sys", SimpleNamespace(platform=system))
    monkeypatch.setitem(sys.modules, "winreg", registry)  # what Windows has and says
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WHERE", "D:")
    for version in ("3", "4"):
        place = Path(documents) if system == "win32" else tmp_path / documents
        assert install_plugin.folder_of(version) == place / f"MuseScore{version}" / "Plugins"
    assert install_plugin.folder_of("4.6") == tmp_path / data / "MuseScore" / "MuseScore4" / "extensions"
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "elsewhere"))
    assert (install_plugin.folder_of("4.6").parts[-4] == "elsewhere") == (system == "win32")


def test_the_command_installs_all_says_what_to_click_and_takes_all_out_again(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k != "XDG_DATA_HOME"} | {"HOME": str(tmp_path)}
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-m", "bridge.install_plugin"], cwd=root, env=env, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    for generation in (3, 4):
        assert (tmp_path / "Documents" / f"MuseScore{generation}" / "Plugins" / "mezzoforte" / ENTRY).is_file()
    assert [p.parent.name for p in tmp_path.rglob("manifest.json")] == ["mezzoforte"]
    for words in ("Plugin Manager", "Manage plugins", "4.6 and later", "--at-login"):
        assert words in run.stderr
    again = [sys.executable, "-m", "bridge.install_plugin", "remove"]
    assert subprocess.run(again, cwd=root, env=env, capture_output=True, timeout=60, check=False).returncode == 0
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
