"""The readers: what they make of small data sets, and what they say about damaged ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.corrections import Corrections, MarkEdit, Pin
from tests.runtime.audio_files import write as write_audio
from tests.train.data.paths import data_folder
from tests.train.data.scores import write_score
from train.data.corpora import asap, corrected, mazurkabl
from train.data.corpora import mazurka_resynth as resynth
from train.data.corpora.mazurkabl_facts import (
    FIRST_MARK_BEAT,
    N_FOLDS,
    PUBLISHED_EXCLUSIONS,
    fold_role,
)
from train.data.counts import drop_broken_midi
from train.data.errors import DataError
from train.data.labels.annotations import bar_positions, read_annotation
from train.data.pieces import asap_piece, batik_piece, mazurka_piece
from train.data.splits import MAZURKA_FOLDS
from train.frames.pack import main as pack_main
from train.frames.pack import run as pack_run
from train.frames.segments import Pack

BEATS = [(1, 2), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (4, 0)]


def make_mazurkabl(folder: Path, name: str = "M06-1", pids: tuple[str, ...] = ("pid1-01", "pid2-01")) -> Path:
    for sub in ("beat_time", "markings_dyn"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    lines = [",measure_number,beat_number," + ",".join(pids)]
    lines += [
        f"{i},{bar},{beat}," + ",".join(f"{i * 0.5 + 1:.3f}" for _ in pids) for i, (bar, beat) in enumerate(BEATS)
    ]
    (folder / "beat_time" / f"{name}beat_time.csv").write_text("\n".join(lines) + "\n")
    (folder / "markings_dyn" / f"{name}markings.csv").write_text("piano,forte+piu,sotto voce\n3,5,8\np,f,pp\n")
    return folder


def test_a_mazurka_has_true_downbeats_and_unknown_levels_before_the_first_marking(tmp_path: Path) -> None:
    reading = mazurkabl.read_mazurkabl(make_mazurkabl(tmp_path))
    assert [item.id for item in reading.items] == ["mazurkabl/M06-1/pid1-01", "mazurkabl/M06-1/pid2-01"]
    labels = reading.items[0].labels
    assert labels.beat_in_bar.tolist() == [3, 1, 2, 3, 1, 2, 3, 1]
    assert labels.downbeats_s.tolist() == [1.5, 3.0, 4.5]
    assert labels.levels.tolist() == [0, 0, 2, 2, 4, 4, 4, 1]
    assert labels.change_points.tolist() == [4, 7]
    assert reading.items[0].piece_id == "chopin/mazurka_op6/1"


def test_beats_beside_a_collapsed_interval_are_flagged(tmp_path: Path) -> None:
    path = make_mazurkabl(tmp_path, pids=("pid1-01",)) / "beat_time" / "M06-1beat_time.csv"
    path.write_text(path.read_text().replace("3,2,2,2.500", "3,2,2,2.050"))
    (item,) = mazurkabl.read_mazurkabl(tmp_path).items
    assert np.flatnonzero(item.labels.flagged).tolist() == [2, 3]


def test_the_wrong_column_name_of_one_mazurka_is_mended(tmp_path: Path) -> None:
    make_mazurkabl(tmp_path, "M41-1", ("pid9070b-01",))
    make_mazurkabl(tmp_path, "M30-1", ("pid9070b-01",))
    ids = [item.id for item in mazurkabl.read_mazurkabl(tmp_path).items]
    assert ids == ["mazurkabl/M30-1/pid9070b-01", "mazurkabl/M41-1/pid9070b-09"]


def test_the_mazurkas_without_dynamics_are_dropped(tmp_path: Path) -> None:
    make_mazurkabl(tmp_path, "M06-4")
    reading = mazurkabl.read_mazurkabl(tmp_path)
    assert (len(reading.items), reading.dropped[0].reason) == (0, "no dynamics")


@pytest.mark.parametrize(
    ("file", "old", "new", "word"),
    [
        ("beat_time/M06-1beat_time.csv", "5,3,1,3.500,3.500", "5,3,1,3.5", "fields"),
        ("beat_time/M06-1beat_time.csv", "5,3,1,3.500", "5,3,1,1.000", "increase"),
        ("beat_time/M06-1beat_time.csv", "5,3,1,3.500", "5,3,1,nan", "missing"),
        ("beat_time/M06-1beat_time.csv", "5,3,1,3.500", "5,3,1,x", "number"),
        ("beat_time/M06-1beat_time.csv", "5,3,1,", "5,3,7,", "beat numbers"),
        ("beat_time/M06-1beat_time.csv", "measure_number", "bar", "columns"),
        ("beat_time/M06-1beat_time.csv", "pid2-01", "pid1-01", "two columns"),
        ("markings_dyn/M06-1markings.csv", "3,5,8", "3,5,9", "beat 9 of 8"),
        ("markings_dyn/M06-1markings.csv", "p,f,pp", "p,f", "three rows"),
        ("markings_dyn/M06-1markings.csv", "p,f,pp", "p,f,lento", "no dynamic level"),
    ],
)
def test_a_damaged_file_is_named_and_its_mazurka_dropped(
    tmp_path: Path, file: str, old: str, new: str, word: str
) -> None:
    make_mazurkabl(tmp_path)
    make_mazurkabl(tmp_path, "M06-2")
    path = tmp_path / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    reading = mazurkabl.read_mazurkabl(tmp_path)
    assert {item.id.split("/")[1] for item in reading.items} == {"M06-2"}
    (dropped,) = reading.dropped
    assert dropped.reason == "damaged file" and dropped.is_damage
    assert path.name in dropped.detail and word in dropped.detail


def test_a_file_cut_between_two_lines_shows_against_its_sibling(tmp_path: Path) -> None:
    make_mazurkabl(tmp_path)
    (tmp_path / "beat_dyn").mkdir()
    (tmp_path / "beat_dyn" / "M06-1beat_dynNORM.csv").write_text("h\n" + "1\n" * (len(BEATS) + 3))
    (dropped,) = mazurkabl.read_mazurkabl(tmp_path).dropped
    assert "8 beats in beat_time, 11 in beat_dyn" in dropped.detail


def test_a_wrong_folder_is_refused_by_every_reader_and_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for read in (mazurkabl.read_mazurkabl, resynth.read_resynth, asap.read_asap, corrected.read_corrected):
        with pytest.raises(DataError, match="likely cause"):
            read(tmp_path)


def make_resynth(folder: Path, mazurka: str = "M67-4") -> Path:
    (folder / "midi").mkdir(parents=True)
    (folder / "labels" / mazurka).mkdir(parents=True)
    lines = ["mazurka,pid,midi,tier,test_fold"]
    for pid, tier in (("pid1", "A"), ("pid2", "C"), ("pid3", "A")):
        lines.append(f"{mazurka},{pid},midi/{pid}.mid,{tier},1")
        (folder / "midi" / f"{pid}.mid").write_bytes(b"MThd")
        data = {"beats": [0.5, 1.0, 1.5], "beat_in_bar": [3, 1, 2], "dynamic": [3, 2, 2]}
        (folder / "labels" / mazurka / f"{pid}.json").write_text(json.dumps(data))
    (folder / "index.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_resynthesis_labels_before_the_first_marking_are_unknown_not_mf(tmp_path: Path) -> None:
    reading = resynth.read_resynth(make_resynth(tmp_path))
    assert [item.labels.levels.tolist() for item in reading.items] == [[0, 2, 2]] * 3
    assert [item.attributes["tier"] for item in reading.items] == ["A", "C", "A"]


def test_resynthesis_with_missing_or_broken_files_is_dropped_with_the_reason(tmp_path: Path) -> None:
    make_resynth(tmp_path)
    (tmp_path / "midi" / "pid1.mid").unlink()
    (tmp_path / "labels" / "M67-4" / "pid2.json").write_text('{"beats": [0.5, 1.0')
    (tmp_path / "labels" / "M67-4" / "pid3.json").write_text(
        '{"beats": [2, 1], "beat_in_bar": [1, 2], "dynamic": [2, 2]}'
    )
    reading = resynth.read_resynth(tmp_path)
    assert [d.reason for d in reading.dropped] == ["no MIDI file", "no usable labels", "no usable labels"]
    (tmp_path / "index.csv").write_text("mazurka,pid,midi,tier,test_fold\nM67-4,pid1\n")
    with pytest.raises(DataError, match="line 2"):
        resynth.read_resynth(tmp_path)


SAID = Corrections(
    beats_per_bar=3,
    taps=tuple(Pin(0.25 + k / 2) for k in range(22)),
    pins=(Pin(1.75, 1),),
    marks=(MarkEdit("add", "dynamic", "f", 4.3), MarkEdit("add", "hairpin", "diminuendo", 6.2, 8.2)),
)


def make_corrected(folder: Path, said: Corrections = SAID, name: str = "chopin/mazurka_op6/1/take.flac") -> Path:
    """A tone every 0.5 s for 12 s, in stereo at 44.1 kHz, and what the page would have saved beside it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_audio(path, 12.0, 44_100, 2)
    path.with_name(f"{path.stem}.corrections.json").write_text(said.to_json())
    return folder


