"""REAPER projects, read back by the package rpp: tempi lead to the beats, marks and recording are in their places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runtime.analysis import Analysis, Source
from runtime.errors import OutputError
from runtime.write import WRITERS, WriteOptions, save
from runtime.write.tempo_map import tempo_map
from tests.runtime.write.takes import empty, take

rpp = pytest.importorskip("rpp", reason="the package rpp is not installed")
TAKE = take(60.0)


def project(analysis: Analysis, **options):
    return rpp.loads(WRITERS["rpp"].render(analysis, WriteOptions(**options)).decode())


def rows(element, name: str) -> list[list[str]]:
    return [row for row in element if isinstance(row, list) and row[0] == name]


def test_a_performance_without_sound_leaves_the_rate_to_the_program():
    of_midi = replace(TAKE, source=replace(TAKE.source, sample_rate_hz=0))
    assert rows(project(TAKE), "SAMPLERATE") and not rows(project(of_midi), "SAMPLERATE")


@pytest.mark.parametrize("mode", ["beat", "bar", "adaptive"])
def test_a_reader_that_adds_up_the_tempi_arrives_at_the_beats(mode):
    points = [[float(x) for x in row[1:4]] for row in rows(project(TAKE, tempo_mode=mode).find("TEMPOENVEX"), "PT")]
    at_s, bpm, shape = np.array(points).T
    assert (shape == 1).all() and (np.diff(at_s) > 0).all() and at_s[0] == 0
    quarters = np.concatenate([[0], np.cumsum(np.diff(at_s) * bpm[:-1] / 60)])
    expected = tempo_map(TAKE, mode)
    for quarter, beat in zip(expected.beat_quarters, TAKE.beats, strict=True):
        k = int(np.searchsorted(quarters, quarter + 1e-6, side="right")) - 1
        at = at_s[k] + (quarter - quarters[k]) * 60 / bpm[k]
        assert abs(at - beat.time_s) * 1000 <= expected.worst_ms + 1e-3


def test_every_bar_line_at_which_the_metre_changes_says_so():
    tempo = tempo_map(TAKE)
    found = [(float(r[1]), int(r[4])) for r in rows(project(TAKE).find("TEMPOENVEX"), "PT") if len(r) > 4]
    assert [(n & 0xFFFF, n >> 16) for _, n in found] == [(b.numerator, b.denominator) for b in tempo.metres]
    assert [t for t, _ in found] == pytest.approx(tempo.seconds_at([b.quarters for b in tempo.metres]))
    assert rows(project(TAKE), "TEMPO")[0][2:] == [str(tempo.bars[0].numerator), str(tempo.bars[0].denominator)]


def test_marks_are_markers_and_hairpins_are_regions():
    found = [(r[3], float(r[2]), r[4]) for r in rows(project(TAKE), "MARKER")]
    assert [(n, t) for n, t, region in found if region == "0"] == [
        ("mf: mf", pytest.approx(TAKE.dynamics[0].time_s)),
        *(("mf: change to " + d.level, pytest.approx(d.time_s)) for d in TAKE.dynamics[1:]),
    ]
    hairpin = TAKE.hairpins[0]
    assert [(n, t) for n, t, region in found if region == "1"] == [
        ("mf: crescendo", pytest.approx(hairpin.start_s)), ("", pytest.approx(hairpin.end_s)),
    ]  # fmt: skip


def test_the_recording_is_an_item_at_the_start_named_from_where_the_project_stands(tmp_path: Path):
    (tmp_path / "out").mkdir()
    options = WriteOptions(audio_file=str(tmp_path / "takes" / 'a "b" c.flac'))
    saved = rpp.loads(save(TAKE, tmp_path / "out" / "take.rpp", "rpp", options).read_text(encoding="utf-8"))
    recording, lane = saved.findall("TRACK")
    item = recording.find("ITEM")
    assert [float(rows(item, name)[0][1]) for name in ("POSITION", "LENGTH", "BEAT")] == [0, 60, 0]
    source = item.find("SOURCE")
    assert source.attrib == ["FLAC"] and rows(source, "FILE") == [["FILE", '../takes/a "b" c.flac']]
    assert rows(lane, "NAME") == [["NAME", "Mezzoforte dynamics"]]
    assert max(float(p[2]) for p in rows(lane.find("VOLENV2"), "PT")) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("audio", [None, "take.m4a"])
def test_without_a_recording_that_reaper_is_known_to_read_there_is_no_item(audio):
    assert project(TAKE, audio_file=audio).find(".//ITEM") is None


def test_no_beats_are_a_project_at_120():
    assert [r[1:4] for r in rows(project(empty()).find("TEMPOENVEX"), "PT")] == [["0", "120", "1"]]


@pytest.mark.parametrize("name", ["a 'b' \"c\" `d`.wav", "two\nlines.wav", "<TRACK.wav", ">", "$1 |.wav"])
def test_no_name_breaks_the_file(name):
    analysis = replace(TAKE, source=Source(name, 60.0, 44_100))
    saved = project(analysis, audio_file="x.wav")
    assert len(saved.findall("TRACK")) == 2 and len(rows(saved, "MARKER")) == len(TAKE.dynamics) + 2


def test_a_tempo_that_reaper_does_not_know_is_told():
    with pytest.raises(OutputError, match="REAPER knows no tempo of"):
        project(take(30.0, first_s=0.002))
