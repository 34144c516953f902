"""What is installed: only what a user runs, and it works in a folder whose files have the names of our packages."""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from bridge.install_plugin import install as install_plugin
from mezzoforte import __version__
from tests.bridge.serve.server import Bridge
from tests.mezzoforte.wheel import ROOT, Installed, build, install
from tests.ports import free_port

EXAMPLE = ROOT / "examples" / "minuet.ogg"
HOSTILE = "raise SystemExit('{}: not this one')\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The wheel, what the build said, and an environment with the wheel in it."""
    pytest.importorskip("setuptools", "77", reason="a wheel is built with setuptools 77 or newer")
    folder = tmp_path_factory.mktemp("wheel")
    wheel, said = build(folder)
    return SimpleNamespace(wheel=wheel, said=said, installed=install(wheel, folder))


@pytest.fixture
def installed(made: SimpleNamespace) -> Installed:
    return made.installed


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose files have the names of our packages and folders, and a recording."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("runtime", "bridge", "train", "export", "mido", "soxr"):
        (folder / f"{name}.py").write_text(HOSTILE.format(name))
    shutil.copyfile(EXAMPLE, folder / "take.ogg")
    return folder


def test_the_wheel_holds_the_face_the_runtime_the_bridge_the_plugin_and_the_models(made: SimpleNamespace) -> None:
    with zipfile.ZipFile(made.wheel) as file:
        names = file.namelist()
    tops = Counter(name.partition("/")[0] for name in names)
    assert set(tops) == {"mezzoforte", "runtime", "bridge", "musescore_plugin", f"mezzoforte-{__version__}.dist-info"}
    for path in [*ROOT.glob("runtime/models/*"), *ROOT.glob("musescore_plugin/*.qml"), ROOT / "mezzoforte/py.typed"]:
        assert path.relative_to(ROOT).as_posix() in names


def test_the_build_warns_of_nothing(made: SimpleNamespace) -> None:
    assert "Warning" not in made.said and "would be ignored" not in made.said


def test_the_command_says_its_version(installed: Installed, hostile: Path) -> None:
    ran = installed.run([installed.command, "--version"], hostile)
    assert (ran.returncode, ran.stdout) == (0, f"mezzoforte {__version__}\n"), ran.stderr


def test_analyze_takes_nothing_from_the_folder_it_runs_in(installed: Installed, hostile: Path) -> None:
    ran = installed.run([installed.command, "analyze", "take.ogg", "--quiet"], hostile)
    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["beats"]) > 50


def test_several_processes_take_nothing_from_the_folder_they_run_in(installed: Installed, hostile: Path) -> None:
    shutil.copyfile(EXAMPLE, hostile / "other.ogg")
    words = ["analyze", "take.ogg", "other.ogg", "--jobs", "2", "--out", "results", "--quiet"]
    ran = installed.run([installed.command, *words], hostile)
    assert ran.returncode == 0, ran.stderr
    assert {"other.json", "take.json"} <= {p.name for p in (hostile / "results").iterdir()}


def test_a_batch_takes_nothing_from_the_folder_it_runs_in(installed: Installed, hostile: Path) -> None:
    words = ["batch", "take.ogg", "--out", "results", "--format", "json", "--quality", "fast", "--quiet"]
    ran = installed.run([installed.command, *words], hostile)
    assert ran.returncode == 0, ran.stderr
    assert len(list((hostile / "results").rglob("take.json"))) == 1


def test_a_job_of_the_bridge_takes_nothing_from_the_folder_it_runs_in(installed: Installed, hostile: Path) -> None:
    bridge = Bridge(hostile / "home", "mezzoforte", start=[str(installed.command), "serve"], folder=hostile,
                    environment=installed.environment() | {"PYTHONPATH": ""})  # fmt: skip
    try:
        job = bridge.finished(bridge.analyse(hostile / "take.ogg"))
        assert job["state"] == "done", job
        status, analysis = bridge.call("GET", f"/v1/job/{job['id']}/analysis")
        assert status == 200 and len(analysis["beats"]) > 50
    finally:
        bridge.stop()


def test_play_takes_nothing_from_the_folder_it_runs_in(installed: Installed, hostile: Path) -> None:
    words = ["play", "take.ogg", "--port", str(free_port()), "--from", "52.5"]
    ran = installed.run([installed.command, *words], hostile)
    assert ran.returncode == 0 and "playing to 0 listeners" in ran.stderr, ran.stderr


def test_importing_names_the_file_that_is_in_the_way(installed: Installed, hostile: Path) -> None:
    ran = installed.run([installed.python, "-c", "import mezzoforte"], hostile)
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: {hostile / 'runtime.py'} is in the way of"), ran.stderr
    (hostile / "runtime.py").unlink()
    (hostile / "bridge.py").rename(hostile / "bridge_of_mine.py")
    (hostile / "bridge").mkdir()
    (hostile / "bridge" / "__init__.py").touch()
    ran = installed.run([installed.python, "-m", "mezzoforte", "--version"], hostile)
    assert str(hostile / "bridge" / "__init__.py") in ran.stderr


@pytest.mark.parametrize("names", [("train", "export"), ("runtime", "bridge", "train", "export")])
def test_the_face_works_beside_files_that_are_in_nobodys_way(
    installed: Installed, hostile: Path, names: tuple[str, ...]
) -> None:
    code = "import mezzoforte; a = mezzoforte.analyse('take.ogg'); print(len(a.beats), mezzoforte.__file__)"
    for path in hostile.glob("*.py"):
        if path.stem not in names:
            path.unlink()
    safe = ["-P"] if "runtime" in names else []
    ran = installed.run([installed.python, *safe, "-c", code], hostile)
    assert ran.returncode == 0, ran.stderr
    beats, where = ran.stdout.split(maxsplit=1)
    assert int(beats) > 50 and str(installed.folder) in where


def test_the_plugin_comes_along_and_its_bridge_starts_from_any_folder(
    installed: Installed, hostile: Path, tmp_path: Path
) -> None:
    words = ["plugin", "install", "--version", "3", "--folder", tmp_path / "P"]
    ran = installed.run([installed.command, *words], hostile)
    assert ran.returncode == 0, ran.stderr
    plugin, here = tmp_path / "P" / "mezzoforte", install_plugin(3, tmp_path / "here")
    assert {p.relative_to(plugin) for p in plugin.rglob("*")} == {p.relative_to(here) for p in here.rglob("*")}
    start = json.loads((plugin / "start.json").read_text(encoding="utf-8"))
    assert (start["folder"], start["program"]) == ("", str(installed.python))
    helped = installed.run([start["program"], *start["arguments"], "--help"], hostile)
    assert helped.returncode == 0 and "--port" in helped.stdout, helped.stderr
    assert installed.run([installed.command, "plugin", "remove", *words[2:]], hostile).returncode == 0
    assert not plugin.exists()


def test_the_extra_for_training_is_the_groups_for_training_and_export() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    assert sorted(project["project"]["optional-dependencies"]["train"]) == sorted({*groups["train"], *groups["export"]})