def test_beats_and_bars_after_the_corrections_are_labels_and_levels_where_somebody_put_one_in(tmp_path: Path) -> None:
    (item,) = corrected.read_corrected(make_corrected(tmp_path)).items
    labels = item.labels
    assert (item.id, item.piece_id) == ("corrected/chopin/mazurka_op6/1/take", mazurka_piece("M06-1"))
    tapped = (labels.beats_s > 0.2) & (labels.beats_s < 10.8)
    assert labels.beats_s[tapped] == pytest.approx([0.25 + k / 2 for k in range(22)], abs=1e-3)
    assert labels.beat_in_bar[tapped].tolist() == [1, 2, 3] * 7 + [1]
    assert set(labels.beats_per_bar.tolist()) == {3}
    assert not labels.levels[labels.beats_s < 4.2].any()
    assert labels.levels[np.abs(labels.beats_s - 4.25).argmin()] == 4
    assert set(labels.levels.tolist()) == {0, 4}
    assert [(round(h.start_s, 2), round(h.end_s, 2), h.kind) for h in labels.hairpins] == [(6.25, 8.25, "diminuendo")]


@pytest.mark.parametrize(
    ("said", "why", "is_damage"),
    [
        (Corrections(), "nothing was said of its beats", False),
        (Corrections(marks=SAID.marks, tuning_hz=442.0), "nothing was said of its beats", False),
        (Corrections(pins=(Pin(99.0),)), "outside the recording", True),
    ],
)
def test_a_recording_whose_corrections_tell_no_beats_is_dropped_with_the_reason(
    tmp_path: Path, said: Corrections, why: str, is_damage: bool
) -> None:
    reading = corrected.read_corrected(make_corrected(tmp_path, said))
    (dropped,) = reading.dropped
    assert not reading.items and dropped.is_damage == is_damage
    assert why in dropped.detail and "take.flac" in dropped.detail + str(tmp_path / "take.flac")


