"""What an installation weighs: every package that Mezzoforte and its extra ``cpu`` bring, and Mezzoforte itself."""

from __future__ import annotations

import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OWN = ("mezzoforte", "runtime", "bridge", "musescore_plugin")


def sizes_mb() -> dict[str, float]:
    """Megabytes of each installed package that a user gets, by name; Mezzoforte's own are those of the checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [*project["dependencies"], *project["optional-dependencies"]["cpu"]]
    found: dict[str, float] = {"mezzoforte": sum(_folder_mb(ROOT / name) for name in OWN)}
    while waiting:
        wanted = Requirement(waiting.pop())
        if wanted.name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        found[wanted.name] = _package_mb(package)
        waiting += package.requires or []
    return found


def _package_mb(package: Distribution) -> float:
    paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file()) / 1e6


def _folder_mb(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc") / 1e6
