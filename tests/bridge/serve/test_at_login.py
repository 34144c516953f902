"""The bridge starts with the session when asked, by the system's own means, and leaves no trace when told to stop."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bridge import at_login

ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd is a matter of Linux")
_STARTUP = "Microsoft/Windows/Start Menu/Programs/Startup"
AWKWARD = ['/my home/pyth"on', "-m", "bridge.serve", "--model", "100%$x\\y"]


def _run(home: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    dropped = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
    env = {k: v for k, v in os.environ.items() if k not in dropped} | {"HOME": str(home)}
    if path:
        env["PATH"] = path
    command = [sys.executable, "-m", "bridge.serve", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


@linux
def test_a_unit_is_written_enabled_and_taken_away_whole(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    unit = tmp_path / ".config" / "systemd" / "user" / "mezzoforte.service"
    done = _run(tmp_path, "--at-login", "--provider", "cpu", path=f"{program.parent}:{os.environ['PATH']}")
    assert done.returncode == 0 and str(unit) in done.stderr
    text = unit.read_text(encoding="utf-8")
    assert '"bridge.serve" "--idle-minutes" "inf" "--provider" "cpu"' in text and "--at-login" not in text
    assert calls.read_text().split("\n")[:2] == ["--user daemon-reload", "--user enable --now mezzoforte.service"]
    done = _run(tmp_path, "--not-at-login", path=f"{program.parent}:{os.environ['PATH']}")
    assert done.returncode == 0 and not unit.exists()
    assert "--user disable --now mezzoforte.service" in calls.read_text()
    assert "does not start at login" in _run(tmp_path, "--not-at-login").stderr


@linux
def test_without_systemd_it_says_what_could_not_be_done(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = _run(tmp_path, "--at-login", path=str(empty))
    assert done.returncode == 0
    assert "there is no systemctl" in done.stderr


@linux
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "mezzoforte.service"
    unit.write_text(at_login._unit([sys.executable, "-m", "bridge.serve"], str(ROOT)), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "mezzoforte.service" not in done.stderr, done.stderr


@linux
def test_the_command_in_the_unit_starts_a_bridge(tmp_path: Path) -> None:
    text = at_login.content([sys.executable, "-m", "bridge.serve", "--help"])
    line = next(x for x in text.splitlines() if x.startswith("ExecStart="))
    words = [json.loads(w) for w in line.removeprefix("ExecStart=").split(" ")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert f'Environment="PYTHONPATH={ROOT}"' in text
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "--at-login" in done.stdout


def test_awkward_words_survive_in_every_systems_file() -> None:
    assert '"/my home/pyth\\"on"' in at_login._unit(AWKWARD, "")
    assert '"100%%$$x\\\\y"' in at_login._unit(AWKWARD, "")
    agent = plistlib.loads(at_login._agent(AWKWARD, "/a & b").encode())
    assert agent["ProgramArguments"] == AWKWARD and agent["RunAtLoad"] is True
    assert agent["EnvironmentVariables"] == {"PYTHONPATH": "/a & b"}
    script = at_login._script(["C:\\My Python\\python.exe", "-m", "bridge.serve"], "")
    assert 'shell.Run """C:\\My Python\\python.exe"" -m bridge.serve", 0, False' in script


@pytest.mark.parametrize(
    ("system", "place", "tool", "starts", "stops"),
    [
        ("darwin", "Library/LaunchAgents/org.mezzoforte.bridge.plist", "launchctl", "load -w", "unload -w"),
        ("win32", f"roaming/{_STARTUP}/mezzoforte.vbs", "wscript", "", None),
    ],
)
def test_the_other_systems_get_their_file_and_their_command_and_both_are_taken_away(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    place: str,
    tool: str,
    starts: str,
    stops: str | None,
) -> None:
    calls, program = tmp_path / "calls", tmp_path / "bin" / tool
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(at_login, "sys", SimpleNamespace(platform=system))
    for name, value in {"HOME": tmp_path, "APPDATA": tmp_path / "roaming", "PATH": program.parent}.items():
        monkeypatch.setenv(name, str(value))
    path = tmp_path / place
    told = at_login.install(["--provider", "cpu"])
    assert told == [f"the bridge starts at login: {path}"]
    assert calls.read_text() == f"{starts} {path}".strip() + "\n"
    if system == "darwin":
        words = plistlib.loads(path.read_bytes())["ProgramArguments"]
    else:
        words = path.read_text(encoding="utf-16").replace('"', " ").split()
    assert all(w in words for w in ("bridge.serve", "--idle-minutes", "inf", "--provider", "cpu"))
    assert at_login.remove() == [f"the bridge no longer starts at login: {path} is gone"]
    assert not path.exists()
    assert calls.read_text().splitlines()[1:] == ([f"{stops} {path}"] if stops else [])


@pytest.mark.parametrize("words", [("--at-login", "--not-at-login"), ("--at-login", "--port", "x")])
def test_wrong_usage_installs_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert _run(tmp_path, *words).returncode == 2
    assert not list(tmp_path.rglob("mezzoforte*"))
