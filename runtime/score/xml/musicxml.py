"""What reading and writing MusicXML share: the document's parts, the cursor through a measure, our own marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.table import ZERO
from runtime.score.xml.text import Element, Instruction, Replacement, XmlDocument

OWN_ID = "mezzoforte-"
HIDDEN_TARGET = "mezzoforte-hidden"
MAX_DIVISIONS = 1_000_000


def parse(data: bytes, where: str) -> XmlDocument:
    """Parse a partwise MusicXML document. Raises `ScoreError` when it is something else."""
    document = XmlDocument(data, where)
    root = document.root.tag
    if root == "score-timewise":
        raise ScoreError(
            "the score is ordered by time (score-timewise)",
            where=where,
            advice="Open it in a notation program and export it as MusicXML again",
        )
    if root != "score-partwise":
        raise ScoreError(f"the root element is <{root}>, not <score-partwise>", where=where, cause="not MusicXML")
    return document


def small_int(text: str, default: int) -> int:
    """A whole number of up to three digits, `default` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else default


def staff_of(element: Element) -> int:
    """The staff of its part on which something is printed, from 1."""
    return small_int(element.value("staff"), 1) or 1


def is_own(element: Element) -> bool:
    """Whether Mezzoforte wrote this element."""
    return element.attributes.get("id", "").startswith(OWN_ID)


def number(text: str, default: Fraction, where: str) -> Fraction:
    """A MusicXML number as an exact fraction; raises `ScoreError` for something that is none."""
    text = text.strip()
    if not text:
        return default
    try:
        if len(text) > 40 or "e" in text.lower():
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as e:
        raise ScoreError(f"{text[:40]!r} is not a number", where=where, cause="a damaged file") from e


@dataclass(slots=True)
class Clock:
    """Divisions per quarter, which hold from one measure of a part to the next."""

    divisions: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Step:
    """A child of a measure, the cursor before it and after it (quarters from the measure's start)."""

    element: Element
    before: Fraction
    after: Fraction
    divisions: Fraction


def steps(measure: Element, clock: Clock, where: str) -> Iterator[Step]:
    """Walk a measure's children, following notes, chords, ``backup`` and ``forward``."""
    cursor = chord_start = ZERO
    for element in measure.children:
        before = cursor
        if element.tag == "attributes" and (text := element.value("divisions")):
            clock.divisions = number(text, Fraction(1), where)
            if not 0 < clock.divisions <= MAX_DIVISIONS:
                raise ScoreError(f"divisions of {text[:20]}", where=where, cause="a damaged file")
        elif element.tag in ("backup", "forward"):
            length = _length(element, clock, where)
            cursor = max(ZERO, cursor - length) if element.tag == "backup" else cursor + length
        elif element.tag == "note":
            if element.find("chord") is not None:
                before = chord_start
            elif element.find("grace") is None:
                chord_start = cursor
                cursor = max(ZERO, cursor + _length(element, clock, where))
            else:
                chord_start = cursor
        yield Step(element, before, cursor, clock.divisions)


def _length(element: Element, clock: Clock, where: str) -> Fraction:
    """The duration in quarters. Exporters write negative ones to take back the rounding of a tuplet."""
    length = number(element.value("duration"), ZERO, where) / clock.divisions
    if abs(length) > 10_000:
        raise ScoreError(f"a duration of {float(length):g} quarters", where=where, cause="a damaged file")
    return length


def note_length(step: Step, where: str) -> Fraction:
    """The sounding length of a note in quarters, never negative (0 for grace notes)."""
    if step.element.find("grace") is not None:
        return ZERO
    return max(ZERO, number(step.element.value("duration"), ZERO, where) / step.divisions)


def direction_position(step: Step, where: str) -> Fraction:
    """Where a direction stands, its ``offset`` included."""
    return step.before + number(step.element.value("offset"), ZERO, where) / step.divisions


def dynamics_of(element: Element) -> list[str]:
    """The known dynamics of a ``direction`` or a note's ``notations``, in order; signs that stand together are one.

    Words count where a direction has no signs.
    """
    found = []
    for e in element.iter():
        if e.tag == "dynamics":
            signs = [s.text.strip() if s.tag == "other-dynamics" else s.tag for s in e.children]
            found.append(worded.compound(signs))
    if not found and (spoken := worded.level_in(words_of(element))):
        found.append(spoken.sign)
    return [sign for sign in found if sign]


def words_of(element: Element) -> str:
    """The words of a ``direction``, which programs divide where the typeface changes."""
    words = (e.text for kind in element.findall("direction-type") for e in kind.findall("words"))
    return " ".join(" ".join(words).split())


def wedges_of(element: Element) -> list[tuple[str, str]]:
    """(type, number) of each wedge of a ``direction``."""
    return [(e.attributes.get("type", ""), e.attributes.get("number", "1")) for e in element.iter() if e.tag == "wedge"]


def without_own_marks(document: XmlDocument) -> list[Replacement]:
    """The replacements that take out everything of ours and bring back the marks that we hid."""
    out = []
    for element in document.root.iter():
        if is_own(element):
            out.append(Replacement(element.start, _past_space(document, element.end), ""))
    for instruction in document.instructions:
        if instruction.target == HIDDEN_TARGET:
            out.append(Replacement(instruction.start, instruction.end, unhide(instruction)))
    return _outermost(out)


def _outermost(replacements: list[Replacement]) -> list[Replacement]:
    """Without those inside another: only files made by hand have our marks in our marks."""
    out: list[Replacement] = []
    for r in sorted(replacements, key=lambda r: (r.start, -r.end)):
        if not out or r.start >= out[-1].end:
            out.append(r)
    return out


def _past_space(document: XmlDocument, position: int) -> int:
    """The next ``<`` when only white space lies between: that space came with our element."""
    following = document.utf8.find(b"<", position)
    return position if document.utf8[position:following].strip(b" \t\r\n") else following


def hide(source: str) -> str:
    """Element text as a processing instruction that every reader ignores and `unhide` brings back."""
    return f"<?{HIDDEN_TARGET} {source.replace('%', '%25').replace('?>', '%3F>')}?>"


def unhide(instruction: Instruction) -> str:
    """The text that `hide` was given."""
    return instruction.data.replace("%3F>", "?>").replace("%25", "%")
