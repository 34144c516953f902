"""Where the tests find the data sets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    """Folder `name` below `MEZZOFORTE_DATA`; skips the test, saying why, when it is not there."""
    root = os.environ.get("MEZZOFORTE_DATA")
    if not root:
        pytest.skip("MEZZOFORTE_DATA is not set")
    folder = Path(root) / name
    if not folder.is_dir():
        pytest.skip(f"no {name} in MEZZOFORTE_DATA")
    return folder
