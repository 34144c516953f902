"""Whether Python finds our own `runtime` and `bridge`, and not files of the same name that lie where it looks first."""

from __future__ import annotations

import sys
from pathlib import Path

NAMES = ("runtime", "bridge")


def check() -> None:
    """Raises `ImportError` that names the file in the way; nothing is imported."""
    root = Path(__file__).resolve().parents[1]
    for name in NAMES:
        found = _where(name)
        if found is None:
            raise ImportError(f"Mezzoforte's package {name!r} is missing beside {root}. Install Mezzoforte again.")
        if Path(found).resolve() != root / name / "__init__.py":
            raise ImportError(
                f"{found} is in the way of Mezzoforte's own package {name!r}. Likely cause: it lies in the folder that "
                "Python was started in, or beside the script. Rename it, or start Python elsewhere or with -P; the "
                "command `mezzoforte` does not look there.",
                name=name,
                path=found,
            )


def _where(name: str) -> str | None:
    """The file that an import of this name takes, or has taken; a folder without code counts as no file."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return getattr(loaded, "__file__", None)
    for finder in sys.meta_path:  # as `importlib.util.find_spec`, whose import takes longer than this
        spec = finder.find_spec(name, None)
        if spec is not None:
            return spec.origin
    return None
