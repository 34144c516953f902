"""The transcription benchmark: what is counted, and rows that are kept."""

from __future__ import annotations

import io
from pathlib import Path

import mido
import numpy as np
import pytest

from benchmarks.transcription.measure import Notes, Plausibility, against_score, compare, velocity_r
from benchmarks.transcription.report import Row, read_rows, save_rows, spread, tables
from runtime.errors import MezzoforteError
from runtime.score.read import midi as read_midi
from tests.runtime.score import synth
from train.notes.taught import score_times


def notes(rows: list[tuple[float, float, int, int]]) -> Notes:
    table = np.array(rows, float).reshape(-1, 4)
    return Notes(table[:, :2], table[:, 2].astype(int), table[:, 3].astype(int))


TRUTH = [(0.5 + 0.5 * k, 0.9 + 0.5 * k, 60 + k % 12, 40 + 5 * (k % 10)) for k in range(20)]


def test_the_truth_itself_is_perfect() -> None:
    scores = compare(notes(TRUTH), notes(TRUTH))
    assert (scores.onset_f, scores.offset_f, scores.velocity_f, scores.late_s) == (1.0, 1.0, 1.0, 0.0)


def test_each_measure_asks_for_more_than_the_one_before() -> None:
    short = [(a, a + 0.1 if k % 2 else b, p, v) for k, (a, b, p, v) in enumerate(TRUTH)]
    scores = compare(notes(TRUTH), notes(short))
    assert scores.onset_f == 1.0 and scores.offset_f == pytest.approx(0.5)
    loud = [(a, b, p, 127 - v if k % 2 else v) for k, (a, b, p, v) in enumerate(TRUTH)]
    scores = compare(notes(TRUTH), notes(loud))
    assert scores.offset_f == 1.0 and scores.velocity_f < 0.9


def test_late_notes_are_told_and_too_late_ones_are_wrong() -> None:
    assert compare(notes(TRUTH), notes([(a + 0.02, b, p, v) for a, b, p, v in TRUTH])).late_s == pytest.approx(0.02)
    assert compare(notes(TRUTH), notes([(a + 0.06, b, p, v) for a, b, p, v in TRUTH])).onset_f == 0.0


def test_missing_and_extra_notes_lower_recall_and_precision() -> None:
    fewer = compare(notes(TRUTH), notes(TRUTH[:10]))
    assert (fewer.onset_p, fewer.onset_r) == (1.0, 0.5)
    more = compare(notes(TRUTH), notes([*TRUTH, *((a, b, p + 30, v) for a, b, p, v in TRUTH)]))
    assert (more.onset_p, more.onset_r) == (0.5, 1.0)
    assert compare(notes(TRUTH), notes([])).onset_f == 0.0


def test_notes_that_begin_after_the_cut_are_left_out_and_long_ones_shortened() -> None:
    kept = notes([(0.5, 3.0, 60, 64), (2.5, 3.0, 62, 64)]).before(2.0)
    assert kept.pitch.tolist() == [60] and kept.spans_s.tolist() == [[0.5, 2.0]]


def test_a_score_is_compared_by_pitch_within_a_tenth_of_a_second() -> None:
    heard = notes([(0.05, 1, 60, 64), (1.2, 2, 62, 64), (2.0, 3, 90, 64)])
    found = against_score(np.array([0.0, 1.0, 2.0]), np.array([60, 62, 64]), heard)
    assert found == Plausibility(1, 2, 2) and found.f == pytest.approx(2 / 6)


def test_the_notes_of_a_score_get_the_times_at_which_they_are_played() -> None:
    pitches = [60, 64, 67, 72, 71, 67, 65, 62, 60, 59, 62, 67, 65, 69, 72, 77] * 3
    track = mido.MidiTrack()
    for pitch in pitches:
        track.append(mido.Message("note_on", note=pitch, velocity=64, time=0))
        track.append(mido.Message("note_off", note=pitch, time=480))
    file = mido.MidiFile(tracks=[track], ticks_per_beat=480)
    out = io.BytesIO()
    file.save(file=out)
    score = read_midi.read(out.getvalue(), "t")
    played = [(0.7 + 0.45 * k, 0.4, pitch, 1.0) for k, pitch in enumerate(pitches)]
    times_s, pitch = score_times(score, synth.render(played, 23.5), 20.0)
    assert pitch.tolist() == pitches[: len(pitch)] and len(pitch) == pytest.approx(43, abs=1)
    assert times_s == pytest.approx([p[0] for p in played[: len(pitch)]], abs=0.05)


def test_rows_are_kept_and_what_is_no_row_is_refused(tmp_path: Path) -> None:
    scores = compare(notes(TRUTH), notes(TRUTH))
    rows = [
        Row("own", "own 1", "ASAP", "a/b", 60.0, 2.0, 20, scores),
        Row("own", "own 1", "real", "c", 60.0, 2.0, 20, None, Plausibility(8, 1, 1)),
    ]
    save_rows(tmp_path / "rows.json", rows)
    assert read_rows(tmp_path / "rows.json") == rows and read_rows(tmp_path / "none.json") == []
    text = tables(rows)
    assert (
        "| ASAP | own 1 | 1 | 1.000 |" in text and "30 ×" in text and "| **all** | own 1 | 8 | 1 | 1 | 0.889 |" in text
    )
    (tmp_path / "rows.json").write_text('[{"a": 1}]')
    with pytest.raises(MezzoforteError, match="not rows"):
        read_rows(tmp_path / "rows.json")


def test_recordings_are_taken_from_every_composer_in_turn(tmp_path: Path) -> None:
    for name in ("Bach/a", "Bach/b", "Bach/c", "Ravel/a", "Liszt/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.flac").touch()
    chosen = spread(tmp_path, 4)
    assert sorted(p.parent.name for p in chosen) == ["Bach", "Bach", "Liszt", "Ravel"]
    assert spread(tmp_path, 4) == chosen


def test_velocities_are_compared_by_half_seconds() -> None:
    velocity = np.array([40, 80, 60, 100, 50, 90])
    onset_s = 0.6 * np.arange(6)
    truth = Notes(np.column_stack((onset_s, onset_s + 0.3)), np.full(6, 60), velocity)
    softer = Notes(truth.spans_s, truth.pitch, velocity // 2)
    backwards = Notes(truth.spans_s, truth.pitch, 127 - velocity)
    assert velocity_r(truth, softer) == pytest.approx(1.0, abs=1e-3)
    assert velocity_r(truth, backwards) == pytest.approx(-1.0)
    assert np.isnan(velocity_r(truth.before(0.7), softer))
