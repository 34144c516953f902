"""MuseScore's own format (.mscx of versions 3 and 4) to a `Score`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from runtime.errors import ScoreError
from runtime.score.read.musicxml import MAX_MEASURES, MAX_NOTES
from runtime.score.table import (
    LEVEL_SIGNS,
    STRESS_SIGNS,
    ZERO,
    Mark,
    Measure,
    Note,
    Score,
    Staff,
    TimeSignature,
    with_offsets,
)
from runtime.score.xml import mscx
from runtime.score.xml.mscx import Step
from runtime.score.xml.text import Element, XmlDocument

_MARKERS = {"segno": "segno", "varsegno": "segno", "codab": "coda", "varcoda": "coda", "codetta": "coda",
            "fine": "fine", "coda": "to_coda"}  # fmt: skip


def read(data: bytes, where: str) -> Score:
    """Read .mscx text. Raises `ScoreError` for anything that is not a usable score."""
    return from_document(mscx.parse(data, where))


def from_document(document: XmlDocument) -> Score:
    """The score table of a parsed document (see `read`)."""
    staves = mscx.staves(document)
    measures = bars(document)
    reader = _Reader(measures, document.where)
    for number, staff in enumerate(staves, 1):
        for index, measure in enumerate(mscx.measures(staff)[: len(measures)]):
            reader.measure(number, index, measure)
    marks = sorted(reader.marks, key=lambda m: (m.start, m.staff, m.kind, m.value))
    return Score(
        "mscx",
        tuple(sorted(reader.notes, key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))),
        tuple(measures),
        _staff_names(document, len(staves)),
        tuple(marks),
        tuple(sorted(reader.tempos)),
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
                numbers = tuple(int(n) for n in re.findall(r"\d{1,2}", element.value("Volta/endings")))
                if span and numbers:
                    self._open.append((index + max(1, span[0]), numbers))
        self._open = [(end, numbers) for end, numbers in self._open if end > index]
        return self._open[-1][1] if self._open else ()


def _staff_names(document: XmlDocument, count: int) -> tuple[Staff, ...]:
    names: list[Staff] = []
    score = document.root.find("Score")
    for part, element in enumerate(score.findall("Part") if score else ()):
        name = element.value("Instrument/longName") or element.value("trackName")
        for number, _ in enumerate(element.findall("Staff"), 1):
            names.append(Staff(part, number, name))
    if len(names) != count:
        return tuple(Staff(0, n + 1) for n in range(count))
    return tuple(names)


class _Reader:
    """Gathers notes and marks measure by measure."""

    def __init__(self, measures: list[Measure], where: str) -> None:
        self._measures = measures
        self._where = where
        self.notes: list[Note] = []
        self.marks: list[Mark] = []
        self.tempos: list[tuple[Fraction, float]] = []

    def measure(self, staff: int, index: int, element: Element) -> None:
        bar = self._measures[index]
        where = f"{self._where}, measure {bar.number}"
        for step in mscx.steps(element, bar.duration, where):
            at = bar.start + max(ZERO, min(step.before, bar.duration))
            if step.element.tag == "Chord":
                self._chord(staff, bar, step, at)
            elif step.element.tag == "Dynamic":
                self._dynamic(staff, bar, step.element, at)
            elif step.element.tag == "Spanner" and step.element.attributes.get("type") == "HairPin":
                self._hairpin(staff, bar, step, where)
            elif step.element.tag == "Tempo":
                self._tempo(step.element, at)

    def _chord(self, staff: int, bar: Measure, step: Step, at: Fraction) -> None:
        length = step.after - step.before
        move = step.element.value("staffMove") or step.element.value("move")
        staff += int(move) if re.fullmatch(r"-?[1-4]", move) else 0
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
            self.notes.append(Note(at, length, int(pitch), staff, str(step.voice + 1), bar.index, length == 0, tied))
            if len(self.notes) > MAX_NOTES:
                raise ScoreError(f"more than {MAX_NOTES} notes", where=self._where)

    def _dynamic(self, staff: int, bar: Measure, element: Element, at: Fraction) -> None:
        sign = element.value("subtype")
        if sign in LEVEL_SIGNS or sign in STRESS_SIGNS:
            self.marks.append(Mark("dynamic", sign, at, at, bar.index, staff, mscx.is_own(element)))

    def _hairpin(self, staff: int, bar: Measure, step: Step, where: str) -> None:
        span = mscx.location(step.element, "next", where)
        kind = step.element.value("HairPin/subtype")
        if span is None or kind not in ("0", "1", "2", "3"):
            return
        last = self._measures[max(0, min(bar.index + span[0], len(self._measures) - 1))]
        past_end = bar.index + span[0] >= len(self._measures)
        end = last.end if past_end else last.start + step.before + span[1]
        start = bar.start + step.before
        value = "crescendo" if kind in ("0", "2") else "diminuendo"
        self.marks.append(Mark("hairpin", value, start, max(start, end), bar.index, staff, mscx.is_own(step.element)))

    def _tempo(self, element: Element, at: Fraction) -> None:
        text = element.value("tempo")
        if re.fullmatch(r"\d{1,3}(\.\d{1,9})?", text) and 5 <= float(text) * 60 <= 1000:
            self.tempos.append((at, float(text) * 60))
