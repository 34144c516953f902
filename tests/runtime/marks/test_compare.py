"""Where edition and performance part, bar by bar."""

from __future__ import annotations

import pytest

from runtime.analysis import LADDER
from runtime.dynamics.ladder import Hairpin, Level
from runtime.marks.annotate import _beats
from runtime.marks.compare import Difference, differences, line, table
from runtime.score.read import musicxml as read_musicxml
from runtime.words import marks as words
from tests.runtime.marks.playing import Touch, heard_of, points, steps
from tests.runtime.score import make

SCORE = read_musicxml.read(make.plain(16), "t")


def parts(touch: Touch, *levels: tuple[int, str], hairpins: tuple[Hairpin[int], ...] = ()) -> tuple[Difference, ...]:
    heard = heard_of(SCORE, touch)
    asked = [Level(at, LADDER.index(name)) for at, name in levels]
    return differences(SCORE, heard, _beats(SCORE, heard, []), asked, list(hairpins))


def test_playing_that_follows_the_edition_parts_nowhere():
    assert parts(steps((0, 49), (32, 96)), (0, "p"), (32, "f")) == ()
    rising = points((0, 49), (16, 49), (32, 96), (64, 96))
    assert parts(rising, (0, "p"), (32, "f"), hairpins=(Hairpin(16, 32, "crescendo"),)) == ()


def test_bars_are_told_by_how_far_they_are_away_with_the_way():
    found = parts(steps((0, 49), (16, 60), (20, 49), (32, 96), (48, 45), (56, 96)), (0, "p"), (32, "f"))
    assert (found[0].first_bar, found[0].last_bar, found[0].written) == ("13", "14", "f") and found[0].steps < -1
    assert ("5", "5", "p") in {(d.first_bar, d.last_bar, d.written) for d in found if d.steps > 0}
    far = [abs(d.steps) for d in found]
    assert far == sorted(far, reverse=True) and min(far) >= 0.5


def test_without_marks_there_is_nothing_to_compare():
    assert parts(steps((0, 49), (32, 96))) == ()


@pytest.mark.parametrize("language", words.table()["languages"])
def test_a_difference_is_said_in_every_language(language):
    said = line(Difference("5", "7", "p", 1.2), language)
    assert "5" in said and "7" in said and "p" in said
    assert said != line(Difference("5", "7", "p", -1.2), language)


def test_the_table_has_a_line_for_each_or_says_that_there_is_none():
    rows = (Difference("5", "7", "p", 2.1), Difference("9", "9", "f", -0.6))
    text = table(rows)
    assert text.count("\n") == 3 and text.startswith("2 passages")
    assert text.index("louder than the written p") < text.index("softer than the written f")
    assert "follows" in table(())
