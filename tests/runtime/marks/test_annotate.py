"""From what was heard to few, musical marks: placed on notes, settled, sure, and polite to human marks."""

from __future__ import annotations

import itertools
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.analysis import LEVELS, Analysis, Beat, Dynamic, Hairpin, Loudness, ModelIdentity, Source
from runtime.marks import policy
from runtime.marks.annotate import AnnotateOptions, annotate, ranges
from runtime.score.align.recording import Alignment
from runtime.score.plan import from_json
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.unfold import written
from runtime.score.write import musicxml as write_musicxml
from tests.runtime.score import make

QUARTER_S = 0.5


def score_of(n: int = 16, bars: dict[int, tuple[str, str]] | None = None) -> Score:
    return read_musicxml.read(make.score([two(i, bars or {}) for i in range(1, n + 1)]), "t")


def two(i: int, bars: dict[int, tuple[str, str]]) -> str:
    before, after = bars.get(i, ("", ""))
    return make.two_staves(i, before=before, after=after, first=i == 1)


def alignment_of(score: Score, confidence: float = 1.0) -> Alignment:
    """A perfect performance at 120 quarters a minute, as written."""
    u = written(score)
    positions = np.arange(0, float(u.end) + 0.25, 0.25)
    starts = np.array([float(s) for s in (*u.starts, u.end)])
    sure = np.full(len(u.measures), confidence)
    return Alignment(u.measures, starts, positions, positions * QUARTER_S, sure, (), {}, (), 0.3)


def analysis_of(
    levels: list[tuple[float, str, float]],
    hairpins: list[tuple[float, float, str, float]] = (),  # type: ignore[assignment]
    quarters: int = 64,
    ntot: tuple[float, ...] = (),
) -> Analysis:
    """Levels and hairpins given in quarters from the start of the recording."""
    beats = tuple(Beat(q * QUARTER_S, 1 + q // 4, 1 + q % 4, 1.0) for q in range(quarters))
    return Analysis(
        Source("t.wav", quarters * QUARTER_S, 44100),
        ModelIdentity("m", "1", "0", "cpu"),
        beats,
        dynamics=tuple(Dynamic(q * QUARTER_S, int(q), level, c) for q, level, c in levels),  # type: ignore[arg-type]
        hairpins=tuple(Hairpin(a * QUARTER_S, b * QUARTER_S, k, c) for a, b, k, c in hairpins),  # type: ignore[arg-type]
        loudness=Loudness(0.05, ntot),
    )


def marks(score: Score, analysis: Analysis, confidence: float = 1.0, **options) -> list[tuple[str, F]]:
    plan = annotate(score, alignment_of(score, confidence), analysis, AnnotateOptions(**options)).plan
    return [(m.value, score.measures[m.measure].start + m.offset) for m in plan.marks]


def test_the_first_level_stands_at_the_first_note_and_each_change_at_its_beat():
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9), (40, "pp", 0.9)])
    assert marks(score_of(), heard) == [("p", 0), ("f", 16), ("pp", 40)]


def test_a_level_that_does_not_last_is_left_out():
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9), (17, "p", 0.9)])
    assert marks(score_of(), heard) == [("p", 0)]


def test_a_level_of_which_nobody_can_be_sure_is_left_out():
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.1)])
    assert marks(score_of(), heard, density="sparse") == [("p", 0)]
    assert marks(score_of(), heard, density="detailed") == [("p", 0), ("f", 16)]


def test_when_nothing_heard_is_sure_enough_it_is_said():
    done = annotate(score_of(), alignment_of(score_of()), analysis_of([(0, "p", 0.01)]), AnnotateOptions("sparse"))
    assert not done.plan.marks and any("sure enough" in w for w in done.warnings)


def test_a_denser_setting_never_writes_fewer_marks():
    heard = analysis_of(
        [(0, "p", 0.9), (8, "f", 0.6), (16, "mf", 0.1), (22, "p", 0.9), (40, "f", 0.75), (42, "pp", 0.9)]
    )
    counts = [len(marks(score_of(), heard, density=d)) for d in ("sparse", "normal", "detailed")]
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_a_mark_between_two_notes_moves_to_a_note():
    half_bars = score_of(4, {})
    onsets = set(half_bars.onsets())
    heard = analysis_of([(0, "p", 0.9), (9, "f", 0.9)])
    assert all(at in onsets for _, at in marks(half_bars, heard))


