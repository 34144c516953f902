"""What was played the second time, as words in score files: read as ours, changed by nothing, taken out again."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction as F

import pytest

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.plan import PlannedMark, from_json
from runtime.score.read.files import from_bytes, open_source, parse
from runtime.score.write import files as write
from tests.runtime.score import make
from tests.runtime.score.test_external import musescore
from tests.runtime.score.write.test_others import midi_score, own, plan_for

MARKS = (
    PlannedMark("dynamic", "f", 0, F(0), 1),
    PlannedMark("words", "2nd time p cresc.", 0, F(0), 1),
    PlannedMark("words", "2nd time dim.", 2, F(1), 1),
)
EXPECTED = [
    ("dynamic", "f", 0, 0),
    ("words", "2nd time p cresc.", 0, 0),
    ("words", "2nd time dim.", 9, 9),
]
FILES = {"t.musicxml": make.plain(4), "t.mscx": make.mscx(4), "t4.mscx": make.mscx(4, "4.20"), "t.mid": midi_score()}


@pytest.mark.parametrize("name", FILES)
def test_words_are_read_back_as_ours_where_they_were_put_and_a_second_run_changes_nothing(name):
    source = from_bytes(FILES[name], name)
    written = write.marked(source, plan_for(source, MARKS))
    assert own(written, name) == EXPECTED
    assert all(m.ours for m in parse(from_bytes(written, name)).marks)
    again = from_bytes(written, name)
    assert write.marked(again, plan_for(again, MARKS)) == written


@pytest.mark.parametrize("name", [n for n in FILES if n != "t.mid"])
def test_taking_words_out_gives_the_original_bytes(name):
    source = from_bytes(FILES[name], name)
    written = write.marked(source, plan_for(source, MARKS))
    assert b"2nd time dim." in written
    assert write.unmarked(from_bytes(written, name)) == source.text


def test_words_of_a_midi_score_change_no_velocity():
    source = from_bytes(FILES["t.mid"], "t.mid")
    with_words, without = (
        parse(from_bytes(write.marked(source, plan_for(source, marks)), "t.mid")) for marks in (MARKS, MARKS[:1])
    )
    assert with_words.notes == without.notes
    again = from_bytes(write.marked(source, plan_for(source, MARKS)), "t.mid")
    assert parse(from_bytes(write.unmarked(again), "t.mid")) == parse(source)


def test_the_same_words_by_a_person_are_a_level_of_that_person():
    person = "      <direction><direction-type><words>2nd time p</words></direction-type></direction>\n"
    score = parse(from_bytes(make.score([make.two_staves(1, before=person, first=True)]), "t.musicxml"))
    assert [(m.kind, m.value, m.ours) for m in score.marks] == [("dynamic", "p", False)]


def test_a_plan_carries_our_words_and_refuses_any_others():
    source = from_bytes(make.plain(4), "t.musicxml")
    score, plan = parse(source), plan_for(source, MARKS)
    assert from_json(plan.to_json(), score).marks == plan.marks
    for text in ("2nd time", "2nd time loud", "<b>2nd time p</b>", "2nd time p\n", "crescendo"):
        other = replace(plan, marks=(replace(MARKS[1], value=text),))
        with pytest.raises(ScoreError, match="unknown mark"):
            from_json(other.to_json(), score)
    data = json.loads(plan.to_json())
    data["marks"][1]["value"] = ["2nd time p"]
    with pytest.raises(ScoreError):
        from_json(json.dumps(data), score)


def test_words_are_made_in_the_forms_that_are_known():
    assert [worded.second_time("pp"), worded.second_time("", "crescendo"), worded.second_time("f", "diminuendo")] == [
        "2nd time pp", "2nd time cresc.", "2nd time f dim.",
    ]  # fmt: skip
    assert all(worded.is_second_time(worded.second_time(level, "crescendo")) for level in ("", "ppp", "mf"))


@pytest.mark.slow
def test_musescore_has_the_words_of_our_musicxml_where_they_are(tmp_path):
    written = tmp_path / "t.musicxml"
    source = from_bytes(FILES["t.musicxml"], "t.musicxml")
    written.write_bytes(write.marked(source, plan_for(source, MARKS)))
    musescore(written, tmp_path / "t.mscx")
    text = (tmp_path / "t.mscx").read_text(encoding="utf-8")
    assert "2nd time p cresc." in text and "2nd time dim." in text


@pytest.mark.slow
def test_musescore_saves_our_words_in_its_own_files_and_they_are_still_known_as_ours(tmp_path):
    plain, made, saved = tmp_path / "plain.musicxml", tmp_path / "made.mscx", tmp_path / "saved.mscx"
    plain.write_bytes(make.plain(4))
    musescore(plain, made)
    source = open_source(made)
    made.write_bytes(write.marked(source, plan_for(source, MARKS)))
    musescore(made, saved)
    assert own(saved.read_bytes(), "saved.mscx") == EXPECTED
    assert own(write.unmarked(open_source(saved)), "saved.mscx") == []
