"""What is measured starts as an installed program does."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.speed.process import as_installed, needs


def test_modules_are_compiled_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "slow_to_compile.py").write_text("x = 1\n")
    words = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import slow_to_compile"
    assert needs("a small program", [sys.executable, "-c", words]).peak_mb > 1
    kept = Path(as_installed()["PYTHONPYCACHEPREFIX"])
    assert list(kept.rglob("slow_to_compile.*.pyc")) and not list(tmp_path.rglob("*.pyc"))
