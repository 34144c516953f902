"""Marks into MusicXML: text inserted at byte positions, every other byte left as it was.

Our marks carry an ``id`` beginning with ``mezzoforte-``. Writing first takes out the marks of an earlier run
(`remove`) and then inserts the plan's, so a second run with the same plan changes nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.sax.saxutils import escape

from runtime.errors import ScoreError
from runtime.score import plan, worded
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import ZERO, Score, Staff
from runtime.score.xml import musicxml
from runtime.score.xml.musicxml import OWN_ID, Clock
from runtime.score.xml.text import Element, Replacement, XmlDocument

# MuseScore's velocities of the signs; <sound dynamics> counts in percent of 90.
VELOCITIES = {"pppp": 8, "ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 126, "ffff": 127}
_MAX_WEDGE_NUMBER = 6


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place between two children of a measure: cursor, byte position, and the note that follows (if any)."""

    at: Fraction
    position: int
    staff: int
    """Where the voice is at home, also when a hand reaches into the other's staff: programs keep a voice together."""
    voice: str
    divisions: Fraction
    note: Element | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A `direction` (its inner lines) to be put at an offset of a measure."""

    identifier: str
    at: Fraction
    types: tuple[str, ...]
    velocity: int | None = None


def remove(data: bytes, where: str) -> bytes:
    """The document without our marks and with the marks we hid: the original bytes."""
    document = musicxml.parse(data, where)
    replacements = musicxml.without_own_marks(document)
    return document.edited(replacements) if replacements else data


def apply(data: bytes, edits: Plan, where: str) -> bytes:
    """The document with exactly the plan's marks of ours.

    Raises `ScoreError` when the music is not that of the plan or a place does not exist.
    """
    document = musicxml.parse(data, where)
    ours = musicxml.without_own_marks(document)
    if ours:
        document = musicxml.parse(document.edited(ours), where)
    score = read_musicxml.from_document(document)
    plan.check(edits, score)
    replacements = list(_hidden(document, score, edits.hidden))
    writer = _Writer(document, score)
    for n, mark in enumerate(sorted(edits.marks, key=lambda m: (m.measure, m.offset, m.kind, m.staff)), 1):
        writer.add(f"{OWN_ID}{n}", mark)
    return document.edited([*replacements, *writer.replacements()])


class _Writer:
    def __init__(self, document: XmlDocument, score: Score) -> None:
        self._document = document
        self._score = score
        self._parts = list(document.root.findall("part"))
        self._gaps: dict[int, list[list[_Gap]]] = {}
        self._out: list[tuple[int, int, Replacement]] = []
        self._wedge_numbers = itertools.cycle(_free_wedge_numbers(document))

    def add(self, identifier: str, mark: PlannedMark) -> None:
        if mark.kind == "accent":
            self._accent(identifier, mark)
        elif mark.kind in ("dynamic", "words"):
            types: tuple[str, ...] = ("<dynamics>", f"  <{mark.value}/>", "</dynamics>")
            if mark.kind == "words":
                types = (f'<words font-style="italic">{escape(mark.value)}</words>',)
            staff = self._staff_for(mark)
            gap = _best(self._gaps_in(mark.measure, staff), mark.offset, staff.number)
            piece = _Piece(identifier, mark.offset, types, VELOCITIES.get(mark.value))
            self._put(piece, gap, staff, 1, above=staff.part > self._score.staves[mark.staff - 1].part)
        else:
            self._hairpin(identifier, mark)

    def replacements(self) -> list[Replacement]:
        """Insertions; at one place hairpins that end come first, then levels, then hairpins that begin."""
        return [r for _, _, r in sorted(self._out, key=lambda o: (o[0], o[1]))]

    def _gaps_of(self, part: int) -> list[list[_Gap]]:
        if part not in self._gaps:
            clock, where = Clock(), self._document.where
            measures = list(self._parts[part].findall("measure"))
            home = _home_staves(measures)
            aside = {s.number for s in self._score.staves if s.part == part and s.aside}
            found = [_gaps(m, clock, home, where) for m in measures]
            self._gaps[part] = [[g for g in gaps if g.staff not in aside] or gaps for gaps in found]
        return self._gaps[part]

    def _gaps_in(self, measure: int, staff: Staff) -> list[_Gap]:
        """The gaps of a measure; where it holds nothing at all (``<measure/>``), those of the nearest one before it."""
        gaps, bars = self._gaps_of(staff.part), self._score.measures
        there = next((i for i in range(min(measure, len(gaps) - 1), -1, -1) if gaps[i]), None)
        if there is None:
            raise ScoreError(f"there is no place in measure {measure + 1}", where=self._document.where)
        later = bars[measure].start - bars[there].start
        return [replace(g, at=g.at - later) for g in gaps[there]] if later else gaps[there]

    def _staff_for(self, mark: PlannedMark) -> Staff:
        """The mark's staff, or that of the other hand when each has a part of its own and only the other has something
        there: MuseScore 3 and others ignore the offset that would be needed."""
        own = self._score.staves[mark.staff - 1]
        hands = [self._score.staves[n - 1] for n in self._score.keyboard_staves()]
        for staff in (own, *(s for s in hands if s.part != own.part)):
            gaps = self._gaps_of(staff.part)
            if mark.measure < len(gaps) and any(g.at == mark.offset for g in gaps[mark.measure]):
                return staff
        return own

    def _hairpin(self, identifier: str, mark: PlannedMark) -> None:
        """On the staff that has a note or rest where it begins: MuseScore 3 does not save other ones."""
        wanted, staff = self._score.staves[mark.staff - 1], self._staff_for(mark)
        wedge = f'<wedge type="{{}}" number="{next(self._wedge_numbers)}"/>'
        start = _Piece(identifier, mark.offset, (wedge.format(mark.value),))
        end = _Piece(f"{identifier}-end", mark.end_offset, (wedge.format("stop"),))
        first, last = self._gaps_in(mark.measure, staff), self._gaps_in(mark.end_measure, staff)
        if mark.measure == mark.end_measure:
            from_gap, to_gap = _best_pair(first, start.at, end.at, staff.number)
        else:
            from_gap, to_gap = _best(first, start.at, staff.number), _best(last, end.at, staff.number)
        staff = replace(staff, number=from_gap.staff) if from_gap.at == start.at else staff
        above = (staff.part, staff.number) > (wanted.part, wanted.number)
        self._put(start, from_gap, staff, 2, above)
        self._put(end, to_gap, staff, 3 if to_gap.position == from_gap.position else 0, above)

    def _put(self, piece: _Piece, gap: _Gap, staff: Staff, order: int, above: bool = False) -> None:
        side = "above" if above else "below"
        lines = [f'<direction placement="{side}" id="{piece.identifier}">', "  <direction-type>"]
        lines += [f"    {t}" for t in piece.types] + ["  </direction-type>"]
        if gap.at != piece.at:
            lines.append(f"  <offset>{_decimal((piece.at - gap.at) * gap.divisions)}</offset>")
        if gap.voice:
            lines.append(f"  <voice>{escape(gap.voice)}</voice>")
        if sum(s.part == staff.part for s in self._score.staves) > 1:
            lines.append(f"  <staff>{staff.number}</staff>")
        if piece.velocity is not None:
            lines.append(f'  <sound dynamics="{piece.velocity / 0.9:.2f}"/>')
        text = self._laid_out([*lines, "</direction>"], gap.position)
        self._out.append((gap.position, order, Replacement(gap.position, gap.position, text)))

    def _laid_out(self, lines: Iterable[str], position: int) -> str:
        """Lines in the document's own indentation, ending with the white space that stands before `position`."""
        indent = self._document.indent_before(position)
        if not indent:
            return "".join(line.strip() for line in lines)
        return indent.join(lines) + indent

    def _accent(self, identifier: str, mark: PlannedMark) -> None:
        staff = self._score.staves[mark.staff - 1]
        of_part = self._gaps_of(staff.part)
        gaps = of_part[mark.measure] if mark.measure < len(of_part) else []
        notes = [
            g.note for g in gaps if g.at == mark.offset and g.note is not None
            and musicxml.staff_of(g.note) == staff.number and g.note.find("pitch") is not None
        ]  # fmt: skip
        if not notes:
            return
        note = notes[0]
        before = next(
            (c.start for c in note.children if c.tag in ("notations", "lyric", "play", "listen")), note.inner_end
        )
        lines = [f'<notations id="{identifier}">', "  <articulations>", "    <accent/>", "  </articulations>"]
        text = self._laid_out([*lines, "</notations>"], before)
        self._out.append((before, 1, Replacement(before, before, text)))


