"""The page's prior: of every beat, from notes and bars alone, the same every time, and fast."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest

from runtime.errors import ModelError
from runtime.marks import page
from runtime.marks.page_features import FEATURES, page_features
from runtime.network.parts import shipped
from runtime.score.table import Mark, Measure, Note, Score, Staff, TimeSignature

FOUR = TimeSignature(4, 4)
CARD = shipped("page")


def score_of(n_bars: int = 16, pickup: bool = False) -> Score:
    """Quiet quarters in the right hand; from the middle on eighth-note octaves over a bass."""
    measures, notes = [], []
    start = F(0)
    for i in range(n_bars):
        length = F(1) if pickup and i == 0 else F(4)
        measures.append(Measure(i, str(i), start, length, FOUR, 4 - length))
        step = F(1) if i < n_bars // 2 else F(1, 2)
        for k in range(int(length / step)):
            at = start + k * step
            pitches = [72 + k % 4] if i < n_bars // 2 else [60 + k % 4, 72 + k % 4, 76 + k % 4]
            notes += [Note(at, step, p, 1, "1", i) for p in pitches]
        notes.append(Note(start, length, 48 if i < n_bars // 2 else 36, 2, "1", i))
        start += length
    return Score("test", tuple(notes), tuple(measures), (Staff(0, 1, "Piano"), Staff(0, 2, "Piano")))


def column(x: np.ndarray, name: str) -> np.ndarray:
    return x[:, FEATURES.index(name)]


def test_features_have_a_row_for_every_beat_and_are_finite_even_for_odd_scores() -> None:
    empty = replace(score_of(), notes=())
    short = Score("test", (), (Measure(0, "1", F(0), F(1, 4), FOUR, F(15, 4)),), (Staff(0, 1),))
    lonely = replace(score_of(1), notes=score_of(1).notes[:1])
    for score in (score_of(), score_of(9, pickup=True), empty, short, lonely):
        x = page_features(score)
        assert x.shape == (len(list(score.beats())), len(FEATURES))
        assert np.isfinite(x).all()


def test_a_change_of_texture_stands_out_where_it_happens() -> None:
    x = page_features(score_of())
    for name in ("density_1_size", "chord_2", "rhythm_1", "bottom_1_size"):
        assert int(np.argmax(column(x, name)[4:])) + 4 == 32, name
    assert column(x, "downbeat")[:5].tolist() == [1, 0, 0, 0, 1]


def test_a_pickup_does_not_shift_the_phrases() -> None:
    x = page_features(score_of(17, pickup=True))
    assert np.flatnonzero(column(x, "phrase_4_starts"))[:3].tolist() == [1, 17, 33]
    assert np.flatnonzero(column(x, "is_pickup")).tolist() == [0]


def test_bars_that_come_again_are_known() -> None:
    x = page_features(score_of(8))
    assert column(x, "bar_as_before")[::4].tolist() == [0, 1, 1, 1, 0, 1, 1, 1]


def test_the_prior_is_about_every_beat_deterministic_and_blind_to_marks() -> None:
    score = score_of()
    marked = replace(score, marks=(Mark("dynamic", "ff", F(8), F(8), 2, 1),))
    a, b, c = page.prior(score, CARD), page.prior(score, CARD), page.prior(marked, CARD)
    n = len(list(score.beats()))
    assert (a.level.shape, a.hairpin_begin.shape, a.hairpin_end.shape, a.louder.shape) == ((n,), (n, 2), (n, 2), (n,))
    for name in ("level", "hairpin_begin", "hairpin_end", "louder"):
        assert getattr(a, name).dtype == np.float64
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes() == getattr(c, name).tobytes()


def test_the_shipped_prior_expects_a_level_first_and_where_the_texture_changes_and_louder_there() -> None:
    found = page.prior(score_of(), CARD)
    assert found.level[0] > 0
    assert int(np.argmax(found.level[4:])) + 4 == 32
    assert found.louder[32] > 0
    assert found.level[[1, 5, 13, 27]].max() < -3


def test_a_thousand_bars_take_well_under_half_a_second() -> None:
    score = score_of(1000)
    page.prior(score_of(), CARD)
    begun = time.process_time()
    page.prior(score, CARD)
    assert time.process_time() - begun < 1.0


def test_a_score_without_beats_has_an_empty_prior() -> None:
    short = Score("test", (), (Measure(0, "1", F(0), F(1, 4), FOUR, F(15, 4)),), (Staff(0, 1),))
    assert page.prior(short, CARD).level.shape == (0,)


def test_another_model_is_refused(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(ModelError, match="kind"):
        page.network(CARD.with_name("mezzoforte.notes.json"))
