"""A plan is the whole of our marks: its edits lead from what stood there to it, and no further the second time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.score.plan import Plan, PlannedMark, from_json
from runtime.score.read import musicxml as read_musicxml
from tests.runtime.score import make
from tests.runtime.score.write.test_musicxml import marks

SCORE = read_musicxml.read(make.plain(8), "t")


def _place(mark: PlannedMark) -> tuple[object, ...]:
    stress = mark.kind == "dynamic" and mark.value == "sf"
    return (stress, mark.kind, mark.measure, mark.offset, mark.staff)


def _plan(wanted: list[PlannedMark], before: list[PlannedMark]) -> Plan:
    """One mark to a place, as a plan has them."""
    numbers = tuple(m.number for m in SCORE.measures)
    one = [tuple({_place(m): m for m in given}.values()) for given in (wanted, before)]
    return Plan(SCORE.fingerprint(), numbers, *one)


@settings(max_examples=200, deadline=None)
@given(st.lists(marks(), max_size=12), st.lists(marks(), max_size=12))
def test_the_edits_lead_from_what_was_there_to_the_plan_and_no_further(
    wanted: list[PlannedMark], before: list[PlannedMark]
) -> None:
    plan = _plan(wanted, before)
    there = {_place(m): m for m in plan.before}
    for edit in plan.edits():
        if edit.action == "remove":
            assert there.pop(_place(edit.mark)) == edit.mark
        else:
            assert (_place(edit.mark) in there) == (edit.action == "replace")
            there[_place(edit.mark)] = edit.mark
    assert there == {_place(m): m for m in plan.marks}
    assert replace(plan, before=plan.marks).edits() == []


@settings(max_examples=100, deadline=None)
@given(st.lists(marks(), max_size=12))
def test_a_plan_that_is_written_and_read_is_the_same(wanted: list[PlannedMark]) -> None:
    plan = _plan(wanted, [])
    assert from_json(plan.to_json(), SCORE).marks == plan.marks
