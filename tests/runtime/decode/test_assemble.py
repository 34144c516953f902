"""Decoders on frame logits made by hand: what is put in comes out, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.analysis import LADDER, Analysis, ModelIdentity, Source
from runtime.corrections import CorrectionError, Corrections, Pin, parse_words
from runtime.decode import DecodeOptions, decode
from runtime.decode.bars import find_bars
from runtime.decode.beats import KnownBeats, track_beats
from runtime.decode.path import SHORTEST_BEAT_S
from runtime.frames import FRAME_S
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.network.parts import parts_of
from runtime.sound.phon import phon
from runtime.stages.peaks import find_peaks

CARD = ModelCard(
    name="made-by-hand", version="0", sha256="0" * 64, feature="pampalk", preset="none", parameters=0,
    thresholds={}, training_data=(), training_commit="none", licence="MIT",
)  # fmt: skip
YES, NO = 4.0, -8.0


def frame_logits(beats_s: np.ndarray, metre: int, levels: np.ndarray, duration_s: float) -> FrameLogits:
    """Logits of a confident network that hears exactly these beats, bars and levels (0..4 per beat), ten phon apart."""
    n = 1 + round(duration_s / FRAME_S)
    frames = np.rint(beats_s / FRAME_S).astype(int)
    beat, downbeat, change = (np.full(n, NO, np.float32) for _ in range(3))
    beat[frames] = YES
    downbeat[frames[::metre]] = YES
    change[frames[1:][np.diff(levels) != 0]] = YES
    dynamics = np.zeros((n, 5), np.float32)
    edges = [*frames.tolist(), n]
    for level, a, b in zip(levels, edges[:-1], edges[1:], strict=True):
        dynamics[a:b, level] = YES
    dynamics[: frames[0], levels[0]] = YES
    per_beat = np.array([2.0, 4.0, 8.0, 16.0, 32.0], np.float32)[levels]
    sone = np.full(n, per_beat[0], np.float32)
    for loud, a, b in zip(per_beat, edges[:-1], edges[1:], strict=True):
        sone[max(0, a - 2) : b] = loud
    return FrameLogits(beat, downbeat, change, dynamics, sone)


def analyse(logits: FrameLogits, *words: str) -> Analysis:
    source = Source("by hand", len(logits.beat) * FRAME_S, 22_050)
    identity = ModelIdentity("m", "0", "0", "cpu")
    return decode(logits, logits.ntot_sone, CARD, source, identity, parts_of(), parse_words(words))


def rubato(n: int, seed: int = 0) -> np.ndarray:
    """Beat times whose intervals wander between about 0.35 and 0.9 s."""
    rng = np.random.default_rng(seed)
    wander = np.cumsum(rng.normal(0, 0.06, n))
    return 1 + np.cumsum(0.55 * np.exp(np.clip(wander - wander.mean(), -0.45, 0.45)))


@pytest.mark.parametrize("metre", [2, 3, 4])
def test_rubato_beats_bars_levels_and_changes_come_out_as_they_went_in(metre: int) -> None:
    beats_s = rubato(96)
    levels = np.repeat([1, 3, 1, 4], 24)
    analysis = analyse(frame_logits(beats_s, metre, levels, beats_s[-1] + 2))
    assert [b.time_s for b in analysis.beats] == pytest.approx(beats_s.tolist(), abs=FRAME_S)
    assert [b.position for b in analysis.beats] == [1 + i % metre for i in range(96)]
    assert [m.beats_per_bar for m in analysis.metre] == [metre]
    marks = [(d.beat, LADDER.index(d.level)) for d in analysis.dynamics]
    assert [beat for beat, _ in marks] == [0, 24, 48, 72]
    soft, loud, again, loudest = (level for _, level in marks)
    assert soft == again < loud < loudest
    assert [c.beat for c in analysis.change_points] == [24, 48, 72]
    assert [LADDER.index(x) for x in analysis.beat_levels] == np.repeat([soft, loud, soft, loudest], 24).tolist()
    assert analysis.warnings == ()


def test_a_pickup_has_bar_0_and_the_first_downbeat_bar_1() -> None:
    beats_s = 1 + 0.5 * np.arange(40)
    logits = frame_logits(beats_s, 3, np.full(40, 2), 25)
    shifted = np.full_like(logits.downbeat, NO)
    shifted[np.rint(beats_s[1::3] / FRAME_S).astype(int)] = YES
    analysis = analyse(FrameLogits(logits.beat, shifted, logits.change, logits.dynamics, logits.ntot_sone))
    assert [(b.bar, b.position) for b in analysis.beats[:5]] == [(0, 3), (1, 1), (1, 2), (1, 3), (2, 1)]


def test_a_change_of_metre_is_followed() -> None:
    first = np.tile([1, 0, 0], 20)
    then = np.tile([1, 0, 0, 0], 15)
    bars = find_bars(np.where(np.concatenate([first, then]), 0.95, 0.03), DecodeOptions())
    assert bars.beats_per_bar.tolist() == [3] * 60 + [4] * 60


def test_a_missed_beat_costs_one_bar_and_not_the_rest() -> None:
    downbeat = np.tile([1, 0, 0], 30)
    with_gap = np.delete(downbeat, 31)
    bars = find_bars(np.where(with_gap, 0.95, 0.03), DecodeOptions())
    wrong = np.sum((bars.position == 1) != with_gap)
    assert wrong <= 1
    assert np.all(bars.confidence > 0)


@pytest.mark.parametrize("fill", [NO, -3.0])
def test_no_beats_give_an_empty_analysis_with_a_warning(fill: float) -> None:
    n = 3_000
    flat = np.full(n, fill, np.float32)
    analysis = analyse(FrameLogits(flat, flat, flat, np.zeros((n, 5), np.float32), np.ones(n, np.float32)))
    assert analysis.beats == () and analysis.dynamics == ()
    assert "no beats" in analysis.warnings[0]
    assert len(analysis.loudness.ntot_sone) == n // 5


def test_there_is_no_beat_before_the_first_sound_nor_after_the_last() -> None:
    beats_s = 1 + 0.5 * np.arange(40)
    logits = frame_logits(beats_s, 4, np.full(40, 2), 24)
    at = np.rint(beats_s / FRAME_S).astype(int)
    ntot = np.where((np.arange(len(logits.beat)) >= at[4]) & (np.arange(len(logits.beat)) <= at[35]), 5.0, 0.01)
    found = analyse(replace(logits, ntot_sone=ntot.astype(np.float32)))
    assert [b.time_s for b in found.beats] == pytest.approx(beats_s[4:36], abs=0.03)


def test_the_tempo_path_leaves_out_a_weak_peak_between_beats_that_peak_picking_keeps() -> None:
    beats_s = 1 + 0.6 * np.arange(30)
    logits = frame_logits(beats_s, 3, np.full(30, 2), 20).beat
    logits[np.rint((beats_s[10:12] + 0.3) / FRAME_S).astype(int)] = 0.2
    picked = track_beats(logits, np.zeros_like(logits), DecodeOptions(tempo_stiffness=0.0, beat_threshold=0.4))
    followed = track_beats(logits, np.zeros_like(logits), DecodeOptions(tempo_stiffness=4.0, beat_threshold=0.4))
    assert len(picked.frames) == 32
    assert followed.frames == pytest.approx(beats_s / FRAME_S, abs=0.5)


def test_a_peak_that_would_break_the_bars_is_left_out_and_a_clear_one_is_not() -> None:
    beats_s = np.sort(np.append(1 + 0.6 * np.arange(30), 1 + 0.6 * 10 + 0.35))
    position = np.insert(np.arange(30) % 3, 11, 1)
    frames = np.rint(beats_s / FRAME_S).astype(int)
    beat, downbeat = np.full(1_000, -6.0), np.full(1_000, -6.0)
    downbeat[frames[position == 0]] = 3.0
    options = DecodeOptions(beat_threshold=0.4, tempo_stiffness=0.01, bar_break_cost=2.0)
    for height, kept in ((0.8, 30), (5.0, 31)):
        beat[frames] = 3.0
        beat[frames[11]] = height
        assert len(track_beats(beat, downbeat, options).frames) == kept
    beat[frames[11]] = 0.8
    assert len(track_beats(beat, downbeat, replace(options, bar_weight=0.0)).frames) == 31


def pinned(frames: np.ndarray) -> KnownBeats:
    return KnownBeats(frames, np.empty((0, 2)))


def test_beats_are_given_earlier_by_the_calibrated_delay_and_pins_are_not() -> None:
    beats_s = 1 + 0.6 * np.arange(30)
    logits = frame_logits(beats_s, 3, np.full(30, 2), 20).beat
    pins = np.array([beats_s[7] / FRAME_S])
    options = DecodeOptions(beat_delay_s=0.016)
    path = track_beats(logits, np.zeros_like(logits), options, pinned(pins))
    expected_s = np.where(np.arange(30) == 7, beats_s, beats_s - 0.016)
    assert path.frames * FRAME_S == pytest.approx(expected_s, abs=0.5 * FRAME_S)
    assert path.frames[7] == pins[0]
    unshifted = track_beats(logits, np.zeros_like(logits), DecodeOptions())
    assert np.delete(unshifted.frames - path.frames, 7) == pytest.approx(np.full(29, 0.8))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1), n=st.integers(1, 120), six=st.sampled_from([0.0, 0.05]), pin=st.booleans(),
    weight=st.sampled_from([0.0, 0.7, 1.0]),
)  # fmt: skip
def test_any_logits_give_beats_in_order_that_keep_their_distance_and_every_pin(
    seed: int, n: int, six: float, pin: bool, weight: float
) -> None:
    rng = np.random.default_rng(seed)
    beat, downbeat = rng.normal(-1, 3, (2, 4 * n))
    pins = np.array([rng.uniform(0, 4 * n - 1)]) if pin else None
    options = DecodeOptions(six_beat_share=six, bar_weight=weight)
    path = track_beats(beat, downbeat, options, None if pins is None else pinned(pins))
    assert (np.diff(path.frames) * FRAME_S >= SHORTEST_BEAT_S - 1e-9).all()
    assert ((path.frames >= 0) & (path.frames <= 4 * n - 1)).all()
    if pins is not None:
        assert np.abs(path.frames - pins[0]).min() < 1e-9


def test_peaks_are_never_closer_than_four_frames() -> None:
    rng = np.random.default_rng(1)
    peaks = find_peaks(rng.random(5_000), 0.1)
    assert np.diff(peaks).min() >= 4
    assert find_peaks(np.full(100, 0.5), 0.1).tolist() == [0]


def test_phon_inverts_the_sone_law() -> None:
    levels_db = np.array([10.0, 25.0, 39.9, 40.0, 60.0, 88.0])
    sone = np.where(levels_db >= 40, 2 ** ((levels_db - 40) / 10), (levels_db / 40) ** 2.642)
    assert phon(sone) == pytest.approx(levels_db, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.integers(0, 2**31))
def test_any_logits_give_a_consistent_analysis(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = FrameLogits(
        *(rng.normal(0, 4, 1 + n).astype(np.float32) for _ in range(3)),
        rng.normal(0, 3, (1 + n, 5)).astype(np.float32),
        rng.gamma(1, 3, 1 + n).astype(np.float32),
    )
    analysis = analyse(logits)
    times = [b.time_s for b in analysis.beats]
    assert times == sorted(set(times))
    assert all(0 <= b.confidence <= 1 for b in analysis.beats)
    if analysis.beats:
        assert len(analysis.dynamics) == len(analysis.change_points) + 1
        assert all(analysis.beat_levels[d.beat] == d.level for d in analysis.dynamics)
    assert decode_twice_is_equal(logits, analysis)


def decode_twice_is_equal(logits: FrameLogits, analysis: Analysis) -> bool:
    return analyse(logits).to_json() == analysis.to_json()


def steady(n: int = 48) -> tuple[np.ndarray, FrameLogits]:
    """A beat every 0.6 s in 3/4."""
    beats_s = 1 + 0.6 * np.arange(n)
    return beats_s, frame_logits(beats_s, 3, np.repeat([1, 3], n // 2), beats_s[-1] + 2)


def times(analysis: Analysis) -> np.ndarray:
    return np.array([b.time_s for b in analysis.beats])


def test_twice_the_tempo_puts_a_beat_on_the_best_evidence_between_two() -> None:
    beats_s, logits = steady()
    between_s = beats_s[:-1] + 0.34
    logits.beat[np.rint(between_s / FRAME_S).astype(int)] = -6.0
    got = times(analyse(logits, "x2"))
    assert got == pytest.approx(np.sort(np.concatenate([beats_s, between_s])), abs=0.011)


def test_half_the_tempo_keeps_every_second_beat_and_every_pin() -> None:
    beats_s, logits = steady()
    assert np.diff(times(analyse(logits, "/2"))) == pytest.approx(1.2, abs=0.03)
    for first in (0, 1):
        got = times(analyse(logits, "/2", f"beat@{beats_s[10 + first]:.3f}"))
        assert np.abs(got - beats_s[10 + first]).min() < 1e-6
        assert np.diff(got) == pytest.approx(1.2, abs=0.03)


def test_offbeat_moves_every_beat_by_half_an_interval() -> None:
    beats_s, logits = steady()
    got = times(analyse(logits, "offbeat"))
    assert len(got) == len(beats_s) - 1
    assert np.all((got - beats_s[:-1] > 0.2) & (beats_s[1:] - got > 0.2))


def test_this_is_beat_1_moves_all_bar_lines_and_levels_follow() -> None:
    beats_s, logits = steady()
    analysis = analyse(logits, f"bar@{beats_s[4]:.3f}", f"bar@{beats_s[31]:.3f}")
    positions = [b.position for b in analysis.beats]
    assert positions[4] == 1 and positions[31] == 1
    assert [d.beat for d in analysis.dynamics] == [0, 24]
    soft, loud = (LADDER.index(d.level) for d in analysis.dynamics)
    assert soft < loud


def test_the_metre_can_be_given() -> None:
    beats_s, logits = steady()
    logits.downbeat[:] = NO
    logits.downbeat[np.rint(beats_s[::5] / FRAME_S).astype(int)] = YES
    analysis = analyse(logits, "metre=5")
    assert [b.position for b in analysis.beats[:10]] == [1, 2, 3, 4, 5] * 2
    assert analysis.metre[0].beats_per_bar == 5


def test_a_pinned_beat_is_where_it_was_pinned_and_nowhere_near() -> None:
    beats_s, logits = steady()
    got = times(analyse(logits, f"beat@{beats_s[20] + 0.1:.3f}"))
    near = got[np.abs(got - beats_s[20]) < 0.25]
    assert near == pytest.approx([beats_s[20] + 0.1], abs=1e-9)
    assert len(got) == len(beats_s)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "x2",
                "offbeat",
                "metre=3",
                "metre=7",
                "bar@2.5",
                "beat2@9.9",
                "beat@27",
                "shift=2",
                "shift=-3",
                "x2@3..9",
                "/2@12..",
                "offbeat@..6",
                "metre=5@10..20",
                "/2@28..29",
            ]
        ),
        unique=True,
    )
)
def test_any_corrections_give_a_consistent_analysis(words: list[str]) -> None:
    if "metre=3" in words and "metre=7" in words:
        words.remove("metre=7")
    _, logits = steady()
    analysis = analyse(logits, *words)
    assert np.all(np.diff(times(analysis)) > 0)
    assert len(analysis.beat_levels) == len(analysis.beats)
    if "metre=7" in words and "metre=5@10..20" not in words:
        assert {m.beats_per_bar for m in analysis.metre} == {7}


def heard_late(n: int, metre: int, late: int) -> tuple[np.ndarray, FrameLogits]:
    """A beat every 0.6 s, whose downbeats the network hears `late` beats after they come."""
    beats_s = 1 + 0.6 * np.arange(n)
    logits = frame_logits(beats_s, metre, np.full(n, 2), beats_s[-1] + 2)
    downbeat = np.full_like(logits.downbeat, NO)
    downbeat[np.rint(beats_s[late::metre] / FRAME_S).astype(int)] = YES
    return beats_s, replace(logits, downbeat=downbeat)


@pytest.mark.parametrize(("metre", "late"), [(4, 2), (4, 1), (4, 3), (3, 1), (3, 2), (2, 1)])
@pytest.mark.parametrize("bar", [0, 5, 11])
def test_one_pin_moves_every_bar_of_a_piece_that_is_heard_late_throughout(metre: int, late: int, bar: int) -> None:
    beats_s, logits = heard_late(12 * metre, metre, late)
    assert [b.position for b in analyse(logits).beats][late] == 1
    analysis = analyse(logits, f"bar@{beats_s[bar * metre]:.3f}")
    assert [b.position for b in analysis.beats] == [1 + i % metre for i in range(12 * metre)]


def test_a_pin_of_a_later_beat_of_the_bar_carries_too() -> None:
    beats_s, logits = heard_late(48, 4, 2)
    analysis = analyse(logits, f"beat3@{beats_s[22]:.3f}")
    assert [b.position for b in analysis.beats] == [1 + i % 4 for i in range(48)]


def test_a_pin_holds_until_the_next_one() -> None:
    beats_s, logits = heard_late(60, 4, 2)
    analysis = analyse(logits, f"bar@{beats_s[4]:.3f}", f"bar@{beats_s[33]:.3f}")
    downbeats = [i for i, b in enumerate(analysis.beats) if b.position == 1]
    assert downbeats == [*range(0, 33, 4), *range(33, 60, 4)]


def test_a_pin_is_carried_back_no_further_than_bars_are_heard_without_a_break() -> None:
    beats_s, logits = heard_late(60, 4, 0)
    late = np.full_like(logits.downbeat, NO)
    late[np.rint(beats_s[[*range(0, 28, 4), *range(30, 60, 4)]] / FRAME_S).astype(int)] = YES
    analysis = analyse(replace(logits, downbeat=late), f"bar@{beats_s[36]:.3f}")
    assert [b.position for b in analysis.beats] == [1 + i % 4 for i in range(60)]


def test_a_pin_where_a_bar_is_heard_changes_nothing() -> None:
    beats_s, logits = heard_late(48, 4, 0)
    pinned_there = analyse(logits, f"bar@{beats_s[8]:.3f}")
    assert [b.position for b in pinned_there.beats] == [b.position for b in analyse(logits).beats]


@pytest.mark.parametrize("shift", [2, -2, 1, -3])
def test_a_shift_moves_all_bar_lines(shift: int) -> None:
    _beats_s, logits = heard_late(48, 4, 0)
    analysis = analyse(logits, f"shift={shift}")
    assert [b.position for b in analysis.beats] == [1 + (i - shift) % 4 for i in range(48)]


def test_factors_hold_in_their_passage_alone() -> None:
    beats_s, logits = steady()
    got = times(analyse(logits, f"x2@{beats_s[12]:.3f}..{beats_s[24]:.3f}"))
    assert np.diff(got)[:11] == pytest.approx(0.6, abs=0.03) and np.diff(got)[12:36] == pytest.approx(0.3, abs=0.05)
    assert np.diff(got)[37:] == pytest.approx(0.6, abs=0.03)
    got = times(analyse(logits, f"/2@{beats_s[12]:.3f}..{beats_s[24]:.3f}"))
    assert len(got) == 42 and np.diff(got)[:12] == pytest.approx(0.6, abs=0.03)
    assert np.abs(got - beats_s[12]).min() < 0.03


def test_a_metre_holds_in_its_passage_alone() -> None:
    beats_s, logits = heard_late(60, 4, 0)
    inside = slice(*(round(float(beats_s[k]) / FRAME_S) + 5 for k in (20, 39)))
    logits.downbeat[inside] = -1.0
    analysis = analyse(logits, f"metre=5@{beats_s[20]:.3f}..{beats_s[40]:.3f}")
    fours = [1 + i % 4 for i in range(20)]
    assert [b.position for b in analysis.beats] == [*fours, *[1, 2, 3, 4, 5] * 4, *fours]
    assert [m.beats_per_bar for m in analysis.metre] == [4, 5, 4]


def test_between_tapped_beats_there_are_no_others() -> None:
    beats_s, logits = steady()
    taps = tuple(Pin(float(t)) for t in [*beats_s[10:22:2], *(beats_s[32:42:2] + 0.05)])
    source, identity = Source("by hand", len(logits.beat) * FRAME_S, 22_050), ModelIdentity("m", "0", "0", "cpu")
    analysis = decode(logits, logits.ntot_sone, CARD, source, identity, parts_of(), Corrections(taps=taps))
    got = times(analysis)
    for row in (taps[:6], taps[6:]):
        first, last = row[0].time_s - 1e-6, row[-1].time_s + 1e-6
        assert got[(got > first) & (got < last)] == pytest.approx([t.time_s for t in row])
    assert ((got > beats_s[20] + 0.1) & (got < beats_s[32] - 0.1)).sum() >= 8


def test_tapped_beats_have_the_places_that_were_said_and_move_no_bar_after_them() -> None:
    beats_s, logits = heard_late(60, 4, 0)
    taps = tuple(Pin(float(t), 1 + k % 4) for k, t in enumerate(beats_s[10:15]))
    source, identity = Source("by hand", len(logits.beat) * FRAME_S, 22_050), ModelIdentity("m", "0", "0", "cpu")
    analysis = decode(logits, logits.ntot_sone, CARD, source, identity, parts_of(), Corrections(taps=taps))
    positions = [b.position for b in analysis.beats]
    assert positions[10:15] == [1, 2, 3, 4, 1]
    assert positions[20:] == [1 + i % 4 for i in range(20, 60)]


def test_a_pin_after_the_end_of_the_recording_is_refused() -> None:
    _, logits = steady()
    with pytest.raises(CorrectionError, match="outside the recording"):
        analyse(logits, "bar@999")
