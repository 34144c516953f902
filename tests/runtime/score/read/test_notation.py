"""Notation that says more, or less, than its notes: repeat signs of bars, octave lines, ossias, transposition."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from runtime.score.plan import Plan, PlannedMark
from runtime.score.read.files import from_bytes, parse
from runtime.score.table import Score, Staff
from runtime.score.write.files import marked, unmarked
from tests.runtime.score import make

REST = "      <note><rest measure='yes'/><duration>8</duration><voice>{voice}</voice><staff>{staff}</staff></note>\n"
BACK = "      <backup><duration>8</duration></backup>\n"
EMPTY = REST.format(voice=1, staff=1) + BACK + REST.format(voice=5, staff=2)


def sign(kind: str, bars: int | str = "", staff: int = 0) -> str:
    number = f' number="{staff}"' if staff else ""
    return (
        f'      <attributes><measure-style{number}><measure-repeat type="{kind}">{bars}</measure-repeat>'
        "</measure-style></attributes>\n"
    )


def xml(measures: list[str], **options) -> Score:
    return parse(from_bytes(make.score(measures, **options), "t.musicxml"))


def written(*bars: int) -> Score:
    """Bars of `make.two_staves`, given by what they hold, numbered as they stand."""
    return xml([
        make.two_staves(n, first=i == 0).replace(f'number="{n}"', f'number="{i + 1}"', 1) for i, n in enumerate(bars)
    ])  # fmt: skip


def struck(score: Score) -> list[tuple[F, F, int, int, int]]:
    return [(n.onset, n.duration, n.pitch, n.staff, n.measure) for n in score.notes]


def test_a_percent_sign_sounds_as_the_bar_before_it():
    first, last = make.two_staves(1, first=True), make.two_staves(5, before=sign("stop"))
    score = xml(
        [first, make.measure(2, sign("start", 1) + EMPTY), make.measure(3, EMPTY), make.measure(4, EMPTY), last]
    )
    assert struck(score) == struck(written(1, 1, 1, 1, 5))


def test_a_sign_over_two_bars_repeats_both():
    bars = [make.two_staves(1, first=True), make.two_staves(2), make.measure(3, sign("start", 2) + EMPTY)]
    assert struck(xml([*bars, make.measure(4, EMPTY)])) == struck(written(1, 2, 1, 2))


def test_a_sign_in_one_staff_leaves_the_other_to_itself():
    left = BACK + make.note("D", 3, 8, staff=2, voice=5)
    bar = make.measure(2, sign("start", 1, staff=1) + REST.format(voice=1, staff=1) + left)
    score = xml([make.two_staves(1, first=True), bar])
    assert [n.pitch for n in score.notes if n.measure == 1 and n.staff == 1] == [
        n.pitch for n in score.notes if n.measure == 0 and n.staff == 1
    ]
    assert [n.pitch for n in score.notes if n.measure == 1 and n.staff == 2] == [50]


def test_notes_that_stand_under_a_repeat_sign_are_taken_as_they_stand():
    score = xml([make.two_staves(1, first=True), make.two_staves(3, before=sign("start", 1))])
    assert struck(score) == struck(written(1, 3))


def test_a_sign_before_anything_to_repeat_stands_for_nothing():
    first = make.measure(1, make.ATTRIBUTES.format(beats=4) + sign("start", 2) + EMPTY)
    score = xml([first, make.two_staves(2, before=sign("stop"))])
    assert {n.measure for n in score.notes} == {1}


def test_a_mark_can_stand_in_a_bar_that_holds_no_more_than_the_sign():
    data = make.score([make.two_staves(1, first=True), make.measure(2, sign("start", 1)), make.measure(3, EMPTY)])
    source = from_bytes(data, "t.musicxml")
    score = parse(source)
    plan = Plan(score.fingerprint(), ("1", "2", "3"), (PlannedMark("dynamic", "p", 1, F(0), 1),))
    again = parse(from_bytes(marked(source, plan), "t.musicxml"))
    assert [(m.value, m.start, m.staff, m.ours) for m in again.marks] == [("p", 4, 1, True)]


SLASHES = '      <attributes><measure-style{}><beat-repeat type="{}" slashes="1"/></measure-style></attributes>\n'
QUARTER_REST = "      <note><rest/><duration>2</duration><voice>1</voice><staff>1</staff></note>\n"
LEFT = BACK + make.note("C", 3, 8, staff=2, voice=5)


def right_hand(score: Score) -> list[tuple[int, F, int]]:
    return [(n.measure, n.onset - score.measures[n.measure].start, n.pitch) for n in score.notes if n.staff == 1]


def test_a_slashed_beat_sounds_as_the_beat_before_the_slashes():
    pair = make.note("C", 5, 1) + make.note("E", 5, 1)
    begun = SLASHES.format(' number="1"', "start")
    first = make.ATTRIBUTES.format(beats=4) + make.note("G", 5) + pair + begun + 2 * QUARTER_REST + LEFT
    second = QUARTER_REST + SLASHES.format(' number="1"', "stop") + make.note("A", 5) + 2 * QUARTER_REST + LEFT
    bars = [make.measure(1, first), make.measure(2, second)]
    again = [(0, F(k, 2), 72 + k % 2 * 4) for k in range(2, 8)] + [(1, F(0), 72), (1, F(1, 2), 76)]
    assert right_hand(xml(bars)) == [(0, F(0), 79), *again, (1, F(1), 81)]
    assert [n.pitch for n in xml(bars).notes if n.staff == 2] == [48, 48]


def test_slashes_at_the_start_of_a_bar_repeat_the_last_beat_of_the_bar_before():
    second = make.measure(2, SLASHES.format("", "start") + 4 * QUARTER_REST + BACK + REST.format(voice=5, staff=2))
    score = xml([make.two_staves(1, first=True), second])
    assert right_hand(score)[-5:] == [(0, F(3), 79), *((1, F(k), 79) for k in range(4))]
    assert [n.measure for n in score.notes if n.staff == 2] == [0]  # nothing is struck in its last beat


def test_slashes_over_written_notes_and_before_everything_stand_for_nothing():
    score = xml([make.two_staves(1, first=True, before=SLASHES.format("", "start")), make.two_staves(2)])
    assert struck(score) == struck(written(1, 2))


def test_notes_with_a_slash_for_a_head_name_no_pitch():
    slash = make.note("B", 4, extra="<notehead>slash</notehead>")
    score = xml([make.two_staves(1, first=True), make.measure(2, 4 * slash + LEFT)])
    assert struck(score) == struck(xml([make.two_staves(1, first=True), make.measure(2, 4 * QUARTER_REST + LEFT)]))
    assert any("4 notes with a slash" in w for w in score.warnings)


@pytest.mark.parametrize("empty", ["<measure number='{}'/>", "<measure number='{}'></measure>"])
def test_a_bar_without_anything_in_it_is_a_bar_and_can_be_marked(empty):
    bars = [make.two_staves(1, first=True), make.measure(2, sign("start", 1)), empty.format(3), empty.format(4)]
    source = from_bytes(make.score([*bars, make.two_staves(5, before=sign("stop")), empty.format(6)]), "t.musicxml")
    score = parse(source)
    assert struck(score) == struck(written(1, 1, 1, 1, 5)) and len(score.measures) == 6
    marks = (
        PlannedMark("hairpin", "crescendo", 1, F(2), 1, 2, F(4)),
        PlannedMark("dynamic", "p", 3, F(0), 1),
        PlannedMark("hairpin", "diminuendo", 4, F(0), 1, 5, F(4)),
    )
    for mark in marks:
        again = from_bytes(marked(source, Plan(score.fingerprint(), tuple("123456"), (mark,))), "t.musicxml")
        assert [(m.kind, m.value, m.ours) for m in parse(again).marks] == [(mark.kind, mark.value, True)]
        assert unmarked(again) == source.text


MEASURE_3 = b"<RepeatMeasure><durationType>measure</durationType><duration>4/4</duration></RepeatMeasure>"
MEASURE_4 = (
    b"<MeasureRepeat><subtype>%d</subtype><durationType>measure</durationType><duration>4/4</duration></MeasureRepeat>"
)


def with_signs(data: bytes, bars: dict[int, bytes], counts: dict[int, int] | None = None) -> bytes:
    """Both staves of a `make.mscx` score with the voice of these bars (indexes) replaced."""
    parts = data.split(b"<Measure>")
    n = (len(parts) - 1) // 2
    for staff in range(2):
        for i, content in bars.items():
            k = 1 + staff * n + i
            end = parts[k].index(b"</voice>")
            count = b"<measureRepeatCount>%d</measureRepeatCount>" % counts[i] if counts else b""
            parts[k] = count + b"<voice>" + content + parts[k][end:]
    return b"<Measure>".join(parts)


@pytest.mark.parametrize("data", [
    with_signs(make.mscx(3), {1: MEASURE_3, 2: MEASURE_3}),
    with_signs(make.mscx(3, "4.20"), {1: MEASURE_4 % 1, 2: MEASURE_4 % 1}, {1: 1, 2: 1}),
])  # fmt: skip
def test_musescores_repeat_signs_are_filled_and_can_be_marked(data):
    source = from_bytes(data, "t.mscx")
    score = parse(source)
    assert struck(score) == struck(parse(from_bytes(make.mscx(3), "t.mscx")))
    plan = Plan(score.fingerprint(), ("1", "2", "3"), (PlannedMark("dynamic", "p", 1, F(0), 1),))
    assert [(m.value, m.start) for m in parse(from_bytes(marked(source, plan), "t.mscx")).marks] == [("p", 4)]


def test_musescores_sign_over_two_bars_repeats_both():
    rest = b"<Rest><durationType>measure</durationType><duration>4/4</duration></Rest>"
    data = with_signs(make.mscx(4, "4.20"), {2: MEASURE_4 % 2, 3: rest}, {2: 1, 3: 2})
    marked_bar = data.replace(b"<pitch>48</pitch>", b"<pitch>50</pitch>", 1)  # bar 1 differs from bar 2
    score = parse(from_bytes(marked_bar, "t.mscx"))
    assert [n.pitch for n in score.notes if n.staff == 2] == [50, 48, 50, 48]


@pytest.mark.parametrize(("name", "semitones"), [("8va", 12), ("8vb", -12), ("15ma", 24), ("15mb", -24), ("22ma", 36)])
def test_musescores_octave_lines_sound_where_they_reach_and_only_there(name, semitones):
    line = (
        f'<Spanner type="Ottava"><Ottava><subtype>{name}</subtype></Ottava><next><location><measures>1</measures>'
        "<fractions>1/4</fractions></location></next></Spanner>"
    ).encode()
    data = make.mscx(3)
    at = data.index(b"<Chord>", data.index(b"<Chord>") + 1)  # from the second quarter of bar 1, in the right hand
    score = parse(from_bytes(data[:at] + line + data[at:], "t.mscx"))
    plain = parse(from_bytes(data, "t.mscx"))
    moved = {n.onset for n, before in zip(score.notes, plain.notes, strict=True) if n.pitch - before.pitch == semitones}
    assert moved == {1, 2, 3, 4, 5}
    assert [n.pitch for n in score.notes if n.staff == 2] == [n.pitch for n in plain.notes if n.staff == 2]


OSSIA = '      <attributes><staff-details number="1"><staff-type>{}</staff-type></staff-details></attributes>\n'


@pytest.mark.parametrize("kind", ["ossia", "cue", "alternate"])
def test_an_ossia_staff_is_not_played_and_is_no_staff_of_the_piano(kind):
    score = xml([make.two_staves(1, first=True, before=OSSIA.format(kind)), make.two_staves(2)])
    assert {n.staff for n in score.notes} == {2} and score.keyboard_staves() == (2,)
    assert "not played" in score.warnings[0]


def test_a_staff_that_is_an_ossia_for_one_bar_is_played_in_the_others():
    bars = [make.two_staves(1, first=True), make.two_staves(2, before=OSSIA.format("ossia"))]
    score = xml([*bars, make.two_staves(3, before=OSSIA.format("regular"))])
    assert {n.measure for n in score.notes if n.staff == 1} == {0, 2}


def test_small_notes_that_programs_write_as_cues_are_played():
    """MuseScore and Finale write all small notes so, those of cadenzas and of Chopin's étude op. 25/1 among them."""
    score = xml([make.two_staves(1, first=True).replace("<note>", "<note><cue/>")])
    assert struck(score) == struck(written(1)) and score.warnings == ()


