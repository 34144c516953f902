"""An analysis on the beats of its score: times, printed numbers, bars as played, metres, and what was detected."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from runtime.analysis import Analysis, Beat, Loudness, ModelIdentity, Source, from_json
from runtime.marks.on_score import on_score
from runtime.pipeline import Heard, Outline
from runtime.score.align.recording import Alignment
from runtime.score.table import Measure, Score, Staff, TimeSignature
from runtime.write.bars import lay_bars

QUARTER_S = 0.5


def bar(index: int, number: str, start: Fraction, time: TimeSignature, length: Fraction | None = None) -> Measure:
    duration = time.bar_quarters if length is None else length
    offset = time.bar_quarters - duration
    return Measure(index, number, start, duration, time, offset)


def score_of(*bars: tuple[str, TimeSignature, Fraction | None]) -> Score:
    measures: list[Measure] = []
    for number, time, length in bars:
        measures.append(bar(len(measures), number, measures[-1].end if measures else Fraction(0), time, length))
    return Score("musicxml", (), tuple(measures), (Staff(0, 1),))


def played(score: Score, order: tuple[int, ...], first_s: float = 1.0, end_s: float | None = None) -> Alignment:
    starts = np.concatenate([[0.0], np.cumsum([float(score.measures[i].duration) for i in order])])
    times_s = first_s + QUARTER_S * starts
    if end_s is not None:
        times_s = np.minimum(times_s, end_s)
    return Alignment(
        order, starts, starts, times_s, np.full(len(order), 0.9), (), {}, (), 0.2, duration_s=end_s or 99.0
    )


def heard(duration_s: float = 40.0) -> Heard:
    analysis = Analysis(
        Source("t", duration_s, 22_050), ModelIdentity("m", "1", "0", "cpu"),
        (Beat(0.7, 1, 1, 0.4), Beat(1.9, 1, 2, 0.4)),
        loudness=Loudness(0.1, tuple(np.linspace(2, 20, int(duration_s * 10)))),
    )  # fmt: skip
    none = np.empty(0, np.float32)
    return Heard(analysis, Outline(0.1, none, none), 1)


FOUR, SIX_EIGHT = TimeSignature(4, 4), TimeSignature(6, 8)


def test_beats_are_the_written_ones_as_played_and_bars_count_on_over_a_repeat() -> None:
    score = score_of(("0", FOUR, Fraction(1)), ("1", FOUR, None), ("2", FOUR, None))
    found = on_score(heard(), score, played(score, (0, 1, 2, 1, 2)), {"fit": 0.2})
    assert [b.time_s for b in found.beats] == pytest.approx([1 + QUARTER_S * k for k in range(17)])
    assert [(b.bar, b.position) for b in found.beats[:6]] == [(0, 4), (1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]
    assert [b.bar for b in found.beats if b.position == 1] == [1, 2, 3, 4]
    assert [b.measure for b in found.beats if b.position == 1] == ["1", "2", "1", "2"]
    assert found.score is not None and found.score["fit"] == 0.2
    assert [b["time_s"] for b in found.score["beats_detected"]] == [0.7, 1.9]
    assert len(found.beat_levels) == len(found.beats) == len(found.tempo) + 1
    assert from_json(found.to_json()).beats[3].measure == "1"


def test_a_bar_that_a_repeat_sign_divides_is_one_bar() -> None:
    score = score_of(("1", FOUR, None), ("2", FOUR, None))
    first, second = score.measures
    divided = (first, replace(second, duration=Fraction(3)),
               Measure(2, "2", second.start + 3, Fraction(1), FOUR, Fraction(3)))  # fmt: skip
    score = replace(score, measures=divided)
    found = on_score(heard(), score, played(score, (0, 1, 2)), {})
    assert [(b.bar, b.position) for b in found.beats[4:]] == [(2, 1), (2, 2), (2, 3), (2, 4)]


def test_the_metres_are_those_of_the_score_and_reach_the_tempo_map() -> None:
    score = score_of(("1", FOUR, None), ("2", SIX_EIGHT, None), ("3", SIX_EIGHT, None))
    found = on_score(heard(), score, played(score, (0, 1, 2)), {})
    assert [(m.beats_per_bar, m.signature) for m in found.metre] == [(4, "4/4"), (2, "6/8")]
    bars, quarters = lay_bars(found)
    assert [(b.numerator, b.denominator) for b in bars[-3:]] == [(4, 4), (6, 8), (6, 8)]
    assert np.diff(quarters[-5:]) == pytest.approx([1, 1.5, 1.5, 1.5])
    again = from_json(found.to_json())
    assert again.metre == tuple(replace(m, time_s=round(m.time_s, 4)) for m in found.metre)


def test_what_is_written_after_the_recording_is_over_is_left_out() -> None:
    score = score_of(*((str(n), FOUR, None) for n in range(1, 6)))
    found = on_score(heard(7.0), score, played(score, (0, 1, 2, 3, 4), end_s=7.0), {})
    assert found.beats[-1].time_s <= 7.0 and len(found.beats) == 13
    assert np.all(np.diff([b.time_s for b in found.beats]) > 0)


def test_without_a_score_nothing_of_scores_is_written() -> None:
    text = heard().analysis.to_json()
    assert '"measure"' not in text and '"signature"' not in text
