"""Our notes beside a teacher's, on a real recording's part."""

from __future__ import annotations

import pytest

pytest.importorskip("mir_eval")

from benchmarks.transcription.teacher import shared
from runtime.notes.played import PlayedNotes


def notes(*rows: tuple[float, int]) -> PlayedNotes:
    return PlayedNotes.of([(at, at + 0.5, pitch, 64) for at, pitch in rows])


def test_a_note_is_shared_at_the_same_pitch_within_50_ms() -> None:
    ours = notes((1.0, 60), (2.0, 62), (3.0, 64), (3.0, 76))
    theirs = notes((1.03, 60), (2.08, 62), (3.0, 64))
    assert shared(ours, theirs, 10.0).tolist() == [True, False, True, False]


def test_notes_at_the_cut_are_in_neither_list() -> None:
    assert shared(notes((1.0, 60), (1.95, 62)), notes((1.0, 60)), 2.0).tolist() == [True]
