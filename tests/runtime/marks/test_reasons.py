"""Why a mark is written: every key is reached, true, and has its words."""

from __future__ import annotations

import pytest

from runtime.dynamics.ladder import Hairpin, Level
from runtime.dynamics.mark import Said, scale_of
from runtime.marks.annotate import _beats, annotate
from runtime.marks.reasons import decibels, of_hairpins
from runtime.marks.table import said, table
from runtime.score.plan import Reason
from runtime.score.read import musicxml as read_musicxml
from runtime.words import marks as words
from tests.runtime.marks.playing import Touch, alignment_of, analysis_of, heard_of, points, steps
from tests.runtime.score import make

SCORE = read_musicxml.read(make.plain(24), "t")


def told(touch: Touch) -> list[tuple[int, str, Reason]]:
    plan = annotate(SCORE, alignment_of(SCORE), analysis_of(), heard_of(SCORE, touch)).plan
    out = []
    for m in plan.marks:
        assert m.reason is not None
        out.append((m.measure + 1, m.value, m.reason))
    return out


def keys(touch: Touch) -> dict[int, str]:
    return {bar: reason.key for bar, value, reason in told(touch) if value not in ("crescendo", "diminuendo")}


def test_the_first_level_is_how_it_begins_and_the_extremes_are_called_so():
    found = keys(steps((0, 70), (32, 105), (64, 38)))
    assert found == {1: "begins_at", 9: "loudest", 17: "softest"}


def test_a_level_is_compared_with_the_bars_before():
    found = told(steps((0, 45), (32, 95)))
    _, _, reason = found[1]
    values = dict(reason.values)
    assert reason.key == "louder_than" and (values["first_bar"], values["last_bar"]) == ("1", "8")
    assert float(values["steps"]) > 1
    assert told(steps((0, 95), (32, 45)))[1][2].key == "softer_than"


def test_a_return_says_to_which_bars():
    found = {bar: reason for bar, _, reason in told(steps((0, 70), (24, 100), (48, 70), (72, 40)))}
    assert found[13].key == "returns_to" and dict(found[13].values) == {"first_bar": "1", "last_bar": "6"}


@pytest.mark.parametrize(
    ("touch", "key"),
    [
        (points((0, 45), (32, 45), (48, 95), (96, 95)), "rises_over"),
        (points((0, 95), (32, 95), (48, 45), (96, 45)), "falls_over"),
    ],
)  # fmt: skip
def test_a_hairpin_says_over_how_many_bars_and_by_how_much(touch, key):
    reasons = [r for _, value, r in told(touch) if value in ("crescendo", "diminuendo")]
    assert key in {r.key for r in reasons}
    for r in reasons:
        values = dict(r.values)
        assert 0 < float(values["bars"]) <= 8 and float(values["db"]) >= 0


def test_two_hairpins_that_come_back_are_told_together():
    heard = heard_of(SCORE, points((0, 60), (32, 60), (40, 84), (48, 60), (96, 60)))
    beats = _beats(SCORE, heard, [])
    swell = (Hairpin(32, 40, "crescendo"), Hairpin(40, 48, "diminuendo"))
    up, down = of_hairpins(SCORE, heard, beats, Said((Level(0, 3),), swell, scale_of(beats)), 0)
    assert up.key == down.key == "swell" and dict(up.values)["bars"] == dict(down.values)["bars"] == 4
    assert float(dict(up.values)["db"]) > 0


def test_decibels_grow_with_velocity():
    assert decibels(40, 80) > decibels(60, 80) > 0 > decibels(80, 60)


def test_a_plan_is_shown_in_every_language_with_its_reasons():
    touch = points((0, 45), (32, 45), (48, 95), (96, 95))
    plan = annotate(SCORE, alignment_of(SCORE), analysis_of(), heard_of(SCORE, touch)).plan
    shown = {language: table(plan, SCORE, language=language) for language in words.table()["languages"]}
    assert len(set(shown.values())) == len(shown)
    assert "rises over" in shown["en"] and "clear" in shown["en"]


def test_a_reason_of_a_later_version_is_shown_as_its_key():
    assert said(Reason("of_another_time")) == "of_another_time"
