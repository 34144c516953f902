"""MusicXML text to a `Score`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.read import repeated_bars, repeated_beats
from runtime.score.read.repeated_beats import Bar, Place, Slashes
from runtime.score.table import ZERO, Mark, Measure, Note, Score, Staff, TimeSignature, named_aside, with_offsets
from runtime.score.xml import musicxml
from runtime.score.xml.musicxml import Clock, Step, small_int
from runtime.score.xml.text import Element, XmlDocument

MAX_MEASURES = 20_000
MAX_NOTES = 500_000
# Tuplets in rounded divisions miss the bar line by a little; the bar line is right.
_BAR_TOLERANCE = Fraction(1, 8)
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_WORDS = (
    ("jump", "dacapo", re.compile(r"\bd\.?\s?c\.?(?:\s|$)|\bda capo\b", re.I)),
    ("jump", "dalsegno", re.compile(r"\bd\.?\s?s\.?(?:\s|$)|\bdal segno\b", re.I)),
    ("to_coda", True, re.compile(r"^\s*(?:al |to )coda\s*$", re.I)),
    ("fine", True, re.compile(r"^\s*fine\.?\s*$", re.I)),
)  # fmt: skip


@dataclass
class _Bar:
    """What is gathered about one measure over all parts."""

    number: str
    length: Fraction = ZERO
    time: TimeSignature | None = None
    signs: dict[str, object] = field(default_factory=dict)
    ending_starts: tuple[int, ...] = ()
    ending_stops: bool = False


@dataclass(slots=True)
class _Found:
    """A note or mark placed inside its measure, before the measures' starts are known."""

    measure: int
    at: Fraction
    length: Fraction
    staff: int
    element: Element
    pitch: int = 0
    repeated: bool = False


@dataclass
class _Part:
    """What the attributes of a part say about its staves, which are numbered over the whole score; 0 stands for all."""

    all_aside: bool = False
    _aside: dict[int, bool] = field(default_factory=dict)
    _ever_aside: set[int] = field(default_factory=set)
    _semitones: dict[int, int] = field(default_factory=dict)
    _repeats: list[tuple[int, int, int]] = field(default_factory=list)
    _slashes: list[tuple[Place, int, bool]] = field(default_factory=list)

    def attributes(self, place: Place, element: Element, first_staff: int) -> None:
        """Take in the attributes that stand at a place."""
        for details in element.findall("staff-details"):
            kind = details.value("staff-type")
            if kind:
                staff = first_staff + small_int(details.attributes.get("number", ""), 1)
                self._aside[staff] = kind in ("ossia", "cue", "alternate")
                if self._aside[staff]:
                    self._ever_aside.add(staff)
        for transpose in element.findall("transpose"):
            octaves, semitones = (_signed_int(transpose.value(tag)) for tag in ("octave-change", "chromatic"))
            self._semitones[self._staff(transpose, first_staff)] = 12 * octaves + semitones
        for style in element.findall("measure-style"):
            sign = style.find("measure-repeat")
            if sign is not None:
                length = small_int(sign.text.strip(), 1) if sign.attributes.get("type") == "start" else 0
                self._repeats.append((place[0], self._staff(style, first_staff), length))
            slash = style.find("beat-repeat")
            if slash is not None:
                begins = slash.attributes.get("type") == "start"
                self._slashes.append((place, self._staff(style, first_staff), begins))

    @staticmethod
    def _staff(element: Element, first_staff: int) -> int:
        number = small_int(element.attributes.get("number", ""), 0)
        return first_staff + number if number else 0

    def is_aside(self, staff: int) -> bool:
        """Whether what stands in a staff now is not played."""
        return self.all_aside or self._aside.get(staff, False)

    def was_aside(self, staff: int) -> bool:
        """Whether a staff was ever aside."""
        return self.all_aside or staff in self._ever_aside

    def semitones(self, staff: int) -> int:
        """From what is written in a staff to what sounds."""
        return self._semitones.get(staff, self._semitones.get(0, 0))

    def sources(self, staves: Iterable[int], n_measures: int) -> dict[tuple[int, int], int]:
        """The measures drawn as repeat signs, each with the one that it repeats."""
        out: dict[tuple[int, int], int] = {}
        for staff in staves:
            signs = [(i, length) for i, of_staff, length in self._repeats if of_staff in (0, staff)]
            for (first, length), (last, _) in pairwise([*signs, (n_measures, 0)]):
                if length and first >= length:
                    out |= {(staff, i): first - length + (i - first) % length for i in range(first, last)}
        return out

    def slashes(self, staves: Iterable[int], n_measures: int) -> Iterator[Slashes]:
        """Where beats are drawn as slashes that repeat the beat before."""
        for staff in staves:
            signs = [(place, begins) for place, of_staff, begins in self._slashes if of_staff in (0, staff)]
            for (start, begins), (stop, _) in pairwise([*signs, ((n_measures, ZERO), False)]):
                if begins:
                    yield Slashes(staff, start, stop)