def test_no_mark_is_written_where_the_alignment_is_poor_and_the_bars_are_named():
    score = score_of()
    alignment = alignment_of(score)
    alignment.confidence[4:8] = 0.1
    done = annotate(score, alignment, analysis_of([(0, "p", 0.9), (20, "f", 0.9)]))
    assert [(m.value, m.measure) for m in done.plan.marks] == [("p", 0)]
    assert done.plan.unmarked == (4, 5, 6, 7)
    assert any("5-8" in w for w in done.warnings)


def test_both_passes_of_a_repeat_decide_together():
    score = score_of(4, {4: ("", make.REPEAT_END)})
    heard = analysis_of([(0, "p", 0.6), (16, "f", 0.95)], quarters=32)
    assert marks(score, heard, density="detailed") == [("f", 0)]
    agreeing = analysis_of([(0, "f", 0.9)], quarters=32)
    assert marks(score, agreeing) == [("f", 0)]


def hairpin_marks(heard: Analysis, score: Score | None = None) -> list[tuple[str, F, F]]:
    score = score or score_of()
    plan = annotate(score, alignment_of(score), heard).plan
    return [
        (m.value, score.measures[m.measure].start + m.offset, score.measures[m.end_measure].start + m.end_offset)
        for m in plan.marks
        if m.kind == "hairpin"
    ]


def test_a_hairpin_ends_where_the_next_level_stands():
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9)], [(11.8, 14.7, "crescendo", 0.9)])
    assert hairpin_marks(heard) == [("crescendo", 12, 16)]


def test_no_hairpin_is_shorter_than_a_beat():
    heard = analysis_of([(0, "p", 0.9)], [(20.0, 20.4, "diminuendo", 0.9)])
    assert hairpin_marks(heard) == []


def test_a_crescendo_does_not_lead_to_a_softer_level():
    heard = analysis_of([(0, "f", 0.9), (16, "p", 0.9)], [(12, 16, "crescendo", 0.9)])
    assert hairpin_marks(heard) == []


def test_hairpins_never_overlap_and_the_surer_one_stays():
    heard = analysis_of([(0, "p", 0.9)], [(8, 14, "crescendo", 0.7), (12, 18, "diminuendo", 0.95)])
    assert hairpin_marks(heard) == [("diminuendo", 12, 18)]


def test_a_note_twice_as_loud_as_its_neighbours_gets_a_sforzato():
    ntot = [4.0] * 640
    ntot[200:204] = [14.0] * 4
    heard = analysis_of([(0, "p", 0.9)], ntot=tuple(ntot))
    assert ("sf", 20) in marks(score_of(), heard)


def test_even_playing_gets_no_stress():
    heard = analysis_of([(0, "p", 0.9)], ntot=tuple(4 + 0.5 * np.sin(np.arange(640) / 9)))
    found = marks(score_of(), heard, density="detailed")
    assert [m for m in found if m[0] not in ("crescendo", "diminuendo")] == [("p", 0)]


def dynamic(sign: str) -> str:
    return f"      <direction><direction-type><dynamics><{sign}/></dynamics></direction-type></direction>\n"


def test_human_marks_are_kept_and_not_crowded():
    score = score_of(16, {5: (dynamic("mf"), "")})
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9), (40, "pp", 0.9)])
    plan = annotate(score, alignment_of(score), heard).plan
    assert [(m.value, m.measure) for m in plan.marks] == [("p", 0), ("pp", 10)]
    assert plan.hidden == ()


def test_human_marks_make_way_when_asked():
    score = score_of(16, {5: (dynamic("mf"), "")})
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9)])
    plan = annotate(score, alignment_of(score), heard, AnnotateOptions(policy="replace")).plan
    assert [m.value for m in plan.marks] == ["p", "f"]
    assert [(m.value, m.measure, m.offset) for m in plan.hidden] == [("mf", 4, 0)]
    assert {e.action for e in plan.edits()} == {"insert", "remove"}


