"""MuseScore files, zipped scores and MIDI: marked in place, and the marks taken out again."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction as F

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import OutputError, ScoreError
from runtime.score.plan import Plan, PlannedMark, planned
from runtime.score.read.files import Source, from_bytes, open_source, parse
from runtime.score.write import files as write
from tests.runtime.score import make

MARKS = (
    PlannedMark("dynamic", "p", 0, F(0), 1),
    PlannedMark("hairpin", "crescendo", 1, F(2), 1, 2, F(4)),
    PlannedMark("dynamic", "f", 3, F(0), 1),
    PlannedMark("accent", "accent", 3, F(1), 1),
)


def plan_for(source: Source, marks: tuple[PlannedMark, ...] = MARKS, **other) -> Plan:
    score = parse(from_bytes(write.unmarked(source), source.name))
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), marks, **other)


def own(data: bytes, name: str) -> list[tuple]:
    return [(m.kind, m.value, m.start, m.end) for m in parse(from_bytes(data, name)).marks if m.ours]


EXPECTED = [
    ("dynamic", "p", 0, 0),
    ("hairpin", "crescendo", 6, 12),
    ("dynamic", "f", 12, 12),
    ("accent", "accent", 13, 13),
]


@pytest.mark.parametrize("version", ["3.01", "4.20"])
def test_musescore_marks_are_read_back_where_they_were_put(version):
    source = from_bytes(make.mscx(4, version), "t.mscx")
    written = write.marked(source, plan_for(source))
    assert own(written, "t.mscx") == EXPECTED
    again = from_bytes(written, "t.mscx")
    assert write.marked(again, plan_for(again)) == written
    assert write.unmarked(again) == source.text


def test_a_mark_over_a_left_hand_note_only_stands_above_that_staff():
    chord = b"<Chord><durationType>%s</durationType><Note><pitch>50</pitch></Note></Chord>"
    data = make.mscx(1)
    for kinds in ([b"whole"], [b"half", b"half"]):
        start = data.index(b"<Chord>\n")
        data = data[:start] + b"".join(chord % k for k in kinds) + data[data.index(b"</voice>", start) :]
    source = from_bytes(data, "t.mscx")
    written = write.marked(source, plan_for(source, (PlannedMark("dynamic", "p", 0, F(2), 1),)))
    assert b"<placement>above</placement>" in written
    assert own(written, "t.mscx") == [("dynamic", "p", 2, 2)]
    assert write.unmarked(from_bytes(written, "t.mscx")) == data


def test_our_hairpin_beside_a_human_one_of_the_same_length_is_told_apart():
    source = from_bytes(make.mscx(4), "t.mscx")
    human = write.marked(source, plan_for(source, MARKS[1:2])).replace(b"<z>7673</z>", b"<z>1</z>")
    theirs = from_bytes(human, "t.mscx")
    written = write.marked(theirs, plan_for(theirs, MARKS[1:2]))
    assert [m.ours for m in parse(from_bytes(written, "t.mscx")).marks] == [False, True]
    assert write.unmarked(from_bytes(written, "t.mscx")) == human


def test_hidden_musescore_marks_come_back_exactly():
    source = from_bytes(make.mscx(4), "t.mscx")
    human = write.marked(source, plan_for(source)).replace(b"<z>7673</z>", b"").replace(b"<z>3173</z>", b"")
    theirs = from_bytes(human, "t.mscx")
    score = parse(theirs)
    hidden = tuple(planned(score, m) for m in score.marks if m.kind != "accent")
    written = write.marked(theirs, plan_for(theirs, (), hidden=hidden))
    assert [m.kind for m in parse(from_bytes(written, "t.mscx")).marks] == ["accent"]
    assert write.unmarked(from_bytes(written, "t.mscx")) == human


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["p", "f", "hairpin"])), max_size=6))
def test_any_musescore_plan_can_be_taken_out_again(places):
    source = from_bytes(make.mscx(4), "t.mscx")
    marks = tuple(
        PlannedMark("dynamic", v, m, F(q), 1)
        if v != "hairpin"
        else PlannedMark("hairpin", "diminuendo", m, F(q), 1, 3, F(4))
        for m, q, v in places
    )
    written = write.marked(source, plan_for(source, marks))
    assert write.unmarked(from_bytes(written, "t.mscx")) == source.text


@pytest.mark.parametrize(
    ("name", "inner", "text"), [("t.mxl", "score.xml", make.plain()), ("t.mscz", "a.mscx", make.mscx(8))]
)
def test_a_zipped_score_keeps_its_other_members(name, inner, text):
    members = {"META-INF/container.xml": make.container(inner), inner: text, "Pictures/a.png": bytes(range(256))}
    source = from_bytes(make.zipped(members), name)
    written = write.marked(source, plan_for(source))
    assert own(written, name) == EXPECTED
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert archive.namelist() == list(members)
        assert archive.read("Pictures/a.png") == members["Pictures/a.png"]
        assert archive.testzip() is None
    assert from_bytes(write.unmarked(from_bytes(written, name)), name).text == text


def test_a_zipped_score_without_changes_keeps_every_byte():
    data = make.zipped({"score.xml": make.plain()}, zipfile.ZIP_STORED)
    assert write.unmarked(from_bytes(data, "t.mxl")) == data


def midi_score() -> bytes:
    midi = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=4, denominator=4)])
    for n in range(32):
        velocity = 80 if n % 4 else 90
        track += [
            mido.Message("note_on", note=60 + n % 12, velocity=velocity),
            mido.Message("note_off", note=60 + n % 12, time=480),
        ]
    midi.tracks.append(track)
    out = io.BytesIO()
    midi.save(file=out)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["velocity", "cc"])
def test_midi_dynamics_sound_and_can_be_taken_out(mode):
    source = from_bytes(midi_score(), "t.mid")
    written = write.marked(source, plan_for(source), mode)
    score = parse(from_bytes(written, "t.mid"))
    assert [(m.kind, m.value, m.start, m.end) for m in score.marks] == EXPECTED
    if mode == "velocity":
        by_onset = {n.onset: n.velocity for n in score.notes}
        assert by_onset[F(1)] < by_onset[F(9)] < by_onset[F(13)]
        assert by_onset[F(12)] > by_onset[F(13)]  # how a note stood out of the others is kept
    else:
        values = [m.value for m in mido.MidiFile(file=io.BytesIO(written)).tracks[0] if m.is_cc(11)]
        assert values[0] == 49 and max(values) == 96
    again = from_bytes(written, "t.mid")
    assert write.marked(again, plan_for(again), mode) == written
    assert parse(from_bytes(write.unmarked(again), "t.mid")) == parse(source)


def test_saving_over_the_original_leaves_one_backup(tmp_path):
    path = tmp_path / "piece.musicxml"
    path.write_bytes(make.plain())
    source = open_source(path)
    first = write.marked(source, plan_for(source))
    assert write.save(path, first, path) == tmp_path / "piece.musicxml.bak"
    assert (tmp_path / "piece.musicxml.bak").read_bytes() == make.plain() and path.read_bytes() == first
    assert write.save(path, make.plain(9), path) is None
    assert (tmp_path / "piece.musicxml.bak").read_bytes() == make.plain()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["piece.musicxml", "piece.musicxml.bak"]


def test_an_output_that_cannot_be_written_leaves_everything_as_it_was(tmp_path):
    path = tmp_path / "piece.musicxml"
    path.write_bytes(make.plain())
    with pytest.raises(OutputError):
        write.save(path / "out.musicxml", b"x", path)
    assert [p.name for p in tmp_path.iterdir()] == ["piece.musicxml"] and path.read_bytes() == make.plain()


@pytest.mark.parametrize("name", ["out.mid", "out.mscx", "out", "out.mxl"])
def test_an_output_of_another_kind_is_refused(name, tmp_path):
    with pytest.raises(OutputError, match="cannot be written as"):
        write.check_output(from_bytes(make.plain(), "t.musicxml"), tmp_path / name)


def test_a_plan_for_another_musescore_score_is_refused():
    plan = plan_for(from_bytes(make.mscx(4), "t.mscx"))
    with pytest.raises(ScoreError, match="changed"):
        write.marked(from_bytes(make.mscx(5), "t.mscx"), plan)
