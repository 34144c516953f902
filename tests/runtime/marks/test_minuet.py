"""The example, heard and marked by what is shipped: loud, then soft the second time, with a crescendo back to loud."""

from __future__ import annotations

from pathlib import Path

import pytest

import mezzoforte
from examples.make_example import BEAT_S, beat_times
from runtime.analysis import LADDER, Analysis
from runtime.dynamics.ladder import UNMARKED
from runtime.marks.files import MarkReport

RECORDING = Path(__file__).parents[3] / "examples" / "minuet.ogg"
SCORE = RECORDING.with_suffix(".musicxml")
SECOND_S, RISES_S = float(beat_times()[48]), float(beat_times()[48 + 33])
BAR_S = 3 * BEAT_S


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return mezzoforte.analyse(RECORDING)


@pytest.fixture(scope="module")
def report() -> MarkReport:
    return mezzoforte.mark_score(RECORDING, SCORE, second_time="words")


def test_it_is_loud_until_the_second_time_and_then_soft(analysis: Analysis) -> None:
    loud = [LADDER.index(d.level) for d in analysis.dynamics if d.time_s < SECOND_S - BAR_S]
    soft = [d for d in analysis.dynamics if abs(d.time_s - SECOND_S) < BAR_S]
    assert loud and min(loud) >= LADDER.index("f")
    assert soft and LADDER.index(soft[-1].level) <= LADDER.index("p")


def test_it_rises_over_the_last_five_bars_to_loud(analysis: Analysis) -> None:
    rising = [h for h in analysis.hairpins if h.kind == "crescendo" and h.end_s > RISES_S]
    assert rising and abs(rising[0].start_s - RISES_S) < 2 * BAR_S and rising[-1].end_s - RISES_S > 2 * BAR_S
    assert LADDER.index(analysis.beat_levels[-1]) >= UNMARKED


def test_its_score_says_so_too(report: MarkReport) -> None:
    marks = sorted(report.plan.marks, key=lambda m: (m.measure, m.offset))
    first = next(m for m in marks if m.kind == "dynamic")
    assert (first.measure, first.offset) == (0, 0) and first.value in ("f", "ff")
    assert [m for m in marks if m.kind in ("dynamic", "hairpin")] == [first], "the first time is played evenly"
    words = [m for m in marks if m.kind == "words"]
    assert words[0].measure == 0 and words[0].value in ("2nd time p", "2nd time pp")
    assert any("cresc" in m.value and 9 <= m.measure <= 12 for m in words)
