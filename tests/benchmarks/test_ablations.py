"""Models side by side: only on the same recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ablations import document, read
from runtime.errors import MezzoforteError


def result(beat_f: float, identity: str = "a") -> dict[str, Any]:
    clean = {"own 0.1": {"beat_f": beat_f}, "always p": {"beat_f": 0.2}, "librosa": {"beat_f": 0.3}}
    return {
        "clean": clean, "identity": identity, "what": "some model", "instruments": ["upright"], "n_recordings": 2,
        "n_pieces": 1,
    }  # fmt: skip


def test_each_model_has_its_row_and_the_trivial_rule_one(tmp_path: Path) -> None:
    for name, f in (("full", 0.9), ("without", 0.7)):
        (tmp_path / name).write_text(json.dumps({"asap": result(f)}))
    text = document({name: read(name, tmp_path / name) for name in ("full", "without")})
    assert [line for line in text.split("\n") if line.startswith("| ")][1:] == [
        "| full | 0.900 |", "| without | 0.700 |", "| always p | 0.200 |",
    ]  # fmt: skip


def test_other_recordings_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MezzoforteError, match="without: evaluated on other recordings of asap"):
        document({"full": {"asap": result(0.9)}, "without": {"asap": result(0.7, "b")}})
    (tmp_path / "x").write_text('{"asap": {"clean": {}}}')
    with pytest.raises(MezzoforteError, match="cannot be read"):
        read("full", tmp_path / "x")
