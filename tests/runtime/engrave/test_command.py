"""The command line with notes: the example recording, its notes as a MIDI file, and a stub model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from runtime.analyze import main
from runtime.digital_piano.sync import on_recording_time
from runtime.errors import ScoreError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.notes.played import PlayedNotes
from runtime.score.read.files import read_score
from tests import stub_model
from tests.runtime.command import analyze
from tests.runtime.engrave import played

ROWS = [(k / 2, 0.5, 60 + (0, 4, 7, 12, 9, 5, 2, 11)[k % 8] + (k // 16) % 3) for k in range(64)]
NOTES = played.notes([*ROWS, *((k, 1, 40 + 5 * (k % 3)) for k in range(32))])


def sound(notes: PlayedNotes, speed: float = 1.0) -> np.ndarray:
    """Decaying tones with partials at the times of the notes (times divided by `speed`)."""
    out = np.zeros(round((notes.offset_s[-1] / speed + 1.0) * SAMPLE_RATE_HZ), np.float32)
    t = np.arange(round(0.8 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    for on_s, pitch in zip(notes.onset_s / speed, notes.pitch, strict=True):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 6)) * np.exp(-4 * t)
        at = round(on_s * SAMPLE_RATE_HZ)
        out[at : at + len(t)] += 0.05 * tone[: len(out) - at]
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    stub_model.write_stub(tmp_path / "model")
    soundfile.write(tmp_path / "take.wav", sound(NOTES), SAMPLE_RATE_HZ)
    (tmp_path / "take.mid").write_bytes(played.midi(NOTES))
    return tmp_path


def card(folder: Path) -> Path:
    return next((folder / "model").glob("*.json"))


def test_a_recording_and_its_notes_become_a_score_with_dynamics(folder: Path) -> None:
    words = ("take.wav", "--model", card(folder), "--notes", "take.mid", "--out", "take.musicxml")
    result = analyze(folder, *words)
    assert result.status == 0, result.err
    assert result.out == b"" and "written: take.musicxml" in result.err
    score = read_score(folder / "take.musicxml")
    struck = sorted(n.pitch for n in score.notes if not n.tied)
    assert struck == sorted(NOTES.pitch.tolist()) and len(score.staves) == 2
    assert any(m.kind == "dynamic" and m.ours for m in score.marks)
    before = (folder / "take.musicxml").read_bytes()
    assert analyze(folder, *words, "--quiet").err == ""
    assert (folder / "take.musicxml").read_bytes() == before


def test_a_dry_run_prints_the_marks_and_writes_nothing(folder: Path) -> None:
    before = sorted(p.name for p in folder.iterdir())
    result = analyze(folder, "take.wav", "--model", card(folder), "--notes", "take.mid", "--dry-run", "--quiet")
    assert result.status == 0, result.err
    assert result.out.decode().split()[:3] == ["action", "bar", "beat"]
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--notes", "nowhere.mid", "--out", "x.musicxml"], "nowhere.mid"),
        (["--notes", "drums.mid", "--out", "x.musicxml"], "percussion notes only"),
        (["--notes", "take.wav", "--out", "x.musicxml"], "not a MIDI file"),
        (["--notes", "take.mid"], "where shall the score go"),
        (["--notes", "take.mid", "--out", "x.pdf"], "written as MusicXML"),
        (["--notes", "take.mid", "--out", "x.musicxml", "--format", "json"], "no --format"),
        (["--notes", "nowhere.mid", "--score", "s.musicxml", "--out", "x.musicxml"], "nowhere.mid"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("take.wav").write_bytes(b"RIFF")
    Path("take.mid").write_bytes(played.midi(NOTES))
    Path("drums.mid").write_bytes(played.midi(NOTES, channel=9))
    assert main(["take.wav", *words]) == 2
    told = capsys.readouterr().err
    assert message in told and len(told.strip().splitlines()) == 1 and not list(tmp_path.glob("x.*"))


def test_notes_of_other_music_are_refused(folder: Path) -> None:
    chance = np.random.default_rng(1)
    other = played.notes([(0.71 * k, 0.6, int(chance.integers(30, 100))) for k in range(50)])
    (folder / "other.mid").write_bytes(played.midi(other))
    words = ("--model", card(folder), "--notes", "other.mid", "--out", "x.musicxml", "--quiet")
    result = analyze(folder, "take.wav", *words)
    assert result.status == 1 and "do not match the recording" in result.err
    assert len(result.err.strip().splitlines()) == 1 and not (folder / "x.musicxml").exists()


def test_a_recording_without_beats_is_refused(folder: Path) -> None:
    soundfile.write(folder / "still.wav", np.zeros(5 * SAMPLE_RATE_HZ, np.float32), SAMPLE_RATE_HZ)
    result = analyze(
        folder, "still.wav", "--model", card(folder), "--notes", "take.mid", "--out", "x.musicxml", "--quiet"
    )
    assert result.status == 1 and "no beats were found" in result.err and not (folder / "x.musicxml").exists()


def test_notes_on_the_clock_of_the_recording_stay_as_they_are() -> None:
    assert on_recording_time(NOTES, [sound(NOTES)]) is NOTES


def test_notes_that_began_earlier_are_moved() -> None:
    late = np.concatenate([np.zeros(round(1.7 * SAMPLE_RATE_HZ), np.float32), sound(NOTES)])
    moved = on_recording_time(NOTES, [late])
    assert moved.onset_s - NOTES.onset_s == pytest.approx(1.7, abs=0.02)


def test_another_take_of_the_same_music_is_refused() -> None:
    with pytest.raises(ScoreError, match="another pace"):
        on_recording_time(NOTES, [sound(NOTES, speed=1.15)])


def test_notes_most_of_which_were_cut_from_the_recording_are_refused() -> None:
    with pytest.raises(ScoreError, match=r"of the notes are in the recording|do not match"):
        on_recording_time(NOTES, [sound(NOTES)[: 6 * SAMPLE_RATE_HZ]])
