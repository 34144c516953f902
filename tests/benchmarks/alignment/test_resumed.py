"""Long measurements that were stopped go on from what was measured."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from benchmarks.alignment import recitals, takes
from benchmarks.alignment.data import Take
from benchmarks.alignment.takes import Result


def test_takes_that_were_measured_are_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    all_takes = [Take(name, tmp_path, tmp_path, "asap", tmp_path) for name in ("a", "b", "c")]
    measured: list[str] = []

    def evaluate(take: Take, *_: object) -> Result:
        if take.name == "c" and len(measured) == 2:
            raise KeyboardInterrupt
        measured.append(take.name)
        return Result(
            take.name, 100, 7.0, 0.98, 0.99, 90, 1.0, 1.0, True, 60.0, 2.0, 0.3, worst=("x",), far={"heard": 1}
        )

    monkeypatch.setattr(takes, "chosen_takes", lambda *_: all_takes)
    monkeypatch.setattr(takes, "evaluate", evaluate)
    monkeypatch.setattr(takes, "data_folder", lambda: tmp_path)
    parser = ArgumentParser()
    takes.add_options(parser)
    options = parser.parse_args(["--json", str(tmp_path / "kept.json")])
    with pytest.raises(KeyboardInterrupt):
        takes.run(options)
    measured.append("stopped")
    takes.run(options)
    assert measured == ["a", "b", "stopped", "c"]
    assert "| all 3 takes | 300 | 7.0 | 98.0% | 99.0% | 270 |" in capsys.readouterr().out


def test_cases_of_recitals_that_were_tried_are_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps([["4 bars", "one", "right"], ["4 bars", "two", "refused"]]))
    monkeypatch.setattr(recitals, "data_folder", lambda: tmp_path)
    monkeypatch.setattr(recitals, "bach", lambda *_: iter(["piece"]))
    monkeypatch.setattr(recitals, "kinderszenen", lambda *_: iter([]))
    names = ("one", "two", "three")
    monkeypatch.setattr(recitals, "cases", lambda pieces: [("4 bars", n, None, None, [1]) for n in names if pieces])
    monkeypatch.setattr(recitals, "outcome", lambda *_: "wrong")
    parser = ArgumentParser()
    recitals.add_options(parser)
    recitals.run(parser.parse_args(["--kept", str(tmp_path / "heard"), "--json", str(kept)]))
    assert "| 4 bars | 3 | 1 | 0 | 1 | 1 |" in capsys.readouterr().out
    assert [row[2] for row in json.loads(kept.read_text())] == ["right", "refused", "wrong"]
