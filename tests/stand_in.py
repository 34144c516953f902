"""An installation with a second set of weights: the shipped one once more, under the name and licence of the free one.

It stands for weights that are not there, so that everything which follows the choice can be tried. Its rules of touch
are others and its parts have another version, so that it shows whose were used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from runtime.network.parts import DEFAULT_MODEL, FREE_LICENCE, FREE_MODEL, MODELS_FOLDER

ROOT = Path(__file__).parents[1]
VERSION = "stand-in"
CLEAR = {"scale": 0.0, "offset": 4.0}
"""Whatever the playing: 0.982 sure."""


def copy_of_set(folder: Path, name: str = FREE_MODEL, licence: str = FREE_LICENCE, *, without: str = "") -> Path:
    """The shipped set in `folder` under another name, less the files that begin with ``NAME.without``; returns the
    card's path."""
    for path in [p for p in MODELS_FOLDER.glob(f"{DEFAULT_MODEL}.*") if p.suffix in (".onnx", ".json")]:
        there = folder / f"{name}{path.name.removeprefix(DEFAULT_MODEL)}"
        if without and there.name.startswith(f"{name}.{without}"):
            continue
        if path.suffix == ".onnx":
            there.symlink_to(path)
            continue
        data = json.loads(path.read_text(encoding="utf-8")) | {"licence": licence, "version": VERSION}
        if "name" in data:
            data["name"] = there.name.removesuffix(".json")
        if "clear" in data:
            data["clear"] = CLEAR
        there.write_text(json.dumps(data), encoding="utf-8")
    return folder / f"{name}.json"


def installed(folder: Path, *, second: bool = True) -> Path:
    """A copy of the installation in `folder`, with a second set or without one."""
    for name in ("mezzoforte", "runtime", "bridge"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("models", "__pycache__"))
    models = folder / "runtime" / "models"
    models.mkdir()
    for path in MODELS_FOLDER.glob(f"{DEFAULT_MODEL}.*"):
        (models / path.name).symlink_to(path)
    if second:
        copy_of_set(models)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """With which a process takes its code and weights from there."""
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """``mezzoforte`` of that installation, in that folder."""
    command = [sys.executable, "-m", "mezzoforte", *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, encoding="utf-8", timeout=300
    )
