"""The tempo map goes through the beats, and says how far it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.analysis import Analysis, Beat, Metre
from runtime.errors import OutputError
from runtime.write.bars import bar_groups
from runtime.write.tempo_map import tempo_map
from tests.runtime.write.takes import empty, take


@st.composite
def takes(draw: st.DrawFn) -> Analysis:
    first_s = draw(st.floats(0, 30))
    gaps = draw(st.lists(st.floats(0.05, 40), max_size=40))
    metre = draw(st.sampled_from([2, 3, 4, 6]))
    position = draw(st.integers(1, metre))
    times = np.concatenate([[first_s], first_s + np.cumsum(gaps)]) if draw(st.booleans()) or gaps else []
    beats = tuple(
        Beat(float(t), (i + position - 1) // metre, 1 + (i + position - 1) % metre, 1.0) for i, t in enumerate(times)
    )
    end_s = (beats[-1].time_s if beats else 0.0) + draw(st.floats(0, 10))
    metres = (Metre(beats[0].time_s, metre, 1.0),) if beats and draw(st.booleans()) else ()
    base = empty(end_s)
    return replace(base, beats=beats, metre=metres)


@settings(max_examples=150, deadline=None)
@given(takes(), st.sampled_from(["beat", "bar", "adaptive"]), st.floats(1, 200))
def test_knots_rise_from_zero_and_residuals_are_what_is_reported(analysis, mode, tolerance_ms):
    tempo = tempo_map(analysis, mode, tolerance_ms)
    seconds = np.diff([k.time_s for k in tempo.knots])
    quarters = np.diff([k.quarters for k in tempo.knots])
    assert (tempo.knots[0].time_s, tempo.knots[0].quarters) == (0, 0)
    assert (seconds > 0).all() and (quarters > 0).all()
    off_ms = 1000 * np.abs(tempo.seconds_at(tempo.beat_quarters) - [b.time_s for b in analysis.beats])
    assert off_ms.max(initial=0) == pytest.approx(tempo.worst_ms, abs=1e-6)
    if mode == "beat":
        assert tempo.worst_ms <= 0.5001
    if mode == "adaptive":
        assert tempo.worst_ms <= tolerance_ms + 0.5001


@settings(max_examples=150, deadline=None)
@given(takes())
def test_bars_follow_one_another_and_begin_on_the_downbeats(analysis):
    tempo = tempo_map(analysis)
    at = 0.0
    for bar in tempo.bars:
        assert bar.quarters == pytest.approx(at)
        at += bar.numerator * 4 / bar.denominator
    starts = {bar.quarters for bar in tempo.bars}
    for beat, quarters in zip(analysis.beats, tempo.beat_quarters, strict=True):
        if beat.position == 1:
            assert quarters in starts
    numbers = [bar.bar for bar in tempo.bars if bar.bar > (analysis.beats[0].bar if analysis.beats else 99)]
    assert numbers == [analysis.beats[g.start].bar for g in bar_groups(analysis.beats)[1:]]


def test_lead_in_of_a_plain_take_is_one_bar_at_a_tempo_like_the_musics():
    tempo = tempo_map(take(first_s=2.4, metre=3))
    assert tempo.beat_quarters[0] == 3
    assert [(b.numerator, b.denominator) for b in tempo.metres] == [(3, 4)]
    assert 0.5 < tempo.bpm[0] / tempo.bpm[1] < 2


@pytest.mark.parametrize("first_s", [0.05, 0.14, 0.3, 0.55, 0.9])
@pytest.mark.parametrize("second_s", [0.4, 2.2])
def test_a_short_lead_in_is_one_note_at_a_tempo_a_person_would_write(first_s, second_s):
    times = (first_s, first_s + second_s, *(first_s + second_s + 0.5 * k for k in range(1, 20)))
    beats = tuple(Beat(t, 1 + i // 4, 1 + i % 4, 1.0) for i, t in enumerate(times))
    tempo = tempo_map(replace(empty(20), beats=beats))
    lead_in = tempo.bars[0]
    if lead_in.numerator == 1:
        assert tempo.bpm[0] <= 240 or lead_in.denominator == 64
        assert lead_in.denominator == 4 or tempo.bpm[0] > 120  # never a 1/16 at 27 bpm
    else:
        assert 0.5 <= tempo.bpm[0] * second_s / 60 <= 2


def test_pickup_beats_keep_their_place_in_the_bar():
    tempo = tempo_map(take(first_s=1.6, metre=3, position=3))
    assert tempo.beat_quarters[0] == 2
    assert tempo.beat_quarters[1] in {b.quarters for b in tempo.bars}


@pytest.mark.parametrize("first_s", [0.0, 0.0004, 0.002, 0.02, 0.2])
def test_a_recording_that_begins_on_the_first_note_still_starts_at_zero(first_s):
    tempo = tempo_map(take(20, first_s=first_s))
    assert tempo.worst_ms <= 0.5
    assert max(tempo.bpm) < 40 * 60 / 0.002


def test_adaptive_needs_fewer_tempi_than_every_beat_and_more_tolerance_fewer_still():
    analysis = take()
    counts = [len(tempo_map(analysis, "adaptive", ms).knots) for ms in (1, 20, 100, 500)]
    assert len(tempo_map(analysis).knots) >= counts[0] > counts[1] > counts[2] > counts[3]


def test_a_steady_take_needs_one_tempo():
    beats = tuple(Beat(0.5 * i, 1 + i // 4, 1 + i % 4, 1.0) for i in range(100))
    tempo = tempo_map(replace(empty(50), beats=beats), "adaptive", 1)
    assert len(tempo.knots) == 3 and tempo.bpm[0] == pytest.approx(120)


def test_a_silence_longer_than_any_tempo_gets_more_quarters():
    beats = (Beat(1, 1, 1, 1.0), Beat(2, 1, 2, 1.0), Beat(62, 2, 1, 1.0), Beat(63, 2, 2, 1.0))
    tempo = tempo_map(replace(empty(64), beats=beats))
    assert min(tempo.bpm) >= 5
    assert tempo.worst_ms < 1e-6


@pytest.mark.parametrize("times", [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_beats_that_do_not_increase_are_refused(times):
    beats = tuple(Beat(t, 1, i + 1, 1.0) for i, t in enumerate(times))
    with pytest.raises(OutputError, match="must increase"):
        tempo_map(replace(empty(), beats=beats))


@settings(max_examples=80, deadline=None)
@given(takes(), st.sampled_from([0, 4]))
def test_with_quarters_as_the_finest_note_every_tempo_is_on_a_whole_quarter(analysis, finest):
    tempo = tempo_map(analysis, finest=finest)
    assert all(k.quarters == int(k.quarters) for k in tempo.knots[:-1])
    assert tempo.worst_ms <= 0.5001


def test_whole_bars_only_leave_the_metre_as_it_is():
    tempo = tempo_map(take(30.0, first_s=0.02), finest=0)
    assert [(b.quarters, b.numerator, b.denominator) for b in tempo.metres] == [(0.0, 3, 4)]
