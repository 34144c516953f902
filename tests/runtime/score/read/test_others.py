"""MuseScore and MIDI files, and zipped ones, give the same table as MusicXML does."""

from __future__ import annotations

import io
from fractions import Fraction as F

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.score.read.files import from_bytes, parse, read_score
from tests.runtime.score import make


def test_a_zipped_score_reads_like_the_bare_one():
    bare = parse(from_bytes(make.plain(), "t.musicxml"))
    data = make.zipped({"META-INF/container.xml": make.container("a/s.xml"), "a/s.xml": make.plain()})
    assert parse(from_bytes(data, "t.mxl")) == bare


@pytest.mark.parametrize("title", [
    "Etude No. 3: Allegro", "Prelude & Fugue", "A < B", 'Say "yes"', "Für Elise", "前奏曲", "100 % #1", "a.b", "..."
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".mxl", ".mscz"])
def test_a_zipped_score_is_read_and_rewritten_whatever_its_title(title, suffix):
    """MuseScore 3 names the member after the file, and does not escape the name in the container."""
    inner, content = (".xml", make.plain()) if suffix == ".mxl" else (".mscx", make.mscx())
    data = make.zipped({"META-INF/container.xml": make.container(title + inner), title + inner: content, "x.png": b"1"})
    source = from_bytes(data, f"t{suffix}")
    assert parse(source).notes
    again = from_bytes(source.packed(content + b"\n"), f"t{suffix}")
    assert again.text == content + b"\n" and again.container is not None
    assert again.container.member == title + inner


def test_a_zip_whose_names_are_utf_8_without_saying_so_is_read():
    name = "Für Elise.xml"
    data = make.zipped({"META-INF/container.xml": make.container(name), name: make.plain(), "b.xml": make.plain(1)})
    unflagged = bytearray(data)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(signature)
        while place >= 0:
            unflagged[place + at + 1] &= 0xF7
            place = data.find(signature, place + 1)
    source = from_bytes(bytes(unflagged), "t.mxl")
    assert len(parse(source).measures) == 8
    assert from_bytes(source.packed(make.plain(2)), "t.mxl").text == make.plain(2)


@pytest.mark.parametrize(
    ("listed", "name"),
    [("a\\s.xml", "a\\s.xml"), ("E\u0301tude.xml", "\u00c9tude.xml"), ("\u00c9t.xml", "E\u0301t.xml")],
)
def test_a_container_that_spells_the_name_another_way_is_read(listed, name):
    data = make.zipped({"META-INF/container.xml": make.container(listed), name: make.plain(3), "b.xml": make.plain(1)})
    assert len(parse(from_bytes(data, "t.mxl")).measures) == 3


def test_a_zip_with_backslashes_for_folders_is_read():
    data = make.zipped({"META-INF\\container.xml": make.container("a/s.xml"), "a\\s.xml": make.plain()})
    assert parse(from_bytes(data, "t.mxl")).notes


def test_the_score_is_taken_before_excerpts_in_folders():
    data = make.zipped({"Excerpts/1/part.mscx": make.mscx(1), "piece.mscx": make.mscx(3)})
    assert len(parse(from_bytes(data, "t.mscz")).measures) == 3


def test_a_zipped_score_under_a_bare_name_is_read():
    assert parse(from_bytes(make.zipped({"score.xml": make.plain()}), "t.musicxml")).notes


@pytest.mark.parametrize("version", ["3.01", "4.20"])
def test_musescore_chords_are_placed_by_their_lengths(version):
    score = parse(from_bytes(make.mscx(2, version), "t.mscx"))
    assert [n.onset for n in score.notes if n.staff == 1] == [F(i) for i in range(8)]
    assert [n.duration for n in score.notes if n.staff == 2] == [4, 4]
    assert [m.number for m in score.measures] == ["1", "2"]


def test_an_old_musescore_file_is_refused_with_what_to_do():
    with pytest.raises(ScoreError, match="save it again"):
        parse(from_bytes(make.mscx(2, "2.06"), "t.mscx"))


def test_musescore_tuplets_locations_and_hairpins_are_followed():
    triplet = (
        b"<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>"
        + b"<Chord><durationType>eighth</durationType><Note><pitch>60</pitch></Note></Chord>" * 3
        + b"<endTuplet/><location><fractions>1/4</fractions></location>"
        b'<Spanner type="HairPin"><HairPin><subtype>1</subtype></HairPin><next><location><measures>1</measures>'
        b"<fractions>-1/4</fractions></location></next></Spanner>"
        b"<Dynamic><subtype>mf</subtype></Dynamic>"
        b"<Chord><dots>1</dots><durationType>quarter</durationType><Note><pitch>61</pitch></Note></Chord>"
    )
    data = make.mscx(3)
    start = data.index(b"<Chord>")
    score = parse(from_bytes(data[:start] + triplet + data[data.index(b"</voice>") :], "t.mscx"))
    first = [(n.onset, n.duration) for n in score.notes if n.measure == 0 and n.staff == 1]
    assert first == [(0, F(1, 3)), (F(1, 3), F(1, 3)), (F(2, 3), F(1, 3)), (2, F(3, 2))]
    assert [(m.kind, m.value, m.start, m.end) for m in score.marks] == [
        ("dynamic", "mf", 2, 2),
        ("hairpin", "diminuendo", 2, 5),
    ]


def midi_bytes(events: list[tuple[str, int, int, int]], beats: int = 3) -> bytes:
    midi = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=beats, denominator=4)])
    track += [mido.Message(kind, note=note, velocity=velocity, time=time) for kind, note, velocity, time in events]
    midi.tracks.append(track)
    out = io.BytesIO()
    midi.save(file=out)
    return out.getvalue()


def test_midi_ticks_become_quarters_on_the_files_own_bars():
    data = midi_bytes(
        [("note_on", 60, 64, 0), ("note_off", 60, 0, 480), ("note_on", 62, 70, 1200), ("note_on", 62, 0, 240)]
    )
    score = parse(from_bytes(data, "t.mid"))
    assert [(n.onset, n.duration, n.pitch, n.velocity, n.measure) for n in score.notes] == [
        (0, 1, 60, 64, 0),
        (F(7, 2), F(1, 2), 62, 70, 1),
    ]
    assert [m.duration for m in score.measures] == [3, 3]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_in_midi_give_a_score_or_a_clear_error(flips):
    data = bytearray(midi_bytes([("note_on", 60, 64, 0), ("note_off", 60, 0, 480)]))
    for position, value in flips:
        data[position % len(data)] = value
    try:
        parse(from_bytes(bytes(data), "t.mid"))
    except ScoreError as e:
        assert "t.mid" in str(e)


def test_the_midi_scores_of_asap_are_read():
    for path in sorted(make.data_folder("asap").rglob("midi_score.mid"))[::40]:
        score = read_score(path)
        assert len(score.staves) >= 1 and len(score.notes) > 100, path
