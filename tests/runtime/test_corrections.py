"""Corrections are understood, validated and combined; anything else is refused in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.corrections import (
    CorrectionError,
    Corrections,
    MarkEdit,
    Passage,
    Pin,
    from_json,
    merge,
    parse_words,
    read_taps,
)


def test_words_say_what_they_say():
    found = parse_words(["x2", "offbeat", "metre=3", "bar@1:02.5", "beat@3", "beat2@4.25"])
    pins = (Pin(3.0), Pin(4.25, 2), Pin(62.5, 1))
    assert found == Corrections("double", True, 3, pins)
    assert parse_words([]) == Corrections() and not parse_words([])
    assert parse_words(["/2"]).tempo == "half"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["x3"], "not known"),
        (["x2", "/2"], "contradict"),
        (["metre=0"], "whole number from 1"),
        (["metre=-3"], "not a whole number"),
        (["metre=²"], "not a whole number"),
        (["beat@"], "not a time"),
        (["beat@nan"], "outside any recording"),
        (["beat@-1"], "outside any recording"),
        (["beat@1:61"], "not a time"),
        (["beat0@1"], "whole number from 1"),
        (["metre=3", "beat4@1"], "does not exist"),
        (["beat@1", "beat@1.01"], "same beat"),
        (["foo@1"], "before the @"),
        (["x2@3"], "where does the passage end"),
        (["x2@9..3"], "ends before it begins"),
        (["metre=0@1..2"], "whole number from 1"),
        (["bar@1..2"], "nothing such can be said of a passage"),
        (["x2@a..b"], "not a time"),
        (["shift=a"], "not a whole number"),
        (["shift=99"], "whole number from -15"),
        (["taps=nowhere.txt"], "cannot be read"),
    ],
)
def test_words_that_make_no_sense_are_refused(words, why):
    with pytest.raises(CorrectionError, match=why):
        parse_words(words)


def test_passages_and_shifts_have_words():
    found = parse_words(["x2@1:00..1:30.5", "/2@12..", "metre=3@..9", "offbeat@2..4", "shift=2", "shift=-1"])
    assert found.passages == (
        Passage(60.0, 90.5, "double"), Passage(12.0, None, "half"), Passage(0.0, 9.0, beats_per_bar=3),
        Passage(2.0, 4.0, offbeat=True),
    )  # fmt: skip
    assert found.shift_beats == 1 and found.of_beats
    assert from_json(found.to_json()) == found


def test_what_is_said_of_a_time_after_the_end_of_the_recording_is_refused():
    for words in (["bar@999"], ["beat@61"], ["x2@70.."], ["metre=3@3..99"]):
        with pytest.raises(CorrectionError, match=r"outside the recording, which ends at 60\.0 s"):
            parse_words(words).check_within(60.0)
    with pytest.raises(CorrectionError, match="tapped"):
        Corrections(taps=(Pin(60.5),)).check_within(60.0)
    parse_words(["bar@60", "x2@3..", "metre=3@..60"]).check_within(60.0)


@pytest.mark.parametrize(
    ("text", "taps"),
    [
        ("0.5\n1:02.25\n", (Pin(0.5), Pin(62.25))),
        ("1.5\t1.5\t\n0.5\t0.75\tintro\n\\\t100\t2000\n", (Pin(0.5), Pin(1.5))),
        ("0.500000000,1\n1.000000000,2\n", (Pin(0.5), Pin(1.0))),
        ("\ufeff# tapped\r\n\r\n0.5 one\r\n", (Pin(0.5),)),
        ("0.4\t2.0\tp\n0.5\t0.5\t1.1\n1\t1\t1.2\n1.5\t1.5\t2.1\n", (Pin(0.5, 1), Pin(1.0, 2), Pin(1.5, 1))),
    ],
    ids=["times", "audacity", "sonic visualiser", "remarks", "our own label track"],
)
def test_taps_are_read_from_text_and_label_files(tmp_path, text, taps):
    path = tmp_path / "taps.txt"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_taps(path) == taps
    assert parse_words([f"taps={path}"]).taps == taps


@pytest.mark.parametrize(("text", "why"), [("", "0 beats"), ("1.0\nhello\n", "line 2"), ("0,5\n1,0\n", "line 1")])
def test_files_without_times_are_refused_by_line(tmp_path, text, why):
    path = tmp_path / "taps.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorrectionError, match=why):
        read_taps(path)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"corrections": 2}', '{"corrections": 1, "pinz": []}', '{"corrections": 1, "pins": 3}',
        '{"corrections": 1, "pins": [{"time_s": "1"}]}', '{"corrections": 1, "pins": [{"time_s": true}]}',
        '{"corrections": 1, "pins": [{"time_s": NaN}]}', '{"corrections": 1, "pins": [{"time_s": 1e400}]}',
        '{"corrections": 1, "pins": [{"time_s": 1, "position": 1.0}]}', '{"corrections": 1, "tempo": "fast"}',
        '{"corrections": 1, "tempo": []}', '{"corrections": 1, "offbeat": 1}',
        '{"corrections": 1, "beats_per_bar": true}', "[" * 100_000,
        '{"corrections": 1, "passages": [{"start_s": 1}]}', '{"corrections": 1, "passages": [{"tempo": "half"}]}',
        '{"corrections": 1, "passages": [{"start_s": "1", "tempo": "half"}]}', '{"corrections": 1, "passages": {}}',
        '{"corrections": 1, "passages": [{"start_s": 1, "end_s": true, "tempo": "half"}]}',
        '{"corrections": 1, "shift_beats": 1.5}', '{"corrections": 1, "shift_beats": true}',
        '{"corrections": 1, "taps": [3]}',
    ],
    ids=lambda t: t[:40],
)  # fmt: skip
def test_files_that_make_no_sense_are_refused(text):
    with pytest.raises(CorrectionError):
        from_json(text)


_pins = st.lists(st.tuples(st.integers(0, 80_000), st.none() | st.integers(1, 4)), max_size=20).map(
    lambda rows: tuple(Pin(t * 0.05, p) for t, p in sorted({t: p for t, p in rows}.items()))
)
_passages = st.lists(
    st.builds(
        lambda start, length, tempo, metre: Passage(start, start + length, tempo, beats_per_bar=metre),
        st.floats(0, 90), st.floats(0.1, 90), st.sampled_from(["half", "double"]), st.none() | st.integers(1, 16),
    ),
    max_size=3,
).map(tuple)  # fmt: skip
_corrections = st.builds(
    Corrections, st.sampled_from(["half", "same", "double"]), st.booleans(), st.none() | st.integers(4, 16), _pins,
    shift_beats=st.integers(-7, 7), passages=_passages, taps=_pins,
)  # fmt: skip


@given(_corrections)
def test_the_file_form_is_read_back_to_an_equal_value(corrections):
    assert from_json(corrections.to_json()) == corrections
    assert json.loads(corrections.to_json())["corrections"] == 1


@given(_corrections, _corrections)
def test_merging_keeps_every_later_pin_and_nothing_twice(first, then):
    try:
        both = merge(first, then)
    except CorrectionError:
        assert first.tempo == then.tempo != "same" or first.beats_per_bar != then.beats_per_bar
        return
    assert set(then.pins) <= set(both.pins) and len({p.time_s for p in both.pins}) == len(both.pins)
    assert merge(first, Corrections()) == first


def test_twice_half_a_beat_is_none():
    assert not merge(Corrections(offbeat=True), Corrections(offbeat=True))


def test_a_tuning_is_a_correction_that_says_nothing_of_beats() -> None:
    said = parse_words(["tuning=415"])
    assert said.tuning_hz == 415.0 and said and not said.of_beats
    assert from_json(said.to_json()) == said
    assert merge(parse_words(["x2", "tuning=440"]), said) == parse_words(["x2", "tuning=415"])
    for word in ("tuning=", "tuning=nan", "tuning=200", "tuning=1e9"):
        with pytest.raises(CorrectionError, match="tuning"):
            parse_words([word])


MARKS = (
    MarkEdit("add", "dynamic", "mp", 3.5),
    MarkEdit("remove", "dynamic", "f", 7.0),
    MarkEdit("add", "hairpin", "crescendo", 4.0, 6.5),
)


def test_changes_of_marks_survive_their_file_and_are_added_up():
    said = Corrections(marks=MARKS)
    assert from_json(said.to_json()) == said and said
    assert merge(Corrections(marks=MARKS[:1]), Corrections(marks=MARKS[1:])) == said


def test_how_many_marks_and_what_becomes_of_printed_ones_is_said_with_them_and_moves_no_beat():
    said = Corrections(density="normal+", existing="replace")
    assert from_json(said.to_json()) == said and said and not said.of_beats
    assert not said.without_marks()
    both = merge(said, Corrections(density="sparse"))
    assert (both.density, both.existing) == ("sparse", "replace")
    for wrong in ({"density": "many"}, {"existing": "burn"}, {"density": 3}):
        with pytest.raises(CorrectionError, match="is not one of"):
            from_json(json.dumps({"corrections": 1, **wrong}))


@pytest.mark.parametrize(
    "row",
    [
        {"do": "add", "kind": "dynamic", "value": "f"},
        {"do": "add", "kind": "dynamic", "value": "loud", "time_s": 1},
        {"do": "add", "kind": "dynamic", "value": ["f"], "time_s": 1},
        {"do": "move", "kind": "dynamic", "value": "f", "time_s": 1},
        {"do": "add", "kind": "words", "value": "f", "time_s": 1},
        {"do": "add", "kind": ["dynamic"], "value": "f", "time_s": 1},
        {"do": "add", "kind": "dynamic", "value": "f", "time_s": -1},
        {"do": "add", "kind": "dynamic", "value": "f", "time_s": True},
        {"do": "add", "kind": "hairpin", "value": "crescendo", "time_s": 1},
        {"do": "add", "kind": "hairpin", "value": "crescendo", "time_s": 2, "end_s": 1},
        {"do": "add", "kind": "dynamic", "value": "f", "time_s": 1, "why": "x"},
        "f at 1",
    ],
    ids=str,
)
def test_changes_of_marks_that_make_no_sense_are_refused(row):
    with pytest.raises(CorrectionError):
        from_json(json.dumps({"corrections": 1, "marks": [row]}))
