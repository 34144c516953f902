"""How hard written beats were struck: over all passes, and each apart where they differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runtime.analysis import LADDER
from runtime.marks.annotate import annotate
from runtime.marks.heard import evidence_of, hear, played_beats
from runtime.marks.struck import struck, written
from runtime.marks.table import table
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from tests.runtime.marks.playing import alignment_of, analysis_of, heard_of, points, steps
from tests.runtime.marks.playing import evidence_of as notes_of
from tests.runtime.score import make


def repeated(n: int = 8) -> Score:
    """`n` bars, played twice."""
    bars = [make.two_staves(i, first=i == 1, after=make.REPEAT_END if i == n else "") for i in range(1, n + 1)]
    return read_musicxml.read(make.score(bars), "t")


PLAIN = read_musicxml.read(make.plain(16), "t")


def test_each_written_beat_has_the_velocity_of_its_notes():
    heard = heard_of(PLAIN, points((0, 40), (64, 104)))
    assert heard.velocity == pytest.approx(40 + np.arange(64), abs=0.51)
    assert len(heard.at) == 64 and heard.position[:5].tolist() == [1, 2, 3, 4, 1] and heard.apart == ()


def test_passes_that_are_alike_are_one_mean():
    score = repeated()
    heard = heard_of(score, steps((0, 60), (32, 64)))
    assert len(heard.velocity) == 32 and heard.velocity == pytest.approx(np.full(32, 62.0))
    assert heard.apart == () and len(heard.passes) == 2
    assert heard.variance.max() < hear(score, alignment_of(score), notes_of(score, alignment_of(score), lambda q: 60)
                                       ).variance.max() + 1e-9  # fmt: skip


def test_a_second_pass_played_otherwise_stands_apart():
    heard = heard_of(repeated(), steps((0, 90), (32, 45)))
    assert heard.apart == (slice(0, 32),)
    assert heard.velocity == pytest.approx(np.full(32, 90.0))
    assert heard.passes[1] == pytest.approx(np.full(32, 45.0))


def test_the_second_time_is_told_with_its_crescendo_and_the_first_is_written():
    score = repeated(16)
    alignment = alignment_of(score)
    touch = points((0, 95), (64, 95), (64.01, 40), (88, 40), (104, 95), (128, 95))
    done = annotate(score, alignment, analysis_of(), heard_of(score, touch, alignment))
    assert {m.value for m in done.plan.marks if m.kind == "dynamic"} <= {"mf", "f", "ff"}
    levels = [(s.value, s.at) for s in done.second if s.value in LADDER]
    assert levels[-2][0] in ("ppp", "pp", "p", "mp") and levels[-2][1] <= 4
    rise = [s for s in done.second if s.value == "crescendo"]
    assert rise and 20 <= rise[0].at <= 28 and 36 <= rise[-1].end <= 44
    assert "f" in levels[-1][0] and levels[-1][1] >= 36
    shown = table(done.plan, score, done.second)
    assert "the second time" in shown and "crescendo" in shown


def test_bars_that_were_not_found_are_unknown():
    alignment = alignment_of(PLAIN)
    alignment.confidence[3:6] = 0.0
    heard = heard_of(PLAIN, lambda q: 70, alignment)
    assert np.isnan(heard.velocity[12:24]).all() and np.isinf(heard.variance[12:24]).all()
    assert np.isfinite(np.delete(heard.velocity, np.arange(12, 24))).all()


def test_one_bad_pass_leaves_the_other():
    score = repeated()
    alignment = alignment_of(score)
    alignment.confidence[8:] = 0.0
    heard = heard_of(score, steps((0, 80), (32, 40)), alignment)
    assert heard.velocity == pytest.approx(np.full(32, 80.0)) and heard.apart == ()


def test_a_loudness_curve_alone_is_evidence_too():
    curve = tuple(np.repeat([2.0, 12.0], 320))
    analysis = analysis_of(curve)
    heard = hear(PLAIN, alignment_of(PLAIN), evidence_of(analysis))
    assert heard.velocity[34:].mean() > heard.velocity[:30].mean() + 5 and heard.log_p is None


def test_notes_are_put_at_the_written_note_of_their_key():
    alignment = alignment_of(PLAIN)
    page, at_s, _, pitches = written(PLAIN, alignment)
    late = at_s + np.random.default_rng(0).uniform(-0.1, 0.1, len(at_s))
    order = np.argsort(late)
    found = struck(PLAIN, alignment, late[order], pitches[order], np.arange(1, len(order) + 1)[order] % 127 + 1.0)
    assert found.place.tolist() == page.place[order].tolist()
    assert found.measure.tolist() == page.measure[order].tolist()


def test_notes_outside_what_was_played_are_left_out():
    alignment = alignment_of(PLAIN)
    found = struck(PLAIN, alignment, np.array([-5.0, 1.0, 500.0]), np.array([60, 60, 60]), np.full(3, 60.0))
    assert len(found.place) == 1


def test_a_repeated_bars_notes_come_once_for_each_time():
    score = repeated(2)
    beats = played_beats(score, alignment_of(score))
    assert beats.of.tolist() == [*range(8), *range(8)] and beats.measure.max() == 3
    page, *_ = written(score, alignment_of(score))
    assert np.bincount(beats.beat_of(page)).tolist() == [2, 1, 1, 1] * 4


def test_nothing_changes_when_bars_are_heard_but_never_placed():
    alignment = replace(alignment_of(PLAIN), confidence=np.zeros(16))
    assert np.isnan(heard_of(PLAIN, lambda q: 64, alignment).velocity).all()
