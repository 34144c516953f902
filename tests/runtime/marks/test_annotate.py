"""From what was heard to few, musical marks: placed on notes, true to the playing, and polite to human marks."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.analysis import LADDER
from runtime.corrections import Corrections
from runtime.corrections.said import DENSITIES
from runtime.dynamics.mark import PRICE_STEPS, PRICES
from runtime.errors import ScoreError
from runtime.marks.annotate import AnnotateOptions, Annotation, annotate, options_of, ranges
from runtime.marks.table import table
from runtime.score.plan import from_json
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.write import musicxml as write_musicxml
from tests.runtime.marks.playing import Touch, alignment_of, analysis_of, heard_of, points, steps
from tests.runtime.score import make

SOFT_LOUD_SOFT = steps((0, 40), (16, 95), (40, 40))
RISING = points((0, 40), (16, 40), (32, 95), (64, 95))


def score_of(n: int = 16, bars: dict[int, tuple[str, str]] | None = None) -> Score:
    return read_musicxml.read(make.score([two(i, bars or {}) for i in range(1, n + 1)]), "t")


def two(i: int, bars: dict[int, tuple[str, str]]) -> str:
    before, after = bars.get(i, ("", ""))
    return make.two_staves(i, before=before, after=after, first=i == 1)


def annotated(score: Score, touch: Touch, **options) -> Annotation:
    alignment = alignment_of(score)
    return annotate(score, alignment, analysis_of(), heard_of(score, touch), AnnotateOptions(**options))


def marks(score: Score, touch: Touch, **options) -> list[tuple[str, F]]:
    plan = annotated(score, touch, **options).plan
    return [(m.value, score.measures[m.measure].start + m.offset) for m in plan.marks]


def levels(score: Score, touch: Touch, **options) -> list[tuple[str, F]]:
    return [m for m in marks(score, touch, **options) if m[0] in LADDER]


def hairpins(score: Score, touch: Touch, **options) -> list[tuple[str, F, F]]:
    return [
        (m.value, score.measures[m.measure].start + m.offset, score.measures[m.end_measure].start + m.end_offset)
        for m in annotated(score, touch, **options).plan.marks
        if m.kind == "hairpin"
    ]


def test_the_first_level_stands_at_the_first_note_and_each_change_at_its_beat():
    found = levels(score_of(), SOFT_LOUD_SOFT)
    assert [at for _, at in found] == [0, 16, 40]
    soft, loud, again = (LADDER.index(name) for name, _ in found)
    assert soft == again and loud - soft >= 2


def test_the_loudest_is_never_marked_softer_than_what_is_softer():
    for name, at in levels(score_of(), steps((0, 60), (16, 100), (32, 40), (48, 80)), density="detailed"):
        playing = {0: 1, 16: 3, 32: 0, 48: 2}[int(at)]
        assert all(
            (LADDER.index(name) > LADDER.index(other)) == (playing > {0: 1, 16: 3, 32: 0, 48: 2}[int(there)])
            for other, there in levels(score_of(), steps((0, 60), (16, 100), (32, 40), (48, 80)), density="detailed")
            if there != at and other != name
        )


def test_levels_last_for_two_beats_at_least():
    restless = points(*((q, 60 + 40 * (-1) ** (q // 2)) for q in range(0, 65, 1)))
    found = levels(score_of(), restless, density="detailed")
    assert all(b - a >= 2 for (_, a), (_, b) in itertools.pairwise(found))


def test_playing_that_stays_the_same_gets_one_level_and_no_hairpin():
    assert len(levels(score_of(), lambda q: 64)) == 1 and hairpins(score_of(), lambda q: 64) == []


def test_when_nothing_was_heard_nothing_is_written_and_it_is_said():
    score = score_of()
    nothing = replace(
        heard_of(score, lambda q: 64), velocity=np.full(64, np.nan), variance=np.full(64, np.inf),
        passes=(np.full(64, np.nan),),
    )  # fmt: skip
    loudness = np.full(640, 5.0)
    loudness[300:303] = 80.0  # a note that sticks out, on a beat
    stressed = analysis_of(tuple(loudness.tolist()))
    struck = heard_of(score, steps((0, 60), (30, 70), (31, 60)))
    assert any(m.value == "sf" for m in annotate(score, alignment_of(score), stressed, struck).plan.marks)
    done = annotate(score, alignment_of(score), stressed, nothing)
    assert not done.plan.marks and any("nothing was heard" in w for w in done.warnings)


def test_a_denser_setting_never_writes_fewer_marks():
    wandering = points(*((q, 60 + 30 * np.sin(q / 3) * np.cos(q / 11)) for q in range(0, 65, 2)))
    counts = [len(marks(score_of(), wandering, density=d)) for d in ("sparse", "normal", "detailed")]
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_every_step_of_the_slider_has_at_least_as_many_marks_as_the_one_before():
    wandering = points(*((q, 60 + 30 * np.sin(q / 3) * np.cos(q / 11)) for q in range(0, 65, 2)))
    counts = [len(marks(score_of(), wandering, density=density, price=price)) for _, price, density in PRICE_STEPS]
    assert counts == sorted(counts)


def test_what_is_asked_for_wins_over_what_was_said_and_that_over_what_is_usual():
    for name, price, density in PRICE_STEPS:
        said = options_of(said=Corrections(density=name, existing="replace"))
        assert (said.density, said.policy, said.price or PRICES[density]) == (density, "replace", price)
    assert tuple(s[0] for s in PRICE_STEPS) == DENSITIES
    assert options_of("sparse", "keep", Corrections(density="detailed", existing="replace")) == AnnotateOptions(
        "sparse"
    )
    assert options_of() == AnnotateOptions()


def test_levels_stand_on_notes():
    halves = make.note("C", 5, 4) + make.note("E", 5, 4)
    bars = [make.measure(i, (make.ATTRIBUTES.format(beats=4) if i == 1 else "") + halves) for i in range(1, 17)]
    score = read_musicxml.read(make.score(bars), "t")
    onsets = set(score.onsets())
    found = levels(score, steps((0, 40), (9, 95), (31, 40)), density="detailed")
    assert len(found) > 1 and all(at in onsets for _, at in found)


def test_no_mark_is_written_where_the_alignment_is_poor_and_the_bars_are_named():
    score = score_of()
    alignment = alignment_of(score)
    alignment.confidence[4:8] = 0.1
    heard = heard_of(score, steps((0, 40), (20, 95), (32, 40)), alignment)
    done = annotate(score, alignment, analysis_of(), heard, AnnotateOptions("detailed"))
    assert done.plan.marks and all(not 4 <= m.measure < 8 for m in done.plan.marks)
    assert all(m.end_measure < 4 or m.measure >= 8 for m in done.plan.marks if m.kind == "hairpin")
    assert done.plan.unmarked == (4, 5, 6, 7)
    assert any("5-8" in w for w in done.warnings)


def test_bars_that_were_not_played_get_no_marks_and_are_named():
    score = score_of(16)
    alignment = alignment_of(score)
    part = replace(
        alignment, measures=alignment.measures[:8], starts=alignment.starts[:9], confidence=alignment.confidence[:8]
    )
    done = annotate(score, part, analysis_of(), heard_of(score, SOFT_LOUD_SOFT, part), AnnotateOptions("detailed"))
    assert done.plan.marks and all(m.measure < 8 for m in done.plan.marks)
    assert any("not played" in w and "9-16" in w for w in done.warnings)


def test_a_rise_is_a_hairpin_that_ends_on_a_written_level():
    score = score_of()
    rises = hairpins(score, RISING)
    assert [kind for kind, _, _ in rises] == ["crescendo"] * len(rises) and rises
    start, end = rises[0][1], rises[-1][2]
    assert abs(start - 16) <= 4 and abs(end - 32) <= 4
    assert end in {at for _, at in levels(score, RISING)}


def test_hairpins_are_a_beat_long_at_least_and_never_overlap():
    wandering = points(*((q, 60 + 35 * np.sin(q / 2)) for q in range(65)))
    found = hairpins(score_of(), wandering, density="detailed")
    assert found and all(end - start >= 1 for _, start, end in found)
    assert all(a[2] <= b[1] for a, b in itertools.pairwise(found))


def test_every_mark_says_how_sure_it_is_and_why():
    for m in annotated(score_of(), RISING).plan.marks:
        assert 0 <= m.confidence <= 1 and m.reason is not None


def test_a_note_twice_as_loud_as_its_neighbours_gets_a_sforzato_where_it_is_struck_harder():
    ntot = [4.0] * 640
    ntot[200:204] = [14.0] * 4
    score, analysis = score_of(), analysis_of(tuple(ntot))
    for touch, places in ((steps((0, 60), (20, 70), (21, 60)), [(5, 0)]), (steps((0, 60)), [])):
        plan = annotate(score, alignment_of(score), analysis, heard_of(score, touch)).plan
        assert [(m.measure, m.offset) for m in plan.marks if m.value == "sf"] == places


def test_even_playing_gets_no_stress():
    score = score_of()
    even = analysis_of(tuple(4 + 0.5 * np.sin(np.arange(640) / 9)))
    plan = annotate(score, alignment_of(score), even, heard_of(score, lambda q: 60), AnnotateOptions("detailed")).plan
    assert [m.value for m in plan.marks if m.value not in LADDER] == []


def dynamic(sign: str) -> str:
    return f"      <direction><direction-type><dynamics><{sign}/></dynamics></direction-type></direction>\n"


def test_marks_that_stay_are_played_back_and_only_what_they_leave_unsaid_is_added():
    bare = levels(score_of(), SOFT_LOUD_SOFT)
    # Bar 5 is said already, and truly: nothing of ours comes near it, the rest is added.
    score = score_of(16, {5: (dynamic(bare[1][0]), "")})
    done = annotated(score, SOFT_LOUD_SOFT)
    ours = [(m.value, m.measure) for m in done.plan.marks]
    assert ours == [(bare[0][0], 0), (bare[2][0], 10)] and done.plan.hidden == ()


def test_when_the_page_says_it_all_nothing_is_added_and_it_is_said():
    found = levels(score_of(), SOFT_LOUD_SOFT)
    score = score_of(16, {1 + int(at) // 4: (dynamic(name), "") for name, at in found})
    done = annotated(score, SOFT_LOUD_SOFT)
    assert done.plan.marks == () and any("none is added" in w for w in done.warnings)


@pytest.mark.parametrize("bar", [2, 5, 9])
def test_no_level_of_ours_stands_within_a_bar_of_one_that_stays(bar):
    score = score_of(16, {bar: (dynamic("ff"), "")})
    for _, at in levels(score, SOFT_LOUD_SOFT, density="detailed"):
        assert abs(at - 4 * (bar - 1)) >= 4


def test_human_marks_make_way_when_asked():
    score = score_of(16, {5: (dynamic("mf"), "")})
    bare = levels(score_of(), SOFT_LOUD_SOFT)
    plan = annotated(score, SOFT_LOUD_SOFT, policy="replace").plan
    assert [(m.value, 4 * m.measure) for m in plan.marks] == bare
    assert [(m.value, m.measure, m.offset) for m in plan.hidden] == [("mf", 4, 0)]
    assert {e.action for e in plan.edits()} == {"insert", "remove"}


def test_comparing_writes_nothing_and_says_where_the_playing_parts_from_the_page():
    score = score_of(16, {1: (dynamic("p"), ""), 5: (dynamic("f"), ""), 11: (dynamic("ff"), "")})
    done = annotated(score, SOFT_LOUD_SOFT, policy="compare")
    assert done.plan.marks == () and done.plan.edits() == []
    parts = {(d.first_bar, d.last_bar, d.written): d.steps for d in done.comparison}
    assert parts["11", "16", "ff"] < -1 and parts["5", "10", "f"] > 1
    assert list(map(abs, parts.values())) == sorted(map(abs, parts.values()), reverse=True)


def test_a_plan_goes_through_json_and_back():
    score = score_of()
    plan = annotated(score, RISING).plan
    again = from_json(plan.to_json(), score)
    assert [(m.kind, m.value, m.measure, m.offset, m.end_measure, m.end_offset, m.reason) for m in again.marks] == [
        (m.kind, m.value, m.measure, m.offset, m.end_measure, m.end_offset, m.reason) for m in plan.marks
    ]
    assert again.to_json() == replace(plan, before=(), unmarked=again.unmarked).to_json()
    assert "insert" in table(plan, score) and "crescendo" in table(plan, score)


BAD_PLANS = [('"dynamic"', '"script"'), ('"staff": 1', '"staff": 9'), ("{", ""), ('"value": "', '"value": "<evil/>')]


@pytest.mark.parametrize(("old", "new"), BAD_PLANS)
def test_a_plan_with_anything_but_known_marks_is_refused(old, new):
    score = score_of()
    text = annotated(score, SOFT_LOUD_SOFT).plan.to_json()
    assert old in text
    with pytest.raises(ScoreError):
        from_json(text.replace(old, new), score)


def test_a_second_run_plans_no_edits():
    data = make.plain(16)
    score = read_musicxml.read(data, "t")
    plan = annotated(score, RISING).plan
    marked = read_musicxml.read(write_musicxml.apply(data, plan, "t"), "t")
    again = annotated(marked, RISING).plan
    assert again.edits() == [] and table(again, marked) == "Nothing to change.\n"
    changed = annotated(marked, lambda q: 64).plan
    assert {"remove"} <= {e.action for e in changed.edits()}


def test_bar_numbers_are_joined_for_people():
    assert ranges(["3", "4", "5", "9", "X1", "12"]) == "3-5, 9, X1, 12"


touches = st.lists(st.tuples(st.integers(0, 63), st.integers(15, 120)), min_size=1, max_size=12)


@settings(max_examples=20, deadline=None)
@given(touches, st.booleans(), st.sampled_from(["sparse", "normal", "detailed"]), st.data())
def test_whatever_is_played_the_marks_can_be_written_and_stay_musical(corners, gradual, density, data):
    bytes_ = make.plain(16)
    score = read_musicxml.read(bytes_, "t")
    corners = sorted({q: (q, v) for q, v in corners}.values())
    touch = points(*corners) if gradual else steps((0, corners[0][1]), *corners)
    alignment = alignment_of(score)
    for bad in data.draw(st.sets(st.integers(0, 15), max_size=5)):
        alignment.confidence[bad] = 0.0
    heard = heard_of(score, touch, alignment)
    plan = annotate(score, alignment, analysis_of(), heard, AnnotateOptions(density=density)).plan
    onsets = set(score.onsets())
    places = [score.measures[m.measure].start + m.offset for m in plan.marks if m.kind == "dynamic"]
    assert all(at in onsets for at in places) and len(places) == len(set(places))
    assert all(alignment.confidence[m.measure] > 0 for m in plan.marks)
    assert all(0 <= m.confidence <= 1 for m in plan.marks)
    assert from_json(plan.to_json(), score).marks
    assert write_musicxml.remove(write_musicxml.apply(bytes_, plan, "t"), "t") == bytes_


def test_a_single_hard_beat_gets_an_sf_and_no_level():
    touch = steps((0, 60), (21, 110), (22, 60))
    found = marks(score_of(), touch)
    assert ("sf", F(21)) in found and [at for value, at in found if value in LADDER] == [F(0)]
    assert all(value != "sf" for value, _ in marks(score_of(), steps((0, 60), (21, 72), (22, 60))))
    assert all(value != "sf" for value, _ in marks(score_of(), SOFT_LOUD_SOFT))
