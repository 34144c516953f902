"""MuseScore's own format (.mscx of versions 3 and 4) to a `Score`."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from runtime.errors import ScoreError
from runtime.score import worded
from runtime.score.read import repeated_bars
from runtime.score.read.musicxml import MAX_MEASURES, MAX_NOTES
from runtime.score.table import (
    ZERO,
    Mark,
    Measure,
    Note,
    Score,
    Staff,
    TimeSignature,
    named_aside,
    with_offsets,
)
from runtime.score.xml import mscx
from runtime.score.xml.mscx import Step
from runtime.score.xml.text import Element, XmlDocument

_OTTAVAS = {"8va": 12, "8vb": -12, "15ma": 24, "15mb": -24, "22ma": 36, "22mb": -36}
_MARKERS = {"segno": "segno", "varsegno": "segno", "codab": "coda", "varcoda": "coda", "codetta": "coda",
            "fine": "fine", "coda": "to_coda"}  # fmt: skip


def read(data: bytes, where: str) -> Score:
    """Read .mscx text. Raises `ScoreError` for anything that is not a usable score."""
    return from_document(mscx.parse(data, where))


def from_document(document: XmlDocument) -> Score:
    """The score table of a parsed document (see `read`)."""
    staves = mscx.staves(document)
    measures = bars(document)
    reader = _Reader(document, measures, len(staves))
    names = _staff_names(document, len(staves))
    for number, staff in enumerate(staves, 1):
        of_staff = mscx.measures(staff)[: len(measures)]
        for index, measure in enumerate(of_staff):
            reader.measure(number, index, measure, silent=names[number - 1].aside)
        reader.repeated.update({(number, i): source for i, source in _repeated(of_staff).items()})
    marks = sorted(reader.marks, key=lambda m: (m.start, m.staff, m.kind, m.value))
    return Score(
        "mscx",
        tuple(sorted(reader.sounding(), key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))),
        tuple(measures),
        names,
        tuple(marks),
        tuple(sorted(reader.tempos)),
        (f"{reader.silent} notes of an ossia or of cues are left out: they are not played",) if reader.silent else (),
    )


def bars(document: XmlDocument) -> list[Measure]:
    """The measures of the first staff with everything that decides the order of playing."""
    out: list[Measure] = []
    start, time, counted = ZERO, TimeSignature(4, 4), 0
    voltas = _Voltas()
    for index, element in enumerate(mscx.measures(mscx.staves(document)[0])):
        where = f"{document.where}, measure {index + 1}"
        if index >= MAX_MEASURES:
            raise ScoreError(f"more than {MAX_MEASURES} measures", where=document.where)
        time = _time(element) or time
        text = element.attributes.get("len", "")
        length = mscx.whole_notes(text, where) if text else time.bar_quarters
        if length <= 0:
            raise ScoreError("a measure without length", where=where, cause="a damaged file")
        if element.find("irregular") is None:
            counted += 1
        signs = _signs(element)
        out.append(
            Measure(index, str(counted), start, length, time, endings=voltas.endings(element, index, where), **signs)
        )
        start += length
    return with_offsets(out)


def _time(measure: Element) -> TimeSignature | None:
    for element in measure.iter():
        if element.tag == "TimeSig":
            n, d = element.value("sigN"), element.value("sigD")
            if re.fullmatch(r"[1-9]\d{0,2}", n) and re.fullmatch(r"[1-9]\d{0,2}", d):
                return TimeSignature(int(n), int(d))
    return None


def _signs(measure: Element) -> dict[str, Any]:
    signs: dict[str, Any] = {}
    if measure.find("startRepeat") is not None:
        signs["repeat_start"] = True
    times = measure.value("endRepeat")
    if times:
        signs["repeat_times"] = max(2, min(16, int(times))) if re.fullmatch(r"\d{1,2}", times) else 2
    for marker in measure.findall("Marker"):
        key = _MARKERS.get(marker.value("label"))
        if key:
            signs[key] = True
    for jump in measure.findall("Jump"):
        signs["jump"] = "dalsegno" if jump.value("jumpTo") in ("segno", "varsegno") else "dacapo"
    return signs


class _Voltas:
    """Which measures stand under which volta."""

    def __init__(self) -> None:
        self._open: list[tuple[int, tuple[int, ...]]] = []

    def endings(self, measure: Element, index: int, where: str) -> tuple[int, ...]:
        for element in measure.iter():
            if element.tag == "Spanner" and element.attributes.get("type") == "Volta":
                span = mscx.location(element, "next", where)
                numbers = tuple(int(n) for n in re.findall(r"[1-9]\d?", element.value("Volta/endings")))
                if span and numbers:
                    self._open.append((index + max(1, span[0]), numbers))
        self._open = [(end, numbers) for end, numbers in self._open if end > index]
        return self._open[-1][1] if self._open else ()


def _repeated(measures: list[Element]) -> dict[int, int]:
    """The measures of a staff drawn as repeat signs, each with the one that it repeats.

    MuseScore 4 counts the bars of a sign in each of its bars; MuseScore 3 has signs of one bar.
    """
    out: dict[int, int] = {}
    counts = [int(t) if (t := m.value("measureRepeatCount")).isdigit() and len(t) < 3 else 0 for m in measures]
    for i, measure in enumerate(measures):
        if counts[i] == 1:
            length = 1
            while i + length < len(counts) and counts[i + length] == length + 1:
                length += 1
            out |= {i + k: i + k - length for k in range(length) if i >= length}
        elif not counts[i] and i and any(v.find("RepeatMeasure") is not None for v in measure.findall("voice")):
            out[i] = i - 1
    return out


def _moved(note: Note, lines: list[tuple[Fraction, Fraction, int]]) -> Note:
    """A note as it sounds under octave lines."""
    semitones = sum(by for start, end, by in lines if start <= note.onset < end)
    return replace(note, pitch=max(0, min(127, note.pitch + semitones))) if semitones else note


def _staff_names(document: XmlDocument, count: int) -> tuple[Staff, ...]:
    names: list[Staff] = []
    score = document.root.find("Score")
    for part, element in enumerate(score.findall("Part") if score else ()):
        name = element.value("Instrument/longName") or element.value("trackName")
        sound = element.value("Instrument/instrumentId") or element.value("Instrument/id")
        piano = sound.startswith("keyboard") if sound else None
        for number, staff in enumerate(element.findall("Staff"), 1):
            # How MuseScore's handbook has ossias drawn: a small staff that is cut away where it is empty.
            cut = staff.value("cutaway") == "1" and staff.value("StaffType/small") == "1"
            names.append(Staff(part, number, name, piano, named_aside(name) or cut))
    if len(names) != count:
        return tuple(Staff(0, n + 1) for n in range(count))
    return tuple(names)


class _Reader:
    """Gathers notes and marks measure by measure."""

    def __init__(self, document: XmlDocument, measures: list[Measure], n_staves: int) -> None:
        self._document = document
        self._n_staves = n_staves
        self._measures = measures
        self._where = document.where
        self.notes: list[Note] = []
        self.marks: list[Mark] = []
        self.tempos: list[tuple[Fraction, float]] = []
        self.repeated: dict[tuple[int, int], int] = {}
        self.silent = 0
        self._ottavas: list[tuple[int, Fraction, Fraction, int]] = []

    def measure(self, staff: int, index: int, element: Element, silent: bool = False) -> None:
        """Take in a measure of a staff, without its notes when they are not played (`silent`)."""
        bar = self._measures[index]
        where = f"{self._where}, measure {bar.number}"
        for step in mscx.steps(element, bar.duration, where):
            at = bar.start + max(ZERO, min(step.before, bar.duration))
            if step.element.tag == "Chord":
                self._chord(staff, bar, step, at, silent)
            elif step.element.tag in ("Dynamic", *mscx.TEXTS):
                self._dynamic(staff, bar, step.element, at)
            elif step.element.tag == "Spanner" and step.element.attributes.get("type") == "HairPin":
                self._hairpin(staff, bar, step, where)
            elif step.element.tag == "Spanner" and step.element.attributes.get("type") == "Ottava":
                self._ottava(staff, bar, step, where)
            elif step.element.tag == "Tempo":
                self._tempo(step.element, at)

    def sounding(self) -> list[Note]:
        """All notes, those under octave lines as they sound, and those that repeat signs of bars stand for."""
        octaves: dict[int, list[tuple[Fraction, Fraction, int]]] = {}
        for staff, start, end, semitones in self._ottavas:
            octaves.setdefault(staff, []).append((start, end, semitones))
        notes = [_moved(n, octaves[n.staff]) if n.staff in octaves else n for n in self.notes]
        return notes + repeated_bars.copies(notes, self.repeated, self._again)

    def _again(self, note: Note, measure: int) -> Note:
        at = note.onset - self._measures[note.measure].start
        return replace(note, onset=self._measures[measure].start + at, measure=measure, tied=note.tied and at > 0)

    def _ottava(self, staff: int, bar: Measure, step: Step, where: str) -> None:
        semitones = _OTTAVAS.get(step.element.value("Ottava/subtype"))
        if semitones is not None:
            self._ottavas.append((staff, *self._span(bar, step, where), semitones))

    def _span(self, bar: Measure, step: Step, where: str) -> tuple[Fraction, Fraction]:
        """Start and end of a line that begins in `bar`; one without an end lasts to the end of the score."""
        start = bar.start + step.before
        bars, quarters = mscx.location(step.element, "next", where) or (len(self._measures), ZERO)
        if not 0 <= bar.index + bars < len(self._measures):
            return start, self._measures[-1].end
        return start, max(start, self._measures[bar.index + bars].start + step.before + quarters)

    def _chord(self, staff: int, bar: Measure, step: Step, at: Fraction, silent: bool) -> None:
        length = step.after - step.before
        move = step.element.value("staffMove") or step.element.value("move")
        moved = int(move) if re.fullmatch(r"-?[1-4]", move) else 0
        staff = max(1, min(self._n_staves, staff + moved))
        for articulation in step.element.findall("Articulation"):
            if "accent" in articulation.value("subtype").lower():
                ours = mscx.is_own(articulation)
                self.marks.append(Mark("accent", "accent", at, at, bar.index, staff, ours))
        for note in step.element.findall("Note"):
            pitch = note.value("pitch")
            if not re.fullmatch(r"\d{1,3}", pitch) or int(pitch) > 127:
                raise ScoreError(f"a note with pitch {pitch[:8]!r}", where=self._where, cause="a damaged file")
            tied = any(
                s.attributes.get("type") == "Tie" and s.find("prev") is not None for s in note.findall("Spanner")
            )
            if silent or note.value("play") == "0":
                self.silent += 1
                continue
            self.notes.append(Note(at, length, int(pitch), staff, str(step.voice + 1), bar.index, length == 0, tied))
            if len(self.notes) > MAX_NOTES:
                raise ScoreError(f"more than {MAX_NOTES} notes", where=self._where)

    def _dynamic(self, staff: int, bar: Measure, element: Element, at: Fraction) -> None:
        ours, text = mscx.is_own(element), mscx.text_of(self._document, element)
        if ours and worded.is_second_time(text):
            self.marks.append(Mark("words", text, at, at, bar.index, staff, ours))
            return
        if spoken := mscx.dynamic_of(self._document, element):
            self.marks.append(Mark("dynamic", spoken.sign, at, at, bar.index, staff, ours))
        if gradual := worded.gradual_in(text):
            self.marks.append(Mark("words", gradual, at, at, bar.index, staff, ours))

    def _hairpin(self, staff: int, bar: Measure, step: Step, where: str) -> None:
        kind = step.element.value("HairPin/subtype")
        if step.element.find("next") is None or kind not in ("0", "1", "2", "3"):
            return
        start, end = self._span(bar, step, where)
        value = "crescendo" if kind in ("0", "2") else "diminuendo"
        self.marks.append(Mark("hairpin", value, start, end, bar.index, staff, mscx.is_own(step.element)))

    def _tempo(self, element: Element, at: Fraction) -> None:
        text = element.value("tempo")
        if re.fullmatch(r"\d{1,3}(\.\d{1,9})?", text) and 5 <= float(text) * 60 <= 1000:
            self.tempos.append((at, float(text) * 60))
