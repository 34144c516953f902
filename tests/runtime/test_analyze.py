"""The command line and `analyse_file` do what they promise with good recordings."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
from pathlib import Path

import pytest

from runtime.analysis import from_json
from runtime.analyze import analyse_file
from runtime.model import load_model
from runtime.progress import Cancelled
from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import Result, analyze, command, environment


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return stub_model.write_stub(folder)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_one_recording_without_out_is_json_on_stdout_and_a_table_on_stderr(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.flac", 12.0, 44_100, 2)
    result = analyze(tmp_path, path, "--model", card)
    assert result.status == 0, result.err
    analysis = from_json(result.out.decode())
    assert (analysis.source.name, analysis.source.duration_s, analysis.source.sample_rate_hz) == (
        "take.flac",
        12.0,
        44_100,
    )
    assert len(analysis.beats) > 10
    assert f"beats  {len(analysis.beats)}" in result.err
    assert "model  stub 0.0.0 on cpu" in result.err
    assert "\r" not in result.err  # progress is for terminals


def test_quiet_says_nothing(tmp_path: Path, card: Path) -> None:
    result = analyze(tmp_path, audio_files.write(tmp_path / "take.wav"), "--model", card, "--quiet")
    assert (result.status, result.err) == (0, "")


def test_the_same_recording_gives_the_same_bytes_every_time_and_everywhere(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.flac", 130.0, 44_100, 2)
    first = analyze(tmp_path, path, "--model", card, "--provider", "cpu")
    second = analyze(tmp_path, path, "--model", card, "--provider", "auto", "--out", "take.json")
    assert first.status == second.status == 0
    assert first.out == (tmp_path / "take.json").read_bytes()
    assert first.out.decode() == analyse_file(path, model=card, provider="cpu").to_json() + "\n"


def test_out_folder_gets_one_file_per_format(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    result = analyze(tmp_path, path, "--model", card, "--out", "new/results", "--format", "json,csv, midi,labels,jams")
    assert result.status == 0, result.err
    assert names(tmp_path / "new" / "results") == ["take.csv", "take.jams", "take.json", "take.labels.txt", "take.mid"]


def test_picture_is_written(tmp_path: Path, card: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra: plot)")
    path = audio_files.write(tmp_path / "take.wav")
    assert analyze(tmp_path, path, "--model", card, "--out", "take.png").status == 0
    assert (tmp_path / "take.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("out", "formats", "start"),
    [("a.csv", [], b"time_s"), ("a.mid", [], b"MThd"), ("a.json", [], b"{"), ("a.out", ["--format", "csv"], b"time_s")],
)
def test_out_file_has_the_format_of_its_suffix_or_of_the_option(
    tmp_path: Path, card: Path, out: str, formats: list[str], start: bytes
) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    assert analyze(tmp_path, path, "--model", card, "--out", out, *formats).status == 0
    assert (tmp_path / out).read_bytes().startswith(start)


def test_skip_existing_leaves_finished_recordings_alone(tmp_path: Path, card: Path) -> None:
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    audio_files.write(folder / "a.wav")
    audio_files.write(folder / "b.wav", 4.0)
    command = ["in", "--model", card, "--out", "new/results", "--skip-existing"]
    first = analyze(tmp_path, *command)
    assert first.status == 0, first.err
    result = tmp_path / "new" / "results" / "deep" / "a.json"
    assert from_json(result.read_text()).source.name == "a.wav"
    result.write_text("mine")
    again = analyze(tmp_path, *command)
    assert "2 of 2 recordings have their results already" in again.err and result.read_text() == "mine"
    audio_files.write(folder / "a.wav", 6.0)  # another recording under the same name
    assert "1 of 2 recordings have their results already" in analyze(tmp_path, *command).err
    assert from_json(result.read_text()).source.duration_s == 6.0
    other = analyze(tmp_path, *command, "--format", "csv")
    assert "2 recordings: 2 done now, 2 of them from kept results" in other.err


def test_corrections_are_among_what_skip_existing_looks_at(tmp_path: Path, card: Path) -> None:
    audio_files.write(tmp_path / "a.wav", 12.0)
    counts = []
    for words in ([], ["--correct", "x2"], ["--correct", "x2"], []):
        result = analyze(tmp_path, "a.wav", "--model", card, "--out", "results/", "--skip-existing", *words)
        assert result.status == 0, result.err
        counts.append(len(from_json((tmp_path / "results" / "a.json").read_text()).beats))
    assert counts[1] == counts[2] > 1.5 * counts[0] and counts[3] == counts[0] > 0


def test_several_recordings_leave_a_summary_and_under_quiet_their_warnings_in_a_log(tmp_path: Path, card: Path) -> None:
    audio_files.write(tmp_path / "a.wav")
    audio_files.cut(audio_files.write(tmp_path / "cut.mp3", 20.0, 44_100))
    result = analyze(tmp_path, "a.wav", "cut.mp3", "--model", card, "--out", "results", "--quiet")
    assert (result.status, result.out, result.err) == (0, b"", "")
    with (tmp_path / "results" / "summary.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {"a", "cut"} and rows["a"]["duration_s"] == "5.0" and "truncated" in rows["cut"]["warnings"]
    assert "truncated" in (tmp_path / "results" / "mezzoforte.log").read_text()


def test_folders_for_results_are_made(tmp_path: Path, card: Path) -> None:
    path = audio_files.write(tmp_path / "take.wav")
    assert analyze(tmp_path, path, "--model", card, "--out", "no/such/take.csv").status == 0
    assert (tmp_path / "no" / "such" / "take.csv").read_bytes().startswith(b"time_s")


def test_several_processes_give_the_same_files_and_report_the_same_failures(tmp_path: Path, card: Path) -> None:
    takes = [audio_files.write(tmp_path / f"{i}.flac", 3.0 + i) for i in range(3)]
    (tmp_path / "bad.wav").write_text("no audio")
    inputs = [*takes[:1], tmp_path / "bad.wav", *takes[1:]]
    one = analyze(tmp_path, *inputs, "--model", card, "--out", "one", "--provider", "cpu")
    many = analyze(tmp_path, *inputs, "--model", card, "--out", "many", "--provider", "cpu", "--jobs", 2)
    assert one.status == many.status == 1

    def lines(result: Result) -> list[str]:
        return sorted(line.partition(";")[0] for line in result.err.splitlines())

    assert lines(one) == lines(many)
    results = sorted(p.name for p in (tmp_path / "one").glob("*.json"))
    assert results == sorted(p.name for p in (tmp_path / "many").glob("*.json")) == ["0.json", "1.json", "2.json"]
    for name in results:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()
    assert (tmp_path / "one" / "0.json").read_bytes() == analyze(tmp_path, takes[0], "--model", card).out


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_with_status_130_and_leaves_nothing_half_written(tmp_path: Path, jobs: int) -> None:
    pty = pytest.importorskip("pty", reason="needs a POSIX terminal")
    card = stub_model.write_stub(tmp_path, cost=300)
    for name in ("a.wav", "b.wav", "c.wav"):
        audio_files.write(tmp_path / name, 300.0, 8_000)
    master, terminal = pty.openpty()
    arguments = ["a.wav", "b.wav", "c.wav", "--model", card, "--out", "results", "--jobs", jobs]
    process = subprocess.Popen(
        command(*arguments), cwd=tmp_path, env=environment(), stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    said = b""
    while b"%)" not in said:  # the progress line: the work has begun
        said += os.read(master, 4_096)
    os.killpg(process.pid, signal.SIGINT)
    said += read_to_end(master)
    assert process.wait(120) == 130, said.decode()
    assert b"interrupted" in said
    assert b"Traceback" not in said
    for result in (tmp_path / "results").glob("*.json"):
        assert from_json(result.read_text()).beats
    assert not list(tmp_path.rglob("*.part"))


def read_to_end(terminal: int) -> bytes:
    said = b""
    while True:
        try:
            part = os.read(terminal, 4_096)
        except OSError:  # Linux says so when the other side is gone
            return said
        if not part:
            return said
        said += part


# --- the function


def test_progress_rises_to_1_and_is_told_in_the_calling_thread(tmp_path: Path, card: Path) -> None:
    import threading

    path = audio_files.write(tmp_path / "take.flac", 200.0, 22_050)
    told: list[float] = []
    threads: set[int] = set()

    def progress(fraction: float) -> None:
        told.append(fraction)
        threads.add(threading.get_ident())

    analyse_file(path, model=load_model(card, "cpu"), progress=progress)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert 0.0 <= told[0] < 0.5
    assert len(told) > 4
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("allowed", [0, 1, 3, 6])
def test_cancel_stops_between_blocks_and_windows_and_leaves_no_thread(tmp_path: Path, card: Path, allowed: int) -> None:
    import threading

    path = audio_files.write(tmp_path / "take.flac", 200.0, 22_050)
    asked = 0

    def cancel() -> bool:
        nonlocal asked
        asked += 1
        return asked > allowed

    with pytest.raises(Cancelled):
        analyse_file(path, model=card, cancel=cancel)
    assert asked == allowed + 1
    assert not [t for t in threading.enumerate() if t.name == "decode and resample"]


def test_a_recording_that_changes_between_two_passes_is_an_error(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.errors import AudioError
    from runtime.sound import read as audio
    from runtime.sound.spool import Spool

    path = audio_files.write(tmp_path / "take.wav", 5.0)
    measure = audio.measure
    monkeypatch.setattr(Spool, "for_recording", lambda n: None)

    def measure_then_change(*arguments: object) -> object:
        measured = measure(*arguments)  # type: ignore[arg-type]
        audio_files.write(path, 4.0)
        return measured

    monkeypatch.setattr(audio, "measure", measure_then_change)
    with pytest.raises(AudioError, match="changed while it was read"):
        analyse_file(path, model=card)
