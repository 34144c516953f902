"""What a study of the transcriber's training counts, and that it goes on where it stopped."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("mir_eval")

from runtime.notes.played import PlayedNotes
from train.notes import study
from train.notes.labels import NoteTable
from train.notes.study import BRANCHES, counts_beside, heard_under, table
from train.notes.taught import Taught


def teacher(doubtful: list[tuple[float, float, int]] | None = None) -> NoteTable:
    onset_s, pitch = np.array([1.0, 2.0, 3.0, 9.95]), np.array([60, 62, 64, 65])
    doubts = np.array(doubtful or [], np.float64).reshape(-1, 3)
    return NoteTable(onset_s, onset_s + 1, onset_s + 1, pitch, np.full(4, 80), np.empty((0, 2)), doubts)


def played(*notes: tuple[float, int]) -> PlayedNotes:
    return PlayedNotes.of([(at, at + 0.5, pitch, 70) for at, pitch in notes])


def test_notes_are_the_same_at_their_pitch_within_50_ms():
    heard = played((1.04, 60), (2.06, 62), (3.0, 65), (9.97, 65))
    assert counts_beside(heard, teacher(), 10.0).tolist() == [1, 3, 3], "what begins in the last 0.1 s counts not"


def test_what_is_heard_where_the_teacher_doubts_counts_for_nothing():
    heard = played((1.0, 60), (5.0, 70), (5.0, 71))
    assert counts_beside(heard, teacher([(4.9, 5.1, 70)]), 10.0).tolist() == [1, 2, 3]


def test_recordings_suffer_the_same_in_every_branch():
    samples = np.sin(np.arange(30_000) * 0.05).astype(np.float32)
    recordings = [Taught(str(k), samples, teacher(), "t", "c") for k in range(2)]
    assert heard_under(None, recordings) is recordings
    for change in study._CHANGED:
        one, two = (np.stack([t.samples for t in heard_under(change, recordings)]) for _ in range(2))
        assert np.array_equal(one, two) and not np.array_equal(one[0], samples) and one.dtype == np.float32


class Fake:
    """Measures nothing and fails at the third branch."""

    ran: list[str] = []  # noqa: RUF012
    fails = True

    def __init__(self, args: Namespace) -> None:
        self.row = {"validation_f": 0.9, "held_out": {c: {"f": 0.8, "extra": 0.05} for c in ("", *study._CHANGED)}}

    def begin(self) -> dict:
        return self.row

    def run(self, branch: study.Branch) -> dict:
        if len(self.ran) == 2 and self.fails:
            raise KeyboardInterrupt
        self.ran.append(branch.name)
        return self.row


def test_a_study_goes_on_with_the_branches_that_are_missing(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(study, "Study", Fake)
    args = Namespace(threads=None, out=tmp_path, start=Path("begin.pt"), steps=3, batch=4)
    with pytest.raises(KeyboardInterrupt):
        study.run(args)
    assert len(json.loads((tmp_path / "study.json").read_text())) == 3
    Fake.fails = False
    study.run(args)
    assert [b.name for b in BRANCHES] == Fake.ran
    told = capsys.readouterr().out
    assert "| without wow | 0.900 | 0.800 | 5.0 % |" in told and "| codecs | 0.800 | 0.800 | 0.800 |" in told


def test_the_table_tells_of_what_is_there_alone():
    rows = {"without rooms": {"validation_f": 0.5, "held_out": {"": {"f": 0.4, "extra": 0.1}, "rooms": {"f": 0.3}}}}
    assert table(rows).splitlines()[-1] == "| rooms | 0.300 |"
