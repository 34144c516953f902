"""``python -m runtime.score``: a stored plan goes into a score, and our marks come out without a trace."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path

import pytest

from runtime.score.__main__ import main
from runtime.score.plan import Plan, PlannedMark, planned
from runtime.score.read.files import read_score
from runtime.score.table import Score
from tests.runtime.score import make

HUMAN = "      <direction><direction-type><dynamics><f/></dynamics></direction-type></direction>\n"
MARKS = (
    PlannedMark("dynamic", "p", 0, F(0), 1),
    PlannedMark("hairpin", "crescendo", 1, F(0), 1, 2, F(2)),
    PlannedMark("dynamic", "ff", 2, F(2), 1),
)


def plan_of(score: Score) -> Plan:
    """`MARKS`, all human marks out of their way."""
    hidden = tuple(planned(score, m) for m in score.marks)
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), MARKS, hidden=hidden)


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    """Four bars with a human f in the third, and their plan beside them."""
    path = tmp_path / "piece.musicxml"
    bars = [make.two_staves(i, before=HUMAN if i == 3 else "", first=i == 1) for i in range(1, 5)]
    path.write_bytes(make.score(bars))
    (tmp_path / "plan.json").write_text(plan_of(read_score(path)).to_json())
    return path


def run(*words: str | Path) -> int:
    return main([str(w) for w in words])


def test_a_plan_is_written_and_removing_gives_the_bytes_back(piece, tmp_path, capsys):
    marked, clean = tmp_path / "marked.musicxml", tmp_path / "clean.musicxml"
    before = piece.read_bytes()
    assert run("--apply", tmp_path / "plan.json", piece, "--out", marked) == 0
    assert [(m.kind, m.value, m.start) for m in read_score(marked).marks] == [
        ("dynamic", "p", 0), ("hairpin", "crescendo", 4), ("dynamic", "ff", 10),
    ]  # fmt: skip
    assert run("--remove", marked, "--out", clean) == 0
    assert clean.read_bytes() == before == piece.read_bytes()
    told = capsys.readouterr()
    assert told.out == "" and f"written: {marked}" in told.err


def test_applying_twice_changes_nothing(piece, tmp_path):
    first, second = tmp_path / "first.musicxml", tmp_path / "second.musicxml"
    assert run("--apply", tmp_path / "plan.json", piece, "--out", first, "--quiet") == 0
    assert run("--apply", tmp_path / "plan.json", first, "--out", second, "--quiet") == 0
    assert first.read_bytes() == second.read_bytes()


def test_over_the_score_itself_a_backup_stays(piece, tmp_path, capsys):
    before = piece.read_bytes()
    assert run("--apply", tmp_path / "plan.json", piece, "--out", piece) == 0
    backup = tmp_path / "piece.musicxml.bak"
    assert backup.read_bytes() == before != piece.read_bytes()
    assert str(backup) in capsys.readouterr().err
    assert run("--remove", piece, "--out", piece) == 0 and piece.read_bytes() == before


def test_musescore_files_take_the_same_plan(tmp_path):
    piece, marked = tmp_path / "piece.mscx", tmp_path / "marked.mscx"
    piece.write_bytes(make.mscx())
    (tmp_path / "plan.json").write_text(plan_of(read_score(piece)).to_json())
    assert run("--apply", tmp_path / "plan.json", piece, "--out", marked, "--quiet") == 0
    assert len(read_score(marked).marks) == len(MARKS)
    assert run("--remove", marked, "--out", marked, "--quiet") == 0
    assert marked.read_bytes() == piece.read_bytes()


DAMAGED = {
    "no JSON": b"marks: p",
    "another schema": b'{"schema": 99}',
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "not text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_plan_is_refused_and_nothing_is_written(piece, tmp_path, capsys, name):
    (tmp_path / "plan.json").write_bytes(DAMAGED[name])
    assert run("--apply", tmp_path / "plan.json", piece, "--out", tmp_path / "marked.musicxml") == 1
    assert "--format plan" in capsys.readouterr().err
    assert not (tmp_path / "marked.musicxml").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [("offset_quarters", "1/0"), ("measure", float("inf")), ("staff", 3), ("confidence", "sure"),
     ("offset_quarters", "-1")],
)  # fmt: skip
def test_a_plan_with_an_impossible_mark_is_refused(piece, tmp_path, capsys, key, value):
    data = json.loads((tmp_path / "plan.json").read_text())
    data["marks"][0][key] = value
    (tmp_path / "plan.json").write_text(json.dumps(data))
    assert run("--apply", tmp_path / "plan.json", piece, "--out", tmp_path / "marked.musicxml") == 1
    assert "not a plan of edits" in capsys.readouterr().err


def test_the_folder_of_the_output_is_made(piece, tmp_path):
    out = tmp_path / "marked" / "today" / "x.musicxml"
    assert run("--remove", piece, "--out", out) == 0 and out.read_bytes() == piece.read_bytes()


def test_what_cannot_work_is_said_and_leaves_every_file(piece, tmp_path, capsys):
    other, plan = tmp_path / "other.musicxml", tmp_path / "plan.json"
    other.write_bytes(make.plain(4, beats=3))
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    for words, message in [
        (["--apply", plan, other, "--out", tmp_path / "x.musicxml"], "changed after the plan was made"),
        (["--apply", tmp_path / "none.json", piece, "--out", tmp_path / "x.musicxml"], "cannot be read"),
        (["--apply", plan, tmp_path / "none.xml", "--out", tmp_path / "x.musicxml"], "no such score file"),
        (["--apply", plan, piece, "--out", tmp_path / "x.mid"], "cannot be written as .mid"),
        (["--remove", piece, "--out", piece / "x.musicxml"], "folder cannot be made"),
    ]:
        assert run(*words) == 1
        told = capsys.readouterr()
        assert message in told.err and told.err.count("\n") == 1 and told.out == ""
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "words", [[], ["--remove"], ["--remove", "a.mid"], ["--remove", "--apply", "p", "a", "--out", "b"]]
)
def test_a_command_that_says_too_little_or_too_much_is_a_usage_error(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2 and "usage" in capsys.readouterr().err
