"""How clear marks are is told beside how often the playing does what they say."""

from __future__ import annotations

import numpy as np

from train.marks.clear import table


def test_table_has_a_row_for_each_word_that_marks_were_given() -> None:
    sure = np.array([0.99, 0.95, 0.95, 0.8])
    assert table(sure, np.array([1.0, 1.0, 0.0, 0.0])).splitlines()[2:] == [
        "| clear | 3 | 0.67 | 0.96 |",
        "| likely | 1 | 0.00 | 0.80 |",
    ]
