"""Dynamics in words are the marks of a person as signs are: read, counted once, hidden without losing other words."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

from runtime.score.plan import Plan, planned
from runtime.score.read.files import Source, from_bytes, parse
from runtime.score.table import Mark
from runtime.score.worded import compound, gradual_in, level_in
from runtime.score.write.files import hidden_marks, marked, unmarked
from tests.runtime.score import make


@pytest.mark.parametrize(
    ("words", "sign", "rest"),
    [
        ("sempre pp", "pp", ""),
        ("p dolce", "p", "dolce"),
        ("più p", "p", ""),
        ("poco f", "f", ""),
        ("p subito", "p", ""),
        ("mf-p", "mf", ""),
        ("f, marcato", "f", "marcato"),
        ("(pp)", "pp", ""),
        ("dolce, p", "p", "dolce"),
        ("p cresc.", "p", "cresc."),
        ("pp sempre e legato", "pp", "e legato"),
        ("meno f", "mf", ""),
        ("ffffz", "sfz", ""),
        ("fff possibile", "fff", ""),
        ("pianissimo", "pp", ""),
        ("mezzo forte", "mf", ""),
        ("très p", "p", ""),
        ("mezzo-forte", "mf", ""),
        ("mezzo p", "mp", ""),
        ("forte-piano", "fp", ""),
        ("Sempre pp", "pp", ""),
        ("Fortissimo", "ff", ""),
        ("sans pédale, f", "f", "sans pédale"),
        ("solo p", "p", "solo"),
        ("in tempo p", "p", "in tempo"),
        ("il basso sempre forte", "f", "il basso"),
        ("non cresc., sempre p", "p", "non cresc."),
    ],
)
def test_a_level_is_found_in_words(words, sign, rest):
    found = level_in(words)
    assert found is not None and (found.sign, found.rest) == (sign, rest)


@pytest.mark.parametrize(
    "words",
    [
        "poco a poco cresc.",
        "p. 12",
        "P",
        "F",
        "Fine",
        "m.f.",
        "p.d.",
        "dimension",
        "D.S. al Fine",
        "con forza",
        "poco",
        "n",
        "l'f",
        "piano solo",
        "Piano",
        "pédale forte",
        "forte pedal",
        "due piano",
        "Forte-piano",
        "f-Moll",
        "in f",
        "non troppo forte",
        "non f",
        "cresc. al f",
        "poco a poco dim. sino al pianissimo",
        "Allegro",
        "",
    ],
)
def test_other_words_name_no_level(words):
    assert level_in(words) is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("poco a poco cresc.", "crescendo"),
        ("p cresc.", "crescendo"),
        ("dim. e rit.", "diminuendo"),
        ("Crescendo", "crescendo"),
        ("decresc.", "diminuendo"),
        ("senza cresc.", ""),
        ("dimension", ""),
        ("dolce", ""),
    ],
)
def test_gradual_changes_are_found_in_words(words, value):
    assert gradual_in(words) == value


@pytest.mark.parametrize(
    ("signs", "one"),
    [
        (["f", "p"], "fp"),
        (["mf", "-", "p"], "mf"),
        (["più p"], "p"),
        (["pocof"], "f"),
        (["ffffz"], "sfz"),
        (["p", "p"], "pp"),
        (["p", " dolce"], "p"),
        (["sf", "z"], "sfz"),
        (["xyz"], ""),
        ([], ""),
        (["n"], "n"),
    ],
)
def test_signs_that_stand_together_are_one_mark(signs, one):
    assert compound(signs) == one


def xml(content: str) -> bytes:
    direction = f"      <direction>{content}<staff>1</staff></direction>\n"
    return make.score([make.two_staves(1, first=True), make.two_staves(2, before=direction), make.two_staves(3)])


def mscx(element: str) -> bytes:
    data = make.mscx(3)
    at = data.index(b"<Chord>", data.index(b"<Measure>", data.index(b"<Measure>") + 1))
    return data[:at] + element.encode() + data[at:]


WORDS = "<direction-type><words{}>{}</words></direction-type>"
LEVELS: dict[str, tuple[bytes, str, bytes]] = {
    # what the file holds, the level, what is still to be read of the words when it is hidden
    "a.musicxml": (xml(WORDS.format("", "sempre pp")), "pp", b""),
    "b.musicxml": (xml(WORDS.format(' font-style="italic" id="w1"', "p dolce")), "p", b"dolce</words>"),
    "c.musicxml": (
        xml('<direction-type><words font-weight="bold">p</words><words> dolce</words></direction-type>'),
        "p",
        b"<words> dolce</words>",
    ),
    "d.musicxml": (xml(WORDS.format("", "più") + WORDS.format("", "f")), "f", b""),
    "e.musicxml": (
        xml("<direction-type><dynamics><other-dynamics>più p</other-dynamics></dynamics></direction-type>"),
        "p",
        b"",
    ),
    "f.musicxml": (xml(WORDS.format("", "p &amp; dolce")), "p", b"&amp; dolce</words>"),
    "a.mscx": (mscx("<StaffText><text>sempre pp</text></StaffText>"), "pp", b""),
    "b.mscx": (mscx("<Expression><text><i>p</i> dolce</text></Expression>"), "p", b"<text>dolce</text>"),
    "c.mscx": (
        mscx("<Dynamic><subtype>other-dynamics</subtype><text>più <sym>dynamicPiano</sym></text></Dynamic>"),
        "p",
        b"",
    ),
    "d.mscx": (
        mscx(
            "<Dynamic><subtype>pp</subtype><text><sym>dynamicPiano</sym><sym>dynamicPiano</sym> dolce</text></Dynamic>"
        ),
        "pp",
        b"<text>dolce</text>",
    ),
}


@pytest.mark.parametrize("name", LEVELS)
def test_words_are_read_hidden_without_their_neighbours_and_brought_back(name):
    data, level, left = LEVELS[name]
    source = from_bytes(data, name)
    score = parse(source)
    assert [(m.kind, m.value, m.start, m.staff) for m in score.marks] == [("dynamic", level, 4, 1)]
    plan = Plan(score.fingerprint(), ("1", "2", "3"), (), hidden=tuple(planned(score, m) for m in score.marks))
    hidden = marked(source, plan)
    assert left in hidden
    again = Source(name, source.format, hidden)
    assert parse(again).marks == () and hidden_marks(again, parse(again)) == score.marks
    assert marked(again, plan) == hidden and unmarked(again) == data


def test_a_compound_counts_once_and_words_beside_a_sign_do_not_count_again():
    signs = "<direction-type><dynamics><f/><p/></dynamics></direction-type>"
    assert [m.value for m in parse(from_bytes(xml(signs), "t.musicxml")).marks] == ["fp"]
    both = (
        WORDS.format("", "più")
        + "<direction-type><dynamics><f/></dynamics></direction-type>"
        + WORDS.format("", "p. f")
    )
    assert [m.value for m in parse(from_bytes(xml(both), "t.musicxml")).marks] == ["f"]


def test_words_with_a_level_and_a_gradual_change_are_both():
    score = parse(from_bytes(xml(WORDS.format("", "p cresc.")), "t.musicxml"))
    assert [(m.kind, m.value) for m in score.marks] == [("dynamic", "p"), ("words", "crescendo")]


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("words.musicxml", [(1, "p"), (5, "p"), (15, "f"), (23, "pp"), (24, "pp"), (34, "sfz")]),
        ("compound.musicxml", [(1, "p"), (24, "fp"), (34, "mf")]),
    ],
)
def test_real_words_and_compounds_are_marks_of_people(name, signs):
    data = (make.data_folder("cases", "text_dynamics") / name).read_bytes()
    score = parse(from_bytes(data, Path(name).name))
    found: list[Mark] = [m for m in score.marks if m.kind == "dynamic"]
    assert [(m.measure + 1, m.value) for m in found] == signs and F(0) <= found[0].start