def test_cues_of_what_another_part_plays_are_silent():
    flute = make.measure(1, make.ATTRIBUTES.format(beats=4).replace("<staves>2", "<staves>1") + make.note("A", 6, 8))
    cue = make.note("A", 5, 8).replace("<note>", "<note><cue/>")  # an octave lower, as cues often are
    piano = make.measure(1, make.ATTRIBUTES.format(beats=4) + cue + BACK + make.note("C", 3, 8, staff=2, voice=5))
    data = make.score([piano]).decode()
    data = data.replace("<part-list>", '<part-list><score-part id="P0"><part-name>Flute</part-name></score-part>')
    score = parse(
        from_bytes(data.replace('<part id="P1">', f'<part id="P0">{flute}</part><part id="P1">').encode(), "t.xml")
    )
    assert sorted((n.pitch, n.staff) for n in score.notes) == [(48, 3), (93, 1)]
    assert "1 notes of an ossia or of cues" in score.warnings[0]


def test_musescores_silent_notes_are_left_out():
    data = make.mscx(1).replace(b"<pitch>72</pitch>", b"<play>0</play><pitch>72</pitch>")
    score = parse(from_bytes(data, "t.mscx"))
    assert sorted(n.pitch for n in score.notes) == [48, 73, 74, 75] and "1 notes of an ossia" in score.warnings[0]


