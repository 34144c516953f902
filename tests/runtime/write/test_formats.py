"""Every format is valid, says what the analysis says, and stays valid when there is nothing to say."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from runtime.analysis import from_json
from runtime.errors import OutputError
from runtime.write import WRITERS, Envelope, WriteOptions, save
from tests.runtime.write.takes import empty, take

SHORT = take(40.0)
SUBSET = Path(__file__).parent / "dawproject_subset.xsd"


def render(analysis, fmt, **options) -> bytes:
    return WRITERS[fmt].render(analysis, WriteOptions(**options))


@pytest.mark.parametrize("fmt", [f for f in WRITERS if f != "png"])
def test_equal_analyses_give_equal_bytes(fmt):
    assert render(SHORT, fmt) == render(take(40.0), fmt)


def test_json_is_the_analysis():
    assert from_json(render(SHORT, "json").decode()).dynamics[0].level == SHORT.dynamics[0].level
    assert from_json(render(empty(), "json").decode()) == empty()


def test_csv_has_one_row_per_beat():
    rows = list(csv.DictReader(io.StringIO(render(take(), "csv").decode())))
    assert len(rows) == len(take().beats)
    assert [r["mark"] for r in rows if r["mark"]] == [d.level for d in take().dynamics]
    assert (rows[4]["bar"], rows[4]["position"], rows[4]["level"]) == ("2", "2", "mf")
    assert render(empty(), "csv").decode().count("\n") == 1


def test_labels_are_three_columns_in_order_of_time():
    rows = [line.split("\t") for line in render(take(), "labels").decode().splitlines()]
    assert all(len(r) == 3 and float(r[0]) <= float(r[1]) for r in rows)
    assert [float(r[0]) for r in rows] == sorted(float(r[0]) for r in rows)
    assert sum(r[2] == "1.1" for r in rows) == 1
    assert render(empty(), "labels") == b""


@pytest.mark.parametrize("analysis", [SHORT, empty()], ids=["take", "empty"])
def test_jams_is_valid_to_the_jams_library(analysis, tmp_path):
    jams = pytest.importorskip("jams", reason="jams is not installed")
    path = save(analysis, tmp_path / "x.jams", "jams")
    jam = jams.load(str(path), validate=True, strict=True)
    beats = jam.search(namespace="beat_position")[0].data
    assert [o.time for o in beats] == pytest.approx([b.time_s for b in analysis.beats], abs=1e-6)


def test_jams_has_beats_tempo_and_dynamics():
    jam = json.loads(render(SHORT, "jams"))
    by_name = {a["namespace"]: a["data"] for a in jam["annotations"]}
    assert len(by_name["beat_position"]) == len(SHORT.beats)
    assert by_name["beat_position"][4]["value"] == {"position": 2, "measure": 2, "num_beats": 3, "beat_units": 4}
    assert [r["value"] for r in by_name["segment_open"]] == ["mf", "crescendo"]


@pytest.mark.parametrize("analysis", [SHORT, empty()], ids=["take", "empty"])
def test_svl_layers_refer_to_models_and_models_to_data(analysis):
    root = etree.fromstring(render(analysis, "svl"))
    models = {m.get("id"): m for m in root.iter("model")}
    data = {d.get("id"): d for d in root.iter("dataset")}
    assert len(models) == 3
    for layer in root.iter("layer"):
        assert models[layer.get("model")].get("dataset") in data
    frames = [int(p.get("frame")) for p in root.find("data/dataset")]
    assert frames == [round(b.time_s * analysis.source.sample_rate_hz) for b in analysis.beats]


@pytest.mark.parametrize("analysis", [SHORT, empty()], ids=["take", "empty"])
@pytest.mark.parametrize("audio", [None, "take.wav"])
def test_dawproject_is_valid_against_the_schema_of_what_we_write(analysis, audio):
    archive = zipfile.ZipFile(io.BytesIO(render(analysis, "dawproject", audio_file=audio)))
    assert archive.testzip() is None
    schema = etree.XMLSchema(etree.parse(SUBSET))
    schema.assertValid(etree.fromstring(archive.read("project.xml")))
    assert etree.fromstring(archive.read("metadata.xml")).findtext("Title") == analysis.source.name


PUBLISHED = os.environ.get("MEZZOFORTE_DAWPROJECT_SCHEMAS", "")


@pytest.mark.skipif(not PUBLISHED, reason="MEZZOFORTE_DAWPROJECT_SCHEMAS names no folder with the published schemas")
@pytest.mark.parametrize("analysis", [take(), empty(), empty(0.0)], ids=["take", "empty", "nothing"])
@pytest.mark.parametrize("audio", [None, "take.wav"])
def test_dawproject_is_valid_against_the_published_schemas(analysis, audio):
    archive = zipfile.ZipFile(io.BytesIO(render(analysis, "dawproject", audio_file=audio)))
    for name, published in (("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")):
        schema = etree.XMLSchema(etree.parse(Path(PUBLISHED) / published))
        schema.assertValid(etree.fromstring(archive.read(name)))


def test_a_dawproject_names_the_recording_from_where_it_stands_or_holds_it(tmp_path):
    recording = tmp_path / "takes" / "a&b.wav"
    recording.parent.mkdir()
    recording.write_bytes(b"RIFF" + bytes(100))
    (tmp_path / "out").mkdir()
    for put_in in (False, True):
        options = WriteOptions(audio_file=str(recording), with_audio=put_in)
        with zipfile.ZipFile(save(SHORT, tmp_path / "out" / "take.dawproject", "dawproject", options)) as archive:
            root = etree.fromstring(archive.read("project.xml"))
            etree.XMLSchema(etree.parse(SUBSET)).assertValid(root)
            file = root.find(".//File")
            if put_in:
                assert file.get("external", "false") == "false"
                assert archive.read(file.get("path")) == recording.read_bytes()
            else:
                assert file.get("external") == "true" and file.get("path") == "../takes/a&b.wav"
                assert len(archive.namelist()) == 2


def test_a_dawproject_without_the_recording_that_it_should_hold_is_refused(tmp_path):
    with pytest.raises(OutputError, match="--audio"):
        render(SHORT, "dawproject", with_audio=True)
    with pytest.raises(OutputError, match=r"gone\.wav.*cannot be read"):
        render(SHORT, "dawproject", with_audio=True, audio_file=str(tmp_path / "gone.wav"))


def test_dawproject_tempi_lead_to_the_beats():
    archive = zipfile.ZipFile(io.BytesIO(render(SHORT, "dawproject", audio_file="take.wav")))
    root = etree.fromstring(archive.read("project.xml"))
    points = [(float(p.get("time")), float(p.get("value"))) for p in root.findall(".//TempoAutomation/RealPoint")]
    quarters, bpm = np.array(points).T
    seconds = np.concatenate([[0], np.cumsum(np.diff(quarters) * 60 / bpm[:-1])])
    assert np.abs(seconds[1 : 1 + len(SHORT.beats)] - [b.time_s for b in SHORT.beats]).max() < 1e-6
    warps = {float(w.get("contentTime")) for w in root.iter("Warp")}
    assert all(min(abs(w - b.time_s) for w in warps) < 1e-6 for b in SHORT.beats)
    assert root.find(".//Marker").get("name") == "mf"


@pytest.mark.parametrize("analysis", [take(70.0), empty(), empty(0.0)], ids=["take", "empty", "nothing"])
def test_png_is_a_picture(analysis):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    low = np.full(700, -0.5, dtype=np.float32)
    data = render(analysis, "png", envelope=Envelope(0.1, low, -low))
    assert data.startswith(b"\x89PNG") and len(data) > 3000


def test_png_without_matplotlib_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(OutputError, match=r"pip install 'mezzoforte\[plot\]'"):
        render(SHORT, "png")
