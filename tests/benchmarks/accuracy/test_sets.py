"""Figures of two sets: what is within two points, and what may not be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.accuracy.sets import Compared, main, of_evaluations, of_marks, run
from runtime.errors import MezzoforteError


def evaluation(path: Path, beat_f: float, identity: str = "same") -> Path:
    rows = {"a model": {"beat_f": beat_f, "downbeat_f": 0.5}, "always p": {"beat_f": 0.1}}
    path.write_text(json.dumps({"asap": {"identity": identity, "n_recordings": 3, "clean": rows}}))
    return path


def test_two_points_below_is_within_and_a_little_more_is_not() -> None:
    assert Compared("", "", 0.75, 0.731).is_within and Compared("", "", 0.3, 0.9).is_within
    assert not Compared("", "", 0.75, 0.729).is_within


def test_the_page_has_both_figures_their_difference_and_the_one_farthest_behind(tmp_path: Path) -> None:
    shipped, free = evaluation(tmp_path / "a.json", 0.75), evaluation(tmp_path / "b.json", 0.65)
    out = tmp_path / "page.md"
    run(main.parse(["--fast", str(shipped), str(free), "--out", str(out)]))
    text = out.read_text(encoding="utf-8")
    assert "| ASAP (3), fast | 0.750 → 0.650 (-10.0) | 0.500 → 0.500 (+0.0) |" in text
    assert "Of 2 figures the free set is within 2 points, or better, in 1 (better in 0)" in text
    assert "farthest behind: beat F, ASAP (3), fast, by 10.0 points" in text


def test_marks_are_compared_on_the_pieces_that_both_were_measured_on(tmp_path: Path) -> None:
    shipped, free = tmp_path / "a.json", tmp_path / "b.json"
    some = [{"piece": name, "normal": {"r2": r2}} for name, r2 in (("x", 0.6), ("y", 0.2))]
    shipped.write_text(json.dumps({"asap": some, "batik": some}))
    free.write_text(json.dumps({"asap": [{"piece": "x", "normal": {"r2": 0.5}}]}))
    (only,) = of_marks((shipped, free))
    assert (only.what, only.shipped, only.free) == ("marks on asap", 0.6, 0.5) and only.column.endswith("(1)")


def test_figures_of_other_recordings_and_nothing_at_all_are_refused(tmp_path: Path) -> None:
    pair = evaluation(tmp_path / "a.json", 0.7), evaluation(tmp_path / "b.json", 0.7, "others")
    with pytest.raises(MezzoforteError, match="about other recordings"):
        list(of_evaluations("fast", pair))
    with pytest.raises(MezzoforteError, match="nothing to compare"):
        run(main.parse(["--out", str(tmp_path / "page.md")]))