def read(data: bytes, where: str) -> Score:
    """Read partwise MusicXML. Raises `ScoreError` for anything that is not a usable score."""
    return from_document(musicxml.parse(data, where))


def from_document(document: XmlDocument) -> Score:
    """The score table of a parsed document (see `read`)."""
    return _gathered(document).score()


def marks_with_elements(document: XmlDocument) -> list[tuple[Mark, tuple[Element, ...]]]:
    """The marks of a document, each with the ``direction`` or ``notations`` elements that it is made of."""
    reader = _gathered(document)
    return reader.marks(reader.measures())


def _gathered(document: XmlDocument) -> _Reader:
    reader = _Reader(document)
    parts = list(document.root.findall("part"))
    if not parts:
        raise ScoreError("the score has no parts", where=document.where)
    for index, part in enumerate(parts):
        reader.part(index, part)
    return reader


class _Reader:
    def __init__(self, document: XmlDocument) -> None:
        self._where = document.where
        self._parts = {p.attributes.get("id", ""): p for p in document.root.iter() if p.tag == "score-part"}
        self._bars: list[_Bar] = []
        self._notes: list[_Found] = []
        self._signs: list[tuple[str, str, _Found]] = []
        self._tempos: list[tuple[int, Fraction, float]] = []
        self._staves: list[Staff] = []
        self._warnings: list[str] = []
        self._unpitched = self._aside = self._slashed = 0
        self._part = _Part()

    def part(self, index: int, part: Element) -> None:
        clock = Clock()
        first_staff = len(self._staves)
        listed = self._parts.get(part.attributes.get("id", ""))
        name = "" if listed is None else listed.value("part-name")
        self._part = _Part(all_aside=named_aside(name))
        first_note, n_staves = len(self._notes), 1
        for i, measure in enumerate(part.findall("measure")):
            if i >= MAX_MEASURES:
                raise ScoreError(f"more than {MAX_MEASURES} measures", where=self._where)
            if i == len(self._bars):
                self._bars.append(_Bar(measure.attributes.get("number", str(i + 1))))
            for step in musicxml.steps(measure, clock, f"{self._where}, measure {self._bars[i].number}"):
                n_staves = max(n_staves, self._child(i, step, first_staff))
        staves = range(first_staff + 1, first_staff + n_staves + 1)
        piano = None if listed is None else _piano_sound(listed)
        self._staves += [Staff(index, n, name, piano, self._part.was_aside(s)) for n, s in enumerate(staves, 1)]
        sources = self._part.sources(staves, len(self._bars))
        self._notes += repeated_bars.copies(
            self._notes[first_note:], sources, lambda n, measure: replace(n, measure=measure, repeated=True)
        )
        slashes = list(self._part.slashes(staves, len(self._bars)))
        if slashes:
            self._notes += repeated_beats.copies(
                self._notes[first_note:], slashes, self._beats_of_bars(),
                lambda n, place: replace(n, measure=place[0], at=place[1], repeated=True),
            )  # fmt: skip

    def _beats_of_bars(self) -> list[Bar]:
        time, out = TimeSignature(4, 4), []
        for bar in self._bars:
            time = bar.time or time
            out.append(Bar(bar.length or time.bar_quarters, time.beat_quarters))
        return out

    def _child(self, i: int, step: Step, first_staff: int) -> int:
        """Take in one child of measure `i`; returns the highest staff number it speaks of."""
        element, bar = step.element, self._bars[i]
        bar.length = max(bar.length, step.after)
        staff = musicxml.staff_of(element)
        if element.tag == "note":
            self._note(i, step, first_staff + staff)
        elif element.tag == "direction":
            self._direction(i, step, first_staff + staff)
        elif element.tag == "sound":
            self._sound(i, step.before, element)
        elif element.tag == "barline":
            _barline(bar, element)
        elif element.tag == "attributes":
            staff = small_int(element.value("staves"), 1)
            self._part.attributes((i, step.before), element, first_staff)
            beats, beat_type = _beats(element.value("time/beats")), small_int(element.value("time/beat-type"), 0)
            if beats and beat_type:
                bar.time = TimeSignature(beats, beat_type)
        return staff

    def _note(self, i: int, step: Step, staff: int) -> None:
        element = step.element
        if element.find("rest") is not None:
            return
        if self._part.is_aside(staff):
            self._aside += 1
            return
        for notations in element.findall("notations"):
            here = _Found(i, step.before, ZERO, staff, notations)
            self._signs += [("dynamic", sign, here) for sign in musicxml.dynamics_of(notations)]
            self._signs += [("accent", e.tag, here) for e in notations.iter() if e.tag in ("accent", "strong-accent")]
        pitch = element.find("pitch")
        if element.value("notehead") == "slash":
            self._slashed += 1
            return
        if pitch is None:
            self._unpitched += 1
            return
        midi = max(0, min(127, _pitch(pitch, self._where) + self._part.semitones(staff)))
        self._notes.append(_Found(i, step.before, musicxml.note_length(step, self._where), staff, element, midi))
        if len(self._notes) > MAX_NOTES:
            raise ScoreError(f"more than {MAX_NOTES} notes", where=self._where)

    def _direction(self, i: int, step: Step, staff: int) -> None:
        element = step.element
        at = max(ZERO, musicxml.direction_position(step, self._where))
        here = _Found(i, at, ZERO, staff, element)
        words = musicxml.words_of(element)
        if musicxml.is_own(element) and worded.is_second_time(words):
            self._signs.append(("words", words, here))
            return
        self._signs += [("dynamic", sign, here) for sign in musicxml.dynamics_of(element)]
        self._signs += [(f"wedge {kind}", n, here) for kind, n in musicxml.wedges_of(element)]
        if gradual := worded.gradual_in(words):
            self._signs.append(("words", gradual, here))
        for sound in element.findall("sound"):
            self._sound(i, at, sound)
        signs = self._bars[i].signs
        for kind in element.findall("direction-type"):
            for e in kind.children:
                if e.tag in ("segno", "coda"):
                    signs[e.tag] = True
                elif e.tag == "words":
                    for key, value, pattern in _WORDS:
                        if pattern.search(e.text):
                            signs.setdefault(key, value)

    def _sound(self, i: int, at: Fraction, sound: Element) -> None:
        signs, a = self._bars[i].signs, sound.attributes
        for jump in ("dacapo", "dalsegno"):
            if a.get(jump, "no") != "no":
                signs["jump"] = jump
        for key, name in (("segno", "segno"), ("coda", "coda"), ("fine", "fine"), ("to_coda", "tocoda")):
            if a.get(name, "no") != "no":
                signs[key] = True
        if "tempo" in a:
            qpm = float(musicxml.number(a["tempo"], ZERO, self._where))
            if 5 <= qpm <= 1000:
                self._tempos.append((i, at, qpm))

    def _sounding(self) -> list[_Found]:
        """The notes without cues of what another part plays at that moment.

        A cue is silent by definition, but MuseScore 2 and 3 and Finale write all small notes so: the running ones of
        Chopin's étude op. 25/1, the hidden ones that spell out an ornament.
        """
        part = [s.part for s in self._staves]
        played: dict[tuple[int, Fraction, int], set[int]] = {}
        cues = [n.element.find("cue") is not None for n in self._notes]
        for n, cue in zip(self._notes, cues, strict=True):
            if not cue:
                played.setdefault((n.measure, n.at, n.pitch % 12), set()).add(part[n.staff - 1])
        sounding = [
            n
            for n, cue in zip(self._notes, cues, strict=True)
            if not cue or not played.get((n.measure, n.at, n.pitch % 12), set()) - {part[n.staff - 1]}
        ]
        self._aside += len(self._notes) - len(sounding)
        return sounding

    def score(self) -> Score:
        measures = self.measures()
        sounding = self._sounding()
        if self._aside:
            self._warnings.append(f"{self._aside} notes of an ossia or of cues are left out: they are not played")
        if self._unpitched:
            self._warnings.append(f"{self._unpitched} notes without pitch (percussion) are left out")
        if self._slashed:
            self._warnings.append(f"{self._slashed} notes with a slash for a head are left out: they name no pitch")
        notes = sorted(
            (self._placed(n, measures) for n in sounding), key=lambda n: (n.onset, not n.grace, n.staff, n.pitch)
        )
        tempos = sorted({(_clamped(measures[i], at), qpm) for i, at, qpm in self._tempos})
        return Score(
            "musicxml",
            tuple(notes),
            tuple(measures),
            tuple(self._staves),
            tuple(mark for mark, _ in self.marks(measures)),
            tuple(tempos),
            tuple(self._warnings),
        )

    def measures(self) -> list[Measure]:
        """The measures with starts, signs and voltas."""
        out: list[Measure] = []
        start, time = ZERO, TimeSignature(4, 4)
        open_ending: tuple[int, ...] = ()
        for i, bar in enumerate(self._bars):
            time = bar.time or time
            full = time.bar_quarters
            length = full if not bar.length or abs(bar.length - full) < _BAR_TOLERANCE else bar.length
            open_ending = bar.ending_starts or open_ending
            signs = {k: v for k, v in bar.signs.items() if not k.startswith("_")}
            out.append(Measure(i, bar.number, start, length, time, endings=open_ending, **signs))  # type: ignore[arg-type]
            if bar.ending_stops:
                open_ending = ()
            start += length
        return with_offsets(out)

    def _placed(self, found: _Found, measures: list[Measure]) -> Note:
        e, m = found.element, measures[found.measure]
        return Note(
            onset=_clamped(m, found.at),
            duration=found.length,
            pitch=found.pitch,
            staff=found.staff,
            voice=e.value("voice", "1"),
            measure=found.measure,
            grace=e.find("grace") is not None,
            tied=any(t.attributes.get("type") == "stop" for t in e.findall("tie"))
            and not (found.repeated and not found.at),
        )

    def marks(self, measures: list[Measure]) -> list[tuple[Mark, tuple[Element, ...]]]:
        """The marks in score order, each with the elements it is made of.

        Hairpins are paired in the order of time, as the text of a measure goes through its voices in turn.
        """
        marks: list[tuple[Mark, tuple[Element, ...]]] = []
        pending: dict[tuple[int, str], tuple[str, Fraction, _Found]] = {}
        placed = [(_clamped(measures[f.measure], f.at), kind, value, f) for kind, value, f in self._signs]
        for at, kind, value, found in sorted(placed, key=lambda p: (p[0], p[1] != "wedge stop")):
            part = self._staves[found.staff - 1].part
            if not kind.startswith("wedge"):
                ours = musicxml.is_own(found.element)
                mark = Mark(kind, value, at, at, found.measure, found.staff, ours)  # type: ignore[arg-type]
                marks.append((mark, (found.element,)))
            elif kind in ("wedge crescendo", "wedge diminuendo"):
                pending[part, value] = (kind.split()[1], at, found)
            elif kind == "wedge stop" and (part, value) in pending:
                name, start, first = pending.pop((part, value))
                mark = Mark("hairpin", name, start, at, first.measure, first.staff, musicxml.is_own(first.element))
                marks.append((mark, (first.element, found.element)))
        return sorted(marks, key=lambda m: (m[0].start, m[0].staff, m[0].kind, m[0].value))


