"""From a performance to MusicXML: what is on the page, and who can read it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from runtime.analysis import LADDER
from runtime.engrave import engrave
from runtime.errors import ScoreError
from runtime.marks.heard import evidence_of
from runtime.score.read import musicxml as read_musicxml
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.score.write import musicxml as write_musicxml
from tests.runtime.engrave import played
from tests.runtime.engrave.played import PHRASE
from tests.runtime.score.test_external import errors, musescore


def minuet(loud_from: float | None = None) -> bytes:
    """The phrase; with `loud_from`, softly up to that beat and loud from there, the velocities known."""
    notes, analysis = played.notes(PHRASE, jitter_s=0.015, loud_from=loud_from), played.analysis(12, 3)
    given = evidence_of(analysis).knowing(notes, None, given=loud_from is not None)
    return engrave(notes, analysis, "Minuet", evidence=given).data


def table(data: bytes) -> Score:
    return read_musicxml.read(data, "made.musicxml")


def test_a_phrase_comes_back_in_bars_hands_and_values() -> None:
    score = table(minuet())
    assert [m.time.beats for m in score.measures] == [3] * 4
    assert sorted((float(n.onset), float(n.duration), n.pitch) for n in score.notes) == sorted(PHRASE)
    assert {n.pitch for n in score.notes if n.staff == 2} == {55, 57, 59, 60}


def test_the_same_input_gives_the_same_bytes() -> None:
    assert minuet() == minuet()


def test_levels_stand_where_the_playing_changes() -> None:
    levels = [(m.value, m.start) for m in table(minuet(loud_from=6)).marks if m.kind == "dynamic"]
    assert [at for _, at in levels] == [0, 6]
    assert LADDER.index(levels[0][0]) + 2 <= LADDER.index(levels[1][0])


def test_marks_can_be_taken_out_like_those_of_any_score() -> None:
    assert not table(write_musicxml.remove(minuet(loud_from=6), "m")).marks


def test_every_note_keeps_the_velocity_it_was_struck_with() -> None:
    root = etree.fromstring(minuet())
    shown = Counter(round(float(n.get("dynamics")) * 0.9) for n in root.iter("note") if n.get("dynamics"))
    assert shown == Counter(40 + pitch % 40 for _, _, pitch in PHRASE)


def test_a_pickup_is_a_short_bar_numbered_0() -> None:
    rows = [(0, 1, 67), *((k + 1, 1, 72) for k in range(8)), (1, 4, 48), (5, 4, 48)]
    made = engrave(played.notes(rows), played.analysis(9, 4, pickup=1))
    score = table(made.data)
    assert [(m.number, m.duration) for m in score.measures] == [("0", 1), ("1", 4), ("2", 4)]


def test_notes_over_bar_lines_are_tied_and_not_struck_again() -> None:
    rows = [(0, 3, 60), (3, 2.5, 64), (5.5, 2.5, 67)]
    score = table(engrave(played.notes(rows), played.analysis(8, 4)).data)
    struck = [(float(n.onset), n.pitch) for n in score.notes if not n.tied]
    assert sorted(struck) == [(0, 60), (3, 64), (5.5, 67)]
    assert any(n.tied and n.onset == 4 for n in score.notes)


def test_beats_in_three_make_a_compound_metre_without_tuplets() -> None:
    rows = [(k / 3, 1 / 3, 67 + k % 5) for k in range(24)] + [(k, 1, 48) for k in range(8)]
    data = engrave(played.notes(rows, jitter_s=0.012), played.analysis(8, 2)).data
    assert table(data).measures[0].time.beats == 6 and b"<tuplet" not in data


def test_triplets_are_tuplets_in_a_simple_metre() -> None:
    rows = [(k / 2, 0.5, 67 + k % 5) for k in range(16)] + [(8 + k / 3, 1 / 3, 72 + k % 4) for k in range(13)]
    data = engrave(played.notes(rows, jitter_s=0.008), played.analysis(16, 4)).data
    score = table(data)
    assert score.measures[0].time.beats == 4
    struck = sorted(float(n.onset) for n in score.notes if not n.tied)
    assert struck == pytest.approx([r[0] for r in rows])
    assert data.count(b'<tuplet type="start"') == 4


def test_the_pedal_stands_under_the_lower_staff() -> None:
    notes = played.notes(PHRASE, pedal=[(0, 2.9), (3, 5.9)])
    root = etree.fromstring(engrave(notes, played.analysis(12, 3)).data)
    pedals = [d for d in root.iter("direction") if d.find("direction-type/pedal") is not None]
    assert [d.find("direction-type/pedal").get("type") for d in pedals] == ["start", "stop", "start", "stop"]
    assert {d.findtext("staff") for d in pedals} == {"2"}


def test_the_pedal_goes_down_and_up_in_turn_inside_a_bar_too() -> None:
    notes = played.notes(PHRASE, pedal=[(0, 1), (1, 2), (2.5, 4), (4, 4.6), (6, 9)])
    root = etree.fromstring(engrave(notes, played.analysis(12, 3)).data)
    assert [p.get("type") for p in root.iter("pedal")] == ["start", "stop"] * 5


def test_an_analysis_without_beats_is_refused_in_words() -> None:
    with pytest.raises(ScoreError, match="no beats were found"):
        engrave(played.notes(PHRASE), played.analysis(0))


def test_notes_outside_the_beats_are_refused_in_words() -> None:
    with pytest.raises(ScoreError, match="lie outside the beats"):
        engrave(played.notes(PHRASE, start_s=100.0), played.analysis(12, 3))


anything = st.lists(
    st.tuples(st.floats(0, 15), st.floats(0.02, 6), st.integers(21, 108)), min_size=1, max_size=40
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(anything, st.integers(1, 6), st.integers(0, 3), st.floats(0.2, 2.5))
def test_whatever_is_played_fills_every_bar_and_is_read_back(
    rows: list[tuple[float, float, int]], beats_per_bar: int, pickup: int, beat_s: float
) -> None:
    made = engrave(
        played.notes(rows, beat_s), played.analysis(16, beats_per_bar, beat_s, min(pickup, beats_per_bar - 1))
    )
    score = table(made.data)
    quarters = made.sheet.bars[0].bar.beat_quarters
    assert [m.duration for m in score.measures] == [b.bar.beats * quarters for b in made.sheet.bars]
    _voices_fill_their_bars(made.data)
    written = {(n.onset, n.pitch) for n in score.notes if not n.tied and not n.grace}
    lines = made.sheet.lines.values()
    assert written == {(e.start * quarters, n.pitch) for one in lines for e in one.events for n in e.notes}


def _voices_fill_their_bars(data: bytes) -> None:
    for bar in etree.fromstring(data).iter("measure"):
        filled: Counter[str] = Counter()
        for note in bar.iter("note"):
            if note.find("chord") is None and note.find("grace") is None:
                filled[note.findtext("voice")] += int(note.findtext("duration"))
        assert len(set(filled.values())) == 1, (bar.get("number"), filled)


@settings(max_examples=8, deadline=None)
@given(anything, st.integers(1, 6))
def test_whatever_is_played_is_valid_by_the_musicxml_schema(
    rows: list[tuple[float, float, int]], beats_per_bar: int
) -> None:
    notes = played.notes(rows, pedal=[(0, 3), (3.1, 8)])
    made = engrave(notes, played.analysis(16, beats_per_bar))
    assert errors(made.data) == []


def test_music21_reads_notes_bars_and_dynamics() -> None:
    music21 = pytest.importorskip("music21")
    score = music21.converter.parseData(minuet(loud_from=6).decode(), format="musicxml")
    read = Counter(
        (float(c.getOffsetInHierarchy(score)), p.midi) for c in score.recurse().notes for p in c.pitches
    )  # fmt: skip
    assert read == Counter((float(b), p) for b, _, p in PHRASE)
    assert [d.value for d in score.recurse().getElementsByClass("Dynamic")] == ["pp", "ff"]


def test_partitura_reads_the_notes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    partitura = pytest.importorskip("partitura")
    path = tmp_path / "m.musicxml"
    path.write_bytes(minuet(loud_from=6))
    part = partitura.load_musicxml(str(path))[0]
    array = part.note_array()
    assert sorted((float(n["onset_beat"]), int(n["pitch"])) for n in array) == sorted((b, p) for b, _, p in PHRASE)


@pytest.mark.slow
def test_musescore_reads_notes_marks_tuplets_and_two_voices(tmp_path) -> None:  # type: ignore[no-untyped-def]
    triplets = [(12 + k / 3, 1 / 3, 72) for k in range(3)]
    held = [(15, 3, 79), (15, 1, 64), (16, 1, 65), (17, 1, 67)]
    notes = played.notes([*PHRASE, *triplets, (13, 2, 72), *held], jitter_s=0.01)
    made = engrave(notes, played.analysis(18, 3))
    path = tmp_path / "m.musicxml"
    path.write_bytes(made.data)
    musescore(path, tmp_path / "m.mscx")
    ours, theirs = read_score(path), read_score(tmp_path / "m.mscx")
    assert {(n.onset, n.pitch, n.staff) for n in theirs.notes} == {(n.onset, n.pitch, n.staff) for n in ours.notes}
    assert [(m.value, m.start) for m in theirs.marks] == [(m.value, m.start) for m in ours.marks]
