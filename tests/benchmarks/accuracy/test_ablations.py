"""Models side by side: only on the same recordings."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.accuracy.ablations import document
from runtime.errors import MezzoforteError


def result(beat_f: float, identity: str = "a") -> dict[str, Any]:
    clean = {"own 0.1": {"beat_f": beat_f}, "always p": {"beat_f": 0.2}, "librosa": {"beat_f": 0.3}}
    return {
        "clean": clean, "identity": identity, "what": "some model", "instruments": ["upright"], "n_recordings": 2,
        "n_pieces": 1,
    }  # fmt: skip


def test_each_model_has_its_row_and_the_trivial_rule_one() -> None:
    text = document({"full": {"asap": result(0.9)}, "without": {"asap": result(0.7)}})
    assert [line for line in text.split("\n") if line.startswith("| ")][1:] == [
        "| full | 0.900 |", "| without | 0.700 |", "| always p | 0.200 |",
    ]  # fmt: skip


def test_other_recordings_are_refused() -> None:
    with pytest.raises(MezzoforteError, match="without: evaluated on other recordings of asap"):
        document({"full": {"asap": result(0.9)}, "without": {"asap": result(0.7, "b")}})
