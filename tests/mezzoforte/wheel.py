"""The wheel of this checkout, and an environment that has it and nothing of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
_LEFT = shutil.ignore_patterns(
    ".git", ".venv*", "build", "dist", "out", "*.egg-info", "__pycache__", ".*_cache", "*.ogg"
)


def build(folder: Path) -> tuple[Path, str]:
    """Builds the wheel from a copy of the whole checkout; returns it, and what the build said."""
    source, wheels = folder / "source", folder / "wheels"
    shutil.copytree(ROOT, source, ignore=_LEFT)
    wheels.mkdir()
    command = [sys.executable, "-P", "-c", _BUILD, str(wheels)]
    made = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=600)
    assert made.returncode == 0, made.stderr[-2000:]
    (wheel,) = wheels.glob("*.whl")
    return wheel, made.stdout + made.stderr


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it; other people's packages come from the tests' own environment."""

    folder: Path
    home: Path

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if sys.platform == "win32" else "python")

    @property
    def command(self) -> Path:
        return self.scripts / ("mezzoforte.exe" if sys.platform == "win32" else "mezzoforte")

    def environment(self) -> dict[str, str]:
        """Without what this test run, or its user, tells Python."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return {**own, "HOME": str(self.home), "USERPROFILE": str(self.home)}

    def run(self, words: list[object], folder: Path) -> subprocess.CompletedProcess[str]:
        """A command in a folder."""
        return subprocess.run(
            [str(w) for w in words], cwd=folder, env=self.environment(), capture_output=True, text=True, timeout=300
        )


def install(wheel: Path, folder: Path) -> Installed:
    """Installs the wheel by pip into a new environment."""
    home = folder / "home"
    home.mkdir()
    venv.create(folder / "venv", with_pip=False, symlinks=sys.platform != "win32")
    installed = Installed(folder / "venv", home)
    pip = [sys.executable, "-m", "pip", "--python", str(installed.python), "install", "--no-deps", "--no-index", "-q"]
    made = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    (library,) = {p.parent for p in installed.folder.rglob("mezzoforte/__init__.py")}
    borrowed = [p for p in sys.path if p.endswith("-packages")]
    (library.parent / "borrowed.pth").write_text("\n".join(borrowed))
    return installed
