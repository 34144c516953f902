"""Command line: put the MuseScore plugin where MuseScore looks for it, and say what to click.

``mezzoforte plugin install|remove [--version 3|4|4.6|all] [--folder DIR]``, or ``python -m bridge.install_plugin``.
Only files of this plugin are written or removed. Exit status: 0 done, 1 failed, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from bridge import mext
from runtime import own_process
from runtime.errors import MezzoforteError, command, say

PLUGIN = mext.PLUGIN
NAME = "mezzoforte"
ENTRY = "AddDynamicsFromAudio.qml"
MANIFEST = "manifest.json"
PARTS = {**mext.PARTS, "translations": "*.qm"}
VERSIONS = ("3", "4", "4.6")
CLICKS = {
    "3": "In MuseScore 3: Plugins > Plugin Manager, tick 'AddDynamicsFromAudio', OK. "
    "Then open a score and choose Plugins > Add dynamics from audio.",
    "4": "In MuseScore 4.0 to 4.5: start it anew if it is running, then Plugins > Manage plugins, "
    "choose 'Add dynamics from audio', Enable. Then open a score and choose "
    "Plugins > Composing/arranging tools > Add dynamics from audio.",
    "4.6": "In MuseScore 4.6 and later: start it anew if it is running, then Home > Plugins, "
    "choose 'Add dynamics from audio', Enable. Then open a score and choose "
    "Plugins > Composing/arranging tools > Add dynamics from audio. "
    "It cannot start the bridge: run `mezzoforte serve`, or once `mezzoforte serve --at-login`.",
}


class InstallError(MezzoforteError):
    """The plugin cannot be put into its place."""


def folder_of(version: str) -> Path:
    """Where a version of MuseScore looks for the plugins or extensions of this user."""
    if version != "4.6":
        return documents_folder() / f"MuseScore{version}" / "Plugins"
    return _data_folder() / "MuseScore" / "MuseScore4" / "extensions"


def _data_folder() -> Path:
    """Where programs of this user keep their data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "share"


def documents_folder() -> Path:
    """The user's documents folder: MuseScore keeps plugins below it on Linux, macOS and Windows alike."""
    if sys.platform == "win32":
        import winreg

        key = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as folders:
            return Path(os.path.expandvars(str(winreg.QueryValueEx(folders, "Personal")[0])))
    if sys.platform != "darwin":
        named = _xdg_documents(Path.home() / ".config" / "user-dirs.dirs")
        if named is not None:
            return named
    return Path.home() / "Documents"


def _xdg_documents(path: Path) -> Path | None:
    """What a Linux desktop calls the documents folder (it may have another name in other languages)."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        name, _, value = line.strip().partition("=")
        text = value.strip().strip('"').replace("$HOME", str(Path.home()))
        if name == "XDG_DOCUMENTS_DIR" and Path(text).is_absolute():
            return Path(text)
    return None


def install(version: str, plugins: Path) -> Path:
    """Write the plugin for a version of `VERSIONS` into `plugins`; returns its folder. Raises `InstallError`."""
    target = plugins / NAME
    fresh = plugins / f".{NAME}.part"
    try:
        plugins.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        for name, data in _files(version).items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        remove(plugins)
        fresh.replace(target)
    except OSError as e:
        raise InstallError(
            f"cannot be written ({e.strerror})", where=str(target), advice="Name the plugin folder with --folder"
        ) from e
    return target


def _files(version: str) -> dict[str, bytes]:
    """What belongs into the plugin's folder, by path."""
    if version == "4.6":
        return mext.files(start_command("serve --at-login"))
    out = {
        ENTRY: (PLUGIN / f"AddDynamicsFromAudio{version}.qml").read_bytes(),
        "start.json": json.dumps(start_command(), indent=1).encode(),
    }
    for part, pattern in PARTS.items():
        for file in sorted((PLUGIN / part).glob(pattern)):
            out[f"{part}/{file.name}"] = file.read_bytes()
    return out


def remove(plugins: Path) -> bool:
    """Take the plugin out of `plugins`; False when it is not there. Raises `InstallError` for a foreign folder."""
    target = plugins / NAME
    if not target.exists():
        return False
    if not ((target / ENTRY).is_file() or (target / MANIFEST).is_file()):
        raise InstallError("a folder of this name is there that is not the plugin", where=str(target))
    shutil.rmtree(target)
    return True


def start_command(shown_as: str = "serve") -> dict[str, object]:
    """How the plugin starts the bridge: this Python, and this checkout unless the package is installed.

    `shown_as` is the command with its options that the dialog tells people.
    """
    root, checkout = own_process.ROOT, own_process.CHECKOUT
    command = own_process.command("bridge.serve")
    if checkout:  # need not be installed: it is started in its folder and found there
        command.remove("-P")
    shown = " ".join([*(f'"{c}"' if " " in c else c for c in command), *shown_as.split()[1:]])
    return {
        "program": command[0],
        "arguments": command[1:],
        "folder": str(root) if checkout else "",
        "shown": f'cd "{root}" && {shown}' if checkout else shown,
    }


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte plugin",
        description="Put the plugin 'Add dynamics from audio' into MuseScore's plugin folder, or take it out.",
    )
    add = parser.add_argument
    add("action", nargs="?", choices=("install", "remove"), default="install", help="(default: %(default)s)")
    add(
        "--version",
        choices=(*VERSIONS, "all"),
        default="all",
        help="for which MuseScore: 3, 4 (4.0 to 4.5), 4.6 (and later) (default: all)",
    )
    add("--folder", type=Path, metavar="DIR", help="MuseScore's plugin folder, if it is not the usual one")
    add("--remove", action="store_true", help="the same as remove")
    return parser


@command
def run(options: argparse.Namespace) -> int:
    """Install or remove; returns the exit status."""
    versions = VERSIONS if options.version == "all" else (options.version,)
    if options.folder is not None and len(versions) > 1:
        say("error: --folder needs --version 3, 4 or 4.6")
        return 2
    for version in versions:
        plugins = options.folder or folder_of(version)
        if options.remove or options.action == "remove":
            say(f"{'removed from' if remove(plugins) else 'not in'} {plugins}")
        else:
            say(f"installed in {install(version, plugins)}\n{CLICKS[version]}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Parse and install; returns the exit status."""
    return run(build_parser().parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
