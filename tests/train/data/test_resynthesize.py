"""From beat times, a loudness curve and a score to a performance that follows them."""

from __future__ import annotations

import csv
import filecmp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.piano import loudness
from runtime.piano.table import load_piano
from tests.train.data.paths import data_folder
from tests.train.data.scores import write_score
from tests.train.data.test_readers import make_mazurkabl
from train.data.corpora.mazurka_notes import grid_notes
from train.data.corpora.mazurka_resynth import read_resynth
from train.data.corpora.mazurkabl import read_mazurka
from train.data.errors import DataError
from train.data.labels.repair import SHORTEST_S, repair_beats
from train.data.resynthesis import make as resynthesize
from train.data.resynthesis.perform import Clock, LoudnessCurve
from train.data.resynthesis.proof import agreement
from train.rendering.performance import MidiEvent, read_performance

SCORE = ["q72", "q60 q64 q67", "q62 q65 q69", "q72"]


def make_public_set(folder: Path, sone: np.ndarray | None = None) -> Path:
    make_mazurkabl(folder)
    (folder / "xml_scores").mkdir()
    write_score(folder / "xml_scores" / "Mazurka06-1.xml", SCORE)
    (folder / "sones" / "M06-1").mkdir(parents=True)
    times = np.arange(1, 700) * 256 / 22_050
    values = np.full(len(times), 4.0) if sone is None else sone
    for pid in ("pid1-01", "pid2-01"):
        np.savetxt(folder / "sones" / "M06-1" / f"{pid}Ntot.csv", np.column_stack([times, values]), delimiter=",")
    return folder


def played(folder: Path, pid: str = "pid1-01") -> list[MidiEvent]:
    return [e for e in read_performance(folder / "midi" / "M06-1" / f"{pid}.mid") if e.kind == "on"]


def test_every_note_is_played_near_its_beat(tmp_path: Path) -> None:
    made, dropped = resynthesize.make(make_public_set(tmp_path / "in"), tmp_path / "out", ())
    assert (made, dropped) == (2, [])
    events = played(tmp_path / "out")
    assert [e.number for e in events] == [72, 60, 64, 67, 62, 65, 69, 72]
    assert [e.time_s for e in events] == pytest.approx([1 + 0.5 * k for k in range(8)], abs=0.05)


def test_the_reader_finds_the_beats_levels_and_folds_that_were_put_in(tmp_path: Path) -> None:
    resynthesize.make(make_public_set(tmp_path / "in"), tmp_path / "out", ())
    items = read_resynth(tmp_path / "out").items
    assert [item.attributes["pid"] for item in items] == ["pid1-01", "pid2-01"]
    assert items[0].labels.levels.tolist() == [0, 0, 2, 2, 4, 4, 4, 1]
    assert items[0].labels.beat_in_bar.tolist() == [3, 1, 2, 3, 1, 2, 3, 1]
    assert (items[0].attributes["tier"], items[0].attributes["fold1"]) == ("A", "test")


def test_the_same_input_gives_the_same_bytes_and_another_recording_others(tmp_path: Path) -> None:
    source = make_public_set(tmp_path / "in")
    for name in ("a", "b"):
        resynthesize.make(source, tmp_path / name, ())
    for sub in ("midi/M06-1/pid1-01.mid", "labels/M06-1/pid1-01.json", "index.csv"):
        assert filecmp.cmp(tmp_path / "a" / sub, tmp_path / "b" / sub, shallow=False)
    assert played(tmp_path / "a") != played(tmp_path / "a", "pid2-01")


def test_a_louder_half_of_the_curve_is_struck_harder(tmp_path: Path) -> None:
    sone = np.where(np.arange(1, 700) * 256 / 22_050 < 2.9, 2.0, 9.0)
    sone[:20] = 0.0
    resynthesize.make(make_public_set(tmp_path / "in", sone), tmp_path / "out", ())
    velocities = [e.value for e in played(tmp_path / "out")]
    assert max(velocities[:4]) + 15 < min(velocities[5:])


def test_without_a_curve_a_recording_is_dropped_and_a_broken_one_is_named(tmp_path: Path) -> None:
    source = make_public_set(tmp_path / "in")
    (source / "sones" / "M06-1" / "pid1-01Ntot.csv").unlink()
    (source / "sones" / "M06-1" / "pid2-01Ntot.csv").write_text("0.01,1\n0.02")
    made, dropped = resynthesize.make(source, tmp_path / "out", ())
    assert made == 0
    assert [d.reason for d in dropped] == ["no loudness curve", "damaged or missing file"]
    assert "pid2-01Ntot.csv" in dropped[1].detail
    assert resynthesize.run(resynthesize.main.parse([str(source), str(tmp_path / "out")])) == 2
    assert not (tmp_path / "out" / "index.csv").exists()


def test_a_score_with_other_bars_than_the_beats_is_refused(tmp_path: Path) -> None:
    source = make_public_set(tmp_path)
    write_score(source / "xml_scores" / "Mazurka06-1.xml", SCORE[:3])
    with pytest.raises(DataError, match="3 bars in the score, 4 in the beat file"):
        grid_notes(source, read_mazurka(source, "M06-1"))


