"""The MIDI of a performance without sound: its beats, its marks, every format, and what it cannot be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

import mezzoforte
from examples.make_example import beat_times
from mezzoforte.errors import MezzoforteError, ModelError, ScoreError
from runtime.analysis import from_json
from runtime.analyze import main
from runtime.digital_piano.performance import hear_performance
from runtime.marks.files import align_file
from runtime.model import load_model
from runtime.score.read.files import read_score
from runtime.write import WRITERS
from tests import stub_model
from tests.runtime.digital_piano import minuet


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return minuet.write(tmp_path_factory.mktemp("midi") / "take.mid")


def test_beats_are_those_that_were_played_and_bars_by_the_metre_that_is_said(take: Path) -> None:
    analysis = mezzoforte.analyse(take)
    found_s, true_s = np.array([b.time_s for b in analysis.beats]), beat_times()[:96]
    away_s = np.abs(found_s[None] - true_s[:, None]).min(axis=1)
    assert (away_s < 0.05).mean() > 0.95 and 90 <= len(found_s) <= 100
    corrected = mezzoforte.analyse(take, corrections=["metre=3"])
    downbeats_s = np.array([b.time_s for b in corrected.downbeats])
    assert (np.abs(downbeats_s[None] - true_s[::3, None]).min(axis=1) < 0.05).mean() > 0.8
    assert analysis.source.sample_rate_hz == 0 and analysis.model.transcriber == "midi"
    assert from_json(analysis.to_json()).to_json() == analysis.to_json() == mezzoforte.analyse(take).to_json()


def test_the_score_is_aligned_to_within_a_hundredth_of_a_second(take: Path) -> None:
    score = read_score(minuet.SCORE)
    found = align_file(take, score)
    assert found.measures == (*range(16), *range(16))
    away_s = np.abs(np.array([b.time_s for b in found.beats(score)]) - beat_times()[:96])
    assert np.median(away_s) < 0.01 and away_s.max() < 0.05


def test_its_velocities_choose_the_marks(take: Path, tmp_path: Path) -> None:
    plan = mezzoforte.mark_score(take, minuet.SCORE, second_time="words").plan
    levels = [m.value for m in plan.marks if m.kind == "dynamic"]
    assert levels[0] in ("f", "ff")
    turned = mezzoforte.mark_score(minuet.write(tmp_path / "turned.mid", turned=True), minuet.SCORE)
    assert next(m.value for m in turned.plan.marks if m.kind == "dynamic") in ("p", "pp", "mp")


def test_with_its_score_the_beats_are_the_written_ones(take: Path) -> None:
    found = mezzoforte.analyse(take, score=minuet.SCORE)
    assert found.score is not None and found.score["measures_played"][:4] == ["1", "2", "3", "4"]
    assert {m.beats_per_bar for m in found.metre} == {3} and found.beats[0].measure == "1"


def test_beside_a_recording_its_velocities_choose_the_marks(tmp_path: Path) -> None:
    given = minuet.write(tmp_path / "take.mid", turned=True)
    heard = mezzoforte.mark_score(minuet.RECORDING, minuet.SCORE)
    told = mezzoforte.mark_score(minuet.RECORDING, minuet.SCORE, notes=given)
    first = [next(m.value for m in r.plan.marks if m.kind == "dynamic") for r in (heard, told)]
    assert first[0] in ("f", "ff") and first[1] in ("p", "pp", "mp")


def test_the_command_line_takes_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = minuet.write(tmp_path / "take.mid", turned=True)
    out = tmp_path / "marked.musicxml"
    words = ["--score", str(minuet.SCORE), "--format", "plan", "--quiet"]
    assert main([str(given), *words]) == 0
    alone = json.loads(capsys.readouterr().out)["marks"]
    assert main([str(minuet.RECORDING), "--notes", str(given), *words]) == 0
    beside = json.loads(capsys.readouterr().out)["marks"]
    assert alone[0]["value"] == beside[0]["value"] and alone[0]["value"] in ("p", "pp", "mp")
    assert main([str(given), "--score", str(minuet.SCORE), "--out", str(out)]) == 0
    assert len(etree.parse(out).findall(".//dynamics")) >= 1


def test_every_format_is_written(take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(take), "--out", f"{tmp_path}/", "--format", ",".join(WRITERS)]) == 0
    assert "of MIDI" in capsys.readouterr().err
    names = {f"take{w.suffix}" for w in WRITERS.values()}
    assert {p.name for p in tmp_path.iterdir()} == names
    layers = etree.parse(tmp_path / "take.svl").findall(".//model")
    assert {m.get("sampleRate") for m in layers} == {"22050"}


def test_with_itself_as_notes_it_becomes_a_score(take: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.musicxml"
    assert main([str(take), "--notes", str(take), "--out", str(out), "--quiet"]) == 0
    struck = sorted(n.pitch for n in read_score(out).notes if not n.tied)
    assert struck == sorted(minuet.notes().pitch.tolist())
    other = minuet.write(tmp_path / "other.mid", turned=True)
    with pytest.raises(ScoreError, match="two MIDI files"):
        mezzoforte.engrave(take, other)


@pytest.mark.parametrize(
    "words",
    [["--quality", "best"], ["--listener", "own"], ["--transcribe", "--out", "x.musicxml"], ["--tuning", "415"]],
)
def test_what_only_a_recording_can_be_asked_for_is_refused(
    take: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(take), *words]) == 2
    told = capsys.readouterr().err.strip()
    assert "needs a recording" in told and words[0] in told and len(told.splitlines()) == 1


def test_a_damaged_file_and_a_model_that_cannot_are_told(take: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.mid"
    damaged.write_bytes(b"nothing of the kind")
    with pytest.raises(MezzoforteError, match="not a MIDI file"):
        mezzoforte.analyse(damaged)
    with pytest.raises(ModelError, match="by notes alone"):
        hear_performance(take, load_model(stub_model.write_stub(tmp_path), "cpu"))
