"""The command line with a score and with corrections: the example recording and its score, a stub model."""

from __future__ import annotations

import json
import os
from pathlib import Path

import mido
import numpy as np
import pytest
from lxml import etree

from runtime.analysis import from_json
from tests import stub_model
from tests.runtime import audio_files
from tests.runtime.command import ROOT, analyze

RECORDING = ROOT / "examples" / "minuet.ogg"
SCORE = ROOT / "examples" / "minuet.musicxml"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return stub_model.write_stub(folder)


def test_a_marked_score_has_a_level_at_its_first_note_and_the_same_notes(tmp_path: Path, card: Path) -> None:
    before = SCORE.read_bytes()
    result = analyze(tmp_path, RECORDING, "--model", card, "--score", SCORE, "--out", "marked.musicxml")
    assert result.status == 0, result.err
    assert result.out == b"" and "written: marked.musicxml" in result.err
    marked, original = etree.parse(tmp_path / "marked.musicxml"), etree.fromstring(before)
    assert len(marked.findall(".//dynamics")) >= 1 and original.find(".//dynamics") is None
    notes = [etree.tostring(n, with_tail=False) for n in marked.iter("note")]
    assert notes == [etree.tostring(n, with_tail=False) for n in original.iter("note")]
    assert SCORE.read_bytes() == before


def test_marking_over_the_score_keeps_a_backup(tmp_path: Path, card: Path) -> None:
    score = tmp_path / "mine.musicxml"
    score.write_bytes(SCORE.read_bytes())
    result = analyze(tmp_path, RECORDING, "--model", card, "--score", score, "--out", score)
    assert result.status == 0, result.err
    backups = [p for p in tmp_path.iterdir() if p.name.startswith("mine") and p != score]
    assert [b.read_bytes() for b in backups] == [SCORE.read_bytes()]
    assert score.read_bytes() != SCORE.read_bytes()


