"""Marks in MusicXML: the right place, nothing else touched, and gone without a trace when taken out."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.score import plan
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.write import musicxml as write_musicxml
from tests.runtime.score import make


def make_plan(data: bytes, marks: list[PlannedMark], **other) -> Plan:
    score = read_musicxml.read(write_musicxml.remove(data, "t"), "t")
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), tuple(marks), **other)


def marked(data: bytes, *marks: PlannedMark, **other) -> bytes:
    return write_musicxml.apply(data, make_plan(data, list(marks), **other), "t.musicxml")


def own_marks(data: bytes) -> list[tuple]:
    score = read_musicxml.read(data, "t")
    return [(m.kind, m.value, m.start, m.end, m.staff) for m in score.marks if m.ours]


P = PlannedMark("dynamic", "p", 0, F(0), 1)
F4 = PlannedMark("dynamic", "f", 4, F(0), 1)
CRESC = PlannedMark("hairpin", "crescendo", 2, F(2), 1, 3, F(4))
ACCENT = PlannedMark("accent", "accent", 1, F(1), 1)
SF = PlannedMark("dynamic", "sf", 5, F(3), 1)
ALL = (P, F4, CRESC, ACCENT, SF)


def test_marks_are_read_back_where_they_were_put():
    assert own_marks(marked(make.plain(), *ALL)) == [
        ("dynamic", "p", 0, 0, 1),
        ("accent", "accent", 5, 5, 1),
        ("hairpin", "crescendo", 10, 16, 1),
        ("dynamic", "f", 16, 16, 1),
        ("dynamic", "sf", 23, 23, 1),
    ]


def test_a_mark_stands_below_the_upper_staff_before_its_note():
    text = marked(make.plain(1), P).decode()
    direction = text[text.index("<direction") : text.index("</direction>")]
    assert 'placement="below" id="mezzoforte-1"' in direction
    assert "<staff>1</staff>" in direction and '<sound dynamics="54.44"/>' in direction
    assert text[text.index("</direction>") + 12 :].lstrip().startswith("<note>")
    assert text.index("</attributes>") < text.index("<direction") < text.index("<pitch>")


def test_a_hairpin_that_ends_at_a_bar_line_ends_in_the_bar_before():
    text = marked(make.plain(), CRESC).decode()
    bar_4 = text[text.index('<measure number="4"') : text.index('<measure number="5"')]
    assert 'type="stop"' in bar_4


def test_lines_are_indented_like_the_score():
    assert "\n      <direction placement" in marked(make.plain(), P).decode()


def test_marking_again_changes_nothing():
    once = marked(make.plain(), *ALL)
    assert marked(once, *ALL) == once


def test_marking_anew_replaces_the_earlier_marks():
    other = marked(marked(make.plain(), *ALL), PlannedMark("dynamic", "mf", 0, F(0), 1))
    assert own_marks(other) == [("dynamic", "mf", 0, 0, 1)]


ENCODED = {
    "as it is": make.plain(),
    "windows line ends": make.plain().replace(b"\n", b"\r\n"),
    "old mac line ends": make.plain().replace(b"\n", b"\r"),
    "tabs": make.plain().replace(b"  ", b"\t"),
    "one line": make.plain().replace(b"\n", b"").replace(b">  ", b">"),
    "byte order mark": b"\xef\xbb\xbf" + make.plain(),
    "latin 1": make.score([make.two_staves(i, first=i == 1) for i in range(1, 9)], name="Flügel")
    .decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "utf 16": make.plain().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "single quotes": make.plain().replace(b'"', b"'"),
    "comments and instructions": make.plain().replace(b"  <part id", b"  <!-- <note> > --><?a b>?><part id"),
    "character references": make.plain().replace(b"Piano", b"Fl&#252;gel &amp; &lt;Harfe&gt;"),
    "no document type": make.plain().replace(make.HEAD.encode(), b""),
    "odd attribute layout": make.plain().replace(b"<measure number=", b"<measure\n\tnumber  =\n"),
    "quoted angle brackets": make.plain().replace(b"<measure number", b"<measure text='a>b' number"),
    "no end of line at the end": make.plain().rstrip(),
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODED)
def test_taking_the_marks_out_gives_the_original_bytes(name):
    data = ENCODED[name]
    written = marked(data, *ALL)
    assert len(own_marks(written)) == 5
    assert write_musicxml.remove(written, "t") == data


@pytest.mark.parametrize("name", ENCODED)
def test_marking_only_inserts(name):
    """What is left when the inserted pieces are skipped is the original: its bytes are a subsequence."""
    data, written = ENCODED[name], iter(marked(ENCODED[name], *ALL))
    assert all(byte in written for byte in data)


place = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda t: (t[0], F(t[1], 2)))


@st.composite
def marks(draw: st.DrawFn) -> PlannedMark:
    measure, offset = draw(place)
    kind = draw(st.sampled_from(["dynamic", "hairpin", "accent"]))
    if kind == "dynamic":
        return PlannedMark("dynamic", draw(st.sampled_from(["pp", "p", "mf", "f", "ff", "sf"])), measure, offset, 1)
    if kind == "accent":
        return PlannedMark("accent", "accent", measure, F(int(offset)), 1)
    end, end_offset = draw(st.tuples(st.integers(measure + 1, 8), st.integers(1, 4)))
    return PlannedMark(
        "hairpin", "diminuendo", measure, offset, draw(st.sampled_from([1, 2])), min(end, 7), F(end_offset)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(marks(), max_size=8), st.sampled_from(sorted(ENCODED)))
def test_any_plan_can_be_taken_out_again(plan_marks, name):
    data = ENCODED[name]
    written = marked(data, *plan_marks)
    assert write_musicxml.remove(written, "t") == data
    assert marked(written, *plan_marks) == written
    read_musicxml.read(written, "t")


def human(sign: str, extra: str = "") -> str:
    return (
        f"      <direction><direction-type><dynamics><{sign}/></dynamics></direction-type>{extra}"
        '<staff>1</staff><sound dynamics="96"/></direction>\n'
    )


def with_human_marks() -> bytes:
    wedge = '      <direction><direction-type><wedge type="{}"/></direction-type></direction>\n'
    words = "<direction-type><words>dolce -- ?&gt; 100%3F&gt;</words></direction-type>"
    bars = [make.two_staves(i, first=i == 1, before={1: human("mf"), 3: human("ff", words)}.get(i, ""),
                            after={1: wedge.format("crescendo"), 2: wedge.format("stop")}.get(i, ""))
            for i in range(1, 6)]  # fmt: skip
    return make.score(bars)


def test_hidden_human_marks_are_out_of_sight_and_come_back_exactly():
    data = with_human_marks()
    score = read_musicxml.read(data, "t")
    hidden = tuple(plan.planned(score, m) for m in score.marks)
    assert len(hidden) == 3
    written = marked(data, P, hidden=hidden)
    assert [m.value for m in read_musicxml.read(written, "t").marks] == ["p"]
    assert b"dolce" in written
    assert write_musicxml.remove(written, "t") == data


def test_our_hairpins_take_a_number_no_human_wedge_has():
    written = marked(with_human_marks(), CRESC)
    values = [(m.ours, m.end - m.start) for m in read_musicxml.read(written, "t").marks if m.kind == "hairpin"]
    assert sorted(values) == [(False, 4), (True, 6)]


def test_a_place_without_a_note_gets_an_offset():
    mark = PlannedMark("dynamic", "p", 0, F(1, 2), 1)
    written = marked(make.plain(1), mark)
    assert b"<offset>1</offset>" in written
    assert own_marks(written) == [("dynamic", "p", F(1, 2), F(1, 2), 1)]


def test_a_plan_for_other_music_is_refused():
    other = make_plan(make.plain(3), [P])
    with pytest.raises(ScoreError, match="changed"):
        write_musicxml.apply(make.plain(4), other, "t")


def test_a_score_with_one_part_per_hand_is_marked_in_the_upper_one():
    one = make.plain(2).decode().replace("<staves>2</staves>", "")
    head, body = one.split("<part id", 1)
    part = "<part id" + body.split("</score-partwise>")[0]
    names = '<score-part id="P2"><part-name>left</part-name></score-part>\n  </part-list>'
    text = head.replace("</part-list>", names) + part + part.replace('"P1"', '"P2"') + "</score-partwise>\n"
    data = text.replace("<staff>1</staff>", "").replace("<staff>2</staff>", "").encode()
    written = marked(data, P)
    assert written.index(b"mezzoforte-1") < written.index(b'<part id="P2"')
    assert b"<staff>" not in written
    assert write_musicxml.remove(written, "t") == data


def dense_plan(score: Score) -> Plan:
    """A mark of some kind on every third onset."""
    staff = score.keyboard_staves()[0]
    found: list[PlannedMark] = []
    places = score.onsets()[::3]
    for n, at in enumerate(places):
        m = score.measure_at(at)
        kind = ("dynamic", "hairpin", "accent")[n % 3]
        if kind == "hairpin":
            end = plan.end_place(score, places[n + 1] if n + 1 < len(places) else score.end)
            found.append(PlannedMark("hairpin", "crescendo", m.index, at - m.start, staff, *end))
        else:
            found.append(PlannedMark(kind, "f" if kind == "dynamic" else "accent", m.index, at - m.start, staff))
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), tuple(found))


def check_round_trip(path) -> None:
    data = path.read_bytes()
    score = read_musicxml.read(data, path.name)
    edits = dense_plan(score)
    written = write_musicxml.apply(data, edits, path.name)
    after = read_musicxml.read(written, path.name)
    assert after.notes == score.notes and after.measures == score.measures, path
    assert [m for m in after.marks if not m.ours] == list(score.marks), path
    levels = {(m.measure, m.offset) for m in edits.marks if m.kind == "dynamic"}
    found = {(m.measure, m.start - after.measures[m.measure].start) for m in after.marks if m.ours and m.value == "f"}
    assert found == levels, path
    n_hairpins = sum(m.kind == "hairpin" for m in edits.marks)
    assert sum(m.ours and m.kind == "hairpin" for m in after.marks) == n_hairpins, path
    assert write_musicxml.apply(written, edits, path.name) == written, path
    assert write_musicxml.remove(written, path.name) == data, path


def test_real_scores_come_back_byte_for_byte():
    files = sorted(make.data_folder("asap").rglob("*.musicxml"))[3::60]
    for path in [*files, *sorted(make.data_folder("mazurkabl", "xml_scores").iterdir())[::15]]:
        check_round_trip(path)


@pytest.mark.slow
def test_all_mazurkas_and_a_hundred_asap_scores_come_back_byte_for_byte():
    mazurkas = sorted(make.data_folder("mazurkabl", "xml_scores").iterdir())
    asap = sorted(make.data_folder("asap").rglob("*.musicxml"))[:200:2]
    assert (len(mazurkas), len(asap)) == (44, 100)
    for path in [*mazurkas, *asap]:
        check_round_trip(path)
