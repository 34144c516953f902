"""The notes and rests of one voice in one bar, as MusicXML elements."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from runtime.engrave.events import Event
from runtime.engrave.key import Spelling
from runtime.engrave.placed import Placed
from runtime.engrave.sheet import Sheet, SheetBar
from runtime.engrave.values import Bar, Value, split

DIVISIONS_PER_QUARTER = 480
_SIGNS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BEAMS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5}
_SHARPS = "FCGDAEB"
# <note dynamics> counts in percent of velocity 90.
_FULL_VELOCITY = 90


def ticks(beats: Fraction, bar: Bar) -> int:
    """A duration in beats as MusicXML divisions."""
    return round(beats * bar.beat_quarters * DIVISIONS_PER_QUARTER)


class Accidentals:
    """Which alterations hold in a bar: the signature's, and those written since the bar line."""

    def __init__(self, fifths: int) -> None:
        signs = _SHARPS[: max(0, fifths)], _SHARPS[::-1][: max(0, -fifths)]
        self._signature = {step: 1 for step in signs[0]} | {step: -1 for step in signs[1]}
        self._written: dict[tuple[int, str, int], int] = {}

    def needed(self, staff: int, name: Spelling) -> str | None:
        """The sign to print before this note, None when it is understood."""
        place = (staff, name.step, name.octave)
        before = self._written.get(place, self._signature.get(name.step, 0))
        self._written[place] = name.alter
        return None if before == name.alter else _SIGNS[name.alter]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A value with the event it is part of (None: a rest), and whether it is tied from before and to the next."""

    value: Value
    event: Event | None
    tied_before: bool = False
    tied_after: bool = False


def voice(
    element: etree._Element,
    sheet: Sheet,
    bar: SheetBar,
    where: tuple[int, int],
    accidentals: Accidentals,
    two_voices: bool,
    pedal: list[tuple[Fraction, str]],
) -> None:
    """Append the notes and rests of the voice `where` = (staff, voice) to a measure, pedal signs between them."""
    pieces = _pieces(sheet, bar, where)
    beams, tuplets = _beams(pieces), _tuplet_ends(pieces)
    waiting = list(pedal)
    writer = _NoteWriter(element, sheet, bar, where, accidentals, two_voices)
    if not pieces:
        writer.whole_rest()
    for k, piece in enumerate(pieces):
        while waiting and waiting[0][0] < piece.value.end:
            _pedal(element, waiting.pop(0)[1], where)
        writer.piece(piece, beams[k], tuplets.get(k))
    for _, kind in waiting:
        _pedal(element, kind, where)


def _pieces(sheet: Sheet, bar: SheetBar, where: tuple[int, int]) -> list[_Piece]:
    """The bar from end to end: parts of events, and rests between them."""
    one = sheet.lines.get(where)
    first, last = bar.first_beat, bar.first_beat + bar.bar.beats
    divisions = {b - first: d for b, d in one.divisions.items() if first <= b < last} if one else {}
    events = [e for e in one.events if e.start < last and e.end > first] if one else []
    out: list[_Piece] = []
    at = Fraction(0)
    for event in events:
        start, stop = max(event.start - first, Fraction(0)), min(event.end - first, Fraction(last - first))
        out += [_Piece(v, None) for v in split(at, start, bar.bar, divisions, rest=True)]
        values = split(start, stop, bar.bar, divisions)
        for k, value in enumerate(values):
            before = k > 0 or event.start < first
            after = k + 1 < len(values) or event.end > last
            out.append(_Piece(value, event, before, after))
        at = stop
    if not events:
        return []
    return out + [_Piece(v, None) for v in split(at, Fraction(last - first), bar.bar, divisions, rest=True)]


def _pedal(element: etree._Element, kind: str, where: tuple[int, int]) -> None:
    direction = etree.SubElement(element, "direction", placement="below")
    etree.SubElement(etree.SubElement(direction, "direction-type"), "pedal", type=kind, line="yes")
    etree.SubElement(direction, "voice").text = voice_number(where)
    etree.SubElement(direction, "staff").text = str(where[0])


def voice_number(where: tuple[int, int]) -> str:
    """MusicXML voice of (staff, voice): 1 and 2 above, 5 and 6 below, as notation programs number them."""
    return str((where[0] - 1) * 4 + where[1])


def _beams(pieces: list[_Piece]) -> list[list[str]]:
    """Beam words per piece and level: notes with flags that stand together in one beat."""
    out: list[list[str]] = [[] for _ in pieces]
    run: list[int] = []
    for k in range(len(pieces) + 1):
        joins = k < len(pieces) and pieces[k].event is not None and pieces[k].value.kind in _BEAMS
        same = bool(run) and joins and _beat(pieces[run[-1]]) == _beat(pieces[k])
        if run and not same:
            _join(run, pieces, out)
            run = []
        if joins:
            run.append(k)
    return out


def _beat(piece: _Piece) -> int:
    return math.floor(piece.value.start)


def _join(run: list[int], pieces: list[_Piece], out: list[list[str]]) -> None:
    if len(run) < 2:
        return
    levels = [_BEAMS[pieces[k].value.kind] for k in run]
    for i, k in enumerate(run):
        for level in range(1, levels[i] + 1):
            before = i > 0 and levels[i - 1] >= level
            after = i + 1 < len(run) and levels[i + 1] >= level
            hook = "forward hook" if i == 0 else "backward hook"
            out[k].append({(0, 0): hook, (0, 1): "begin", (1, 1): "continue", (1, 0): "end"}[(before, after)])


def _tuplet_ends(pieces: list[_Piece]) -> dict[int, str]:
    """Where brackets start and stop: at the first and last value of every beat with a tuplet."""
    out: dict[int, str] = {}
    by_beat: dict[int, list[int]] = {}
    for k, piece in enumerate(pieces):
        if piece.value.tuplet:
            by_beat.setdefault(_beat(piece), []).append(k)
    for inside in by_beat.values():
        out[inside[0]] = "start"
        out[inside[-1]] = "stop"
    return out


class _NoteWriter:
    def __init__(
        self,
        element: etree._Element,
        sheet: Sheet,
        bar: SheetBar,
        where: tuple[int, int],
        accidentals: Accidentals,
        two_voices: bool,
    ) -> None:
        self._element, self._sheet, self._bar, self._where = element, sheet, bar, where
        self._accidentals = accidentals
        self._stem = ("up" if where[1] == 1 else "down") if two_voices else None

    def piece(self, piece: _Piece, beams: list[str], tuplet: str | None) -> None:
        """One value: a rest, or a chord with the grace notes before it."""
        value = piece.value
        if piece.event is None:
            note = etree.SubElement(self._element, "note")
            if self._where[1] == 2:
                note.set("print-object", "no")
            etree.SubElement(note, "rest")
            self._timing(note, value)
            self._ending(note, beams, tuplet, [])
            return
        event = piece.event
        if not piece.tied_before:
            for grace in event.graces:
                self._grace(grace, event.start)
        ties = [t for t, there in (("stop", piece.tied_before), ("start", piece.tied_after)) if there]
        for k, played in enumerate(event.notes):
            note = etree.SubElement(self._element, "note", dynamics=f"{played.velocity / _FULL_VELOCITY * 100:.2f}")
            if k:
                etree.SubElement(note, "chord")
            name = self._sheet.names[event.start, played.pitch]
            _pitch(note, name)
            sign = None if piece.tied_before else self._accidentals.needed(self._where[0], name)
            self._timing(note, value, ties, sign)
            if self._stem:
                etree.SubElement(note, "stem").text = self._stem
            self._ending(note, beams if not k else [], tuplet if not k else None, ties)

    def whole_rest(self) -> None:
        """A rest as long as the bar."""
        note = etree.SubElement(self._element, "note")
        etree.SubElement(note, "rest", measure="yes")
        etree.SubElement(note, "duration").text = str(ticks(Fraction(self._bar.bar.beats), self._bar.bar))
        etree.SubElement(note, "voice").text = voice_number(self._where)
        etree.SubElement(note, "staff").text = str(self._where[0])

    def _grace(self, played: Placed, start: Fraction) -> None:
        note = etree.SubElement(self._element, "note", dynamics=f"{played.velocity / _FULL_VELOCITY * 100:.2f}")
        etree.SubElement(note, "grace", slash="yes")
        name = self._sheet.names[start, played.pitch]
        _pitch(note, name)
        etree.SubElement(note, "voice").text = voice_number(self._where)
        etree.SubElement(note, "type").text = "eighth"
        sign = self._accidentals.needed(self._where[0], name)
        if sign:
            etree.SubElement(note, "accidental").text = sign
        etree.SubElement(note, "staff").text = str(self._where[0])

    def _timing(
        self, note: etree._Element, value: Value, ties: list[str] | None = None, sign: str | None = None
    ) -> None:
        etree.SubElement(note, "duration").text = str(ticks(value.end - value.start, self._bar.bar))
        for tie in ties or []:
            etree.SubElement(note, "tie", type=tie)
        etree.SubElement(note, "voice").text = voice_number(self._where)
        etree.SubElement(note, "type").text = value.kind
        for _ in range(value.dots):
            etree.SubElement(note, "dot")
        if sign:
            etree.SubElement(note, "accidental").text = sign
        if value.tuplet:
            modification = etree.SubElement(note, "time-modification")
            etree.SubElement(modification, "actual-notes").text = str(value.tuplet[0])
            etree.SubElement(modification, "normal-notes").text = str(value.tuplet[1])

    def _ending(self, note: etree._Element, beams: list[str], tuplet: str | None, ties: list[str]) -> None:
        etree.SubElement(note, "staff").text = str(self._where[0])
        for level, word in enumerate(beams, 1):
            etree.SubElement(note, "beam", number=str(level)).text = word
        if tuplet or ties:
            notations = etree.SubElement(note, "notations")
            for tie in ties:
                etree.SubElement(notations, "tied", type=tie)
            if tuplet:
                etree.SubElement(notations, "tuplet", type=tuplet, number="1")


def _pitch(note: etree._Element, name: Spelling) -> None:
    pitch = etree.SubElement(note, "pitch")
    etree.SubElement(pitch, "step").text = name.step
    if name.alter:
        etree.SubElement(pitch, "alter").text = str(name.alter)
    etree.SubElement(pitch, "octave").text = str(name.octave)
