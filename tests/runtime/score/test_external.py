"""Other programs read what we write: the MusicXML schema, music21, partitura and a real MuseScore."""

from __future__ import annotations

import re
from fractions import Fraction as F
from pathlib import Path

import pytest

from benchmarks.scores import reading as score_reading
from runtime.score.plan import PlannedMark
from runtime.score.read import musicxml as read_musicxml
from runtime.score.read.files import open_source, parse, read_score
from runtime.score.write import files as write
from runtime.score.write import musicxml as write_musicxml
from tests.runtime.score import make
from tests.runtime.score.write.test_musicxml import ALL, dense_plan, marked


def errors(data: bytes) -> list[str]:
    """What the MusicXML 4.0 schema says against a document."""
    try:
        return score_reading.schema_errors(data)
    except score_reading.ReaderMissing as e:
        pytest.skip(str(e))


def test_marked_music_is_valid_by_the_musicxml_schema():
    data = make.plain()
    assert errors(data) == []
    assert errors(marked(data, *ALL)) == []


def test_marking_real_scores_adds_no_schema_errors():
    for path in sorted(make.data_folder("asap").rglob("*.musicxml"))[5::120]:
        data = path.read_bytes()
        written = write_musicxml.apply(data, dense_plan(read_musicxml.read(data, path.name)), path.name)
        assert errors(written) == errors(data), path


def left_hand_moves() -> bytes:
    """A bar whose right hand holds one note while the left hand, later in the text, plays quarters."""
    right, back = make.note("C", 5, 8), "      <backup><duration>8</duration></backup>\n"
    left = "".join(make.note(step, 3, 2, staff=2, voice=5) for step in "CDEF")
    return make.score([make.measure(1, make.ATTRIBUTES.format(beats=4) + right + back + left)])


@pytest.mark.parametrize(("start", "end"), [(0, 1), (1, 3), (F(1, 2), 1), (0, 4), (3, 4), (F(1, 4), F(1, 2))])
def test_a_hairpin_in_one_bar_begins_before_it_ends_in_the_text(start, end):
    text = marked(left_hand_moves(), PlannedMark("hairpin", "crescendo", 0, F(start), 1, 0, F(end))).decode()
    assert text.index('type="crescendo"') < text.index('type="stop"')


def test_a_hairpin_whose_places_are_in_the_wrong_order_in_the_text_keeps_a_length_without_its_offsets():
    """The right hand, first in the text, moves at the end only, the left hand at the start only."""
    right = "".join(make.note("C", 5, d) for d in (3, 5))
    left = "".join(make.note("C", 3, d, staff=2, voice=5) for d in (2, 6))
    bar = make.ATTRIBUTES.format(beats=4) + right + "      <backup><duration>8</duration></backup>\n" + left
    data = make.score([make.measure(1, bar)])
    text = marked(data, PlannedMark("hairpin", "crescendo", 0, F(1), 1, 0, F(3, 2))).decode()
    found = read_musicxml.read(re.sub("<offset>.*?</offset>", "", text).encode(), "t").marks
    assert [(m.value, m.start < m.end) for m in found] == [("crescendo", True)]
    assert [(m.start, m.end) for m in read_musicxml.read(text.encode(), "t").marks] == [(1, F(3, 2))]


def test_a_hairpin_over_left_hand_notes_alone_belongs_to_their_staff_and_has_no_offset():
    text = marked(left_hand_moves(), PlannedMark("hairpin", "crescendo", 0, F(1), 1, 0, F(3))).decode()
    assert text.count('<direction placement="above"') == 2 and "<offset>" not in text
    assert text.count("<staff>2</staff>") == 4 + 2


def test_music21_reads_our_marks():
    music21 = pytest.importorskip("music21")
    score = music21.converter.parseData(marked(make.plain(), *ALL).decode(), format="musicxml")
    dynamics = [(d.value, float(d.getOffsetInHierarchy(score))) for d in score.recurse().getElementsByClass("Dynamic")]
    assert dynamics == [("p", 0.0), ("f", 16.0), ("sf", 23.0)]
    assert len(list(score.recurse().getElementsByClass("Crescendo"))) == 1


def test_partitura_reads_our_marks(tmp_path):
    partitura = pytest.importorskip("partitura")
    path = tmp_path / "t.musicxml"
    path.write_bytes(marked(make.plain(), *ALL))
    part = partitura.load_musicxml(str(path))[0]
    found = [type(d).__name__ for d in part.iter_all(partitura.score.LoudnessDirection, include_subclasses=True)]
    assert found.count("ConstantLoudnessDirection") >= 2
    assert "IncreasingLoudnessDirection" in found


def musescore(source: Path, out: Path) -> None:
    try:
        score_reading.convert(source, out)
    except score_reading.ReaderMissing as e:
        pytest.skip(str(e))