def test_what_was_corrected_on_the_beats_of_a_score_is_left_out(tmp_path: Path) -> None:
    (make_corrected(tmp_path, name="take.wav") / "take.mxl").touch()
    (dropped,) = corrected.read_corrected(tmp_path).dropped
    assert "score" in dropped.reason and "take.mxl" in dropped.detail and not dropped.is_damage


def test_corrections_that_cannot_be_read_or_belong_to_no_one_recording_are_named(tmp_path: Path) -> None:
    make_corrected(tmp_path, name="a.wav")
    (tmp_path / "a.corrections.json").write_text('{"corrections": 1, "tempi": 3}')
    (tmp_path / "b.corrections.json").write_text(SAID.to_json())
    make_corrected(tmp_path, name="c.wav")
    make_corrected(tmp_path, name="c.flac")
    reading = corrected.read_corrected(tmp_path)
    assert [(d.id, d.is_damage) for d in reading.dropped] == [(f"corrected/{n}", True) for n in "abc"]
    for dropped, words in zip(reading.dropped, ("tempi is not known", "no recording", "more than one"), strict=True):
        assert words in dropped.detail


def test_a_corrected_recording_is_packed_as_it_sounds_and_anew_when_more_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_corrected(tmp_path / "mine")
    make_corrected(folder, Corrections(), "unsaid.wav")
    words = pack_main.parse([str(tmp_path / "p.h5"), "--corrected", str(folder)])

    def packed() -> tuple[Pack, str]:
        pack_run(words)
        return Pack(tmp_path / "p.h5"), capsys.readouterr().err

    pack, told = packed()
    assert "corrected: 1 added, 0 were there" in told and "nothing was said of its beats" in told
    (recording,) = pack.recordings
    assert [r.key for s in ("train", "valid", "test") for r in pack.split(s, 1)] == [recording.key]
    assert recording in pack.split("test", 1) and recording.n_samples == 12 * 22_050
    assert set(recording.beat_in_bar.tolist()) == {1, 2, 3} and set(recording.levels.tolist()) == {0, 4}
    heard = pack.samples(recording, 0, recording.n_samples)
    energy = np.square(heard).reshape(-1, 11_025).sum(axis=1)
    pack.close()
    assert energy.all()
    pack, told = packed()
    pack.close()
    assert "0 added, 1 were there" in told
    make_corrected(folder, Corrections(beats_per_bar=2, taps=SAID.taps))
    pack, told = packed()
    assert "1 added, 0 were there" in told
    assert set(pack.recordings[0].beat_in_bar.tolist()) == {1, 2} and not pack.recordings[0].levels.any()


