"""Marks into MuseScore's own format (3 and 4): its elements inserted at byte positions.

Our elements are known by their stacking order (`mscx.OWN_DYNAMIC_Z`, `mscx.OWN_HAIRPIN_Z`), which MuseScore
keeps when it saves. A mark is written where its staff has a chord or rest; when only another keyboard staff
has one at that moment it is written there, above.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import escape

from runtime.errors import ScoreError
from runtime.score import plan
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read import mscx as read_mscx
from runtime.score.table import ZERO, Score
from runtime.score.write.musicxml import VELOCITIES
from runtime.score.xml import mscx, musicxml
from runtime.score.xml.mscx import OWN_DYNAMIC_Z, OWN_HAIRPIN_Z
from runtime.score.xml.text import Element, Replacement, XmlDocument

# Measure, offset, voice of a hairpin's end, and its distance from the start.
_EndKey = tuple[int, Fraction, int, tuple[int, Fraction]]


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place in a voice where an element may stand; `chord` is the Chord that follows, if one does."""

    measure: int
    at: Fraction
    position: int
    staff: int
    voice: int
    chord: Element | None


def remove(data: bytes, where: str) -> bytes:
    """The document without our marks and with the marks we hid."""
    document = mscx.parse(data, where)
    out = list(_own(document))
    for i in document.instructions:
        if i.target == musicxml.HIDDEN_TARGET:
            out.append(Replacement(i.start, i.end, musicxml.unhide(i)))
    return document.edited(out) if out else data


def apply(data: bytes, edits: Plan, where: str) -> bytes:
    """The document with exactly the plan's marks of ours. Raises `ScoreError` when it does not fit the plan."""
    document = mscx.parse(remove(data, where), where)
    score = read_mscx.from_document(document)
    plan.check(edits, score)
    writer = _Writer(document, score)
    for mark in sorted(edits.marks, key=lambda m: (m.measure, m.offset, m.kind, m.staff)):
        writer.add(mark)
    return document.edited([*_hidden(document, score, edits.hidden), *writer.replacements()])


def _own(document: XmlDocument) -> Iterator[Replacement]:
    """Our elements, and the far ends of our hairpins, with the white space that came with them.

    An end is known by its place and by how far back it points; ours stands after a human one like it.
    """
    for staff in mscx.staves(document):
        wanted: Counter[_EndKey] = Counter()
        ends: dict[_EndKey, list[Element]] = {}
        for gap, element in _placed(document, staff):
            if mscx.is_own(element):
                yield _cut(document, element)
                span = mscx.location(element, "next", document.where) if element.tag == "Spanner" else None
                if span:
                    wanted[gap.measure + span[0], gap.at + span[1], gap.voice, span] += 1
            elif _is_hairpin_end(element):
                bars, quarters = mscx.location(element, "prev", document.where) or (0, ZERO)
                ends.setdefault((gap.measure, gap.at, gap.voice, (-bars, -quarters)), []).append(element)
        for key, count in wanted.items():
            yield from (_cut(document, e) for e in ends.get(key, [])[-count:])


def _placed(document: XmlDocument, staff: Element) -> Iterator[tuple[_Gap, Element]]:
    """Every child of every voice of a staff, and the articulations of its chords, with its place."""
    bars = read_mscx.bars(document)
    for index, (measure, bar) in enumerate(zip(mscx.measures(staff), bars, strict=False)):
        for step in mscx.steps(measure, bar.duration, document.where):
            gap = _Gap(index, step.before, step.element.start, 0, step.voice, None)
            for articulation in step.element.findall("Articulation"):
                yield gap, articulation
            yield gap, step.element


def _is_hairpin_end(element: Element) -> bool:
    return element.attributes.get("type") == "HairPin" and element.find("prev") is not None


def _cut(document: XmlDocument, element: Element) -> Replacement:
    following = document.utf8.find(b"<", element.end)
    blank = not document.utf8[element.end : following].strip(b" \t\r\n")
    return Replacement(element.start, following if blank else element.end, "")


