"""Read MusicXML into measures with notes and dynamic marks at positions in quarter notes.

Only what labels and resynthesis need. Positions are `Fraction` quarter notes from the start of the measure, so
that sums over a whole piece stay exact. Several parts are laid over each other.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from lxml import etree

from train.data.errors import DataError

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ZERO = Fraction(0)
_LONGEST_BAR = 30


@dataclass(frozen=True)
class ScoreNote:
    """A note at `onset_q` for `duration_q` (0 for a grace note); `pitch` is the MIDI number."""

    onset_q: Fraction
    duration_q: Fraction
    pitch: int
    staff: int = 1
    voice: str = "1"
    is_grace: bool = False
    is_tied_from: bool = False
    arpeggiated: bool = False


@dataclass(frozen=True)
class ScoreMark:
    """A sign of loudness at `onset_q`: `kind` is `dynamic`, `words` or `wedge`, `text` its name or words."""

    onset_q: Fraction
    kind: str
    text: str
    staff: int = 1
    number: str = "1"


@dataclass
class Measure:
    """One written measure; `endings` are the passes on which it is played (empty: all)."""

    number: str
    length_q: Fraction = ZERO
    beats: int = 0
    beat_type: int = 0
    notes: list[ScoreNote] = field(default_factory=list)
    marks: list[ScoreMark] = field(default_factory=list)
    repeat_start: bool = False
    repeat_times: int = 0
    endings: tuple[int, ...] = ()
    jumps: dict[str, str] = field(default_factory=dict)


def read_measures(path: Path) -> list[Measure]:
    """All measures of a `.musicxml`, `.xml` or `.mxl` file, parts laid over each other.

    Raises `DataError` when the file is missing, no partwise MusicXML, or has no measure with a note.
    """
    root = _parse(path)
    if root.tag != "score-partwise":
        raise DataError(f"<{root.tag}> instead of <score-partwise>", where=str(path), cause="not a MusicXML score")
    measures: list[Measure] = []
    parts = root.findall("part")
    for number, part in enumerate(parts):
        # Two hands written as two parts: the parts are the staves.
        reader = _PartReader(staff_offset=number if len(parts) > 1 else 0)
        for i, element in enumerate(part.findall("measure")):
            if i == len(measures):
                measures.append(Measure(element.get("number", "")))
            try:
                reader.read(element, measures[i])
            except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as e:
                where = f"{path}, measure {element.get('number')}"
                raise DataError("the measure cannot be understood", where=where, cause=str(e)) from e
    _spread_endings(root, measures)
    if not any(measure.notes for measure in measures):
        raise DataError("the score has no notes", where=str(path))
    return measures


class _PartReader:
    """Walks the measures of one part; divisions and time signature carry over from measure to measure."""

    def __init__(self, staff_offset: int) -> None:
        self.staff_offset = staff_offset
        self.divisions = 1
        self.beats, self.beat_type = 0, 0
        self.position = ZERO
        self.chord_onset = ZERO

    def read(self, element: etree._Element, measure: Measure) -> None:
        self.position = self.chord_onset = farthest = ZERO
        for child in element:
            if child.tag == "note":
                self._note(child, measure)
            elif child.tag == "backup":
                self.position = max(ZERO, self.position - self._duration(child))
            elif child.tag == "forward":
                self.position += self._duration(child)
            elif child.tag == "attributes":
                self._attributes(child)
            elif child.tag == "direction":
                measure.marks.extend(self._direction(child))
                _jumps(child.find("sound"), measure)
            elif child.tag == "barline":
                _repeat(child, measure)
            elif child.tag == "sound":
                _jumps(child, measure)
            farthest = max(farthest, self.position)
        nominal = Fraction(4 * self.beats, self.beat_type) if self.beat_type else ZERO
        # Some exporters write a <forward> of hundreds of beats; cadenzas stay well below this.
        if nominal and farthest > _LONGEST_BAR * nominal:
            farthest = nominal
            measure.notes = [note for note in measure.notes if note.onset_q < nominal]
        measure.length_q = max(measure.length_q, farthest)
        measure.beats, measure.beat_type = self.beats, self.beat_type

    def _staff(self, element: etree._Element) -> int:
        return int(element.findtext("staff", "1")) + self.staff_offset

    def _duration(self, element: etree._Element) -> Fraction:
        return Fraction(element.findtext("duration", "0").strip()) / self.divisions

    def _attributes(self, element: etree._Element) -> None:
        if (text := element.findtext("divisions")) is not None:
            self.divisions = int(text)
        if (time := element.find("time")) is not None and time.find("beats") is not None:
            self.beats = sum(int(b) for b in (time.findtext("beats") or "0").split("+"))
            self.beat_type = int(time.findtext("beat-type") or 0)

    def _note(self, element: etree._Element, measure: Measure) -> None:
        duration = self._duration(element)
        is_chord, is_grace = element.find("chord") is not None, element.find("grace") is not None
        onset = self.chord_onset if is_chord else self.position
        if not is_chord and not is_grace:
            self.chord_onset, self.position = self.position, self.position + duration
        elif is_grace:
            self.chord_onset = self.position
        pitch = element.find("pitch")
        if pitch is None or element.find("cue") is not None:
            return
        alter = round(float(pitch.findtext("alter", "0")))
        octave = int(pitch.findtext("octave", "4"))
        measure.notes.append(
            ScoreNote(
                onset, duration, 12 * (octave + 1) + _STEPS[pitch.findtext("step", "")] + alter,
                staff=self._staff(element), voice=element.findtext("voice", "1"), is_grace=is_grace,
                is_tied_from=any(tie.get("type") == "stop" for tie in element.findall("tie")),
                arpeggiated=element.find("notations/arpeggiate") is not None,
            )
        )  # fmt: skip

    def _direction(self, element: etree._Element) -> Iterator[ScoreMark]:
        offset = Fraction(element.findtext("offset", "0").strip()) / self.divisions
        onset, staff = max(ZERO, self.position + offset), self._staff(element)
        for kind in element.findall("direction-type"):
            for dynamics in kind.findall("dynamics"):
                for sign in dynamics:
                    text = sign.text or "" if sign.tag == "other-dynamics" else str(sign.tag)
                    named = "words" if sign.tag == "other-dynamics" else "dynamic"
                    yield ScoreMark(onset, named, text.strip(), staff)
            for words in kind.findall("words"):
                yield ScoreMark(onset, "words", (words.text or "").strip(), staff)
            for wedge in kind.findall("wedge"):
                yield ScoreMark(onset, "wedge", wedge.get("type", ""), staff, wedge.get("number", "1"))


def _jumps(sound: etree._Element | None, measure: Measure) -> None:
    if sound is not None:
        for name in ("dacapo", "dalsegno", "segno", "coda", "tocoda", "fine"):
            if sound.get(name):
                measure.jumps[name] = sound.get(name, "")


def _repeat(barline: etree._Element, measure: Measure) -> None:
    repeat = barline.find("repeat")
    if repeat is not None and repeat.get("direction") == "forward":
        measure.repeat_start = True
    elif repeat is not None:
        measure.repeat_times = int(repeat.get("times", "2"))


def _spread_endings(root: etree._Element, measures: list[Measure]) -> None:
    """An ending is written at its first and last measure and covers those between."""
    part = root.find("part")
    open_ending: tuple[int, ...] = ()
    for element, measure in zip(part.findall("measure") if part is not None else [], measures, strict=False):
        endings = element.findall("barline/ending")
        for ending in endings:
            if ending.get("type") == "start":
                digits = "".join(c if c.isdigit() else " " for c in ending.get("number", "1"))
                open_ending = tuple(int(d) for d in digits.split()) or (1,)
        measure.endings = open_ending
        if any(ending.get("type") in ("stop", "discontinue") for ending in endings):
            open_ending = ()


def _parse(path: Path) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        data = path.read_bytes()
        if data[:2] == b"PK":
            data = _unzip(path)
        return etree.fromstring(data, parser)
    except (OSError, etree.XMLSyntaxError, zipfile.BadZipFile, KeyError) as e:
        raise DataError("the score cannot be read", where=str(path), cause=str(e)) from e


def _unzip(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if not n.startswith("META-INF") and n.endswith((".xml", ".musicxml"))]
        return archive.read(names[0] if names else "score.xml")