def test_a_dry_run_prints_the_plan_and_writes_nothing(tmp_path: Path, card: Path) -> None:
    result = analyze(tmp_path, RECORDING, "--model", card, "--score", SCORE, "--dry-run", "--quiet")
    assert result.status == 0, result.err
    assert result.out.decode().splitlines()[0].split()[:4] == ["action", "bar", "beat", "mark"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_the_plan_is_json_and_the_analysis_tells_the_repeats_taken(tmp_path: Path, card: Path) -> None:
    plan = analyze(tmp_path, RECORDING, "--model", card, "--score", SCORE, "--format", "plan", "--quiet")
    assert plan.status == 0, plan.err
    assert json.loads(plan.out)["marks"]
    told = analyze(tmp_path, RECORDING, "--model", card, "--score", SCORE, "--format", "json", "--quiet")
    assert told.status == 0, told.err
    assert from_json(told.out.decode()).score


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--score", "nowhere.musicxml", "--dry-run"], 1, "nowhere.musicxml"),
        (["--score", str(SCORE)], 2, "where shall the marked score go? Add --out"),
        (["--score", str(SCORE), "--format", "png"], 2, "without --out there is only json or plan"),
        (["--score", str(SCORE), "--format", "score,tiff", "--out", "x/"], 2, "'tiff' is not one of score, plan, json"),
        (["--correct", "bar@999"], 1, "outside the recording, which ends at"),
        (["--score", str(RECORDING), "--dry-run"], 1, "minuet.ogg"),
        (["--correct", "x3"], 2, "'x3' is not known"),
        (["--correct", "bar@-1"], 2, "outside any recording"),
        (["--corrections", "nowhere.json"], 2, "nowhere.json"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(
    tmp_path: Path, card: Path, words: list[str], status: int, message: str
) -> None:
    result = analyze(tmp_path, RECORDING, "--model", card, "--quiet", *words)
    assert result.status == status
    assert message in result.err and "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_every_format_beside_the_marked_score_has_the_beats_of_the_score(tmp_path: Path, card: Path) -> None:
    formats = "score,json,midi,dawproject,csv,labels,plan"
    result = analyze(tmp_path, RECORDING, "--model", card, "--score", SCORE, "--format", formats, "--out", "all")
    assert result.status == 0, result.err
    written = sorted(p.name for p in (tmp_path / "all").iterdir())
    assert written == [
        "minuet.csv", "minuet.dawproject", "minuet.json", "minuet.labels.txt", "minuet.marked.musicxml", "minuet.mid",
        "minuet.plan.json",
    ]  # fmt: skip
    analysis = from_json((tmp_path / "all" / "minuet.json").read_text())
    score = analysis.score
    assert score is not None
    assert [b.time_s for b in analysis.beats] == pytest.approx([b["time_s"] for b in score["beats"]], abs=1e-3)
    assert [b.measure for b in analysis.beats] == [b["measure"] for b in score["beats"]]
    assert score["beats_detected"] and score["beats_detected"] != score["beats"]
    assert [(m.beats_per_bar, m.signature) for m in analysis.metre] == [(3, "3/4")]
    assert not any("unsure" in w for w in analysis.warnings)
    labels = (tmp_path / "all" / "minuet.labels.txt").read_text().splitlines()
    assert sum(row.split("\t")[2] == "1.1" for row in labels) == 1
    signatures = {(m.numerator, m.denominator) for m in mido.MidiFile(tmp_path / "all" / "minuet.mid").tracks[0]
                  if m.type == "time_signature"}  # fmt: skip
    assert (3, 4) in signatures
    assert etree.parse(tmp_path / "all" / "minuet.marked.musicxml").findall(".//dynamics")


def test_a_pin_holds_a_written_beat_too(tmp_path: Path, card: Path) -> None:
    words = ["--model", card, "--score", SCORE, "--format", "json", "--quiet"]
    beats = from_json(analyze(tmp_path, RECORDING, *words).out.decode()).beats
    moved_s = beats[20].time_s + 0.1
    pinned = from_json(analyze(tmp_path, RECORDING, *words, "--correct", f"beat@{moved_s:.4f}").out.decode()).beats
    assert pinned[20].time_s == pytest.approx(moved_s, abs=1e-3) and pinned[40].time_s == beats[40].time_s


def test_a_score_without_measures_is_refused(tmp_path: Path, card: Path) -> None:
    (tmp_path / "empty.musicxml").write_text(
        '<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>x</part-name></score-part>'
        '</part-list><part id="P1"></part></score-partwise>'
    )
    result = analyze(tmp_path, RECORDING, "--model", card, "--quiet", "--score", "empty.musicxml", "--dry-run")
    assert result.status == 1 and "no measures" in result.err and "Traceback" not in result.err


@pytest.mark.skipif(os.name == "nt", reason="needs a second recording by path")
def test_a_score_or_corrections_with_two_recordings_are_refused(tmp_path: Path, card: Path) -> None:
    other = audio_files.write(tmp_path / "take.wav")
    for words in (["--score", SCORE, "--dry-run"], ["--correct", "x2", "--out", "d/"]):
        result = analyze(tmp_path, RECORDING, other, "--model", card, *words)
        assert result.status == 2 and "one recording" in result.err


def test_corrections_change_the_beats(tmp_path: Path, card: Path) -> None:
    def beats(*words: str) -> np.ndarray:
        result = analyze(tmp_path, RECORDING, "--model", card, "--quiet", *words)
        assert result.status == 0, result.err
        return np.array([b.time_s for b in from_json(result.out.decode()).beats])

    plain = beats()
    (tmp_path / "c.json").write_text('{"corrections": 1, "tempo": "double"}')
    assert len(beats("--correct", "/2")) == pytest.approx(len(plain) / 2, abs=1)
    assert len(beats("--corrections", "c.json")) == 2 * len(plain) - 1
    assert np.array_equal(beats("--corrections", "c.json", "--correct", "/2"), plain)
    pinned = beats("--correct", "beat@20.123")
    assert np.abs(pinned - 20.123).min() < 1e-3
