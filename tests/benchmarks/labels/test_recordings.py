"""Labels of real recordings: the files in the project are usable, drafts come from the score, packs can be read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from benchmarks.labels.recordings import (
    LABELS,
    LENGTH_S,
    RECORDINGS,
    BeatTable,
    compare,
    draft,
    read_labels,
    write_labels,
    write_pack,
)
from runtime.errors import MezzoforteError
from runtime.score.read.files import read_score
from train.frames.segments import Pack

needs_data = pytest.mark.skipif("MEZZOFORTE_DATA" not in os.environ, reason="MEZZOFORTE_DATA is not set")


@pytest.mark.parametrize("name", [r.name for r in RECORDINGS])
def test_labels_count_every_beat_of_every_bar_in_a_possible_tempo(name: str) -> None:
    table = read_labels(LABELS / f"{name}.csv")
    per_bar = table.beats.max()
    place = table.bars * per_bar + table.beats
    assert np.all(np.diff(place) == 1), "a beat is missing or counted twice"
    gaps = np.diff(table.times_s)
    assert np.all((gaps > 0.7 * np.median(gaps)) & (gaps < 1.4 * np.median(gaps)))
    assert table.times_s[0] >= 0 and LENGTH_S - 3 < table.times_s[-1] < LENGTH_S


@needs_data
@pytest.mark.parametrize("recorded", RECORDINGS, ids=lambda r: r.name)
def test_a_fresh_draft_agrees_with_the_labels_but_for_what_was_corrected(recorded) -> None:  # type: ignore[no-untyped-def]
    data = Path(os.environ["MEZZOFORTE_DATA"])
    ours, fresh = read_labels(LABELS / f"{recorded.name}.csv"), draft(recorded, data / "real_audio", data / "asap")
    assert ours.bars.tolist() == fresh.bars.tolist() and ours.beats.tolist() == fresh.beats.tolist()
    apart_s = np.abs(ours.times_s - fresh.times_s)
    assert np.median(apart_s) < 0.01 and np.mean(apart_s > 0.05) < 0.15 and apart_s.max() < 0.2


def test_labels_survive_writing_and_reading(tmp_path: Path) -> None:
    table = BeatTable(np.array([0.5, 1.25]), np.array([1, 1]), np.array([1, 2]))
    write_labels(tmp_path / "a.csv", table)
    again = read_labels(tmp_path / "a.csv")
    assert again.times_s.tolist() == [0.5, 1.25] and again.beats.tolist() == [1, 2]
    assert compare(table, again).startswith("2 labelled, 2 drafted, 2 in common; median 0 ms, worst 0 ms")


@pytest.mark.parametrize(
    "text", ["", "time_s,bar,beat\n1.0,1,1\n0.5,1,2\n", "time_s,bar\n1.0,1\n", "time_s,bar,beat\nx,1,1\n"]
)
def test_damaged_labels_are_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(MezzoforteError, match=r"a\.csv"):
        read_labels(tmp_path / "a.csv")


def test_packed_recordings_have_their_labels_and_are_test_recordings(tmp_path: Path) -> None:
    rate_hz = 8000
    for recorded in RECORDINGS:
        # Named as the real ones are; libsndfile goes by what is inside.
        sf.write(tmp_path / recorded.audio, np.full((rate_hz * 61, 2), 0.1), rate_hz, format="FLAC")
    assert write_pack(tmp_path / "real.h5", tmp_path, LABELS) == len(RECORDINGS)
    found = Pack(tmp_path / "real.h5").split("test", 0)
    assert len(found) == len(RECORDINGS)
    for r in found:
        name = r.key.split("|")[1]
        assert np.array_equal(r.beats_s, read_labels(LABELS / f"{name}.csv").times_s)
        assert r.n_samples == round(LENGTH_S * 22_050) and not r.levels.any()


@pytest.mark.parametrize(("name", "beats"), [("bwv847_prelude", 4), ("bwv850_prelude", 4), ("moonlight1", 2)])
def test_scores_beside_the_labels_can_be_read(name: str, beats: int) -> None:
    score = read_score(LABELS / f"{name}.mid")
    assert len(score.notes) > 100 and {m.time.beats for m in score.measures} == {beats}
