"""Real recordings find their own scores, and are refused by other ones (slow; needs the data folder)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from runtime.errors import ScoreError
from runtime.score.align import features
from runtime.score.align.recording import POOR, align_features
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.sound import read as audio
from tests.runtime.score.make import data_folder

pytestmark = pytest.mark.slow


@cache
def heard(path: Path) -> features.Heard:
    return features.listen(audio.stream(path))


def recording(name: str) -> features.Heard:
    return heard(data_folder("real_audio", f"{name}.ogg"))


def score(*names: str) -> Score:
    return read_score(data_folder("asap", *names, "xml_score.musicxml"))


def transposed(written: Score, semitones: int) -> Score:
    return replace(written, notes=tuple(replace(n, pitch=n.pitch + semitones) for n in written.notes))


def test_a_real_recording_is_followed_from_the_first_bar_to_the_last():
    written = score("Bach", "Prelude", "bwv_846")
    found = align_features(written, recording("bwv846_prelude_ishizaka"))
    assert found.measures == tuple(range(len(written.measures))) and found.breaks == ()
    assert (found.confidence >= POOR).mean() > 0.9


def test_a_real_recording_of_another_piece_in_the_same_key_is_refused():
    with pytest.raises(ScoreError, match="does not play this score"):
        align_features(score("Bach", "Prelude", "bwv_846"), recording("bwv846_fugue_ishizaka"))


def test_a_real_recording_of_another_piece_in_another_key_is_refused():
    with pytest.raises(ScoreError, match=r"does not play this score|semitone"):
        align_features(score("Bach", "Fugue", "bwv_846"), recording("bwv850_prelude_ishizaka"))


@pytest.mark.parametrize("semitones", [2, -3])
def test_a_transposed_score_of_a_real_recording_is_refused_and_the_interval_named(semitones: int):
    written = transposed(score("Bach", "Fugue", "bwv_846"), semitones)
    side = "lower" if semitones > 0 else "higher"
    with pytest.raises(ScoreError, match=f"sounds {abs(semitones)} semitones {side} than the score"):
        align_features(written, recording("bwv846_fugue_ishizaka"))


def test_the_first_minute_of_a_real_recording_finds_its_place_in_the_whole_score():
    whole = recording("bwv846_prelude_ishizaka")
    excerpt = replace(
        whole, harmony=whole.harmony[:3000], attack=whole.attack[:3000], onset=whole.onset[:9000],
        loud=whole.loud[:3000], keys=whole.keys[:3000], duration_s=60.0,
    )  # fmt: skip
    written = score("Bach", "Prelude", "bwv_846")
    all_of_it, part = align_features(written, whole), align_features(written, excerpt)
    for second in (5.0, 25.0, 45.0):
        n, _ = part.place_at(second)
        m, _ = all_of_it.place_at(second)
        assert part.measures[n] == all_of_it.measures[m]