def _home_staves(measures: Iterable[Element]) -> dict[str, int]:
    """The staff on which each voice of a part has most of its notes."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for measure in measures:
        for note in measure.findall("note"):
            counts[note.value("voice")][musicxml.staff_of(note)] += 1
    return {voice: max(staves, key=lambda n: (staves[n], -n)) for voice, staves in counts.items()}


def _gaps(measure: Element, clock: Clock, home: dict[str, int], where: str) -> list[_Gap]:
    gaps: list[_Gap] = []
    staff, voice, at, divisions = 1, "", ZERO, clock.divisions
    for step in musicxml.steps(measure, clock, where):
        e, at, divisions = step.element, step.after, step.divisions
        if e.tag == "note" and e.find("chord") is None:
            voice = e.value("voice")
            staff = home[voice]
            grace = e.find("grace") is not None
            gaps.append(_Gap(step.before, e.start, staff, voice, divisions, None if grace else e))
        elif e.tag == "backup":
            gaps.append(_Gap(step.before, e.start, staff, voice, divisions, None))
    end = _end_of_music(measure)
    if end is not None:
        gaps.append(_Gap(at, end, staff, voice, divisions, None))
    return gaps


def _end_of_music(measure: Element) -> int | None:
    """Before the closing bar line, else before the end tag of a measure that has content."""
    if not measure.children:
        return None
    last = measure.children[-1]
    if last.tag == "barline" and last.attributes.get("location", "right") == "right":
        return last.start
    return measure.inner_end


def _best(gaps: list[_Gap], at: Fraction, staff: int) -> _Gap:
    """The gap at `at`, on the staff and before a note when possible; else the nearest before."""
    on_staff = [g for g in gaps if g.staff == staff]
    exact = [g for g in gaps if g.at == at]
    if exact:
        return min(exact, key=lambda g: (g.staff != staff, g.note is None, g.position))
    earlier = [g for g in on_staff if g.at <= at] or [g for g in gaps if g.at <= at]
    if earlier:
        return max(earlier, key=lambda g: (g.at, g.note is not None, -g.position))
    return min(gaps, key=lambda g: g.at)


def _best_pair(gaps: list[_Gap], start: Fraction, end: Fraction, staff: int) -> tuple[_Gap, _Gap]:
    """The gaps of a hairpin inside one measure: never the end before the start in the text, where a measure's voices
    follow one another and readers go by the text; then at their places, or near them and apart from each other, as some
    readers ignore offsets."""

    def cost(pair: tuple[_Gap, _Gap]) -> tuple[bool, int, Fraction, int, int, int, int]:
        a, b = pair
        return (
            a.at >= b.at, (a.at != start) + (b.at != end), abs(start - a.at) + abs(end - b.at),
            (a.staff != staff) + (b.staff != staff), (a.note is None) + (b.note is None), a.position, b.position,
        )  # fmt: skip

    starts, ends = ([g for g in gaps if g.at == at] for at in (start, end))
    exact = [(a, b) for a in starts for b in ends if a.position <= b.position]
    return min(exact or ((a, b) for a in gaps for b in gaps if a.position <= b.position), key=cost)


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6f}".rstrip("0")


def _free_wedge_numbers(document: XmlDocument) -> list[int]:
    """Numbers that no human wedge has. They are taken in turn: across voices the text order is not time order."""
    used = {e.attributes.get("number", "1") for e in document.root.iter() if e.tag == "wedge"}
    free = [n for n in range(1, _MAX_WEDGE_NUMBER + 1) if str(n) not in used]
    return free or [_MAX_WEDGE_NUMBER]


def _hidden(document: XmlDocument, score: Score, marks: Iterable[PlannedMark]) -> Iterable[Replacement]:
    """Human marks put out of sight, in a form that `remove` turns back."""
    wanted = {(m.kind, m.value, m.measure, m.offset, m.staff) for m in marks}
    done: set[int] = set()
    for mark, elements in read_musicxml.marks_with_elements(document):
        m = plan.planned(score, mark)
        if (m.kind, m.value, m.measure, m.offset, m.staff) not in wanted:
            continue
        for element in elements:
            for target, left in _to_hide(element):
                if target.start not in done:
                    done.add(target.start)
                    source = document.utf8[target.start : target.end].decode()
                    own = _own_words(source, left, f"{OWN_ID}words-{len(done)}") if left else ""
                    yield Replacement(target.start, target.end, own + musicxml.hide(source))


def _to_hide(element: Element) -> list[tuple[Element, str]]:
    """What to put out of sight, each with the words that are left of it: the whole direction when it says nothing else,
    else its parts that are dynamics or wedges, or the words that name a level."""
    if element.tag == "notations":
        return [(e, "") for e in element.findall("dynamics")]
    types = list(element.findall("direction-type"))
    ours = [t for t in types if t.children and all(c.tag in ("dynamics", "wedge") for c in t.children)]
    words: list[tuple[Element, str]] = []
    if not any(e.tag == "dynamics" for e in element.iter()) and (spoken := worded.level_in(musicxml.words_of(element))):
        naming = [(e, s) for t in types for e in t.findall("words") if (s := worded.level_in(e.text))]
        if spoken.rest and naming:
            words = [(e, s.rest) for e, s in naming[:1]]
        else:
            ours += [t for t in types if t.find("words") is not None]
    return [(element, "")] if len(ours) == len(types) else [*((t, "") for t in ours), *words]


def _own_words(source: str, text: str, identifier: str) -> str:
    """A ``words`` element as `source` is, with another text and marked as ours."""
    tag = re.sub(r"""\sid\s*=\s*("[^"]*"|'[^']*')""", "", source[: source.index(">")])
    return f'{tag} id="{identifier}">{escape(text)}</words>'
