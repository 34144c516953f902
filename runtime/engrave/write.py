"""A `Sheet` as MusicXML 4.0: bars, voices, tuplets, ties, beams, accidentals, pedal, tempo and velocities.

Written with lxml like the rest of the project's MusicXML; dynamics are put in afterwards by `runtime.score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from lxml import etree

from runtime.engrave import measure
from runtime.engrave.measure import DIVISIONS_PER_QUARTER, Accidentals
from runtime.engrave.sheet import STAVES, Sheet, SheetBar

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
_SOFTWARE = "Mezzoforte"
_TEMPO_STEP = 0.03


def musicxml(sheet: Sheet, title: str) -> bytes:
    """The score as a MusicXML 4.0 document; equal sheets give equal bytes."""
    root = etree.Element("score-partwise", version="4.0")
    etree.SubElement(etree.SubElement(root, "work"), "work-title").text = _printable(title)
    encoding = etree.SubElement(etree.SubElement(root, "identification"), "encoding")
    etree.SubElement(encoding, "software").text = _SOFTWARE
    part_list = etree.SubElement(root, "part-list")
    score_part = etree.SubElement(part_list, "score-part", id="P1")
    etree.SubElement(score_part, "part-name").text = "Piano"
    part = etree.SubElement(root, "part", id="P1")
    writer = _Writer(sheet)
    for index in range(len(sheet.bars)):
        writer.bar(part, index)
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype=_DOCTYPE)) + b"\n"


def _printable(text: str) -> str:
    """Text that XML can hold."""
    return "".join(c for c in text if c.isprintable())[:200] or "Untitled"


@dataclass(frozen=True)
class _Context:
    """What was last written, so that only changes are."""

    time: tuple[int, int] | None = None
    fifths: int | None = None
    clef_of: tuple[str, ...] = ()


class _Writer:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._last = _Context()
        self._tempo = 0.0
        self._first_number = 0 if sheet.bars[0].is_pickup else 1

    def bar(self, part: etree._Element, index: int) -> None:
        bar = self._sheet.bars[index]
        element = etree.SubElement(part, "measure", number=str(index + self._first_number))
        if bar.is_pickup and index == 0:
            element.set("implicit", "yes")
        self._attributes(element, bar)
        self._tempo_of(element, index, bar)
        length = measure.ticks(Fraction(bar.bar.beats), bar.bar)
        accidentals = Accidentals(bar.key.fifths)
        spans = self._pedal_in(bar)
        written = False
        for staff in STAVES:
            for voice in (1, 2):
                if voice == 2 and not self._sounds(staff, voice, bar):
                    continue
                if written:
                    backup = etree.SubElement(element, "backup")
                    etree.SubElement(backup, "duration").text = str(length)
                two = self._sounds(staff, 2, bar)
                pedal = spans if (staff, voice) == (STAVES[-1], 1) else []
                measure.voice(element, self._sheet, bar, (staff, voice), accidentals, two, pedal)
                written = True
        if index == len(self._sheet.bars) - 1:
            line = etree.SubElement(element, "barline", location="right")
            etree.SubElement(line, "bar-style").text = "light-heavy"

    def _sounds(self, staff: int, voice: int, bar: SheetBar) -> bool:
        one = self._sheet.lines.get((staff, voice))
        first, last = bar.first_beat, bar.first_beat + bar.bar.beats
        return one is not None and any(e.start < last and e.end > first for e in one.events)

    def _pedal_in(self, bar: SheetBar) -> list[tuple[Fraction, str]]:
        first, last = bar.first_beat, bar.first_beat + bar.bar.beats
        is_end = last == self._sheet.grid.n_beats
        out = []
        for down, up in self._sheet.pedal:
            out += [(up - first, "stop")] if first <= up < last or (is_end and up == last) else []
            out += [(down - first, "start")] if first <= down < last else []
        # Up before down again at the same place.
        return sorted(out, key=lambda sign: (sign[0], sign[1] == "start"))

    def _attributes(self, element: etree._Element, bar: SheetBar) -> None:
        time = (bar.full_beats * 3, 8) if bar.bar.compound else (bar.full_beats, 4)
        now = _Context(time, bar.key.fifths, tuple(bar.clef_of[s] for s in STAVES))
        if now == self._last:
            return
        first = self._last.time is None
        attributes = etree.SubElement(element, "attributes")
        if first:
            etree.SubElement(attributes, "divisions").text = str(DIVISIONS_PER_QUARTER)
        if now.fifths != self._last.fifths:
            key = etree.SubElement(attributes, "key")
            etree.SubElement(key, "fifths").text = str(now.fifths)
            etree.SubElement(key, "mode").text = "minor" if bar.key.minor else "major"
        if now.time != self._last.time:
            element_time = etree.SubElement(attributes, "time")
            etree.SubElement(element_time, "beats").text = str(time[0])
            etree.SubElement(element_time, "beat-type").text = str(time[1])
        if first:
            etree.SubElement(attributes, "staves").text = str(len(STAVES))
        for k, staff in enumerate(STAVES):
            if first or now.clef_of[k] != self._last.clef_of[k]:
                clef = etree.SubElement(attributes, "clef", number=str(staff))
                etree.SubElement(clef, "sign").text = now.clef_of[k]
                etree.SubElement(clef, "line").text = "2" if now.clef_of[k] == "G" else "4"
        self._last = now

    def _tempo_of(self, element: etree._Element, index: int, bar: SheetBar) -> None:
        """The played tempo of every bar for playback, and a metronome mark at the first."""
        times_s = self._sheet.grid.times_s
        quarters = float(bar.bar.beat_quarters)
        seconds = times_s[bar.first_beat + bar.bar.beats] - times_s[bar.first_beat]
        tempo = round(60 * quarters * bar.bar.beats / float(seconds), 2)
        if index and abs(tempo - self._tempo) <= _TEMPO_STEP * self._tempo:
            return
        direction = etree.SubElement(element, "direction", placement="above")
        kind = etree.SubElement(direction, "direction-type")
        if index:
            # Text without ink: a metronome mark in every bar would cover the page.
            etree.SubElement(kind, "words").text = " "
        else:
            metronome = etree.SubElement(kind, "metronome")
            etree.SubElement(metronome, "beat-unit").text = "quarter"
            if bar.bar.compound:
                etree.SubElement(metronome, "beat-unit-dot")
            beat_s = float(np.median(np.diff(times_s)))
            etree.SubElement(metronome, "per-minute").text = str(round(60 / beat_s))
        etree.SubElement(direction, "voice").text = "1"
        etree.SubElement(direction, "staff").text = "1"
        etree.SubElement(direction, "sound", tempo=f"{tempo:g}")
        self._tempo = tempo