def test_a_pickup_is_right_aligned_and_tied_notes_are_one(tmp_path: Path) -> None:
    source = make_public_set(tmp_path)
    tied = "<note><pitch><step>C</step><octave>5</octave></pitch><duration>1</duration><tie~type='{}'/></note>"
    bars = [tied.format("start"), tied.format("stop") + " q64 q67", *SCORE[2:]]
    write_score(source / "xml_scores" / "Mazurka06-1.xml", bars)
    notes = grid_notes(source, read_mazurka(source, "M06-1"))
    assert [(n.position, n.length, n.pitch) for n in notes][:2] == [(0.0, 2.0, 72), (2.0, 1.0, 64)]


def test_a_collapsed_interval_is_widened_by_its_neighbours_alone() -> None:
    beats = np.cumsum([1.0] + [0.5] * 30)
    beats[15] = beats[14] + 0.01
    mended = repair_beats(beats)
    assert mended.n_widened == 1
    assert mended.inserted_s == pytest.approx(0.0, abs=1e-9)
    assert np.diff(mended.beats_s).min() == pytest.approx(0.2, abs=0.01)
    assert np.flatnonzero(mended.moved).tolist() == [14, 15]


def test_sound_beats_are_left_alone() -> None:
    beats = np.cumsum(np.random.default_rng(0).uniform(0.35, 0.6, 50))
    assert not repair_beats(beats).moved.any()


@given(st.lists(st.floats(0.001, 1.5), min_size=4, max_size=60))
def test_after_repair_no_interval_is_unplayable(intervals: list[float]) -> None:
    mended = repair_beats(np.cumsum([1.0, *intervals]))
    assert np.diff(mended.beats_s).min() > SHORTEST_S - 1e-6
    assert mended.inserted_s >= -1e-9


def test_the_clock_meets_every_beat_and_rises_between() -> None:
    beats = np.array([1.0, 1.4, 2.2, 2.5, 3.3])
    clock = Clock(beats)
    assert [clock(float(k)) for k in range(5)] == pytest.approx(beats.tolist())
    times = [clock(p) for p in np.linspace(-0.5, 5, 200)]
    assert np.all(np.diff(times) > 0)


def test_a_sine_at_full_scale_has_its_known_loudness() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(22_050) / 22_050)
    specific = loudness.sones(loudness.band_power(sine))
    # 88.4 dB of a port that halves the amplitude, plus 6 dB.
    assert specific[40].argmax() == 8
    assert specific[40, 8] == pytest.approx(2 ** ((94.4 - 40) / 10), rel=0.05)
    assert loudness.total_as_published(loudness.sones(loudness.band_power(np.zeros(4000)))).max() == 0.0


def test_the_flawed_total_is_the_plain_one_until_another_band_leads() -> None:
    specific = np.array([[4.0, 2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 5.0, 1.0], [6.0, 5.0, 1.0]])
    assert loudness.total(specific).tolist() == pytest.approx([4.45, 3.45, 5.3, 6.9])
    assert loudness.total_as_published(specific).tolist() == pytest.approx([4.45, 3.45, 5.15, 6.15])


def test_the_piano_model_is_louder_when_struck_harder_and_lower_strings_ring_longer() -> None:
    model = load_piano()
    peak = loudness.total(loudness.sones(model.power[48:85:6, 20:125]))
    assert np.all(np.diff(peak, axis=1) >= 0)
    assert np.all(peak[:, -1] > 4 * peak[:, 0])
    assert model.decay_db_per_s[36:48].mean() < model.decay_db_per_s[72:84].mean()


def test_a_rendering_agrees_with_its_own_curve_whatever_its_level() -> None:
    rng = np.random.default_rng(3)
    swell = np.interp(np.arange(22_050 * 8), np.linspace(0, 22_050 * 8, 40), rng.uniform(0.02, 0.4, 40))
    sound = swell * np.sin(2 * np.pi * 700 * np.arange(22_050 * 8) / 22_050)
    specific = loudness.sones(loudness.band_power(sound * 0.3))
    times_s = (np.arange(len(specific)) + 1) * loudness.CURVE_STEP_S
    beats = np.array([0.5, 7.5])
    same = agreement(sound, beats, beats, LoudnessCurve(times_s, loudness.total(specific)))
    assert same.smoothed > 0.99
    other = agreement(sound, beats, beats, LoudnessCurve(times_s, loudness.total(specific)[::-1]))
    assert other.smoothed < 0.6


@pytest.mark.slow
def test_a_real_recording_has_the_notes_of_the_reference_set() -> None:
    source, reference = data_folder("mazurkabl"), data_folder("mazurka_resynth")
    mazurka = read_mazurka(source, "M06-1")
    notes = grid_notes(source, mazurka)
    curve = resynthesize.read_curve(resynthesize.curve_path(source, "M06-1", "pid1263-01"))
    made = resynthesize.resynthesize(mazurka, notes, "pid1263-01", curve, load_piano())
    with (reference / "index.csv").open() as stream:
        row = next(r for r in csv.DictReader(stream) if (r["mazurka"], r["pid"]) == ("M06-1", "pid1263-01"))
    ours = [e for e in made.events if e.kind == "on"]
    theirs = [e for e in read_performance(reference / row["midi"]) if e.kind == "on"]
    assert len(ours) == len(theirs) == int(row["n_notes"])
    assert sorted(e.number for e in ours) == sorted(e.number for e in theirs)
    distance = [min(abs(e.time_s - t.time_s) for t in theirs if t.number == e.number) for e in ours[::10]]
    assert np.median(distance) < 0.03