def _clamped(measure: Measure, at: Fraction) -> Fraction:
    return measure.start + min(at, measure.duration)


def _signed_int(text: str) -> int:
    return int(text) if re.fullmatch(r"[+-]?\d{1,3}", text) else 0


def _piano_sound(part: Element) -> bool | None:
    """Whether the sound that the part list names is a piano's; None when it names none."""
    sounds = [e.text.strip() for e in part.iter() if e.tag == "instrument-sound"]
    programs = [small_int(e.text.strip(), 0) for e in part.iter() if e.tag == "midi-program"]
    if not sounds and not programs:
        return None
    return any(s.startswith("keyboard") for s in sounds) or (not sounds and any(1 <= p <= 8 for p in programs))


def _beats(text: str) -> int:
    """The beats of a time signature, sums such as ``3+2`` included."""
    terms = [small_int(t.strip(), 0) for t in text.split("+")] if text else []
    return sum(terms) if terms and all(terms) else 0


def _pitch(pitch: Element, where: str) -> int:
    step = pitch.value("step")
    octave = musicxml.number(pitch.value("octave"), Fraction(4), where)
    alter = musicxml.number(pitch.value("alter"), ZERO, where)
    if step not in _SEMITONES or not -2 <= octave <= 12 or abs(alter) > 4:
        raise ScoreError(f"a note with pitch {step[:8]!r} {octave} {alter}", where=where, cause="a damaged file")
    return max(0, min(127, 12 * (int(octave) + 1) + _SEMITONES[step] + math.floor(alter + Fraction(1, 2))))


def _barline(bar: _Bar, barline: Element) -> None:
    for repeat in barline.findall("repeat"):
        if repeat.attributes.get("direction") == "forward":
            bar.signs["repeat_start"] = True
        else:
            bar.signs["repeat_times"] = max(2, min(16, small_int(repeat.attributes.get("times", ""), 2)))
    for ending in barline.findall("ending"):
        if ending.attributes.get("type") == "start":
            found = re.findall(r"[1-9]\d?", ending.attributes.get("number", ""))
            bar.ending_starts = tuple(sorted({int(n) for n in found})) or (1,)
        else:
            bar.ending_stops = True
    if any(True for _ in barline.findall("segno")):
        bar.signs["segno"] = True
    if any(True for _ in barline.findall("coda")):
        bar.signs["coda"] = True
