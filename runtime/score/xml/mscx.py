"""What reading and writing MuseScore's own format share (the .mscx text of versions 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import unescape

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS, ZERO
from runtime.score.xml.text import Element, XmlDocument

# MuseScore keeps the stacking order of an element in its files; these unusual values mark ours.
OWN_DYNAMIC_Z = "3173"
OWN_HAIRPIN_Z = "7673"

# Texts of the music in which people write dynamics; their glyphs.
TEXTS = ("StaffText", "Expression")
_GLYPHS = {"Piano": "p", "Mezzo": "m", "Forte": "f", "Rinforzando": "r", "Sforzando": "s", "Z": "z", "Niente": "n"}
# What takes time in a voice; the repeat signs of bars (MuseScore 3 and 4) are rests to MuseScore.
TIMED = ("Chord", "Rest", "RepeatMeasure", "MeasureRepeat")

_TYPES = {
    "long": Fraction(16), "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1),
    "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8), "64th": Fraction(1, 16),
    "128th": Fraction(1, 32), "256th": Fraction(1, 64), "512th": Fraction(1, 128), "1024th": Fraction(1, 256),
}  # fmt: skip
_GRACE = frozenset(
    ["acciaccatura", "appoggiatura", "grace4", "grace16", "grace32", "grace8after", "grace16after", "grace32after"]
)


def parse(data: bytes, where: str) -> XmlDocument:
    """Parse an .mscx document of MuseScore 3 or 4. Raises `ScoreError` for anything else."""
    document = XmlDocument(data, where)
    if document.root.tag != "museScore":
        raise ScoreError(f"the root element is <{document.root.tag}>, not <museScore>", where=where)
    version = document.root.attributes.get("version", "")
    if not re.fullmatch(r"[34]\.\d{1,3}", version):
        raise ScoreError(
            f"a MuseScore file of version {version[:12] or 'unknown'}; versions 3 and 4 are supported",
            where=where,
            advice="Open it in MuseScore 3 or 4 and save it again",
        )
    return document


def is_own(element: Element) -> bool:
    """Whether Mezzoforte wrote this Dynamic, Articulation, text or Spanner."""
    if element.tag in ("Dynamic", "Articulation", *TEXTS):
        return element.value("z") == OWN_DYNAMIC_Z
    return element.tag == "Spanner" and element.value("HairPin/z") == OWN_HAIRPIN_Z


def text_of(document: XmlDocument, element: Element) -> str:
    """The text of an element with its glyphs of dynamics as letters and without its markup."""
    found = element.find("text")
    if found is None:
        return ""
    source = document.utf8[found.inner : found.inner_end].decode()
    source = re.sub(r"<sym>dynamic(\w+)</sym>", lambda m: _GLYPHS.get(m[1], m[1].lower()), source)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", source)).split())


def dynamic_of(document: XmlDocument, element: Element) -> worded.Spoken | None:
    """The dynamic that a Dynamic or a text names (a sign of `table`), and what else it says; None for none."""
    sign, text = element.value("subtype") if element.tag == "Dynamic" else "", text_of(document, element)
    if sign in LEVEL_SIGNS or sign in STRESS_SIGNS:
        spoken = worded.level_in(text)
        return worded.Spoken(sign, spoken.rest if spoken else "")
    if element.tag == "Dynamic" and (known := worded.compound([text or sign])):
        spoken = worded.level_in(text)
        return worded.Spoken(known, spoken.rest if spoken else "")
    return worded.level_in(text)


def staves(document: XmlDocument) -> list[Element]:
    """The staves that hold measures, top to bottom."""
    score = document.root.find("Score")
    found = [] if score is None else [s for s in score.findall("Staff") if s.find("Measure") is not None]
    if not found:
        raise ScoreError("the score has no measures", where=document.where)
    return found


def measures(staff: Element) -> list[Element]:
    """The measures of a staff without the drawn multi-measure rests, which stand for measures also present."""
    return [m for m in staff.findall("Measure") if m.find("multiMeasureRest") is None]


def whole_notes(text: str, where: str) -> Fraction:
    """A fraction of a whole note as MuseScore writes it (``3/4``), in quarters."""
    if not re.fullmatch(r"-?\d{1,6}(/[1-9]\d{0,5})?", text):
        raise ScoreError(f"{text[:20]!r} is not a length", where=where, cause="a damaged file")
    return Fraction(text) * 4


@dataclass(frozen=True, slots=True)
class Step:
    """A child of a voice, the cursor before and after it (quarters from the measure's start), its voice."""

    element: Element
    before: Fraction
    after: Fraction
    voice: int


def steps(measure: Element, bar: Fraction, where: str) -> Iterator[Step]:
    """Walk the voices of a measure that lasts `bar` quarters."""
    for voice, container in enumerate(measure.findall("voice")):
        cursor, ratio = ZERO, [Fraction(1)]
        for element in container.children:
            before = cursor
            if element.tag in TIMED:
                cursor += length(element, bar, ratio[-1], where)
            elif element.tag == "location":
                cursor += whole_notes(element.value("fractions", "0"), where)
            elif element.tag == "Tuplet":
                ratio.append(ratio[-1] * _tuplet(element, where))
            elif element.tag == "endTuplet" and len(ratio) > 1:
                ratio.pop()
            yield Step(element, before, cursor, voice)


def length(element: Element, bar: Fraction, ratio: Fraction, where: str) -> Fraction:
    """The length of a Chord, Rest or repeat sign in quarters (0 for grace notes)."""
    if any(c.tag in _GRACE for c in element.children):
        return ZERO
    name = element.value("durationType", "measure" if element.tag in TIMED[2:] else "")
    if name == "measure":
        text = element.value("duration")
        return whole_notes(text, where) if text else bar
    if name not in _TYPES:
        raise ScoreError(f"an unknown note length {name[:20]!r}", where=where, cause="a damaged file")
    dots = int(element.value("dots", "0")) if element.value("dots", "0") in ("0", "1", "2", "3", "4") else 0
    return _TYPES[name] * (2 - Fraction(1, 2**dots)) * ratio


def _tuplet(element: Element, where: str) -> Fraction:
    normal, actual = element.value("normalNotes", "1"), element.value("actualNotes", "1")
    if not (re.fullmatch(r"[1-9]\d{0,3}", normal) and re.fullmatch(r"[1-9]\d{0,3}", actual)):
        raise ScoreError(f"a tuplet of {actual[:8]}:{normal[:8]}", where=where, cause="a damaged file")
    return Fraction(int(normal), int(actual))


def location(spanner: Element, side: str, where: str) -> tuple[int, Fraction] | None:
    """(measures, quarters) from this end of a spanner to its `side` (``next`` or ``prev``), or None."""
    if spanner.find(side) is None:
        return None
    bars = spanner.value(f"{side}/location/measures", "0")
    if not re.fullmatch(r"-?\d{1,5}", bars):
        raise ScoreError(f"a spanner over {bars[:8]!r} measures", where=where, cause="a damaged file")
    return int(bars), whole_notes(spanner.value(f"{side}/location/fractions", "0"), where)
