"""What others are tested on: which pieces, and that nothing is learned from them."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks.accuracy import comparable, eight_folds
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


def figures_of(path: Path, fold: int, value: float) -> Path:
    rows = []
    for performance in range(fold + 1):
        who = {"performance": f"{fold} {performance}", "corpus": f"ASAP, fold {fold} of Beat This"}
        rows += [{**who, "way": way, **dict.fromkeys(FIGURES, v)} for way, v in
                 ((comparable.METRONOME, 0.1), ("true notes", value))]  # fmt: skip
    path.write_text(json.dumps(rows))
    return path


def test_all_eight_folds_of_one_name_are_a_row_too_and_seven_are_not(tmp_path: Path) -> None:
    files = [("400 steps", str(figures_of(tmp_path / f"{k}.json", k, k / 10))) for k in range(comparable.N_FOLDS)]
    rows = comparable.rows_of([*files, ("800 steps", str(figures_of(tmp_path / "again.json", 0, 0.9)))])
    every = rows[comparable.ALL_FOLDS, "true notes, 400 steps"]
    assert [row[0] for row in every] == [k / 10 for k in range(8) for _ in range(k + 1)]
    assert rows["ASAP, fold 0 of Beat This", "true notes, 800 steps"] == [(0.9,) * len(FIGURES)]
    assert len(rows["ASAP, fold 0 of Beat This", comparable.METRONOME]) == 1, "two files have the same performance"
    assert (comparable.ALL_FOLDS, "true notes, 800 steps") not in rows
    assert not any(corpus == comparable.ALL_FOLDS for corpus, _ in comparable.rows_of(files[1:]))
    comparable.write_table(files[:2], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert (
        "| ASAP, fold 1 of Beat This, true notes, 400 steps | 2 | 0.100 |" in page and "--row '400 steps' FILE" in page
    )


def test_a_fold_learns_from_none_of_its_pieces_and_is_done_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = comparable.TestSet("f", [], frozenset({"b/2", "a/1"}))
    monkeypatch.setattr(eight_folds, "asap_fold", lambda data, fold: tested)
    args = Namespace(data=tmp_path, notes=tmp_path / "n.h5", valid=tmp_path / "v.h5", work=tmp_path / "w", steps=7)
    stages = list(eight_folds.stages_of(3, args))
    assert [s.module for s in stages] == [
        "train.onsets", "export.onsets", "train.onsets.alone", "benchmarks.accuracy.comparable",
    ]  # fmt: skip
    fit, measure = stages[0].arguments, stages[-1].arguments
    assert Path(fit[fit.index("--without") + 1]).read_text() == "a/1\nb/2"
    assert measure[measure.index("--asap-fold") + 1] == "3" and "acpas" not in measure
    assert stages[-1].done is not None
    stages[-1].done.write_text("[]")
    assert not list(eight_folds.stages_of(3, args))
