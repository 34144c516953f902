"""Files of other systems: read as written, refused when damaged, scored only on what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.baseline_beats import Tracker, positions, track_pack
from tests.train.small_pack import write_small_pack
from train.data.errors import DataError
from train.data.labels.values import BeatLabels, BeatPrediction, LevelPrediction
from train.frames.predict import Heard, Predicted, labels_of
from train.frames.segments import Pack
from train.measure.baseline_files import nearest_beats, read_told, told_scores
from train.measure.evaluate import other_rows

TRUTH = BeatLabels(np.arange(40) * 0.5, np.arange(40) % 4 + 1, np.where(np.arange(40) < 20, 2, 4).astype(np.int8))


def write(folder: Path, name: str, **told: Any) -> None:
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"system": "a system", "recording": name, **told}))


def test_a_perfect_tracker_scores_one_and_nothing_on_what_it_does_not_say(tmp_path: Path) -> None:
    write(tmp_path, "set/a", beats_s=TRUTH.beats_s.tolist(), beat_in_bar=TRUTH.beat_in_bar.tolist())
    told = read_told(tmp_path, "set|a")
    assert told is not None and told_scores([TRUTH], [told]) == {
        "beat_f": 1.0, "beat_cmlt": 1.0, "beat_amlt": 1.0, "downbeat_f": 1.0,
    }  # fmt: skip


def test_a_tracker_without_bars_has_no_downbeat_score(tmp_path: Path) -> None:
    write(tmp_path, "a", beats_s=TRUTH.beats_s.tolist(), beat_in_bar=None)
    told = read_told(tmp_path, "a")
    assert told is not None and "downbeat_f" not in told_scores([TRUTH], [told])


@pytest.mark.parametrize(("change_s", "f1"), [(10.0, 1.0), (10.2, 1.0), (10.3, 0.0)])
def test_a_change_counts_at_the_nearest_true_beat_only(tmp_path: Path, change_s: float, f1: float) -> None:
    write(tmp_path, "a", changes_s=[change_s])
    told = read_told(tmp_path, "a")
    assert told is not None and told_scores([TRUTH], [told]) == {"change_f1": f1}


@pytest.mark.parametrize(
    "told",
    [{}, {"beats_s": [1.0, 0.5]}, {"beats_s": [1.0, 2.0], "beat_in_bar": [1]}, {"beats_s": "x"}, {"beats_s": [None]}],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, told: dict[str, Any]) -> None:
    write(tmp_path, "a", **told)
    with pytest.raises(DataError, match=r"a\.json"):
        read_told(tmp_path, "a")


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    assert read_told(tmp_path, "a") is None


def test_nearest_beats_are_each_named_once_and_in_order() -> None:
    assert nearest_beats(np.array([0.0, 1.0, 2.0]), np.array([2.4, 0.4, 0.5, 9.0, -3.0])).tolist() == [0, 2]
    assert nearest_beats(np.zeros(0), np.array([1.0])).tolist() == []


def test_a_system_that_knows_some_recordings_is_compared_with_the_model_on_those(tmp_path: Path) -> None:
    recordings = Pack(write_small_pack(tmp_path / "pack.h5")).recordings
    heard = [Heard(r, labels_of(r), None) for r in recordings]  # type: ignore[arg-type]
    perfect = [(BeatPrediction(h.truth.beats_s, h.truth.downbeats_s), LevelPrediction(h.truth.levels)) for h in heard]
    own = [Predicted(beats, levels, levels) for beats, levels in perfect]
    write(tmp_path / "some", recordings[0].key.replace("|", "/"), beats_s=[6.0, 7.0])
    (tmp_path / "none").mkdir()
    rows, what = other_rows(heard, "ours", own, [("other", tmp_path / "some"), ("absent", tmp_path / "none")])
    assert list(rows) == ["other, 1 of the 6", "ours, the same 1 of the 6"]
    assert rows["ours, the same 1 of the 6"]["beat_f"] == 1.0
    assert rows["other, 1 of the 6"]["beat_f"] < 0.5
    assert what == {"other": "a system"}


def test_tracking_a_pack_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pack, calls = write_small_pack(tmp_path / "pack.h5"), []

    def track(samples: np.ndarray) -> tuple[np.ndarray, None]:
        calls.append(len(samples))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return np.array([1.0, 2.0]), None

    with pytest.raises(KeyboardInterrupt):
        track_pack(Tracker("stub", track), pack, tmp_path / "out")
    assert len(list((tmp_path / "out").rglob("*.json"))) == 2
    assert track_pack(Tracker("stub", track), pack, tmp_path / "out") == 4
    assert all((told := read_told(tmp_path / "out", r.key)) and told.beats for r in Pack(pack).recordings)


def test_positions_count_from_the_last_downbeat() -> None:
    assert positions(np.arange(6.0), np.array([1.0, 4.0])).tolist() == [0, 1, 2, 3, 1, 2]
    assert positions(np.arange(3.0), np.zeros(0)).tolist() == [0, 0, 0]