def test_comparing_writes_nothing_and_says_how_far_apart():
    score = score_of(16, {1: (dynamic("p"), ""), 5: (dynamic("mf"), ""), 9: (dynamic("ff"), "")})
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9), (32, "pp", 0.9)])
    done = annotate(score, alignment_of(score), heard, AnnotateOptions(policy="compare"))
    assert done.plan.marks == () and done.plan.edits() == []
    assert [(c.written, c.heard, c.agreement) for c in done.comparison] == [
        ("p", "p", "same"), ("mf", "f", "near"), ("ff", "pp", "different"),
    ]  # fmt: skip
    assert "1 same, 1 near, 1 different" in policy.comparison_table(done.comparison)


def test_a_plan_goes_through_json_and_back():
    score = score_of()
    plan = annotate(
        score, alignment_of(score), analysis_of([(0, "p", 0.9), (16, "f", 0.9)], [(12, 16, "crescendo", 0.9)])
    ).plan
    again = from_json(plan.to_json(), score)
    assert [(m.kind, m.value, m.measure, m.offset) for m in again.marks] == [
        (m.kind, m.value, m.measure, m.offset) for m in plan.marks
    ]
    assert "insert" in plan.to_table() and "crescendo" in plan.to_table()


BAD_PLANS = [('"p"', '"<evil/>"'), ('"dynamic"', '"script"'), ('"staff": 1', '"staff": 9'), ("{", "")]


@pytest.mark.parametrize(("old", "new"), BAD_PLANS)
def test_a_plan_with_anything_but_known_marks_is_refused(old, new):
    from runtime.errors import ScoreError

    score = score_of()
    text = annotate(score, alignment_of(score), analysis_of([(0, "p", 0.9)])).plan.to_json()
    with pytest.raises(ScoreError):
        from_json(text.replace(old, new), score)


def test_a_second_run_plans_no_edits():
    data = make.plain(16)
    score = read_musicxml.read(data, "t")
    heard = analysis_of([(0, "p", 0.9), (16, "f", 0.9)], [(12, 16, "crescendo", 0.9)])
    plan = annotate(score, alignment_of(score), heard).plan
    marked = read_musicxml.read(write_musicxml.apply(data, plan, "t"), "t")
    again = annotate(marked, alignment_of(marked), heard).plan
    assert again.edits() == [] and again.to_table() == "Nothing to change.\n"
    changed = annotate(marked, alignment_of(marked), analysis_of([(0, "pp", 0.9)])).plan
    assert sorted((e.action, e.mark.value) for e in changed.edits()) == [
        ("remove", "crescendo"), ("remove", "f"), ("replace", "pp"),
    ]  # fmt: skip


def test_bar_numbers_are_joined_for_people():
    assert ranges(["3", "4", "5", "9", "X1", "12"]) == "3-5, 9, X1, 12"


events = st.lists(st.tuples(st.integers(0, 63), st.sampled_from(LEVELS), st.floats(0, 1)), max_size=20)
pins = st.lists(
    st.tuples(st.floats(0, 60), st.floats(0.1, 20), st.sampled_from(["crescendo", "diminuendo"]), st.floats(0, 1)),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(events, pins, st.sampled_from(["sparse", "normal", "detailed"]))
def test_whatever_is_heard_the_marks_can_be_written_and_stay_musical(levels, hairpins, density):
    data = make.plain(16)
    score = read_musicxml.read(data, "t")
    heard = analysis_of(
        sorted({q: (q, x, c) for q, x, c in levels}.values()),
        sorted((a, min(a + n, 63.9), k, c) for a, n, k, c in hairpins),
    )
    plan = annotate(score, alignment_of(score), heard, AnnotateOptions(density=density)).plan
    values = [m.value for m in plan.marks if m.kind == "dynamic"]
    assert all(a != b for a, b in itertools.pairwise(values))
    onsets = set(score.onsets())
    assert all(score.measures[m.measure].start + m.offset in onsets for m in plan.marks if m.kind == "dynamic")
    assert write_musicxml.remove(write_musicxml.apply(data, plan, "t"), "t") == data
