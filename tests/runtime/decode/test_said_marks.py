"""What somebody changed among the marks stands in the analysis, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.analysis import (
    LADDER,
    Analysis,
    Beat,
    ChangePoint,
    Dynamic,
    Hairpin,
    Loudness,
    ModelIdentity,
    Source,
)  # fmt: skip
from runtime.corrections import SIGNS, MarkEdit
from runtime.decode.said_marks import level_of, with_said_marks


@pytest.fixture
def heard() -> Analysis:
    """Sixteen beats, one a second: p, from the ninth on f, with a crescendo before."""
    beats = tuple(Beat(float(i), 1 + i // 4, 1 + i % 4, 0.9) for i in range(16))
    return Analysis(
        Source("t.wav", 16.0, 44100),
        ModelIdentity("m", "1", "0", "cpu"),
        beats,
        dynamics=(Dynamic(0.0, 0, "p", 0.8), Dynamic(8.0, 8, "f", 0.6)),
        beat_levels=("p",) * 8 + ("f",) * 8,
        change_points=(ChangePoint(8.0, 8, 0.6),),
        hairpins=(Hairpin(5.0, 8.0, "crescendo", 0.5),),
        loudness=Loudness(0.1, ()),
    )


def test_saying_nothing_changes_nothing(heard: Analysis) -> None:
    assert with_said_marks(heard, ()) is heard


def test_a_level_is_put_on_the_nearest_beat_and_the_levels_follow(heard: Analysis) -> None:
    found = with_said_marks(heard, [MarkEdit("add", "dynamic", "ff", 12.3)])
    assert found.dynamics[-1] == Dynamic(12.0, 12, "ff", 1.0)
    assert found.beat_levels == ("p",) * 8 + ("f",) * 4 + ("ff",) * 4
    assert [c.beat for c in found.change_points] == [8, 12]
    same = ("beats", "hairpins", "loudness", "source")
    assert all(getattr(found, name) == getattr(heard, name) for name in same)


def test_a_level_takes_the_place_of_the_one_that_stands_there(heard: Analysis) -> None:
    found = with_said_marks(heard, [MarkEdit("add", "dynamic", "ff", 8.1)])
    assert [(d.beat, d.level) for d in found.dynamics] == [(0, "p"), (8, "ff")]


def test_a_level_taken_out_takes_its_change_with_it(heard: Analysis) -> None:
    found = with_said_marks(heard, [MarkEdit("remove", "dynamic", "f", 8.4)])
    assert [d.level for d in found.dynamics] == ["p"] and not found.change_points
    assert found.beat_levels == ("p",) * 16


def test_nothing_is_taken_out_where_nothing_stands(heard: Analysis) -> None:
    assert with_said_marks(heard, [MarkEdit("remove", "dynamic", "f", 13.0)]) == heard


def test_a_moved_level_is_one_taken_out_and_one_put_in(heard: Analysis) -> None:
    moved = [MarkEdit("remove", "dynamic", "f", 8.0), MarkEdit("add", "dynamic", "f", 10.0)]
    assert [d.beat for d in with_said_marks(heard, moved).dynamics] == [0, 10]


def test_a_hairpin_goes_from_beat_to_beat_over_the_one_that_was_there(heard: Analysis) -> None:
    found = with_said_marks(heard, [MarkEdit("add", "hairpin", "diminuendo", 6.8, 9.9)])
    assert [(h.start_s, h.end_s, h.kind) for h in found.hairpins] == [(7.0, 10.0, "diminuendo")]
    assert not with_said_marks(heard, [MarkEdit("remove", "hairpin", "crescendo", 5.5)]).hairpins


def test_the_edits_are_done_in_their_order(heard: Analysis) -> None:
    there, gone = MarkEdit("add", "dynamic", "ff", 12.0), MarkEdit("remove", "dynamic", "ff", 12.0)
    assert with_said_marks(heard, [there, gone]).dynamics == heard.dynamics


def test_every_sign_of_a_page_has_a_level() -> None:
    assert {level_of(sign) for sign in SIGNS} <= set(LADDER)
    assert level_of("ppp") == "ppp" and level_of("mp") == "mp" and level_of("f") == "f"


def test_an_empty_analysis_stays_empty(heard: Analysis) -> None:
    empty = replace(heard, beats=(), dynamics=(), beat_levels=(), change_points=(), hairpins=())
    assert with_said_marks(empty, [MarkEdit("add", "dynamic", "f", 1.0)]) == empty
