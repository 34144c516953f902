"""What is made of a transcription: MIDI, and key releases for a score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.notes.played import PlayedNotes, from_bytes
from runtime.transcribe.releases import for_score
from runtime.transcribe.transcription import TranscriberIdentity, Transcription
from runtime.transcribe.write_midi import to_midi

WHO = TranscriberIdentity("test", "1", "", "MIT")


def transcription(
    rows: list[tuple[float, float, int, int]], pedal: tuple[tuple[float, float], ...] = (), ends: str = "sound"
) -> Transcription:
    notes = PlayedNotes.of(rows, pedal)
    return Transcription(notes, np.ones(len(rows)), WHO, ends)  # type: ignore[arg-type]


@st.composite
def performances(draw: st.DrawFn) -> PlayedNotes:
    rows = []
    for pitch in draw(st.lists(st.integers(21, 108), min_size=1, max_size=6, unique=True)):
        at = draw(st.floats(0, 5))
        for _ in range(draw(st.integers(1, 4))):
            length = draw(st.floats(0.03, 3))
            rows.append((at, at + length, pitch, draw(st.integers(1, 127))))
            at += length + draw(st.floats(0, 1))
    pedal, at = [], 0.0
    for _ in range(draw(st.integers(0, 4))):
        down = at + draw(st.floats(0.01, 2))
        at = down + draw(st.floats(0.05, 3))
        pedal.append((down, at))
    return PlayedNotes.of(rows, tuple(pedal))


@settings(max_examples=150, deadline=None)
@given(performances())
def test_midi_reads_back_as_the_notes_and_the_pedal(notes: PlayedNotes) -> None:
    again = from_bytes(to_midi(notes, "Für Elise"), "t.mid")
    order, found = (np.lexsort((n.onset_s, n.pitch)) for n in (notes, again))
    assert again.pitch[found].tolist() == notes.pitch[order].tolist()
    assert again.velocity[found].tolist() == notes.velocity[order].tolist()
    assert again.onset_s[found] == pytest.approx(notes.onset_s[order], abs=6e-4)
    assert again.offset_s[found] == pytest.approx(notes.offset_s[order], abs=0.011)
    assert np.array(again.pedal) == pytest.approx(np.array(notes.pedal), abs=6e-4)


def test_equal_notes_give_equal_bytes() -> None:
    notes = transcription([(0.5, 1.0, 60, 64), (0.5, 1.2, 64, 70)]).notes
    assert to_midi(notes, "a") == to_midi(notes, "a")


@settings(max_examples=150, deadline=None)
@given(performances())
def test_keys_are_let_go_within_the_sound_of_their_notes(notes: PlayedNotes) -> None:
    guessed = for_score(Transcription(notes, np.ones(len(notes.pitch)), WHO, "sound"))
    assert (guessed.offset_s <= notes.offset_s).all() and (guessed.offset_s > notes.onset_s).all()
    assert guessed.pedal == notes.pedal


def test_a_note_that_the_pedal_held_is_let_go_at_the_next_attack() -> None:
    heard = transcription([(0.0, 4.0, 60, 64), (0.5, 4.0, 64, 64), (1.0, 4.0, 67, 64)], ((0.1, 4.0),))
    assert for_score(heard).offset_s.tolist() == [0.5, 1.0, 4.0]


def test_a_key_is_held_at_least_until_the_pedal_goes_down() -> None:
    heard = transcription([(0.0, 4.0, 60, 64), (0.5, 0.8, 64, 64)], ((2.0, 4.0),))
    assert for_score(heard).offset_s.tolist() == [2.0, 0.8]


def test_notes_of_one_chord_are_no_next_attack_for_each_other() -> None:
    heard = transcription([(0.0, 4.0, 60, 64), (0.03, 4.0, 64, 64), (1.0, 3.9, 67, 64)], ((0.1, 4.0),))
    assert for_score(heard).offset_s[:2].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("ends", ["key", "sound"])
def test_without_pedal_or_with_known_releases_nothing_is_guessed(ends: str) -> None:
    pedal = ((0.1, 4.0),) if ends == "key" else ()
    heard = transcription([(0.0, 4.0, 60, 64), (0.5, 4.0, 64, 64)], pedal, ends)
    assert for_score(heard).offset_s.tolist() == [4.0, 4.0]


def test_confidences_must_fit_the_notes() -> None:
    good = transcription([(0.0, 4.0, 60, 64)])
    with pytest.raises(ValueError, match="confidences"):
        replace(good, confidence=np.ones(2))
    with pytest.raises(ValueError, match="within"):
        replace(good, confidence=np.array([1.5]))
