"""The bridge started with the user's session: installed and removed as what each system has for that.

Linux: a systemd user unit. macOS: a LaunchAgent. Windows: a script in the Startup folder, which opens no window. All
are files of the user alone, off by default, and removed whole. The system's own command is run where it has one, so
that the bridge starts at once.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime import own_process
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes

NAME = "mezzoforte"
LABEL = "org.mezzoforte.bridge"
_IDLE = ["--idle-minutes", "inf"]
"""A bridge that comes with the session also stays with it."""


class AtLoginError(MezzoforteError):
    """The service cannot be installed or removed."""


def path_of() -> Path:
    """The file that starts the bridge at login on this system."""
    if sys.platform == "win32":
        start = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
        return start / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup" / f"{NAME}.vbs"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    config = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(config) if Path(config).is_absolute() else Path.home() / ".config"
    return base / "systemd" / "user" / f"{NAME}.service"


def install(options: Sequence[str]) -> list[str]:
    """Let the bridge start at login with these options, and now; returns what to tell. Raises `AtLoginError`."""
    path = path_of()
    command = [*own_process.command("bridge.serve"), *_IDLE, *options]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content(command).encode("utf-8" if sys.platform != "win32" else "utf-16"))
    except OSError as e:
        raise AtLoginError(f"cannot be written ({e.strerror})", where=str(path)) from e
    told = [f"the bridge starts at login: {path}"]
    for start in _start_commands(path):
        told += _run(start)
    return told


def remove() -> list[str]:
    """Undo `install`; returns what to tell. Raises `AtLoginError`."""
    path = path_of()
    if not path.exists():
        return [f"the bridge does not start at login: there is no {path}"]
    told: list[str] = []
    for stop in _stop_commands(path):
        told += _run(stop)
    try:
        path.unlink()
    except OSError as e:
        raise AtLoginError(f"cannot be removed ({e.strerror})", where=str(path)) from e
    if sys.platform == "linux":
        _run(["systemctl", "--user", "daemon-reload"])
    return [*told, f"the bridge no longer starts at login: {path} is gone"]


def content(command: Sequence[str]) -> str:
    """The file's content on this system."""
    root = str(own_process.ROOT) if own_process.CHECKOUT else ""
    if sys.platform == "win32":
        return _script(command, root)
    if sys.platform == "darwin":
        return _agent(command, root)
    return _unit(command, root)


def _unit(command: Sequence[str], python_path: str) -> str:
    path = f"Environment={_quoted(f'PYTHONPATH={python_path}')}\n" if python_path else ""
    return (
        "[Unit]\nDescription=Mezzoforte's bridge: analyses recordings for MuseScore\n\n[Service]\n"
        f"{path}ExecStart={' '.join(_quoted(c) for c in command)}\nRestart=on-failure\nRestartSec=30\n\n"
        "[Install]\nWantedBy=default.target\n"
    )


def _quoted(word: str) -> str:
    """For systemd: quoted, specifiers and variables doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _agent(command: Sequence[str], python_path: str) -> str:
    data: dict[str, object] = {"Label": LABEL, "ProgramArguments": list(command), "RunAtLoad": True}
    if python_path:
        data["EnvironmentVariables"] = {"PYTHONPATH": python_path}
    return plistlib.dumps(data).decode("utf-8")


def _script(command: Sequence[str], python_path: str) -> str:
    def text(value: str) -> str:
        return '"' + value.replace('"', '""') + '"'

    lines = ['Set shell = CreateObject("WScript.Shell")']
    if python_path:
        lines.append(f'shell.Environment("PROCESS")("PYTHONPATH") = {text(python_path)}')
    lines.append(f"shell.Run {text(subprocess.list2cmdline(command))}, 0, False")
    return "\r\n".join(lines) + "\r\n"


def _start_commands(path: Path) -> list[list[str]]:
    if sys.platform == "win32":
        return [["wscript", str(path)]]
    if sys.platform == "darwin":
        return [["launchctl", "load", "-w", str(path)]]
    return [["systemctl", "--user", "daemon-reload"], ["systemctl", "--user", "enable", "--now", f"{NAME}.service"]]


def _stop_commands(path: Path) -> list[list[str]]:
    if sys.platform == "win32":
        return []
    if sys.platform == "darwin":
        return [["launchctl", "unload", "-w", str(path)]]
    return [["systemctl", "--user", "disable", "--now", f"{NAME}.service"]]


def _run(command: list[str]) -> list[str]:
    """Run a command of the system; what to tell when it is missing or refuses."""
    program = shutil.which(command[0])
    if program is None:
        return [f"not started now: there is no {command[0]} here; it may start at the next login"]
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 0:
        return []
    why = (done.stderr or done.stdout).strip().splitlines()
    return [f"`{' '.join(command)}` failed: {why[-1] if why else f'status {done.returncode}'}"]
