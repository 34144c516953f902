"""Batik: the match file reader and the grid of beats that placed measures give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.train.data.paths import data_folder
from tests.train.data.scores import write_score
from train.data.corpora import batik
from train.data.errors import DataError
from train.data.labels.bars import beat_grid, beat_length_q
from train.data.scores.musicxml import read_measures

HEAD = """info(midiClockUnits,480).
info(midiClockRate,500000).
scoreprop(timeSignature,3/4,1:1,0,0.0000).
"""
PITCHES = {60: "C,n],4", 62: "D,n],4", 64: "E,n],4", 65: "F,n],4", 67: "G,n],4", 69: "A,n],4"}


def match_line(k: int, pitch: int, beat: float, tick: int | None, grace: bool = False) -> str:
    tags = "v1,staff1,grace" if grace else "v1,staff1"
    tail = f"note(n{k},{pitch},{tick},{tick + 100},60,1,0)." if tick is not None else "deletion."
    return f"snote(n{k}-1,[{PITCHES[pitch]},1:1,0,1/4,{beat:.4f},{beat + 1:.4f},[{tags}])-{tail}\n"


def make_batik(folder: Path) -> Path:
    for sub in ("match", "midi", "scores"):
        (folder / sub).mkdir()
    ticks = [960, 1920, None, 3840, 4800, 5760]
    lines = [match_line(k, p, float(k), t) for k, (p, t) in enumerate(zip(PITCHES, ticks, strict=True))]
    lines.insert(1, match_line(99, 69, 1.0, 5, grace=True))
    (folder / "match" / "kv331_1.match").write_text(HEAD + "".join(lines))
    write_score(folder / "scores" / "kv331_1.musicxml", ["!p q60 q62 q64", "!f q65 q67 q69"])
    (folder / "midi" / "kv331_1.mid").write_bytes(b"MThd")
    return folder


def test_beats_stand_where_notes_are_played_and_between_where_one_is_left_out(tmp_path: Path) -> None:
    (item,) = batik.read_batik(make_batik(tmp_path)).items
    assert item.labels.beats_s.tolist() == pytest.approx([1, 2, 3, 4, 5, 6])
    assert item.labels.beat_in_bar.tolist() == [1, 2, 3, 1, 2, 3]
    assert item.labels.levels.tolist() == [2, 2, 2, 4, 4, 4]
    assert np.flatnonzero(item.labels.flagged).tolist() == [2]
    assert item.piece_id == "mozart/kv331/1"


@pytest.mark.parametrize("damage", ["match", "score", "other score", "midi"])
def test_a_damaged_movement_is_dropped_with_the_reason(tmp_path: Path, damage: str) -> None:
    make_batik(tmp_path)
    if damage == "match":
        path = tmp_path / "match" / "kv331_1.match"
        path.write_text(path.read_text()[:-60])
    elif damage == "score":
        (tmp_path / "scores" / "kv331_1.musicxml").unlink()
    elif damage == "other score":
        write_score(tmp_path / "scores" / "kv331_1.musicxml", ["q40 q41 q42", "q43 q44 q45"])
    else:
        (tmp_path / "midi" / "kv331_1.mid").unlink()
    reading = batik.read_batik(tmp_path)
    assert not reading.items
    assert [d.is_damage for d in reading.dropped] == [True]


def test_a_folder_without_match_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Batik"):
        batik.read_batik(tmp_path)


@pytest.mark.parametrize(
    ("beats", "beat_type", "length_q"), [(3, 4, 1.0), (6, 8, 1.5), (12, 8, 1.5), (2, 2, 2.0), (3, 8, 0.5)]
)
def test_compound_metres_are_counted_in_dotted_notes(beats: int, beat_type: int, length_q: float) -> None:
    assert beat_length_q(beats, beat_type) == length_q


def test_a_pickup_is_the_end_of_a_bar_and_a_split_bar_is_one(tmp_path: Path) -> None:
    bars = ["q60", "q60 q62 q64", "q60 q62 :|", "q65", "q60 q62 q64"]
    measures = read_measures(write_score(tmp_path / "s.musicxml", bars))
    beats_q, position, per_bar = beat_grid(measures, range(5), [0.0, 1.0, 4.0, 6.0, 7.0])
    assert beats_q.tolist() == list(range(10))
    assert position.tolist() == [3, 1, 2, 3, 1, 2, 3, 1, 2, 3]
    assert set(per_bar.tolist()) == {3}


def test_a_bar_too_long_keeps_its_beats_without_positions(tmp_path: Path) -> None:
    measures = read_measures(write_score(tmp_path / "s.musicxml", ["q60 q60 q60 q60 q60", "q60 q60 q60"]))
    _, position, _ = beat_grid(measures, range(2), [0.0, 5.0])
    assert position.tolist() == [1, 2, 3, 0, 0, 1, 2, 3]


@pytest.mark.slow
def test_the_real_set_gives_36_movements_with_whole_bars() -> None:
    reading = batik.read_batik(data_folder("batik_mozart"))
    assert len(reading.items) == 36 and not reading.dropped
    whole = bars = 0
    for item in reading.items:
        starts = np.flatnonzero(item.labels.beat_in_bar == 1)
        bars += len(starts) - 1
        whole += int(np.sum(np.diff(starts) == item.labels.beats_per_bar[starts[:-1]]))
    assert whole / bars > 0.995
    levels = np.concatenate([item.labels.levels for item in reading.items])
    assert np.mean(levels[levels > 0] == 2) == pytest.approx(0.53, abs=0.02)