def annotate(path: Path, text: str, step_s: float = 0.5) -> Path:
    path.write_text("".join(f"{i * step_s}\t{i * step_s}\t{label}\n" for i, label in enumerate(text.split())))
    return path


@pytest.mark.parametrize(
    ("text", "position", "length"),
    [
        ("db b b db b b", [1, 2, 3, 1, 2, 3], [3] * 6),
        ("b,3/4,0 db b b db b", [3, 1, 2, 3, 1, 2], [3] * 6),
        ("db,4/4 b b b db,,2 b", [1, 2, 3, 4, 1, 2], [4] * 6),
        ("db b bR b db b", [1, 2, 0, 0, 1, 2], [0, 0, 0, 0, 2, 2]),
        ("b b db db", [0, 0, 1, 1], [0, 0, 1, 1]),
        ("b b", [0, 0], [0, 0]),
    ],
)
def test_positions_in_the_bar_are_counted_from_downbeats(
    tmp_path: Path, text: str, position: list[int], length: list[int]
) -> None:
    positions, lengths = bar_positions(read_annotation(annotate(tmp_path / "a.txt", text)))
    assert positions.tolist() == position
    assert lengths.tolist() == length


@given(st.lists(st.sampled_from(["b", "db", "bR"]), min_size=1, max_size=40))
def test_a_position_is_one_exactly_at_downbeats(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    annotation = read_annotation(annotate(tmp_path_factory.mktemp("a") / "a.txt", " ".join(kinds)))
    position, length = bar_positions(annotation)
    assert np.array_equal(position == 1, annotation.is_downbeat)
    assert np.all(position[length > 0] <= length[length > 0])


@pytest.mark.parametrize("text", ["", "0.5\t0.5", "x\t0.5\tb", "0.5\t0.5\tbeat", "1\t1\tb\n0.5\t0.5\tb", "0 0 b"])
def test_a_damaged_annotation_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=r"a\.txt"):
        read_annotation(path)