class _Writer:
    def __init__(self, document: XmlDocument, score: Score) -> None:
        self._document = document
        self._keyboard = score.keyboard_staves()
        self._bars = [m.duration for m in score.measures]
        self._staves = mscx.staves(document)
        self._gaps: dict[int, list[_Gap]] = {}
        self._out: list[tuple[int, int, Replacement]] = []

    def add(self, mark: PlannedMark) -> None:
        if mark.kind == "hairpin":
            self._hairpin(mark)
            return
        staves = [mark.staff, *(s for s in self._keyboard if s != mark.staff)]
        found = [g for s in staves for g in self._at(s, mark.measure, mark.offset)]
        if mark.kind == "accent":
            chords = [g.chord for g in found if g.chord is not None and g.staff == mark.staff]
            if chords:
                self._accent(chords[0])
            return
        if not found:
            raise ScoreError(
                f"no chord or rest in measure {mark.measure + 1} at +{float(mark.offset):g} quarters",
                where=self._document.where,
            )
        above = found[0].staff != mark.staff
        self._insert(found[0].position, 1, _words(mark, above) if mark.kind == "words" else _dynamic(mark, above))

    def replacements(self) -> list[Replacement]:
        """Insertions; at one place hairpins that end come first, then levels, then hairpins that begin."""
        return [r for _, _, r in sorted(self._out, key=lambda o: (o[0], o[1]))]

    def _gaps_of(self, staff: int) -> list[_Gap]:
        if staff not in self._gaps:
            self._gaps[staff] = list(self._find_gaps(staff))
        return self._gaps[staff]

    def _find_gaps(self, staff: int) -> Iterator[_Gap]:
        for index, measure in enumerate(mscx.measures(self._staves[staff - 1])[: len(self._bars)]):
            last: dict[int, Fraction] = {}
            for step in mscx.steps(measure, self._bars[index], self._document.where):
                last[step.voice] = step.after
                if step.element.tag in mscx.TIMED and (step.after > step.before):
                    chord = step.element if step.element.tag == "Chord" else None
                    yield _Gap(index, step.before, step.element.start, staff, step.voice, chord)
            for voice, container in enumerate(measure.findall("voice")):
                if last.get(voice, ZERO) > 0:
                    yield _Gap(index, last[voice], container.inner_end, staff, voice, None)

    def _at(self, staff: int, measure: int, offset: Fraction) -> list[_Gap]:
        return [g for g in self._gaps_of(staff) if g.measure == measure and g.at == offset]

    def _hairpin(self, mark: PlannedMark) -> None:
        """Both ends in one voice: the mark's staff first, the end moved to the nearest place at or before it."""
        wanted = (mark.end_measure, mark.end_offset)
        for staff in [mark.staff, *(s for s in self._keyboard if s != mark.staff)]:
            for start in self._at(staff, mark.measure, mark.offset):
                own_voice = [g for g in self._gaps_of(staff) if g.voice == start.voice]
                ends = [g for g in own_voice if (start.measure, start.at) < (g.measure, g.at) <= wanted]
                if ends:
                    end = max(ends, key=lambda g: (g.measure, g.at))
                    self._spanner(mark, start, self._next_bar(end, own_voice), staff != mark.staff)
                    return
        raise ScoreError(f"no chord or rest for a hairpin in measure {mark.measure + 1}", where=self._document.where)

    def _next_bar(self, end: _Gap, voice: list[_Gap]) -> _Gap:
        """The start of the next bar instead of the end of this one, as MuseScore itself writes it."""
        if end.at < self._bars[end.measure]:
            return end
        return next((g for g in voice if g.measure == end.measure + 1 and g.at == 0), end)

    def _spanner(self, mark: PlannedMark, start: _Gap, end: _Gap, above: bool) -> None:
        bars, quarters = end.measure - start.measure, end.at - start.at
        kind = "0" if mark.value == "crescendo" else "1"
        lines = ['<Spanner type="HairPin">', "  <HairPin>", f"    <subtype>{kind}</subtype>"]
        lines += [f"    <z>{OWN_HAIRPIN_Z}</z>"] + (["    <placement>above</placement>"] if above else [])
        lines += ["    </HairPin>", *_location("next", bars, quarters), "  </Spanner>"]
        self._insert(start.position, 2, lines)
        self._insert(
            end.position, 0, ['<Spanner type="HairPin">', *_location("prev", -bars, -quarters), "  </Spanner>"]
        )

    def _accent(self, chord: Element) -> None:
        note = next(chord.findall("Note"), None)
        if note is not None:
            lines = ["<Articulation>", "  <subtype>articAccentAbove</subtype>", f"  <z>{OWN_DYNAMIC_Z}</z>"]
            self._insert(note.start, 1, [*lines, "  </Articulation>"])

    def _insert(self, position: int, order: int, lines: list[str]) -> None:
        indent = self._document.indent_before(position)
        text = indent.join(lines) + indent if indent else "".join(line.strip() for line in lines)
        self._out.append((position, order, Replacement(position, position, text)))


