"""The readers of performances with beats that nobody annotated by hand: piano-midi.de, ACPAS and POP909."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest

from tests.train.data.paths import data_folder
from train.data.corpora import acpas, classical_piano_midi, pop909
from train.data.errors import DataError
from train.data.labels.metre import notes_span_s, read_metre
from train.data.overlaps import Overlaps

HEAD = "corpus,path,composer,title,work,piece_group,asap,mazurkabl,batik_mozart,vienna4x22,share,held_out,note\n"


def write_midi(path: Path, first_tick: int = 480) -> Path:
    """Two bars of 6/8 at 60 quarters a minute, then 2/4 at 120; the first note after `first_tick`."""
    midi, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
    midi.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000))
    track.append(mido.MetaMessage("time_signature", numerator=6, denominator=8))
    track.append(mido.Message("note_on", note=60, velocity=50, time=first_tick))
    track.append(mido.Message("note_off", note=60, time=2880 - first_tick))
    track.append(mido.MetaMessage("set_tempo", tempo=500_000))
    track.append(mido.MetaMessage("time_signature", numerator=2, denominator=4))
    track.append(mido.Message("note_on", note=62, velocity=50))
    track.append(mido.Message("note_off", note=62, time=1440))
    track.append(mido.MetaMessage("end_of_track", time=48000))
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.save(path)
    return path


def table(folder: Path, *rows: str) -> Overlaps:
    (folder / "overlaps.csv").write_text(HEAD + "".join(f"{r}\n" for r in rows))
    return Overlaps.read(folder / "overlaps.csv")


@pytest.fixture(scope="module")
def overlaps() -> Overlaps:
    return Overlaps.read(data_folder("dcml").parent / "overlaps.csv")


def test_beats_follow_metre_and_tempo_up_to_the_last_note(tmp_path: Path) -> None:
    metre = read_metre(write_midi(tmp_path / "a.mid"))
    assert metre.beats_s.tolist() == [0.0, 1.5, 3.0, 4.5, 6.0, 6.5, 7.0, 7.5]
    assert metre.beat_in_bar.tolist() == [1, 2, 1, 2, 1, 2, 1, 2]
    assert metre.beats_per_bar.tolist() == [2] * 8
    assert metre.span_s == notes_span_s(tmp_path / "a.mid") == (1.0, 7.5)


def test_a_file_that_is_no_midi_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.mid").write_bytes(b"nothing")
    for read in (read_metre, notes_span_s):
        with pytest.raises(DataError, match=r"b\.mid"):
            read(tmp_path / "b.mid")


def test_piano_midi_de_gives_beats_from_the_first_note_and_no_test_piece(tmp_path: Path) -> None:
    write_midi(tmp_path / "midis" / "Mozart" / "a.mid")
    write_midi(tmp_path / "midis" / "Grieg" / "B.mid")
    (tmp_path / "metadata.csv").write_text("composer,midi\nMozart,midis/Mozart/a.mid\nGrieg,midis/Grieg/b.mid\n")
    known = table(
        tmp_path,
        "classical_piano_midi,midis/Mozart/a.mid,Mozart,t,w,mozart/k331/1,,,,,,vienna4x22,",
        "classical_piano_midi,midis/Grieg/B.mid,Grieg,t,w,grieg/x,,,,,,,",
    )
    reading = classical_piano_midi.read_classical_piano_midi(tmp_path, known)
    assert [(i.composer, i.piece_id) for i in reading.items] == [("Grieg", "grieg/x")]
    assert reading.items[0].labels.beats_s.tolist()[:2] == [1.5, 3.0]
    assert [d.reason for d in reading.dropped] == ["a test piece"]
    everything = classical_piano_midi.read_classical_piano_midi(tmp_path, known, with_tests=True).items
    assert [i.attributes["split"] for i in everything] == ["test", "train"]


def test_pop_songs_whose_annotations_disagree_are_left_out_and_odd_bars_flagged(tmp_path: Path) -> None:
    for song, shift in (("001", 0.0), ("002", 0.9)):
        folder = tmp_path / "POP909" / song
        write_midi(folder / f"{song}.mid", first_tick=0)
        beats, bars = np.arange(13) * 0.5, [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
        lines = [f"{t + 0.0:.3f} 1.0 {b:.1f}" for t, b in zip(beats, bars, strict=True)]
        (folder / "beat_midi.txt").write_text("\n".join(lines))
        lines = [f"{t + shift:.3f} {float(b or 2)}" for t, b in zip(beats, bars, strict=True)]
        (folder / "beat_audio.txt").write_text("\n".join(lines))
    reading = pop909.read_pop909(tmp_path)
    assert [i.id for i in reading.items] == ["pop909/001"]
    labels = reading.items[0].labels
    assert labels.beat_in_bar.tolist() == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 1, 2]
    assert np.flatnonzero(labels.flagged).tolist() == [8, 9, 10]
    assert [d.reason for d in reading.dropped] == ["the two annotations disagree"]


@pytest.mark.parametrize(
    "read", [classical_piano_midi.read_classical_piano_midi, acpas.read_acpas, lambda f, o: pop909.read_pop909(f)]
)
def test_a_folder_of_something_else_is_refused(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError):
        read(tmp_path, Overlaps({}))


def test_the_two_data_sets_agree_on_beats_of_the_same_files(overlaps: Overlaps) -> None:
    ours = data_folder("classical_piano_midi")

    def chosen(path: Path) -> bool:
        return path.parent.name in ("Debussy", "Grieg")

    by_file = {i.midi_path: i.labels for i in classical_piano_midi.read_classical_piano_midi(
        ours, overlaps, only=chosen).items}  # fmt: skip
    pairs = [
        (by_file[i.midi_path], i.labels)
        for i in acpas.read_acpas(data_folder("acpas"), overlaps, only=chosen).items
        if i.midi_path in by_file
    ]
    assert len(pairs) > 15
    # In 6/4 ours count quarters, as ASAP does, theirs dotted halves.
    same_unit = [(a, b) for a, b in pairs if a.n_beats < 2 * b.n_beats]
    assert len(same_unit) >= len(pairs) - 2
    for a, b in same_unit:
        n = min(a.n_beats, b.n_beats)
        assert abs(a.n_beats - b.n_beats) <= 2
        assert np.abs(a.beats_s[:n] - b.beats_s[:n]).max() < 0.005
        assert (a.beat_in_bar[:n] == b.beat_in_bar[:n]).mean() > 0.9


def test_every_row_of_acpas_and_every_file_of_piano_midi_de_is_there_and_decided(overlaps: Overlaps) -> None:
    folder = data_folder("acpas")
    rows = acpas.metadata(folder)
    assert len(rows) == acpas.N_ROWS
    assert all(acpas.midi_path(folder, row).is_file() for row in rows)
    tests = sum(overlaps.is_test_piece("acpas", f"{r['folder']}/{r['performance_annotation']}") for r in rows)
    assert tests == 60
    files = classical_piano_midi.listed(data_folder("classical_piano_midi"))
    assert len(files) == classical_piano_midi.N_FILES
    root = data_folder("classical_piano_midi")
    assert sum(overlaps.is_test_piece("classical_piano_midi", str(p.relative_to(root))) for _, p in files) == 24


def test_all_songs_of_pop909_are_there() -> None:
    folder = data_folder("pop909")
    assert len(list((folder / "POP909").glob("[0-9][0-9][0-9]"))) == pop909.N_SONGS
    first = pop909.read_pop909(folder, only=lambda p: p.stem == "001").items[0]
    assert first.labels.n_beats > 280 and set(first.labels.beats_per_bar.tolist()) == {4}
