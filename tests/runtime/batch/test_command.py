"""A batch as people run it: what it finds, what it writes, what it leaves alone, what it says of failures."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from runtime.analysis import from_json
from tests import stub_model
from tests.runtime.batch.batches import batch, recordings, results
from tests.runtime.command import ROOT, analyze

pytest.importorskip("pyarrow", reason="the tables need pyarrow (extra: parquet)")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return stub_model.write_stub(folder)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return recordings(tmp_path / "in", "a/x.flac", "b/x.flac", "b/y.wav", "b/y.flac")


def options(card: Path) -> list[object]:
    return ["--model", card, "--quality", "fast", "--provider", "cpu", "--jobs", 2]


def rows(table: Path) -> list[dict[str, object]]:
    import pyarrow.parquet as pq

    return list(pq.read_table(table).to_pylist())


def test_a_folder_gives_files_tables_summary_and_log(tmp_path: Path, card: Path, archive: Path) -> None:
    (archive / "bad.wav").write_text("no audio")
    result = batch(tmp_path, archive, "--out", "out/deep", "--format", "json,midi", *options(card))
    assert result.status == 1 and "failed: bad: " in result.err and "Traceback" not in result.err
    out = tmp_path / "out" / "deep"
    names = {"a/x", "b/x", "b/y.wav", "b/y.flac"}
    assert {n for n in results(out) if n.endswith(".mid")} == {f"{n}.mid" for n in names}
    one = analyze(tmp_path, archive / "a" / "x.flac", "--model", card, "--provider", "cpu")
    assert (out / "a" / "x.json").read_bytes() == one.out
    analysis = from_json(one.out.decode())
    files = {str(r["name"]): r for r in rows(out / "tables" / "files")}
    assert files.keys() == names | {"bad"}
    assert files["bad"]["status"] == "failed" and "not audio" in str(files["bad"]["reason"])
    assert files["a/x"]["beats"] == len(analysis.beats) and files["a/x"]["duration_s"] == 3.0
    beats = [r for r in rows(out / "tables" / "beats") if r["name"] == "a/x"]
    assert [round(float(str(r["time_s"])), 4) for r in beats] == [round(b.time_s, 4) for b in analysis.beats]
    marks = [r for r in rows(out / "tables" / "marks") if r["name"] == "a/x" and r["kind"] == "dynamic"]
    assert [r["level"] for r in marks] == [d.level for d in analysis.dynamics]
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        told = {row["name"]: row for row in csv.DictReader(file)}
    assert told.keys() == files.keys() and told["b/x"]["beats"] == str(files["b/x"]["beats"])
    assert "bad.wav: this is not audio" in (out / "mezzoforte.log").read_text()


def test_the_same_command_does_nothing_again_and_changes_nothing(tmp_path: Path, card: Path, archive: Path) -> None:
    (archive / "bad.wav").write_text("no audio")
    words = [archive, "--out", "out", "--json-log", "-", *options(card)]
    assert batch(tmp_path, *words).status == 1
    before = results(tmp_path / "out")
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.*") if p.suffix in (".json", ".parquet")}
    again = batch(tmp_path, *words)
    assert again.status == 1 and "4 done before" in again.err
    assert "failed: bad: " in again.err  # and the list is told again
    assert [json.loads(line)["event"] for line in again.out.splitlines()] == ["start", "end"]
    assert results(tmp_path / "out") == before
    assert {p: p.stat().st_mtime_ns for p in times} == times
    (archive / "bad.wav").unlink()
    shutil.copy(archive / "a" / "x.flac", archive / "bad.wav")
    assert batch(tmp_path, *words).status == 0


def test_only_what_changed_is_analysed_and_copies_and_new_formats_cost_nothing(
    tmp_path: Path, card: Path, archive: Path
) -> None:
    log = tmp_path / "log.jsonl"
    words = [archive, "--out", "out", "--json-log", log, *options(card)]
    assert batch(tmp_path, *words).status == 0

    def told() -> dict[str, bool]:
        """Whether each recording of the last run was made from a kept result."""
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        last = max(i for i, line in enumerate(lines) if line["event"] == "start")
        return {line["name"]: line["reused"] for line in lines[last:] if line["event"] == "done"}

    recordings(archive, "ignored.flac", "b/y.wav")  # other content
    shutil.copy(archive / "a" / "x.flac", archive / "copy.flac")
    os.utime(archive / "b" / "x.flac")  # another time, the same content
    (tmp_path / "out" / "b" / "y.flac.json").unlink()  # a result that somebody took away
    assert batch(tmp_path, *words).status == 0
    assert told() == {"ignored": True, "b/y.wav": False, "copy": True, "b/x": True, "b/y.flac": True}
    assert from_json((tmp_path / "out" / "copy.json").read_text()).source.name == "copy.flac"
    assert batch(tmp_path, *words, "--format", "json,csv").status == 0
    assert told() == dict.fromkeys(["a/x", "b/x", "b/y.wav", "b/y.flac", "copy", "ignored"], True)


def test_a_manifest_gives_scores_names_and_options_by_row(tmp_path: Path, card: Path) -> None:
    music = tmp_path / "music"
    recordings(music, "other.flac")
    shutil.copy(ROOT / "examples" / "minuet.ogg", music)
    shutil.copy(ROOT / "examples" / "minuet.musicxml", music)
    (music / "list.csv").write_text(
        "recording,score,name,format,composer\nminuet.ogg,minuet.musicxml,notebook/minuet,,Petzold\nother.flac,,,midi,\n"
    )
    result = batch(tmp_path, music / "list.csv", "--out", "out", *options(card))
    assert result.status == 0, result.err
    assert "columns not used: composer" in result.err
    found = results(tmp_path / "out")
    assert {"notebook/minuet.json", "notebook/minuet.marked.musicxml", "other.mid"} <= found.keys()
    assert "other.json" not in found and b"<dynamics>" in found["notebook/minuet.marked.musicxml"].replace(b" ", b"")
    assert from_json(found["notebook/minuet.json"].decode()).score
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"recording": ["minuet.ogg"], "score": ["minuet.musicxml"]}), music / "list.parquet")
    assert batch(tmp_path, music / "list.parquet", "--out", "other", *options(card)).status == 0
    assert (tmp_path / "other" / "minuet.marked.musicxml").read_bytes() == found["notebook/minuet.marked.musicxml"]


def test_a_second_archive_in_the_same_place_takes_no_name_of_the_first(
    tmp_path: Path, card: Path, archive: Path
) -> None:
    assert batch(tmp_path, archive / "a", "--out", "out", *options(card)).status == 0
    first = (tmp_path / "out" / "x.json").read_bytes()
    assert batch(tmp_path, archive / "b" / "x.flac", "--out", "out", *options(card)).status == 0
    assert (tmp_path / "out" / "x.json").read_bytes() == first
    assert (tmp_path / "out" / "b" / "x.json").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing", "--out", "out"], "there are no recordings here"),
        (["in/list.csv", "--out", "out"], "row 1: quality 'good' is not one of"),
        (["in/names.csv", "--out", "out"], "'../x' is not a name for results"),
        (["in/none.csv", "--out", "out"], "needs a column 'recording'"),
        (["in/binary.csv", "--out", "out"], "not a CSV manifest"),
        (["in/binary.parquet", "--out", "out"], "not a Parquet manifest"),
        (["in", "--out", "http://localhost/x"], "nothing can be written over HTTP"),
        (["in", "--out", "in/a/x.flac/deep"], "the folder cannot be made"),
        (["in", "--out", "out", "--format", "docx"], "'docx' is not one of"),
        (["in", "--out", "out", "--model", "nowhere"], "no model named 'nowhere'"),
        (["in", "--out", "out", "--scheduler", "127.0.0.1:1"], "no scheduler answers"),
    ],
)
def test_what_cannot_work_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, card: Path, archive: Path, words: list[str], told: str
) -> None:
    (tmp_path / "nothing").mkdir()
    (archive / "list.csv").write_text("recording,quality\nx.flac,good\n")
    (archive / "names.csv").write_text("recording,name\nx.flac,../x\n")
    (archive / "none.csv").write_text("audio\nx.flac\n")
    (archive / "binary.csv").write_bytes(b"\xff\x00\x01")
    (archive / "binary.parquet").write_bytes(b"PAR1 nonsense")
    if "distributed" in told or "--scheduler" in words:
        pytest.importorskip("distributed", reason="needs Dask (extra: cluster)")
    result = batch(tmp_path, *words, *([] if "--model" in words else ["--model", card]), "--quality", "fast")
    assert result.status == 2 and told in result.err, result.err
    assert len(result.err.strip().splitlines()) == 1 and "Traceback" not in result.err
    assert not (tmp_path / "out" / "tables").exists()


def test_another_run_in_the_same_folder_is_told(tmp_path: Path, card: Path, archive: Path) -> None:
    from runtime.batch import lock
    from runtime.batch.places import LocalPlace

    with lock.held(LocalPlace(str(tmp_path / "out"))):
        result = batch(tmp_path, archive, "--out", "out", *options(card))
    assert result.status == 2 and "another run writes here" in result.err
