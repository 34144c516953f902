"""Damaged MIDI files: what can be saved is read, what is left out is told, and no bytes lead to anything else."""

from __future__ import annotations

import io
import struct

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.notes import midi_file
from runtime.notes.midi_file import parse
from runtime.notes.played import from_bytes, read_notes
from runtime.score.read.files import from_bytes as open_score
from runtime.score.read.files import parse as parse_score
from tests.runtime.score import make

ON, OFF = b"\x00\x90\x3c\x40", b"\x83\x60\x80\x3c\x00"
TWO = ON + OFF + b"\x00\x90\x3e\x50\x83\x60\x80\x3e\x00"
END = b"\x00\xff\x2f\x00"


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack(">L", len(data) if size is None else size) + data


def midi(*tracks: bytes, kind: int = 1, division: int = 480, header: bytes = b"") -> bytes:
    head = struct.pack(">HHh", kind, len(tracks), division) + header
    return chunk(b"MThd", head) + b"".join(chunk(b"MTrk", t) for t in tracks)


def notes(data: bytes) -> list[tuple[float, float, int, int]]:
    found = from_bytes(data, "t.mid")
    columns = (found.onset_s.tolist(), found.offset_s.tolist(), found.pitch.tolist(), found.velocity.tolist())
    return list(zip(*columns, strict=True))


PLAIN = notes(midi(TWO + END))
FLATS, NO_METRE, NO_TEMPO = (
    b"\x00\xff\x59\x02\xee\x01",
    b"\x00\xff\x58\x04\x04\xff\x18\x08",
    b"\x00\xff\x51\x03\x00\x00\x00",
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (midi(FLATS + TWO + END), "a key signature"),
        (midi(NO_METRE + TWO + END), "a time signature"),
        (midi(NO_TEMPO + TWO + END), "a tempo"),
        (midi(b"\x00\xff\x51\x01\x07" + TWO + END), "a tempo"),
        (midi(b"\x00\xff\x54\x01\x61" + TWO + END), "a meta event 84"),
        (midi(b"\x00\xb0\x07\xff" + TWO + END), "over 127"),
        (midi(b"\x00\xfe" + TWO + END), "no place in a MIDI file"),
        (midi(b"\x00\xf2\x01\x02" + TWO + END), "no place in a MIDI file"),
        (midi(b"\x00\xf0\x03\x01\x99\xf7" + TWO + END), "no place in a MIDI file"),
        (midi(TWO + b"\x00\x90"), "its last 2 bytes"),
        (midi(TWO + b"\xff\xff\xff\xff\xff\x90\x3c\x40"), "breaks off"),
        (midi(b"\x00\x3c\x40", TWO + END), "track 1 of the MIDI file breaks off"),
        (chunk(b"MThd", struct.pack(">HHh", 0, 1, 480)) + chunk(b"MTrk", TWO + END, 5), "length of track 1"),
        (
            chunk(b"MThd", struct.pack(">HHh", 1, 2, 480)) + chunk(b"MTrk", TWO + END, 0) + chunk(b"MTrk", END),
            "track 1",
        ),
        (chunk(b"MThd", struct.pack(">HHh", 0, 1, 480)) + chunk(b"MTrk", TWO + END, 9999), "length of track 1"),
    ],
)
def test_a_damaged_file_gives_its_notes_and_says_what_was_left_out(data, told):
    assert notes(data) == PLAIN
    assert told in " ".join(from_bytes(data, "t.mid").warnings)


@pytest.mark.parametrize(
    "data",
    [
        midi(TWO),  # no end of track
        midi(TWO + END) + b"\0" * 50,  # padded
        b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + midi(TWO + END),
        midi(TWO + END, header=b"\x01\x02"),
        midi(TWO + END, kind=2),
        midi(END, TWO + END, kind=0),
        midi(TWO + END, kind=7),
        midi(TWO + END)[:14] + chunk(b"XFIH", b"karaoke") + midi(TWO + END)[14:],
    ],
)
def test_what_is_odd_but_clear_is_read_without_a_word(data):
    assert notes(data) == PLAIN and from_bytes(data, "t.mid").warnings == ()