def _dynamic(mark: PlannedMark, above: bool) -> list[str]:
    lines = ["<Dynamic>", f"  <subtype>{mark.value}</subtype>"]
    if mark.value in VELOCITIES:
        lines.append(f"  <velocity>{VELOCITIES[mark.value]}</velocity>")
    lines += [f"  <z>{OWN_DYNAMIC_Z}</z>"] + (["  <placement>above</placement>"] if above else [])
    return [*lines, "  </Dynamic>"]


def _words(mark: PlannedMark, above: bool) -> list[str]:
    side = "above" if above else "below"
    lines = ["<StaffText>", f"  <placement>{side}</placement>", f"  <z>{OWN_DYNAMIC_Z}</z>"]
    return [*lines, f"  <text><i>{escape(mark.value)}</i></text>", "  </StaffText>"]


def _location(side: str, bars: int, quarters: Fraction) -> list[str]:
    lines = [f"  <{side}>", "    <location>"]
    if bars:
        lines.append(f"      <measures>{bars}</measures>")
    if quarters or not bars:
        whole = quarters / 4
        lines.append(f"      <fractions>{whole.numerator}/{whole.denominator}</fractions>")
    return [*lines, "      </location>", f"    </{side}>"]


def _hidden(document: XmlDocument, score: Score, marks: Iterable[PlannedMark]) -> Iterator[Replacement]:
    """Human marks put out of sight, in a form that `remove` turns back."""
    wanted = {(m.kind, m.value, m.measure, m.offset, m.staff) for m in marks}
    bars = score.measures
    for number, staff in enumerate(mscx.staves(document), 1):
        ends: set[tuple[int, Fraction, int]] = set()
        for gap, element in _placed(document, staff):
            key = (gap.measure, gap.at, gap.voice)
            own = ""
            if element.tag in ("Dynamic", *mscx.TEXTS):
                spoken = mscx.dynamic_of(document, element)
                hide = spoken is not None and ("dynamic", spoken.sign, gap.measure, gap.at, number) in wanted
                if spoken and spoken.rest:
                    own = f"<StaffText><z>{OWN_DYNAMIC_Z}</z><text>{escape(spoken.rest)}</text></StaffText>"
            elif _is_hairpin_end(element):
                hide = key in ends
            elif element.attributes.get("type") == "HairPin":
                value = "crescendo" if element.value("HairPin/subtype") in ("0", "2") else "diminuendo"
                span = mscx.location(element, "next", document.where)
                hide = span is not None and ("hairpin", value, gap.measure, gap.at, number) in wanted
                if hide and span:
                    ends.add((min(gap.measure + span[0], len(bars)), gap.at + span[1], gap.voice))
            else:
                continue
            if hide:
                source = document.utf8[element.start : element.end].decode()
                yield Replacement(element.start, element.end, own + musicxml.hide(source))
