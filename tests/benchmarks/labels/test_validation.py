"""Real recordings that choose options: a label is written only where it is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.labels.validation import RECORDINGS, confirmed, score_of
from runtime.errors import MezzoforteError
from runtime.notes.played import PlayedNotes
from runtime.score.read.files import read_score
from runtime.score.table import Score
from tests.runtime.score.make import measure, note, score, two_staves
from train.data.score_corpora import SCORE_CORPORA


def scale(tmp_path: Path) -> Score:
    eighths = "".join(note(step, 5, 1) for step in "CDEFGABC")
    (tmp_path / "s.musicxml").write_bytes(
        score([two_staves(1, first=True), *(measure(k, eighths) for k in range(2, 6))])
    )
    return read_score(tmp_path / "s.musicxml")


def test_beats_are_confirmed_by_the_notes_that_the_score_has_there(tmp_path: Path) -> None:
    s = scale(tmp_path)
    beats = [(bar, place, 0.5 * k) for k, (_, bar, place) in enumerate(s.beats())]
    at_s = {position: time_s for (position, _, _), (_, _, time_s) in zip(s.beats(), beats, strict=True)}
    played = [(at_s[n.onset] + 0.02, at_s[n.onset] + 0.4, n.pitch, 60) for n in s.notes if n.onset in at_s]
    assert confirmed(s, beats, PlayedNotes.of(played)) == 1.0
    late = PlayedNotes.of([(a + 0.1, b + 0.1, p, v) for a, b, p, v in played])
    other = PlayedNotes.of([(a, b, p + 1, v) for a, b, p, v in played])
    assert confirmed(s, beats, late) == 0.0 and confirmed(s, beats, other) < 0.3
    assert confirmed(s, beats, PlayedNotes.of(played[: len(played) // 2])) < 0.7


def test_a_corpus_without_the_score_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCORE_CORPORA, "dcml", replace(SCORE_CORPORA["dcml"], pieces=lambda folder: []))
    with pytest.raises(MezzoforteError, match=r"dcml has no .*n04"):
        score_of(RECORDINGS[0], tmp_path, tmp_path)
