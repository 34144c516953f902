"""From written scores to played measures and levels per position."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.data.scores import write_score
from train.data.errors import DataError
from train.data.labels.score_levels import count_marks, level_of, place_marks
from train.data.scores.follow import place_measures
from train.data.scores.midi import MidiScore, read_midi_score
from train.data.scores.musicxml import Measure, read_measures
from train.data.scores.unfold import play_order, variants


def measures_of(tmp_path: Path, *measures: str, beats: int = 3) -> list[Measure]:
    return read_measures(write_score(tmp_path / "score.musicxml", list(measures), beats=beats))


def midi_of(measures: list[Measure], order: list[int]) -> MidiScore:
    onsets, pitches, position = [], [], 0.0
    for i in order:
        for note in measures[i].notes:
            onsets.append(position + float(note.onset_q))
            pitches.append(note.pitch)
        position += float(measures[i].length_q)
    return MidiScore(np.array(onsets), np.array(pitches), np.array([0.0, 1e4]), np.array([0.0, 5e3]), position)


@pytest.mark.parametrize(
    ("measures", "order"),
    [
        (["q60", "q62", "q64"], "123"),
        (["q60", "q62 :|", "q64"], "12123"),
        (["q60", "|: q62", "q64 :|", "q65"], "123234"),
        (["q60", "[1 q62 ]1:", "[2 q64 ]2", "q65"], "12134"),
        (["q60 :|", "|: q62 :|", "q64"], "11223"),
        (["q60", "[1 q62 ]1:", "[2 q64 ]2", "|: q65 :|", "q67"], "1213445"),
        (["q60", "[1,2 q62 ]1,2:", "[3 q64 ]3", "q65"], "121213" + "4"),
        (["q60 :|", "q62 Fine", "q64 D.C."], "1123" + "12"),
        (["q60", "Segno q62", "q64 ToCoda", "q65 D.S.", "Coda q67"], "1234235"),
    ],
)
def test_repeat_signs_give_the_order_a_player_takes(tmp_path: Path, measures: list[str], order: str) -> None:
    assert "".join(str(i + 1) for i in play_order(measures_of(tmp_path, *measures))) == order


def test_variants_leave_out_repeats_and_start_with_the_written_order(tmp_path: Path) -> None:
    orders = dict(variants(measures_of(tmp_path, "q60", "[1 q62 ]1:", "[2 q64 ]2", "|: q65 :|")))
    assert next(iter(orders)) == "as written"
    assert [0, 2, 3] in orders.values()
    assert [0, 1, 0, 2, 3] in orders.values()
    assert [0, 2, 3, 3] in orders.values()


def test_positions_are_exact_quarters_over_voices_and_tuplets(tmp_path: Path) -> None:
    triplet = (
        "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>" * 3
        + "<backup><duration>3</duration></backup>"
        + "<note><pitch><step>E</step><octave>3</octave></pitch><duration>3</duration><voice>2</voice></note>"
    )
    path = tmp_path / "s.xml"
    path.write_text(
        "<score-partwise><part id='P'><measure number='1'><attributes><divisions>3</divisions></attributes>"
        f"{triplet}</measure></part></score-partwise>"
    )
    (measure,) = read_measures(path)
    assert [n.onset_q for n in measure.notes] == [Fraction(0), Fraction(1, 3), Fraction(2, 3), Fraction(0)]
    assert measure.length_q == 1


def test_levels_hold_over_repeats_and_are_restored_on_the_way_back(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, "!p q60 q60 q60", "|: q62 q62 q62", "!f q64 q64 q64 :|", "q65 q65 q65")
    order = play_order(measures)
    starts = np.cumsum([0.0, *(float(measures[i].length_q) for i in order)])[:-1].tolist()
    marks = place_marks(measures, order, starts)
    assert marks.levels_at(np.array([0.0, 3, 6, 9, 12, 15])).tolist() == [2, 2, 4, 2, 4, 4]


def test_before_the_first_mark_the_level_is_unknown(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, "q60 q60 q60", "q60 !pp q60 q60")
    marks = place_marks(measures, [0, 1], [0.0, 3.0])
    assert marks.levels_at(np.arange(6.0)).tolist() == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("kind", "text", "level"),
    [
        ("dynamic", "ppp", 1), ("dynamic", "mp", 2), ("dynamic", "mf", 3), ("dynamic", "fff", 5),
        ("dynamic", "fp", 0), ("dynamic", "sf", 0), ("dynamic", "sfz", 0), ("dynamic", "rfz", 0),
        ("words", "p dolce", 2), ("words", "sempre ff", 5), ("words", "sempre forte e staccato", 4),
        ("words", "pp cresc.", 1), ("words", "mezzo piano", 2), ("words", "più f", 0), ("words", "sempre più f", 0),
        ("words", "poco a poco", 0), ("words", "pesante", 0), ("words", "forza", 0), ("words", "fp", 0),
        ("words", "", 0),
    ],
)  # fmt: skip
def test_signs_and_words_become_levels_by_rule(kind: str, text: str, level: int) -> None:
    assert level_of(kind, text) == level


def test_signs_are_counted_by_kind(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, "!p q60 !sf q60 w:crescendo q60", "q60 w:stop !f q60 !f q60")
    assert count_marks(measures) == {"p": 1, "f": 2, "accents": 1, "hairpins": 1}


def test_wedges_become_spans_in_seconds(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, "!p q60 w:crescendo q60 q60", "q60 w:stop !f q60 q60")
    marks = place_marks(measures, [0, 1], [0.0, 3.0])
    (span,) = marks.hairpins(np.arange(6.0), 10 + 2 * np.arange(6.0))
    assert (span.start_s, span.end_s, span.kind) == (12.0, 18.0, "crescendo")


BARS = ("q60 q62 q64", "q65 q67 q69", "q71 q72 q74 :|", "q60 q50 q40", "q41 q43 q45")


def test_the_played_order_is_found_from_the_midi_file(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, *BARS)
    for order in ([0, 1, 2, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 0, 1]):
        placement = place_measures(measures, midi_of(measures, order))
        assert list(placement.order) == order
        assert placement.note_share == 1.0


def test_a_measure_of_another_length_does_not_throw_out_the_rest(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, *BARS)
    midi = midi_of(measures, [0, 1, 2, 3, 4])
    later = midi.onset_q + np.where(midi.onset_q >= 6, 1.5, 0.0)
    placement = place_measures(measures, MidiScore(later, midi.pitch, midi.tempo_q, midi.tempo_s, 16.5))
    assert list(placement.starts_q) == [0.0, 3.0, 7.5, 10.5, 13.5]


def test_another_piece_is_not_followed(tmp_path: Path) -> None:
    measures = measures_of(tmp_path, *BARS)
    rng = np.random.default_rng(1)
    other = MidiScore(np.arange(15.0), rng.integers(75, 100, 15), np.array([0.0, 1e4]), np.array([0.0, 5e3]), 15.0)
    assert place_measures(measures, other).note_share < 0.3


def test_tempo_changes_are_undone(tmp_path: Path) -> None:
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=0))
    track.append(mido.Message("note_on", note=60, velocity=64, time=0))
    track.append(mido.MetaMessage("set_tempo", tempo=250_000, time=960))
    track.append(mido.Message("note_on", note=62, velocity=64, time=960))
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    midi.save(tmp_path / "score.mid")
    score = read_midi_score(tmp_path / "score.mid")
    assert score.onset_q.tolist() == [0.0, 4.0]
    assert score.quarters(np.array([0.0, 1.0, 2.0, 2.25, 2.5])).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    "text", ["", "<html/>", "<score-partwise><part/></score-partwise>", "<score-partwise>", "PKxx"]
)
def test_a_file_that_is_no_score_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.musicxml"
    path.write_text(text)
    with pytest.raises(DataError, match=r"bad\.musicxml"):
        read_measures(path)


def test_a_midi_file_without_notes_is_refused(tmp_path: Path) -> None:
    mido.MidiFile().save(tmp_path / "empty.mid")
    (tmp_path / "broken.mid").write_bytes(b"MThd\x00\x00")
    for name in ("empty.mid", "broken.mid", "missing.mid"):
        with pytest.raises(DataError, match=name):
            read_midi_score(tmp_path / name)


TOKENS = st.sampled_from(["q60", "q64", "r", "!p", "!f", "|:", ":|", "[1", "]1:", "[2", "]2", "D.C.", "Fine", "Coda"])


@given(st.lists(st.lists(TOKENS, max_size=4).map(" ".join), min_size=1, max_size=8))
def test_any_heap_of_repeat_signs_ends_or_is_refused(tmp_path_factory: pytest.TempPathFactory, bars: list[str]) -> None:
    measures = measures_of(tmp_path_factory.mktemp("x"), *bars, "q60")
    try:
        order = play_order(measures)
    except DataError:
        return
    assert all(0 <= i < len(measures) for i in order)