def make_asap(folder: Path) -> Path:
    """One piece of three bars, `p` in bar 2; the second performance is twice as slow, the third lacks a beat."""
    folder.mkdir(exist_ok=True)
    write_score(folder / "xml.musicxml", ["q60 q62 q64", "!p q65 q67 q69", "!f q71 q72 q74"])
    track = mido.MidiTrack()
    for pitch in (60, 62, 64, 65, 67, 69, 71, 72, 74):
        track.append(mido.Message("note_on", note=pitch, velocity=64))
        track.append(mido.Message("note_off", note=pitch, time=480))
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    midi.save(folder / "midi_score.mid")
    kinds = "db,3/4 b b db b b db b b"
    annotate(folder / "score.txt", kinds)
    rows = ["composer,title,xml_score,midi_score,midi_performance,performance_annotations,midi_score_annotations"]
    for name, played, step_s in (("One", kinds, 0.5), ("Two", kinds, 1.0), ("Three", "db b b db b b db b", 0.5)):
        midi.save(folder / f"{name}.mid")
        annotate(folder / f"{name}.txt", played, step_s)
        rows.append(f"Mozart,Piano_Sonatas_12-1,xml.musicxml,midi_score.mid,{name}.mid,{name}.txt,score.txt")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_a_performance_has_the_levels_of_its_score(tmp_path: Path) -> None:
    reading = asap.read_asap(make_asap(tmp_path))
    assert [item.labels.levels.tolist() for item in reading.items[:2]] == [[0, 0, 0, 2, 2, 2, 4, 4, 4]] * 2
    assert reading.items[1].labels.beats_s.tolist() == list(range(9))
    assert reading.items[0].piece_id == batik_piece("kv332_1")
    assert reading.score_counts["mozart/kv332/1"] == {"p": 1, "f": 1}


def test_a_performance_that_skips_beats_keeps_its_beats_without_levels(tmp_path: Path) -> None:
    reading = asap.read_asap(make_asap(tmp_path))
    assert reading.items[2].labels.n_beats == 8
    assert not reading.items[2].labels.levels.any()
    assert [(d.id, d.reason) for d in reading.masked] == [("asap/Three", "the performance skips beats of the score")]


def test_a_score_that_is_another_piece_gives_no_levels(tmp_path: Path) -> None:
    make_asap(tmp_path)
    write_score(tmp_path / "xml.musicxml", ["q50 q51 q52", "!p q53 q54 q55", "!f q40 q41 q42"])
    reading = asap.read_asap(tmp_path)
    assert {d.reason for d in reading.masked} == {"the score does not match its MIDI file"}
    assert not any(item.labels.levels.any() for item in reading.items)


def test_missing_performances_are_dropped_and_missing_scores_mask_levels(tmp_path: Path) -> None:
    make_asap(tmp_path)
    (tmp_path / "One.mid").unlink()
    (tmp_path / "Two.txt").write_text("0.0\t0.0\tdb\n0.5\t")
    (tmp_path / "xml.musicxml").unlink()
    reading = asap.read_asap(tmp_path)
    assert [d.reason for d in reading.dropped] == ["no MIDI file", "no usable beat annotation"]
    assert [d.reason for d in reading.masked] == ["no MusicXML score"]


def test_a_midi_file_without_notes_is_found_when_asked(tmp_path: Path) -> None:
    make_asap(tmp_path)
    mido.MidiFile().save(tmp_path / "Two.mid")
    reading = asap.read_asap(tmp_path)
    assert not reading.dropped
    (dropped,) = drop_broken_midi(reading).dropped
    assert "Two.mid" in dropped.detail and dropped.is_damage


