"""The command line with --transcribe: sines, a stub that hears them, and a stub that hears beats."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runtime.analyze import main
from runtime.notes.played import read_notes
from runtime.score.read.files import read_score
from tests import stub_model
from tests.runtime.command import analyze
from tests.runtime.transcribe import stub_notes

RATE_HZ = 22_050
PITCHES = (67, 71, 74, 79, 76, 72, 69, 78)
ROWS = [(0.5 + 0.3 * k, 0.75 + 0.3 * k, PITCHES[k % 8] + (k // 16) % 3, 0.1 + 0.02 * (k % 8)) for k in range(64)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    stub_model.write_stub(tmp_path / "models")
    stub_notes.write_stub(tmp_path / "models")
    soundfile.write(tmp_path / "take.wav", stub_notes.sines(ROWS, 21.0), RATE_HZ)
    return tmp_path


def words(folder: Path, *more: str) -> tuple[str, ...]:
    models = folder / "models"
    own = ("--transcribe", "--transcriber-path", str(models / "stub.notes.json"))
    return ("take.wav", "--model", str(models / "stub.json"), *own, *more)


def test_a_recording_alone_becomes_a_score_with_dynamics(folder: Path) -> None:
    result = analyze(folder, *words(folder, "--out", "take.musicxml"))
    assert result.status == 0, result.err
    assert result.out == b"" and "written: take.musicxml" in result.err and "64 notes by own" in result.err
    score = read_score(folder / "take.musicxml")
    assert sorted(n.pitch for n in score.notes if not n.tied) == sorted(r[2] for r in ROWS)
    assert len(score.staves) == 2 and any(m.kind == "dynamic" and m.ours for m in score.marks)
    before = (folder / "take.musicxml").read_bytes()
    assert analyze(folder, *words(folder, "--out", "take.musicxml", "--quiet")).err == ""
    assert (folder / "take.musicxml").read_bytes() == before


def test_a_recording_alone_becomes_midi_that_reads_back(folder: Path) -> None:
    result = analyze(folder, *words(folder, "--out", "take.mid"))
    assert result.status == 0, result.err
    notes = read_notes(folder / "take.mid")
    assert notes.pitch.tolist() == [r[2] for r in ROWS]
    assert notes.onset_s == pytest.approx([r[0] for r in ROWS], abs=0.05)
    assert len(set(notes.velocity.tolist())) > 3


def test_a_dry_run_prints_the_marks_and_writes_nothing(folder: Path) -> None:
    before = sorted(p.name for p in folder.iterdir())
    result = analyze(folder, *words(folder, "--dry-run", "--quiet"))
    assert result.status == 0, result.err
    assert result.out.decode().split()[:3] == ["action", "bar", "beat"]
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.parametrize("out", ["x.musicxml", "x.mid"])
def test_silence_is_refused_and_nothing_is_written(folder: Path, out: str) -> None:
    soundfile.write(folder / "take.wav", np.zeros(5 * RATE_HZ, np.float32), RATE_HZ)
    result = analyze(folder, *words(folder, "--out", out, "--quiet"))
    assert result.status == 1 and not (folder / out).exists()
    assert ("no beats were found" if out == "x.musicxml" else "no notes were heard") in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_a_damaged_recording_is_one_message(folder: Path) -> None:
    (folder / "take.wav").write_bytes(b"RIFF no sound at all")
    result = analyze(folder, *words(folder, "--out", "x.musicxml", "--quiet"))
    assert result.status == 1 and len(result.err.strip().splitlines()) == 1 and not (folder / "x.musicxml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--transcribe"], "where shall the score go"),
        (["--transcribe", "--out", "x.pdf"], "a transcription also as MIDI"),
        (["--transcribe", "--out", "x.musicxml", "--format", "json"], "no --format"),
        (["--transcribe", "--out", "x.musicxml", "--score", "s.musicxml"], "exclude each other"),
        (["--transcribe", "--out", "x.musicxml", "--notes", "s.mid"], "exclude each other"),
        (["--transcribe", "--out", "x.musicxml", "--skip-existing"], "no --skip-existing"),
        (["--transcribe", "--out", "x.mid", "--dry-run"], "--dry-run changes nothing"),
        (["--transcribe", "--out", "x.mid", "--correct", "x2"], "--correct changes nothing"),
        (["--transcribe", "--out", "x.mid", "--density", "sparse"], "--density changes nothing"),
        (["two.wav", "--transcribe", "--out", "x.musicxml"], "one recording, 2 were given"),
        (["--transcriber-path", "m.json", "--out", "x.json"], "belongs to --transcribe"),
        (["--notes", "s.mid", "--transcriber-path", "m.json", "--out", "x.musicxml"], "belongs to --transcribe"),
        (["--transcribe", "midi", "--out", "x.musicxml"], "after --notes"),
        (["--transcribe", "--transcriber-path", "none.json", "--out", "x.musicxml"], "no model card here"),
        (["--transcribe", "basic-pitch", "--transcriber-path", "no.onnx", "--out", "x.mid"], "no.onnx"),
        (["--transcribe", "basic-pitch", "--transcriber-path", "take.wav", "--out", "x.mid"], "cannot be started"),
        (["--transcribe", "madmom", "--transcriber-path", "no-python", "--out", "x.mid"], "cannot be run"),
        (["--transcribe", "madmom", "--transcriber-path", sys.executable, "--out", "x.mid"], "madmom failed"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_tried(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    if sys.executable in arguments and importlib.util.find_spec("madmom"):
        pytest.skip("madmom is installed here")
    monkeypatch.chdir(tmp_path)
    Path("take.wav").write_bytes(b"RIFF")
    stub_model.write_stub(tmp_path, "mezzoforte")
    stub_notes.write_stub(tmp_path, "mezzoforte.notes")
    monkeypatch.setattr("runtime.network.parts.MODELS_FOLDER", tmp_path)
    assert main(["take.wav", *arguments]) == 2
    told = capsys.readouterr().err
    assert message in told and len(told.strip().splitlines()) == 1 and not list(tmp_path.glob("x.*"))


def test_the_recording_taken_for_a_transcribers_name_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--transcribe", "take.wav", "--out", "x.musicxml"])
    assert stopped.value.code == 2 and "write the recording before --transcribe" in capsys.readouterr().err


def test_an_absent_basic_pitch_says_how_to_fetch_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("runtime.transcribe.basic_pitch.usual_place", lambda: Path("nowhere.onnx"))
    assert main(["take.wav", "--transcribe", "basic-pitch", "--out", "x.mid"]) == 2
    assert "mezzoforte transcriber add basic-pitch" in capsys.readouterr().err


def test_an_absent_madmom_says_how_to_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MEZZOFORTE_MADMOM_PYTHON", raising=False)
    assert main(["take.wav", "--transcribe", "madmom", "--out", "x.mid"]) == 2
    assert "MEZZOFORTE_MADMOM_PYTHON" in capsys.readouterr().err
