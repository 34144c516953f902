"""The bridge's own folder: who may connect (port and token), finished results, uploads, the log.

The folder is ``~/.mezzoforte`` on every system, because a plugin cannot read environment variables and must
find it from the home folder alone. Only its owner may read it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes

PROTOCOL = 2
CONNECTION_FILE = "bridge.json"
SCRIPTS = "connection"
SCRIPT_COUNT = 64
"""Extensions of MuseScore 4.6 read no files, but they can import scripts, each name once as long as the program runs:
the connection lies in the folder `SCRIPTS` under so many names, `00.js` and on (see musescore_plugin/lib/found.js)."""


class HomeError(MezzoforteError):
    """The bridge's folder cannot be used."""


def default_home() -> Path:
    """``~/.mezzoforte``."""
    return Path.home() / ".mezzoforte"


def prepare(home: Path) -> None:
    """Make the folder and its parts, readable by the owner alone. Raises `HomeError`."""
    try:
        for folder in (home, home / "jobs", home / "uploads"):
            folder.mkdir(mode=0o700, parents=folder == home, exist_ok=True)
            folder.chmod(0o700)
        for old in (home / "uploads").iterdir():
            old.unlink()
    except OSError as e:
        raise HomeError(f"cannot be used ({e.strerror})", where=str(home), advice="Name another with --home") from e


@dataclass(frozen=True)
class Connection:
    """How to reach a running bridge."""

    port: int
    token: str
    pid: int


def new_token() -> str:
    """256 random bits, for one start of the bridge."""
    return secrets.token_urlsafe(32)


def publish(home: Path, port: int, token: str) -> Path:
    """Write the connection file, owner-only from its first byte."""
    path = home / CONNECTION_FILE
    data = {"protocol": PROTOCOL, "port": port, "token": token, "pid": os.getpid()}
    _publish_scripts(home / SCRIPTS, json.dumps(data))
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(data, file)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o600)
    beside.replace(path)
    return path


def _publish_scripts(folder: Path, connection: str) -> None:
    _withdraw_scripts(folder)
    folder.mkdir(mode=0o700)
    for i in range(SCRIPT_COUNT):
        path = folder / f"{i:02d}.js"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"var connection = {connection};\n")


def _withdraw_scripts(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def read_connection(home: Path) -> Connection | None:
    """The connection file of a bridge that runs or was killed; None without one."""
    try:
        data = json.loads((home / CONNECTION_FILE).read_text(encoding="ascii"))
        return Connection(int(data["port"]), str(data["token"]), int(data["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember_port(home: Path, port: int) -> None:
    """Note the port for `last_port`; nothing depends on it."""
    with contextlib.suppress(OSError):
        (home / "port").write_text(str(port), encoding="ascii")


def last_port(home: Path) -> int:
    """The port of the bridge that ran here last, 0 when that is not known."""
    try:
        text = (home / "port").read_text(encoding="ascii")
    except (OSError, ValueError):
        return 0
    return int(text) if text.isascii() and text.isdigit() and 1024 <= int(text) < 65536 else 0


def withdraw(home: Path) -> None:
    """Remove the connection file and scripts if they are this process's."""
    connection = read_connection(home)
    if connection is not None and connection.pid == os.getpid():
        _withdraw_scripts(home / SCRIPTS)
        with contextlib.suppress(OSError):
            (home / CONNECTION_FILE).unlink()


def lock(home: Path) -> IO[bytes]:
    """Hold the folder for one bridge: released when the process ends, however it ends.

    Raises `HomeError` when another bridge holds it.
    """
    file = (home / "lock").open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as e:
        file.close()
        raise HomeError("a bridge is already running", where=str(home), advice="Use that one, or stop it first") from e
    return file


def write_private(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for the owner alone (its folder is 0700 already)."""
    write_bytes(path, data)
    path.chmod(0o600)
