"""Reading MusicXML: notes, measures, structure and marks end up where the page has them."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.score.read import musicxml as read_musicxml
from tests.runtime.score import make


def read(measures: list[str]):
    return read_musicxml.read(make.score(measures), "t.musicxml")


def test_notes_stand_at_exact_positions_in_both_staves():
    score = read([make.two_staves(1, first=True), make.two_staves(2)])
    assert [n.onset for n in score.notes if n.staff == 1] == [F(i) for i in range(8)]
    assert [(n.onset, n.duration, n.pitch) for n in score.notes if n.staff == 2] == [(0, 4, 48), (4, 4, 48)]
    assert [(m.number, m.start, m.duration) for m in score.measures] == [("1", 0, 4), ("2", 4, 4)]
    assert score.keyboard_staves() == (1, 2)


def test_chord_notes_share_the_onset_of_the_first():
    chord = make.note("C") + make.note("E").replace("<note>", "<note><chord/>") + make.note("G")
    score = read([make.measure(1, make.ATTRIBUTES.format(beats=2) + chord)])
    assert [(n.onset, n.pitch) for n in score.notes] == [(0, 72), (0, 76), (1, 79)]


def test_grace_notes_take_no_time_and_ties_are_no_new_attack():
    grace = make.note("B", 4).replace("<note>", "<note><grace/>").replace("<duration>2</duration>", "")
    tied = make.note("C", 5, 2, extra='<tie type="stop"/>')
    score = read([make.measure(1, make.ATTRIBUTES.format(beats=2) + grace + make.note("C") + tied)])
    assert [(n.onset, n.grace, n.tied) for n in score.notes] == [(0, True, False), (0, False, False), (1, False, True)]
    assert score.onsets() == (0,)


def test_a_pickup_is_aligned_to_the_end_of_its_bar():
    pickup = make.measure(0, make.ATTRIBUTES.format(beats=3) + make.note(), ' implicit="yes"')
    score = read([pickup, make.two_staves(1, 3), make.two_staves(2, 3)])
    assert (score.measures[0].duration, score.measures[0].offset) == (1, 2)
    assert [b for _, _, b in score.beats()] == [3, 1, 2, 3, 1, 2, 3]


def test_the_second_part_of_a_split_bar_continues_its_beats():
    first = make.measure(1, make.ATTRIBUTES.format(beats=4) + make.note() * 3 + make.REPEAT_END)
    second = make.measure("X1", make.REPEAT_START + make.note())
    score = read([first, second, make.two_staves(2)])
    assert [m.offset for m in score.measures] == [0, 3, 0]
    assert [b for _, _, b in score.beats()] == [1, 2, 3, 4, 1, 2, 3, 4]


def test_compound_time_beats_are_dotted():
    attributes = make.ATTRIBUTES.format(beats=6).replace("<beat-type>4", "<beat-type>8")
    score = read([make.measure(1, attributes + make.note(duration=1) * 6)])
    assert [p for p, _, _ in score.beats()] == [0, F(3, 2)]


def test_divisions_too_coarse_for_triplets_do_not_move_the_bar_line():
    attributes = make.ATTRIBUTES.format(beats=2).replace("<divisions>2", "<divisions>100")
    score = read([make.measure(1, attributes + make.note(duration=33) * 6), make.two_staves(2, 2)])
    assert score.measures[1].start == 2


def test_marks_are_found_in_directions_and_notations_with_their_spans():
    p = "<direction><direction-type><dynamics><p/></dynamics></direction-type><offset>2</offset></direction>"
    wedge = '<direction><direction-type><wedge type="{}" number="1"/></direction-type></direction>'
    sf = "<notations><dynamics><sf/></dynamics></notations>"
    bar = make.note() + wedge.format("crescendo") + make.note() + p + make.note(extra=sf) + wedge.format("stop")
    score = read([make.measure(1, make.ATTRIBUTES.format(beats=4) + bar + make.note())])
    assert [(m.kind, m.value, m.start, m.end) for m in score.marks] == [
        ("hairpin", "crescendo", 1, 3),
        ("dynamic", "sf", 2, 2),
        ("dynamic", "p", 3, 3),
    ]


def test_percussion_is_left_out_and_said():
    bar = make.note().replace("pitch>", "unpitched>").replace("step>", "display-step>")
    score = read([make.measure(1, make.ATTRIBUTES.format(beats=1) + bar)])
    assert score.notes == () and "percussion" in score.warnings[0]


def test_a_negative_duration_takes_back_the_rounding_of_a_tuplet():
    bar = make.note(duration=5) + make.note(duration=-1) + make.note(duration=4)
    score = read([make.measure(1, make.ATTRIBUTES.format(beats=4) + bar)])
    assert [(n.onset, n.duration) for n in score.notes] == [(0, F(5, 2)), (2, 2), (F(5, 2), 0)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<divisions>2", b"<divisions>0"),
        (b"<divisions>2", b"<divisions>1e9"),
        (b"<octave>5", b"<octave>x"),
        (b"<step>C", b"<step>H"),
        (b"<duration>2", b"<duration>1/0"),
        (b"score-partwise", b"score-timewise"),
        (b"score-partwise", b"html"),
        (b"</note>", b"</nota>"),
    ],
)
def test_damaged_scores_are_refused_with_the_files_name(old, new):
    with pytest.raises(ScoreError, match=r"t\.musicxml"):
        read_musicxml.read(make.plain().replace(old, new), "t.musicxml")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=5))
def test_flipped_bytes_give_a_score_or_a_clear_error(flips):
    data = bytearray(make.plain(3))
    for position, value in flips:
        data[position % len(data)] = value
    try:
        score = read_musicxml.read(bytes(data), "t.musicxml")
    except ScoreError as e:
        assert "t.musicxml" in str(e)
    else:
        assert all(a.end == b.start for a, b in zip(score.measures, score.measures[1:], strict=False))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=6), min_size=1, max_size=6), st.integers(1, 7))
def test_any_rhythm_is_placed_by_the_sum_of_what_came_before(bars, divisions):
    attributes = make.ATTRIBUTES.format(beats=4).replace("<divisions>2", f"<divisions>{divisions}")
    text = [
        make.measure(i + 1, (attributes if i == 0 else "") + "".join(make.note(duration=d) for d in bar))
        for i, bar in enumerate(bars)
    ]
    score = read(text)
    for measure, bar in zip(score.measures, bars, strict=True):
        inside = [n.onset - measure.start for n in score.notes if n.measure == measure.index]
        expected = [min(F(sum(bar[:k]), divisions), measure.duration) for k in range(len(bar))]
        assert inside == expected


def test_every_score_of_the_data_sets_is_read():
    """A sample in the fast run: every twentieth ASAP score and every fourth mazurka."""
    files = sorted(make.data_folder("asap").rglob("*.musicxml"))[::20]
    files += sorted(make.data_folder("mazurkabl", "xml_scores").iterdir())[::4]
    for path in files:
        score = read_musicxml.read(path.read_bytes(), path.name)
        assert len(score.notes) > 100 and len(score.measures) > 5, path
