"""A Python environment that is made for one conversion and removed after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import mezzoforte
from runtime.errors import MezzoforteError

_FINISHED = "installed.txt"


def cache_folder() -> Path:
    """Where this system keeps what programs can make again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mezzoforte" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mezzoforte"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mezzoforte"


class Environment:
    """A virtual environment with some packages in it, and with ours in sight."""

    def __init__(self, name: str) -> None:
        self.folder = cache_folder() / "environments" / name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def make(self, packages: Sequence[str], alone: Sequence[str] = ()) -> None:
        """Make it and install packages by pip, unless an earlier, failed conversion has left it finished.

        Those of `alone` come without what they require. What pip says goes to stderr. Raises `MezzoforteError`.
        """
        wanted = "\n".join([*packages, *alone])
        finished = self.folder / _FINISHED
        if finished.is_file() and finished.read_text(encoding="utf-8") == wanted:
            return
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise MezzoforteError(f"no environment can be made ({e.strerror or e})", where=str(self.folder)) from e
        # -I: nothing that lies in the present folder is taken for a module of Python's own.
        self._run([sys.executable, "-I", "-m", "venv", str(self.folder)], "no environment can be made",
                  "Debian and Ubuntu have what is missing in the package python3-venv")  # fmt: skip
        pip = [str(self.python), "-I", "-m", "pip", "install", "--disable-pip-version-check"]
        for extent, names in (([], packages), (["--no-deps"], alone)):
            if names:
                self._run([*pip, *extent, *names], f"pip could not install {', '.join(names)}",
                          "The reason is above: no network, or no room?")  # fmt: skip
        self._see_ours()
        finished.write_text(wanted, encoding="utf-8")

    def _see_ours(self) -> None:
        """Let it import our packages, and what they need, behind its own. After pip, which must not touch those."""
        root = str(Path(mezzoforte.__file__).resolve().parents[1])
        others = [path for path in sys.path if path.endswith("-packages") and path != root]
        shown = subprocess.run(
            [str(self.python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        (Path(shown.stdout.strip()) / "mezzoforte-from.pth").write_text("\n".join([root, *others]), encoding="utf-8")

    def run_module(self, module: str, arguments: Sequence[str]) -> None:
        """Run a module of ours there; what it says goes to stderr. Raises `MezzoforteError` when it fails."""
        self._run([str(self.python), "-P", "-m", module, *arguments], "the conversion failed", "The reason is above")

    def remove(self) -> None:
        """Take it away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: Sequence[str], what: str, advice: str) -> None:
        try:
            # stdout, too, to stderr: our own stdout is for results
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), check=False)
        except OSError as e:
            raise MezzoforteError(f"{command[0]} cannot be run ({e.strerror or e})", where=str(self.folder)) from e
        if done.returncode:
            raise MezzoforteError(what, where=str(self.folder), advice=advice)
