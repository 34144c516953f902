"""Every way to play a score, the written one first."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.score.read import musicxml as read_musicxml
from runtime.score.unfold import Unfolding, graph, repeats_taken, unfoldings, written
from tests.runtime.score import make


def orders(bars: dict[int, tuple[str, str]], n: int) -> list[list[int]]:
    """Printed bar numbers of each unfolding of `n` bars with (before, after) signs at some of them."""
    text = [make.two_staves(i, before=bars.get(i, ("", ""))[0], after=bars.get(i, ("", ""))[1], first=i == 1)
            for i in range(1, n + 1)]  # fmt: skip
    score = read_musicxml.read(make.score(text), "t.musicxml")
    return [[i + 1 for i in u.measures] for u in unfoldings(score)]


def test_without_signs_there_is_one_way():
    assert orders({}, 3) == [[1, 2, 3]]


def test_a_repeat_is_played_or_not():
    assert orders({2: ("", make.REPEAT_END)}, 3) == [[1, 2, 1, 2, 3], [1, 2, 3]]


def test_a_repeat_goes_back_to_its_own_start_sign():
    bars = {2: (make.REPEAT_START, ""), 3: ("", make.REPEAT_END)}
    assert orders(bars, 4)[0] == [1, 2, 3, 2, 3, 4]


def test_each_repeat_is_a_choice_of_its_own():
    bars = {1: ("", make.REPEAT_END), 3: ("", make.REPEAT_END)}
    assert sorted(orders(bars, 3)) == sorted([[1, 1, 2, 3, 2, 3], [1, 1, 2, 3], [1, 2, 3, 2, 3], [1, 2, 3]])


def test_without_the_repeat_the_first_volta_is_skipped():
    bars = {
        2: (make.ending("1", "start"), make.ending("1", "stop", True)),
        3: (make.ending("2", "start"), make.ending("2", "stop")),
    }
    assert orders(bars, 4) == [[1, 2, 1, 3, 4], [1, 3, 4]]


def test_three_passes_through_two_voltas():
    bars = {
        2: (make.ending("1,2", "start"), make.ending("1,2", "stop", True)),
        3: (make.ending("3", "start"), make.ending("3", "stop")),
    }
    assert orders(bars, 3)[0] == [1, 2, 1, 2, 1, 3]


def test_da_capo_al_fine_ends_at_fine_and_drops_the_repeats():
    bars = {1: ("", make.REPEAT_END), 2: ("", make.sound(fine="yes")), 3: ("", make.sound(dacapo="yes"))}
    assert orders(bars, 3)[0] == [1, 1, 2, 3, 1, 2]


def test_dal_segno_al_coda_leaves_at_the_first_coda_sign():
    bars = {
        2: (make.sound(segno="s"), ""),
        3: ("", make.sound(tocoda="c")),
        4: ("", make.sound(dalsegno="s")),
        5: (make.sound(coda="c"), ""),
    }
    assert orders(bars, 5)[0] == [1, 2, 3, 4, 2, 3, 5]


def test_words_alone_are_understood_as_jumps():
    fine = "      <direction><direction-type><words>Fine</words></direction-type></direction>\n"
    back = "      <direction><direction-type><words>D.C. al Fine</words></direction-type></direction>\n"
    assert orders({2: ("", fine), 3: ("", back)}, 3)[0] == [1, 2, 3, 1, 2]


def test_positions_of_an_unfolding_add_up():
    score = read_musicxml.read(make.score([make.two_staves(1, first=True, after=make.REPEAT_END)]), "t")
    u = written(score)
    assert (u.starts, u.end) == ((0, 4), 8)
    assert repeats_taken(score, u) == {1: True}
    assert repeats_taken(score, Unfolding.of(score, [0])) == {1: False}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["", "start", "end", "volta1", "volta2", "dc", "ds", "fine", "coda", "segno"]),
                min_size=1, max_size=10))  # fmt: skip
def test_any_combination_of_signs_ends_and_reaches_only_real_measures(signs):
    kinds = {
        "": ("", ""), "start": (make.REPEAT_START, ""), "end": ("", make.REPEAT_END),
        "volta1": (make.ending("1", "start"), make.ending("1", "stop", True)),
        "volta2": (make.ending("2", "start"), make.ending("2", "stop")),
        "dc": ("", make.sound(dacapo="yes")), "ds": ("", make.sound(dalsegno="s")),
        "fine": ("", make.sound(fine="yes")), "coda": (make.sound(coda="c"), ""), "segno": (make.sound(segno="s"), ""),
    }  # fmt: skip
    text = [make.two_staves(i + 1, before=kinds[s][0], after=kinds[s][1], first=i == 0) for i, s in enumerate(signs)]
    score = read_musicxml.read(make.score(text), "t.musicxml")
    ways = unfoldings(score, 64)
    assert ways and all(u.measures for u in ways)
    assert all(0 <= i < len(signs) for u in ways for i in u.measures)
    g = graph(score)
    assert all(-1 <= n < len(g.spans) for f in g.following for n in f)


@pytest.mark.parametrize(
    ("piece", "length"),
    [
        ("Beethoven/Piano_Sonatas/17-1", F(1283)),
        ("Mozart/Piano_Sonatas/11-3", F(447)),
        ("Schumann/Arabeske", F(2105, 4)),
    ],
)
def test_written_lengths_equal_those_of_the_played_out_midi(piece, length):
    path = make.data_folder("asap", piece, "xml_score.musicxml")
    assert written(read_musicxml.read(path.read_bytes(), path.name)).end == length
