"""The counts of the data sets: what a small one gives, and what is said of what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.errors import MezzoforteError
from tests.train.data.scores import write_score
from tests.train.data.test_readers import make_mazurkabl
from train.data import counts
from train.data.errors import DataError


def test_a_mazurka_is_counted_with_its_marks_once_and_its_beats_per_performance(tmp_path: Path) -> None:
    make_mazurkabl(tmp_path / "mazurkabl")
    (tmp_path / "mazurkabl" / "xml_scores").mkdir()
    hairpin = "<direction><direction-type><wedge~type='crescendo'/></direction-type></direction> q60"
    write_score(tmp_path / "mazurkabl" / "xml_scores" / "Mazurka06-1.xml", [hairpin, "q60", "q60", "q60"])
    (text,) = (s.chapter() for s in counts.counted(tmp_path, None))
    header, _, row = text.split("\n\n")[1].split("\n")
    cells = dict(zip(header.split(" | ")[1:], row.split(" | ")[1:], strict=True))
    assert (cells["pieces"], cells["performances"], cells["beats"], cells["downbeats"]) == ("1", "2", "16", "6")
    assert (cells["with levels"], cells["pp"], cells["p"], cells["f"]) == ("2", "2", "4", "6")
    written = text.split("Written in the scores:")[1].strip().split("\n")
    assert written[0] == "| | pp | p | f | hairpins |"
    assert written[2] == "| Chopin | 1 | 1 | 1 | 1 |"


def test_what_was_dropped_is_named_with_its_reason_and_a_path_below_the_folder(tmp_path: Path) -> None:
    make_mazurkabl(tmp_path / "mazurkabl")
    make_mazurkabl(tmp_path / "mazurkabl", "M06-2")
    (tmp_path / "mazurkabl" / "markings_dyn" / "M06-2markings.csv").write_text("piano\n3\n")
    make_mazurkabl(tmp_path / "mazurkabl", "M06-4")
    assert list(counts.mazurka_marks(tmp_path / "mazurkabl")) == ["chopin/mazurka_op6/1"]
    (source,) = (s for s in counts.SOURCES if s.folder == "mazurkabl")
    said = counts.left_out(source.read(tmp_path / "mazurkabl"), tmp_path)
    assert "dropped, damaged file: 1: mazurkabl/M06-2: mazurkabl/markings_dyn/M06-2markings.csv" in said
    assert "dropped, no dynamics: 1: mazurkabl/M06-4" in said
    assert str(tmp_path) not in said


def test_our_labels_are_counted_and_a_broken_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text("time_s,bar,beat\n0.5,1,1\n1.0,1,2\n1.5,2,1\n")
    (item,) = counts.read_labelled(tmp_path).items
    assert (item.labels.n_beats, len(item.labels.downbeats_s)) == (3, 2)
    (tmp_path / "worse.csv").write_text("time_s,bar\n0.5,1\n")
    with pytest.raises(DataError, match=r"worse\.csv"):
        counts.read_labelled(tmp_path)


def test_a_folder_without_data_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MezzoforteError, match="no data set"):
        list(counts.counted(tmp_path, None))


def test_strict_refuses_damage_and_the_report_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_mazurkabl(tmp_path / "mazurkabl")
    make_mazurkabl(tmp_path / "mazurkabl", "M06-2")
    (tmp_path / "mazurkabl" / "markings_dyn" / "M06-2markings.csv").unlink()
    assert counts.run(counts.main.parse([str(tmp_path)])) == 0
    assert "damaged file: 1" in capsys.readouterr().out
    assert counts.run(counts.main.parse([str(tmp_path), "--strict", "--json"])) == 1
    report = json.loads(capsys.readouterr().out)["mazurkabl"]
    assert report["groups"]["Chopin"]["performances"] == 2
    assert "M06-2markings.csv" in report["dropped"]["damaged file"][0]