def places(path: Path) -> list[tuple]:
    return sorted((m.kind, m.value, m.start, m.end) for m in read_score(path).marks)


@pytest.mark.slow
def test_musescore_reads_our_musicxml_marks_where_they_are(tmp_path):
    written = tmp_path / "t.musicxml"
    written.write_bytes(marked(make.plain(), *ALL))
    musescore(written, tmp_path / "t.mscz")
    assert places(tmp_path / "t.mscz") == places(written)


@pytest.mark.slow
def test_musescore_saves_hairpins_that_begin_where_only_the_left_hand_plays(tmp_path):
    written = tmp_path / "t.musicxml"
    written.write_bytes(marked(left_hand_moves(), PlannedMark("hairpin", "crescendo", 0, F(1), 1, 0, F(3))))
    musescore(written, tmp_path / "t.mscx")
    assert places(tmp_path / "t.mscx") == [("hairpin", "crescendo", 1, 3)]


def right_hand_reaches_over() -> bytes:
    """Two bars in which the right hand's voice plays its second and third notes on the lower staff."""
    over = "".join(make.note(step, 4, staff=1 + (i in (1, 2))) for i, step in enumerate("CDEF"))
    left = "      <backup><duration>8</duration></backup>\n" + make.note("C", 3, 8, staff=2, voice=5)
    return make.score([make.measure(1, make.ATTRIBUTES.format(beats=4) + over + left), make.two_staves(2)])


REACHING = PlannedMark("hairpin", "crescendo", 0, F(1), 1, 0, F(3))


def test_a_hairpin_over_a_hand_that_reaches_into_the_other_staff_stays_with_its_voice():
    text = marked(right_hand_reaches_over(), REACHING).decode()
    assert text.count('<direction placement="below"') == 2
    assert re.findall(r"<voice>(\d)</voice>\s*<staff>(\d)</staff>\s*</direction>", text) == [("1", "1")] * 2


@pytest.mark.slow
def test_musescore_saves_hairpins_over_a_hand_that_reaches_into_the_other_staff(tmp_path):
    written = tmp_path / "t.musicxml"
    written.write_bytes(marked(right_hand_reaches_over(), REACHING))
    musescore(written, tmp_path / "t.mscx")
    assert places(tmp_path / "t.mscx") == [("hairpin", "crescendo", 1, 3)]


def two_parts() -> bytes:
    """The bar of `left_hand_moves` with a part for each hand."""
    text = left_hand_moves().decode().replace("<staves>2</staves>", "").replace("<voice>5</voice>", "<voice>1</voice>")
    text = re.sub(r"\s*<staff>[12]</staff>", "", text)
    right, left = text.split("      <backup><duration>8</duration></backup>\n")
    names = '<score-part id="P2"><part-name>left</part-name></score-part>\n  </part-list>'
    head = make.ATTRIBUTES.format(beats=4).replace("<staves>2</staves>", "")
    between = f'    </measure>\n  </part>\n  <part id="P2">\n    <measure number="1">\n{head}'
    return (right.replace("</part-list>", names) + between + left).encode()


LATE = (PlannedMark("dynamic", "f", 0, F(2), 1), PlannedMark("hairpin", "crescendo", 0, F(1), 1, 0, F(2)))


def test_with_a_part_for_each_hand_marks_stand_where_one_of_them_plays():
    text = marked(two_parts(), *LATE).decode()
    assert text.count('<direction placement="above"') == 3 and "<offset>" not in text
    assert text.rindex("<part id") < text.index("<direction")
    assert write_musicxml.remove(text.encode(), "t") == two_parts()


@pytest.mark.slow
def test_musescore_has_marks_in_place_in_a_score_with_a_part_for_each_hand(tmp_path):
    written = tmp_path / "t.musicxml"
    written.write_bytes(marked(two_parts(), *LATE))
    musescore(written, tmp_path / "t.mscx")
    assert places(tmp_path / "t.mscx") == [("dynamic", "f", 2, 2), ("hairpin", "crescendo", 1, 2)]


@pytest.mark.slow
def test_musescore_saves_our_marks_in_its_own_files_and_they_are_still_known_as_ours(tmp_path):
    plain, made = tmp_path / "plain.musicxml", tmp_path / "made.mscz"
    plain.write_bytes(make.plain())
    musescore(plain, made)
    source = open_source(made)
    score = parse(source)
    made.write_bytes(write.marked(source, dense_plan(score)))
    musescore(made, tmp_path / "saved.mscz")
    before, after = parse(open_source(made)), parse(open_source(tmp_path / "saved.mscz"))
    assert after.marks == before.marks and all(m.ours for m in after.marks) and len(after.marks) > 5
    assert parse(open_source(tmp_path / "saved.mscz")).notes == score.notes
