"""Whole recordings, of which the labelled beginning is scored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.accuracy.whole import scored
from benchmarks.labels.recordings import BeatTable, write_labels
from runtime.analysis import Beat
from tests.runtime.write.takes import empty


def test_only_the_labelled_beginning_counts(tmp_path: Path) -> None:
    times_s = 1.0 + 0.5 * np.arange(40)
    write_labels(tmp_path / "x.csv", BeatTable(times_s, 1 + np.arange(40) // 4, 1 + np.arange(40) % 4))
    right = [Beat(float(t), 1 + i // 4, 1 + i % 4, 0.9) for i, t in enumerate(times_s)]
    later = [Beat(30.0 + 0.1 * i, 11 + i, 1, 0.9) for i in range(50)]
    assert scored(replace(empty(60.0), beats=(*right, *later)), tmp_path / "x.csv") == (1.0, 1.0, 1.0, 1.0)
    halved = scored(replace(empty(60.0), beats=tuple(right[::2])), tmp_path / "x.csv")
    assert 0.6 < halved[0] < 0.7 and halved[1] == 0.0 and halved[2] > 0.9
