"""Reading a performance MIDI: what is kept, and what is refused in words."""

from __future__ import annotations

import io

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.notes.played import PlayedNotes, from_bytes, read_notes
from tests.runtime.engrave import played


def file(*messages: mido.Message, ticks: int = 480) -> bytes:
    out = io.BytesIO()
    mido.MidiFile(tracks=[mido.MidiTrack(messages)], ticks_per_beat=ticks).save(file=out)
    return out.getvalue()


def on(note: int, time: int, velocity: int = 64, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=note, velocity=velocity, time=time, channel=channel)


def test_notes_have_seconds_by_the_tempo_map() -> None:
    data = file(
        mido.MetaMessage("set_tempo", tempo=1_000_000), on(60, 480), on(60, 480, 0),
        mido.MetaMessage("set_tempo", tempo=250_000), on(62, 480, 90), on(62, 480, 0),
    )  # fmt: skip
    notes = from_bytes(data, "t.mid")
    assert notes.onset_s.tolist() == [1.0, 2.25] and notes.offset_s.tolist() == [2.0, 2.5]
    assert notes.pitch.tolist() == [60, 62] and notes.velocity.tolist() == [64, 90]


def test_a_key_struck_again_ends_its_note_before_and_the_last_ends_with_the_file() -> None:
    notes = from_bytes(file(on(60, 0), on(60, 480), on(61, 480, 0)), "t.mid")
    assert notes.onset_s.tolist() == [0.0, 0.5] and notes.offset_s.tolist() == [0.5, 1.0]


def test_the_pedal_is_down_from_64_on() -> None:
    pedal = [mido.Message("control_change", control=64, value=v, time=480) for v in (10, 64, 127, 63, 0, 90)]
    assert from_bytes(file(on(60, 0), *pedal, on(60, 480, 0)), "t.mid").pedal == ((1.0, 2.0), (3.0, 3.5))


def test_percussion_is_left_out_with_a_warning() -> None:
    notes = from_bytes(file(on(36, 0, channel=9), on(60, 480), on(60, 480, 0)), "t.mid")
    assert notes.pitch.tolist() == [60] and "1 percussion note" in notes.warnings[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file(), "no pitched notes"),
        (file(on(36, 0, channel=9), on(38, 480, channel=9)), "2 percussion notes only"),
        (b"RIFF....WAVE", "not a MIDI file"),
        (played.midi(played.notes(played.PHRASE))[:20], "no pitched notes"),
        (played.midi(played.notes(played.PHRASE))[:12], "damaged file"),
    ],
)
def test_files_without_a_performance_are_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        from_bytes(data, "t.mid")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ScoreError, match=r"nowhere\.mid"):
        read_notes("nowhere.mid")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    whole = bytearray(played.midi(played.notes(played.PHRASE)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        notes = from_bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]), "t.mid")
    except ScoreError:
        return
    assert len(notes.pitch) and (notes.offset_s > notes.onset_s).all()


def test_what_is_written_as_midi_is_read_back() -> None:
    notes = played.notes(played.PHRASE)
    again = from_bytes(played.midi(notes), "t.mid")
    assert again.pitch.tolist() == notes.pitch.tolist()
    assert again.onset_s == pytest.approx(notes.onset_s, abs=1e-3)


def test_notes_that_are_not_in_order_are_a_mistake_of_the_caller() -> None:
    good = played.notes(played.PHRASE)
    with pytest.raises(ValueError, match="order"):
        PlayedNotes(good.onset_s[::-1], good.offset_s, good.pitch, good.velocity)
