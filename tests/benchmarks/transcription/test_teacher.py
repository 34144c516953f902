"""Our notes beside a teacher's, on a real recording's part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

pytest.importorskip("mir_eval")

from benchmarks.transcription.teacher import excerpt, shared
from runtime.errors import MezzoforteError
from runtime.notes.played import PlayedNotes


def notes(*rows: tuple[float, int]) -> PlayedNotes:
    return PlayedNotes.of([(at, at + 0.5, pitch, 64) for at, pitch in rows])


def test_a_note_is_shared_at_the_same_pitch_within_50_ms() -> None:
    ours = notes((1.0, 60), (2.0, 62), (3.0, 64), (3.0, 76))
    theirs = notes((1.03, 60), (2.08, 62), (3.0, 64))
    assert shared(ours, theirs, 10.0).tolist() == [True, False, True, False]


def test_notes_at_the_cut_are_in_neither_list() -> None:
    assert shared(notes((1.0, 60), (1.95, 62)), notes((1.0, 60)), 2.0).tolist() == [True]


def test_a_part_has_one_channel_and_its_length(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.wav", tmp_path / "part.wav"
    sf.write(whole, np.stack([np.full(30_000, 0.5), np.zeros(30_000)], axis=1), 10_000)
    assert excerpt(whole, 1.0, 1.5, part) == pytest.approx(1.5)
    samples, rate_hz = sf.read(part)
    assert samples.shape == (15_000,) and rate_hz == 10_000 and samples[0] == pytest.approx(0.25)
    assert excerpt(whole, 2.0, 9.0, part) == pytest.approx(1.0)
    with pytest.raises(MezzoforteError, match="ends before"):
        excerpt(whole, 4.0, 1.0, part)
