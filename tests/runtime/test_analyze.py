"""The command line and `analyse_file` do what they promise with good recordings."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from runtime.analysis import from_json
from runtime.analyze import analyse_file
from runtime.model import load_model
from runtime.progress import Cancelled
from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import analyze, command, environment


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
    audio_files.write(tmp_path / "a.wav")
    audio_files.write(tmp_path / "b.wav")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.json").write_text("mine")
    command = ["a.wav", "b.wav", "--model", card, "--out", "results", "--skip-existing"]
    first = analyze(tmp_path, *command)
    assert first.status == 0, first.err
    assert (tmp_path / "results" / "a.json").read_text() == "mine"
    assert from_json((tmp_path / "results" / "b.json").read_text()).source.name == "b.wav"
    again = analyze(tmp_path, *command)
    assert "2 of 2 recordings have their results already" in again.err


def test_several_processes_give_the_same_files_and_report_the_same_failures(tmp_path: Path, card: Path) -> None:
    takes = [audio_files.write(tmp_path / f"{i}.flac", 3.0 + i) for i in range(3)]
    (tmp_path / "bad.wav").write_text("no audio")
    inputs = [*takes[:1], tmp_path / "bad.wav", *takes[1:]]
    one = analyze(tmp_path, *inputs, "--model", card, "--out", "one", "--provider", "cpu")
    many = analyze(tmp_path, *inputs, "--model", card, "--out", "many", "--provider", "cpu", "--jobs", 2)
    assert one.status == many.status == 1
    assert one.err == many.err
    assert names(tmp_path / "one") == names(tmp_path / "many") == ["0.json", "1.json", "2.json"]
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


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
    if jobs == 1:
        while b"%" not in said:  # the progress line: the work has begun
            said += os.read(master, 4_096)
    else:
        time.sleep(4.0)
    os.killpg(process.pid, signal.SIGINT)
    said += read_to_end(master)
    assert process.wait(120) == 130, said.decode()
    assert b"interrupted" in said
    assert b"Traceback" not in said
    for result in (tmp_path / "results").glob("*") if (tmp_path / "results").exists() else ():
        assert from_json(result.read_text()).beats
        assert result.suffix == ".json"


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
