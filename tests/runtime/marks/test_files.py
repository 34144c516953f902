"""The one call: from a recording, its analysis and a score file to the marked file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runtime.analysis import LADDER, Analysis, Beat, Loudness, ModelIdentity, Source
from runtime.errors import MezzoforteError, OutputError, ScoreError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.marks.annotate import AnnotateOptions
from runtime.marks.files import MarkOptions, apply_plan, mark_file, remove_marks
from runtime.score.align.performance import play
from runtime.score.read import musicxml as read_musicxml
from runtime.score.read.files import read_score
from tests.runtime.score import make, synth

BARS = 10


def tune_bytes(seed: int) -> bytes:
    random = np.random.default_rng(seed)
    bars = []
    for i in range(BARS):
        melody = "".join(make.note(make.STEPS[random.integers(7)], int(random.integers(4, 6)), 1) for _ in range(8))
        bass = "".join(make.note(make.STEPS[random.integers(7)], 3, 4, staff=2, voice=5) for _ in range(2))
        head = make.ATTRIBUTES.format(beats=4) if i == 0 else ""
        back = "      <backup><duration>8</duration></backup>\n"
        bars.append(make.measure(i + 1, head + melody + back + bass))
    return make.score(bars)


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Analysis]:
    """A recording, the bytes of its score, and an analysis: soft, a crescendo over bar 4, loud from bar 5."""
    data = tune_bytes(1)
    score = read_musicxml.read(data, "t")
    audio, positions, seconds = synth.perform(play(score, list(range(BARS))))
    path = tmp_path_factory.mktemp("take") / "take.wav"
    soundfile.write(path, audio, SAMPLE_RATE_HZ)
    at = [float(np.interp(q, positions, seconds)) for q in range(4 * BARS)]
    analysis = Analysis(
        Source("take.wav", len(audio) / SAMPLE_RATE_HZ, SAMPLE_RATE_HZ),
        ModelIdentity("m", "1", "0", "cpu"),
        tuple(Beat(t, 1 + q // 4, 1 + q % 4, 0.9) for q, t in enumerate(at)),
        loudness=Loudness(0.05, loudness(at, len(audio) / SAMPLE_RATE_HZ)),
    )
    return path, data, analysis


def loudness(at: list[float], end_s: float) -> tuple[float, ...]:
    """4 sone until bar 4, 16 from bar 5."""
    times_s = np.arange(0, end_s, 0.05)
    return tuple(np.interp(times_s, [at[12], at[16]], [4.0, 16.0]).tolist())


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "piece.musicxml"
    path.write_bytes(data)
    return path


def test_marks_land_in_the_right_bars_and_come_out_without_a_trace(take, tmp_path):
    audio, data, analysis = take
    piece, out = saved(tmp_path, data), tmp_path / "marked.musicxml"
    report = mark_file(audio, piece, out, analysis)
    found = read_score(out).marks
    levels = [(m.start, LADDER.index(m.value)) for m in found if m.kind == "dynamic"]
    assert levels[0][0] == 0 and levels[0][1] < levels[-1][1] and 12 <= levels[-1][0] <= 20
    assert "crescendo" in {m.value for m in found if m.kind == "hairpin"}
    assert all(m.start >= 8 and m.end <= 20 for m in found if m.kind == "hairpin")
    assert report.written == out and report.backup is None and piece.read_bytes() == data
    assert "crescendo" in report.text() and json.loads(report.text("plan"))["edits"]
    assert report.score_summary["measures_played"] == [str(n + 1) for n in range(BARS)]
    again = tmp_path / "again.musicxml"
    mark_file(audio, out, again, analysis, alignment=report.alignment)
    assert again.read_bytes() == out.read_bytes()
    remove_marks(out, out)
    assert out.read_bytes() == data


def test_a_dry_run_writes_nothing(take, tmp_path):
    audio, data, analysis = take
    piece = saved(tmp_path, data)
    report = mark_file(audio, piece, tmp_path / "out.musicxml", analysis, MarkOptions(dry_run=True))
    assert report.written is None and [p.name for p in tmp_path.iterdir()] == ["piece.musicxml"]
    plan = report.text("plan")
    apply_plan(piece, plan, tmp_path / "applied.musicxml")
    assert len(read_score(tmp_path / "applied.musicxml").marks) == len(report.plan.marks) > 1


def test_marking_in_place_keeps_a_backup(take, tmp_path):
    audio, data, analysis = take
    piece = saved(tmp_path, data)
    report = mark_file(audio, piece, piece, analysis)
    assert report.backup is not None and report.backup.read_bytes() == data
    assert read_score(piece).marks


def test_a_wrong_piece_or_output_leaves_every_file_as_it_was(take, tmp_path):
    audio, _data, analysis = take
    other = saved(tmp_path, tune_bytes(99))
    before = other.read_bytes()
    with pytest.raises(ScoreError):
        mark_file(audio, other, other, analysis)
    with pytest.raises(OutputError):
        mark_file(audio, other, tmp_path / "out.mid", analysis)
    with pytest.raises(MezzoforteError):
        mark_file(tmp_path / "missing.wav", other, other, analysis)
    assert other.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["piece.musicxml"]


def test_comparing_tells_the_bars_and_leaves_the_file_as_it_is(take, tmp_path):
    audio, data, analysis = take
    for bar, sign in ((1, "p"), (7, "pp")):
        human = f"      <direction><direction-type><dynamics><{sign}/></dynamics></direction-type></direction>\n"
        head = f'<measure number="{bar}">\n'.encode()
        at = data.index(head) + len(head)
        data = data[:at] + human.encode() + data[at:]
    piece = saved(tmp_path, data)
    options = MarkOptions(AnnotateOptions(policy="compare"))
    report = mark_file(audio, piece, tmp_path / "out.musicxml", analysis, options)
    assert any(d.steps > 0 and d.written == "pp" for d in report.annotation.comparison)
    assert "louder than the written pp" in report.text() and "Nothing to change" not in report.text()
    assert (tmp_path / "out.musicxml").read_bytes() == piece.read_bytes()