@pytest.mark.parametrize(
    ("division", "second"),
    [(-25 * 256 + 40, 1000), (-24 * 256 + 80, 1920), (-30 * 256 + 4, 120), (-29 * 256 + 100, 2997)],
)
def test_a_file_that_counts_film_frames_is_read_in_its_seconds(division, second):
    at = b"".join(bytes([0x80 | second >> 7, second & 0x7F]) + e for e in (b"\x90\x3c\x40", b"\x80\x3c\x00"))
    data = midi(b"\x00\xff\x51\x03\x01\x00\x00" + at + END, division=division)  # the tempo means nothing there
    assert notes(data) == [(pytest.approx(1.0, rel=1e-5), pytest.approx(2.0, rel=1e-5), 60, 64)]
    with pytest.raises(ScoreError, match="film frames"):
        parse(data, "t.mid")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (midi(TWO + END, division=0), "no musical time"),
        (midi(TWO + END, TWO + END, kind=2), "independent"),
        (b"MThd\x00\x00\x00\x06\x00", "header"),
        (midi(END), "no pitched notes"),
        (chunk(b"MThd", struct.pack(">HHh", 1, 1, 480)), "no pitched notes"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(data, told):
    with pytest.raises(ScoreError, match=told):
        from_bytes(data, "t.mid")


def test_too_many_events_are_refused(monkeypatch):
    monkeypatch.setattr(midi_file, "MAX_EVENTS", 3)
    with pytest.raises(ScoreError, match="more than 3"):
        parse(midi(TWO + END), "t.mid")


def test_what_makes_no_sense_stays_in_a_file_that_is_written_again():
    out = io.BytesIO()
    parse(midi(FLATS + TWO + END), "t.mid").file.save(file=out)
    assert FLATS[1:] in out.getvalue()


def test_a_whole_file_is_read_as_mido_reads_it():
    out = io.BytesIO()
    events = [mido.Message("note_on", note=60, time=1), mido.Message("pitchwheel", pitch=-9, time=200)]
    events += [mido.Message("sysex", data=[1, 2], time=3), mido.MetaMessage("text", text="é", time=3)]
    track = mido.MidiTrack([*events, mido.Message("program_change", program=3), mido.MetaMessage("end_of_track")])
    mido.MidiFile(tracks=[track, mido.MidiTrack([mido.MetaMessage("key_signature", key="Eb")])]).save(file=out)
    assert parse(out.getvalue(), "t.mid").file.tracks == mido.MidiFile(file=io.BytesIO(out.getvalue())).tracks


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=4)), max_size=4), st.integers(0, 80))
def test_no_bytes_lead_to_anything_but_notes_or_a_sentence(cuts, length):
    data = midi(FLATS + NO_TEMPO + TWO + END, TWO + TWO + END)
    for at, piece in cuts:
        data = data[: at % len(data)] + piece + data[at % len(data) + len(piece) :]
    for read in (lambda d: from_bytes(d, "t.mid"), lambda d: parse_score(open_score(d, "t.mid"))):
        for d in (data, data[:length]):
            try:
                read(d)
            except ScoreError as e:
                assert "t.mid" in str(e)


@pytest.mark.parametrize("name", ["18flats.mid", "cc7_255.mid", "smpte.mid"])
def test_real_damaged_files_give_the_notes_of_the_whole_one(name):
    folder = make.data_folder("cases", "midi")
    whole, damaged = read_notes(folder / "plain.mid"), read_notes(folder / name)
    assert damaged.pitch.tolist() == whole.pitch.tolist() and damaged.velocity.tolist() == whole.velocity.tolist()
    assert abs(damaged.onset_s - whole.onset_s).max() < 2e-3
