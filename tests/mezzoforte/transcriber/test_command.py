"""`mezzoforte transcriber`: what is there, and how one is added in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from mezzoforte.transcriber import command, recipes
from mezzoforte.transcriber.environment import Environment, cache_folder
from runtime.errors import MezzoforteError, ModelError
from runtime.transcribe.hpt.card import CHECKPOINT
from runtime.transcribe.registry import NAMES
from tests.runtime.transcribe.test_basic_pitch import stub


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and cache, with a folder in it that pip takes packages from instead of the network."""
    folder = tmp_path / "home"
    (folder / "packages").mkdir(parents=True)
    for name, value in (
        ("HOME", folder), ("USERPROFILE", folder), ("XDG_CACHE_HOME", folder / "cache"),
        ("LOCALAPPDATA", folder / "cache"), ("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", folder / "packages"),
        ("PIP_CONFIG_FILE", os.devnull),
    ):  # fmt: skip
        monkeypatch.setenv(name, str(value))
    return folder


def offer_basic_pitch(home: Path, version: str = "0.4.0") -> Path:
    """A package of that name whose model is a stub; importing it fails, as without TensorFlow. Returns the model."""
    model = stub(home / "nmp.onnx")
    wheel = home / "packages" / f"basic_pitch-{version}-py3-none-any.whl"
    about = f"basic_pitch-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("basic_pitch/__init__.py", "raise SystemExit('imported')")
        file.write(model, "basic_pitch/saved_models/icassp_2022/nmp.onnx")
        needs = "Requires-Dist: tensorflow-that-is-nowhere"
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: basic-pitch\nVersion: {version}\n{needs}\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return model


def test_the_list_says_who_is_ready_and_how_to_add_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == command.main(["list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == [n for n in NAMES if n != "midi"] * 2
    assert rows[0].split()[1] == "ready"
    assert rows[1].endswith("mezzoforte transcriber add hpt CHECKPOINT")
    assert rows[2].endswith("mezzoforte transcriber add transkun")
    assert rows[3].endswith("mezzoforte transcriber add basic-pitch")


def test_basic_pitch_is_added_without_being_imported_and_leaves_its_model_only(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = offer_basic_pitch(home)
    assert command.main(["add", "basic-pitch"]) == 0, capfd.readouterr().err
    added = home / ".mezzoforte" / "models" / "basic-pitch.onnx"
    assert added.read_bytes() == model.read_bytes() and [p.name for p in added.parent.iterdir()] == [added.name]
    assert not Environment("basic-pitch").folder.exists()
    told = capfd.readouterr()
    assert told.out == "" and str(added) in told.err
    assert command.main(["list"]) == 0
    assert "basic-pitch   ready" in capfd.readouterr().out


@pytest.mark.slow
def test_what_pip_cannot_install_is_told_and_nothing_is_left_in_the_models(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["add", "basic-pitch"]) == 1
    assert "pip could not install basic-pitch==0.4.0" in capfd.readouterr().err
    assert not list((home / ".mezzoforte" / "models").iterdir())


@pytest.mark.slow
def test_a_package_with_another_model_is_refused(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    offer_basic_pitch(home)
    (wheel,) = (home / "packages").iterdir()
    with zipfile.ZipFile(wheel) as file:
        parts = {name: file.read(name) for name in file.namelist() if not name.endswith(".onnx")}
    with zipfile.ZipFile(wheel, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    assert command.main(["add", "basic-pitch"]) == 1
    assert "has no such file" in capfd.readouterr().err


@pytest.mark.slow
def test_an_environment_sees_our_packages_but_its_own_first(home: Path) -> None:
    offer_basic_pitch(home)
    environment = Environment("trial")
    environment.make([], ["basic-pitch"])
    code = "import mezzoforte, runtime.network.session, sys; print(mezzoforte.__file__); print(sys.prefix)"
    ran = subprocess.run([str(environment.python), "-P", "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    ours, prefix = ran.stdout.splitlines()
    assert Path(ours).parent == Path(command.__file__).parents[1] and prefix == str(environment.folder)
    stamp = environment.python.stat().st_mtime_ns
    environment.make([], ["basic-pitch"])  # it is there: nothing is made again
    assert environment.python.stat().st_mtime_ns == stamp
    environment.remove()
    assert not environment.folder.exists() and environment.folder.is_relative_to(cache_folder())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "hpt"], CHECKPOINT),
        (["add", "hpt", "none.pth"], "none.pth: no such file"),
        (["add", "basic-pitch", "some.file"], "needs no file"),
    ],
)
def test_a_wrong_file_is_told_before_anything_is_made(
    words: list[str], told: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(words) == 1
    assert told in capsys.readouterr().err and [p.name for p in home.iterdir()] == ["packages"]


@pytest.mark.slow
def test_a_conversion_that_fails_says_so_and_keeps_the_environment_for_the_next_try(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = home / "bad.pth"
    checkpoint.write_bytes(b"no checkpoint")
    offer_basic_pitch(home)
    recipe = replace(recipes.RECIPES["basic-pitch"], usual_place=lambda: home / "hpt.onnx", how_to_get="somewhere")
    monkeypatch.setitem(recipes.RECIPES, "hpt", recipe)
    with pytest.raises(MezzoforteError, match="the conversion failed"):
        command.add("hpt", checkpoint)
    assert "unrecognized arguments" in capfd.readouterr().err
    assert Environment("hpt").python.exists() and not (home / "hpt.onnx").exists()


@pytest.mark.slow
def test_a_model_that_does_not_load_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_basic_pitch(home)
    monkeypatch.setattr(command, "load", lambda *_: (_ for _ in ()).throw(ModelError("broken")))
    with pytest.raises(ModelError, match="broken"):
        command.add("basic-pitch", None)


@pytest.mark.skipif(sys.platform != "linux", reason="where caches lie on Linux")
def test_the_cache_is_where_linux_has_it(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert cache_folder() == home / "cache" / "mezzoforte"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == home / ".cache" / "mezzoforte"
