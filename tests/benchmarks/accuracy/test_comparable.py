"""What others are tested on: which pieces, and that nothing is learned from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.accuracy import comparable
from benchmarks.accuracy.beats import FIGURES
from runtime.errors import MezzoforteError
from runtime.model import load_model
from tests.train.data.paths import data_folder


def test_without_the_table_of_folds_one_sentence_is_told(tmp_path: Path) -> None:
    with pytest.raises(MezzoforteError, match="no table of folds"):
        comparable.asap_fold(tmp_path, 0)


def test_the_sets_are_those_that_others_test_on() -> None:
    data = data_folder("asap_corrections").parent
    fold, acpas = comparable.asap_fold(data, 0), comparable.acpas_test(data)
    assert len(acpas.items) == 188
    assert len(fold.items) > 40 and {i.piece_id for i in fold.items} <= fold.pieces


def test_a_performance_is_measured_as_its_midi_is_analysed() -> None:
    data = data_folder("asap_corrections").parent
    shortest = min(comparable.acpas_test(data).items, key=lambda i: len(i.labels.beats_s))
    assert shortest.midi_path is not None
    measured = comparable.scored(shortest, shortest.midi_path, load_model("mezzoforte", "cpu"))
    figures = dict(zip(FIGURES, measured, strict=True))
    assert 0 <= figures["beat F"] <= 1 and figures["level changes"] >= 0