def test_one_piece_has_one_name_in_every_data_set() -> None:
    assert asap_piece("Mozart", "Piano_Sonatas_11-3") == batik_piece("kv331_3") == "mozart/kv331/3"
    assert asap_piece("Chopin", "Mazurkas_op_6_1") == mazurka_piece("M06-1")
    assert asap_piece("Schumann", "Toccata_repeat") == asap_piece("Schumann", "Toccata")
    with pytest.raises(DataError):
        mazurka_piece("06-1")


def test_folds_are_disjoint_and_each_mazurka_is_tested_once() -> None:
    names = [f"M{int(opus):02d}-{n}" for part in MAZURKA_FOLDS for opus, n in (m.split("-") for m in part.split())]
    assert len(names) == len(set(names)) == 44
    for name in names:
        roles = [fold_role(name, k) for k in range(N_FOLDS)]
        assert (roles.count("test"), roles.count("valid"), roles.count("train")) == (1, 1, 3)
    assert fold_role("M06-4", 0) is None


def test_the_real_mazurkas_have_the_known_counts() -> None:
    reading = mazurkabl.read_mazurkabl(data_folder("mazurkabl"))
    assert len(reading.items) == 1999
    assert sum(item.labels.n_beats for item in reading.items) == 685_209
    assert len({item.piece_id for item in reading.items}) == 44
    first = {}
    for item in reading.items:
        known = int(np.flatnonzero(item.labels.levels)[0])
        first[item.id.split("/")[1]] = known + 1
    assert {name: beat for name, beat in first.items() if beat > 1} == FIRST_MARK_BEAT


def test_the_real_resynthesis_agrees_with_mazurkabl_in_all_but_repaired_times() -> None:
    made = resynth.read_resynth(data_folder("mazurka_resynth"))
    real = {item.id.split("/", 1)[1]: item for item in mazurkabl.read_mazurkabl(data_folder("mazurkabl")).items}
    assert len(made.items) == 1999
    for item in made.items:
        twin = real[item.id.split("/", 1)[1]]
        assert np.array_equal(item.labels.levels, twin.labels.levels)
        assert np.array_equal(item.labels.beat_in_bar, twin.labels.beat_in_bar)
        mazurka, pid = item.attributes["mazurka"], item.attributes["pid"]
        is_excluded = pid in PUBLISHED_EXCLUSIONS.get(mazurka, ())
        for k in range(N_FOLDS):
            assert item.attributes[f"fold{k}"] == ("" if is_excluded else fold_role(mazurka, k))


@pytest.mark.slow
def test_the_real_asap_gives_levels_to_most_performances_and_reasons_for_the_rest() -> None:
    reading = asap.read_asap(data_folder("asap"))
    assert len(reading.items) == 1065
    with_levels = {item.id for item in reading.items if item.labels.levels.any()}
    assert len(with_levels) > 800
    assert with_levels.isdisjoint(d.id for d in reading.masked)
    assert len(with_levels) + len(reading.masked) == len(reading.items)


@pytest.mark.slow
def test_a_truncated_copy_of_the_real_set_is_reported(tmp_path: Path) -> None:
    source = data_folder("mazurkabl")
    for sub in ("beat_time", "markings_dyn", "beat_dyn"):
        shutil.copytree(source / sub, tmp_path / sub)
    path = tmp_path / "beat_time" / "M17-4beat_time.csv"
    path.write_bytes(path.read_bytes()[:20_000])
    reading = mazurkabl.read_mazurkabl(tmp_path)
    assert [d.id for d in reading.dropped if d.is_damage] == ["mazurkabl/M17-4"]


def test_only_wanted_performances_are_read(tmp_path: Path) -> None:
    make_asap(tmp_path)
    everything = asap.read_asap(tmp_path).items
    assert everything
    wanted = everything[0].midi_path
    assert [i.id for i in asap.read_asap(tmp_path, only=lambda midi: midi == wanted).items] == [everything[0].id]
    nothing = asap.read_asap(tmp_path, only=lambda midi: False)
    assert (nothing.items, nothing.dropped) == ([], [])
