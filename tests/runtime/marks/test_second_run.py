"""A second run on a score that we marked: what people wrote is hidden as before, kept, or compared, never doubled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runtime.marks.annotate import AnnotateOptions, Annotation, annotate
from runtime.marks.files import MarkOptions, load, mark_file, remove_marks
from runtime.score.plan import Plan
from runtime.score.table import Score
from tests.runtime.marks.playing import alignment_of, analysis_of, evidence_of, heard_of, steps
from tests.runtime.score import make

SOFT_LOUD = steps((0, 45), (32, 95))
LEVEL = "      <direction><direction-type><dynamics><{}/></dynamics></direction-type><staff>1</staff></direction>\n"
WEDGE = '      <direction><direction-type><wedge type="{}" number="1"/></direction-type><staff>1</staff></direction>\n'
OPENING = '<Dynamic><subtype>mf</subtype></Dynamic><Spanner type="HairPin"><HairPin><subtype>1</subtype></HairPin>'
NEXT = "<next><location><measures>1</measures></location></next></Spanner>"
CLOSING = '<Spanner type="HairPin"><prev><location><measures>-1</measures></location></prev></Spanner>'


def xml() -> bytes:
    marks = {
        1: (LEVEL.format("mf"), ""),
        4: (WEDGE.format("diminuendo"), WEDGE.format("stop")),
        9: (LEVEL.format("pp"), ""),
    }
    bars = [make.two_staves(i, before=marks.get(i, ("", ""))[0], after=marks.get(i, ("", ""))[1], first=i == 1)
            for i in range(1, 17)]  # fmt: skip
    return make.score(bars)


def mscx() -> bytes:
    data = make.mscx(16)
    first = data.index(b"<Chord>")
    data = data[:first] + (OPENING + NEXT).encode() + data[first:]
    second = data.index(b"<Chord>", data.index(b"<Measure>", first))
    return data[:second] + CLOSING.encode() + data[second:]


@pytest.fixture(params=["piece.musicxml", "piece.mscx", "piece.mxl", "piece.mscz"])
def piece(request, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    data = mscx() if "ms" in path.suffix else xml()
    inner = "score.mscx" if path.suffix == ".mscz" else "score.musicxml"
    path.write_bytes(data if path.suffix not in (".mxl", ".mscz") else make.zipped({inner: data}))
    return path


def run(piece: Path, policy: str, out: Path | None = None) -> bytes:
    """What a run with this policy makes of the file."""
    _, score = load(piece)
    out = out or piece.with_name(f"out{piece.suffix}")
    options = MarkOptions(AnnotateOptions(policy=policy))  # type: ignore[arg-type]
    there = alignment_of(score)
    mark_file("no audio is read", piece, out, analysis_of(), options, there, evidence_of(score, there, SOFT_LOUD))
    return out.read_bytes()


def decided(score: Score, policy: str, confidence: float = 1.0) -> Annotation:
    """What is decided for it."""
    there = alignment_of(score, confidence)
    options = AnnotateOptions(policy=policy)  # type: ignore[arg-type]
    return annotate(score, there, analysis_of(), heard_of(score, SOFT_LOUD, there), options)


def human(piece: Path) -> list[tuple[str, str]]:
    return [(m.kind, m.value) for m in load(piece)[1].marks if not m.ours]


def test_replacing_twice_is_replacing_once(piece):
    original, marks = piece.read_bytes(), human(piece)
    once = run(piece, "replace", piece)
    assert marks and human(piece) == []
    assert run(piece, "replace", piece) == once
    remove_marks(piece, piece)
    assert piece.read_bytes() == original


@pytest.mark.parametrize("policy", ["keep", "compare"])
def test_keeping_or_comparing_after_replacing_leaves_both_sets_alone(piece, policy):
    once = run(piece, "replace", piece)
    assert run(piece, policy, piece) == once


@pytest.mark.parametrize("policy", ["keep", "compare"])
def test_keeping_or_comparing_after_keeping_changes_nothing(piece, policy):
    once = run(piece, "keep", piece)
    assert run(piece, policy, piece) == once and human(piece)


def test_hidden_marks_are_still_compared_with_what_was_heard(piece):
    run(piece, "replace", piece)
    _, score = load(piece)
    assert (
        [m.value for m in score.hidden if m.kind == "dynamic"] == ["mf", "pp"] if piece.suffix[1:3] == "mu" else ["mf"]
    )
    rows = decided(score, "compare").comparison
    assert rows and {r.written for r in rows} <= {"mf", "mp", "p", "pp", "f"}


def test_the_table_names_what_goes_and_comes_back_with_true_ends(piece):
    _, score = load(piece)
    first = decided(score, "replace").plan
    hidden = [m for m in first.hidden if m.kind == "hairpin"]
    assert [(m.measure, m.end_measure, m.end_offset) for m in hidden] in ([(3, 3, 4)], [(0, 0, 4)])
    run(piece, "replace", piece)
    _, score = load(piece)
    again = decided(score, "replace").plan
    assert again.edits() == [] and len(again.hidden) == len(first.hidden)
    # A recording in which nothing is placed: what was hidden comes back.
    back: Plan = decided(score, "replace", confidence=0.0).plan
    returned = {(e.mark.value, e.mark.measure) for e in back.edits() if e.action == "insert"}
    assert returned == {(m.value, m.measure) for m in first.hidden} and back.hidden == ()


SINGER = '<score-part id="P0"><part-name>Voice</part-name></score-part>'


def song(of_singer: str, of_piano: str) -> bytes:
    """A song whose singer has a mark in bar 5, and whose piano has one."""
    piano = make.score([make.two_staves(i, before=of_piano if i == 5 else "", first=i == 1) for i in range(1, 17)])
    notes = make.note("C", 5, 8)
    bars = "".join(
        make.measure(i, (make.ATTRIBUTES.format(beats=4).replace("<staves>2</staves>", "") if i == 1 else "")
                     + (of_singer if i == 5 else "") + notes)
        for i in range(1, 17)
    )  # fmt: skip
    text = piano.decode().replace("<part-list>", f"<part-list>{SINGER}")
    return text.replace('  <part id="P1">', f'  <part id="P0">\n{bars}  </part>\n  <part id="P1">').encode()


def marks_of(path: Path) -> set[tuple[str, str, int, bool]]:
    return {(m.kind, m.value, m.staff, m.ours) for m in load(path)[1].marks}


def test_a_singers_marks_neither_block_nor_hide_nor_count(tmp_path):
    piece = tmp_path / "song.musicxml"
    piece.write_bytes(song(LEVEL.format("ff"), ""))
    _, score = load(piece)
    replaced = decided(score, "replace")
    assert replaced.plan.hidden == () and replaced.comparison == ()
    bare = {(m.value, m.measure) for m in decided(replace(score, marks=()), "keep").plan.marks}
    assert {(m.value, m.measure) for m in decided(score, "keep").plan.marks} == bare
    assert run(piece, "keep", piece)
    human = {m for m in marks_of(piece) if not m[3]}
    assert human == {("dynamic", "ff", 1, False)} and {m[2] for m in marks_of(piece) - human} == {2}


def test_only_the_pianos_own_marks_make_way_in_a_song(tmp_path):
    piece = tmp_path / "song.musicxml"
    piece.write_bytes(song(LEVEL.format("ff"), LEVEL.format("pp")))
    run(piece, "replace", piece)
    assert ("dynamic", "ff", 1, False) in marks_of(piece)
    assert [(m.value, m.staff) for m in load(piece)[1].hidden] == [("pp", 2)]
