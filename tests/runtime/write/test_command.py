"""``python -m runtime.write`` turns an analysis into any format, with the choices of the tempo map and the lane."""

from __future__ import annotations

import io
from pathlib import Path

import mido
import pytest

from runtime.write.__main__ import main
from tests.runtime.write.takes import take

TAKE = take(60.0)


@pytest.fixture
def analysis(tmp_path: Path) -> Path:
    path = tmp_path / "take.json"
    path.write_text(TAKE.to_json())
    return path


def tempi(path: Path) -> int:
    track = mido.MidiFile(file=io.BytesIO(path.read_bytes()), charset="utf-8").tracks[0]
    return sum(m.type == "set_tempo" for m in track)


def test_the_tempo_map_is_smoothed_as_chosen_and_how_far_it_is_from_the_beats_is_told(analysis, capsys):
    counts = []
    for choice in (["beat"], ["bar"], ["adaptive", "--tolerance-ms", "80"]):
        assert main([str(analysis), "--format", "midi", "--tempo", *choice]) == 0
        counts.append(tempi(analysis.with_suffix(".mid")))
        assert f"for {len(TAKE.beats)} beats, off the beats by" in capsys.readouterr().err
    assert counts[0] > counts[1] and counts[0] > counts[2]


def test_every_format_is_written_into_a_folder_that_is_made(analysis, tmp_path):
    folder, recording = tmp_path / "out" / "of" / "it", tmp_path / "take.wav"
    recording.write_bytes(b"RIFF")
    formats = "midi,labels,jams,svl,dawproject,daw,csv,json"
    assert main([str(analysis), "--format", formats, "--out", str(folder), "--audio", str(recording), "--cc", "1"]) == 0
    assert len(list(folder.iterdir())) == 8 and len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "json"], "overwrite the analysis"),
        (["--format", "midi", "--cc", "200"], "outside 0..119"),
        (["--format", "rpp", "--audio", "nowhere.wav"], "nowhere.wav: no such recording"),
        (["--format", "midi", "--out", "/dev/null/at/all"], "cannot be made"),
    ],
)
def test_a_problem_is_told_and_the_analysis_is_left_alone(analysis, arguments, words, capsys):
    before = analysis.read_bytes()
    assert main([str(analysis), *arguments]) == 1
    assert words in capsys.readouterr().err and analysis.read_bytes() == before


def test_what_is_no_analysis_is_told(tmp_path, capsys):
    path = tmp_path / "x.json"
    path.write_text("{}")
    assert main([str(path), "--format", "midi"]) == 1
    assert "mezzoforte analyze" in capsys.readouterr().err


def test_an_unknown_format_is_a_usage_error(analysis):
    with pytest.raises(SystemExit) as e:
        main([str(analysis), "--format", "pdf"])
    assert e.value.code == 2