def test_a_part_for_a_transposing_instrument_is_read_as_it_sounds():
    attributes = (
        "      <attributes><transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>\n"
    )
    score = xml([make.two_staves(1, before=attributes, first=True)])
    assert [n.pitch + 2 for n in score.notes] == [n.pitch for n in written(1).notes]


def staves(*parts: tuple[str, int, bool | None]) -> tuple[int, ...]:
    found = [Staff(k, n + 1, name, piano) for k, (name, size, piano) in enumerate(parts) for n in range(size)]
    return Score("musicxml", (), (), tuple(found)).keyboard_staves()


@pytest.mark.parametrize(("parts", "expected"), [
    ([("Voice", 1, None), ("Piano", 2, None)], (2, 3)),
    ([("Violin", 1, None), ("Piano RH", 1, None), ("Piano LH", 1, None)], (2, 3)),
    ([("Flute", 1, None), ("R.H.", 1, None), ("L.H.", 1, None)], (2, 3)),
    ([("Violine", 1, None), ("Rechte Hand", 1, None), ("Linke Hand", 1, None)], (2, 3)),
    ([("Violon", 1, None), ("main droite", 1, None), ("main gauche", 1, None)], (2, 3)),
    ([("Violin", 1, None), ("Right", 1, None), ("Left", 1, None)], (2, 3)),
    ([("Violin", 1, None), ("Piano", 1, None), ("Piano", 1, None)], (2, 3)),
    ([("Voice", 1, None), ("Pno.", 2, None), ("Harp", 2, None)], (2, 3)),
    ([("Harp", 2, None), ("Piano", 2, None)], (3, 4)),
    ([("1.", 1, False), ("2.", 1, True), ("3.", 1, True)], (2, 3)),
    ([("a", 2, False), ("b", 2, True)], (3, 4)),
    ([("Voice", 1, None), ("", 2, None)], (2, 3)),
    ([("", 1, None), ("", 1, None)], (1, 2)),
    ([("Phone", 1, None), ("Rhodes", 1, None)], (1, 2)),
])  # fmt: skip
def test_the_pianos_staves_are_found_however_the_hands_are_written(parts, expected):
    assert staves(*parts) == expected


def test_a_part_named_ossia_stands_aside():
    data = make.score([make.two_staves(1, first=True)], name="Ossia")
    both = data.replace(b"</part-list>", b'<score-part id="P2"><part-name>Piano</part-name></score-part></part-list>')
    part = make.score([make.two_staves(1, first=True)]).partition(b'<part id="P1">')[2].partition(b"</part>")[0]
    both = both.replace(b"</part>\n</score", b'</part><part id="P2">' + part + b"</part></score")
    score = parse(from_bytes(both, "t.musicxml"))
    assert score.keyboard_staves() == (3, 4) and {n.staff for n in score.notes} == {3, 4}
