"""A `Score` as MusicXML for its picture: what is read of a MuseScore or MIDI file, engraved plainly.

For the eye alone: key and clefs are guessed from the notes, beams and slurs are left to the engraver, and nothing of it
reaches the user's file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from lxml import etree

from runtime.engrave.key import Key, Spelling, keys, spell
from runtime.engrave.values import written
from runtime.score.table import Measure, Note, Score

DIVISIONS = 48
_LOWEST_IN_TREBLE = 60
_GRID = Fraction(1, DIVISIONS)


@dataclass(frozen=True)
class _Piece:
    """Part of a chord, or a rest, that one note value holds."""

    start: Fraction
    quarters: Fraction
    kind: str
    dots: int
    triplet: bool


def _values() -> list[tuple[Fraction, str, int, bool]]:
    """All lengths that one note value has, longest first."""
    out: dict[Fraction, tuple[str, int, bool]] = {}
    for k in range(-4, 4):
        for dots in (0, 1):
            plain = Fraction(2) ** k * (Fraction(3, 2) if dots else 1)
            for triplet, length in ((False, plain), (True, plain * Fraction(2, 3))):
                value = written(plain)
                if value is not None and not (triplet and dots) and length.denominator <= DIVISIONS:
                    out.setdefault(length, (*value, triplet))
    return [(length, *out[length]) for length in sorted(out, reverse=True)]


_VALUES = _values()


def as_musicxml(score: Score) -> str:
    """The picture's source; bars and written positions are those of the score."""
    root = etree.Element("score-partwise", version="4.0")
    part_list = etree.SubElement(root, "part-list")
    names = _spelled(score)
    for index in range(1, len(score.staves) + 1):
        score_part = etree.SubElement(part_list, "score-part", id=f"P{index}")
        etree.SubElement(score_part, "part-name").text = ""
    key = _signature(score)
    for index in range(1, len(score.staves) + 1):
        _part(etree.SubElement(root, "part", id=f"P{index}"), score, index, key, names)
    return str(etree.tostring(root, encoding="unicode"))


def _weights(score: Score) -> np.ndarray:
    weights = np.zeros((len(score.measures), 12))
    for n in score.notes:
        weights[n.measure, n.pitch % 12] += float(n.duration)
    return weights


def _signature(score: Score) -> int:
    return Counter(k.fifths for k in keys(_weights(score))).most_common(1)[0][0]


def _spelled(score: Score) -> dict[int, Spelling]:
    """The name of every note, by its index."""
    in_keys: list[Key] = keys(_weights(score))
    return dict(enumerate(spell([n.pitch for n in score.notes], [in_keys[n.measure] for n in score.notes])))


def _part(part: etree._Element, score: Score, staff: int, key: int, names: dict[int, Spelling]) -> None:
    mine = [(n, names[i]) for i, n in enumerate(score.notes) if n.staff == staff and not n.grace]
    by_measure: dict[int, list[tuple[Note, Spelling, Fraction, Fraction, bool, bool]]] = defaultdict(list)
    for note, name in mine:
        for measure, start, end, before, after in _over_bars(note, score):
            by_measure[measure].append((note, name, start, end, before, after))
    pitches = [n.pitch for n, _ in mine]
    treble = not pitches or float(np.mean(pitches)) >= _LOWEST_IN_TREBLE
    last = None
    for m in score.measures:
        element = etree.SubElement(part, "measure", number=m.number)
        last = _attributes(element, m, key, treble, last)
        _barline(element, m, "left")
        _voices(element, m, by_measure[m.index])
        _barline(element, m, "right")


def _over_bars(note: Note, score: Score) -> Iterator[tuple[int, Fraction, Fraction, bool, bool]]:
    """The note's share of every bar that it sounds in: measure, start and end within it, tied before and after."""
    start = _snapped(note.onset)
    end = max(start + _GRID, _snapped(note.onset + note.duration))
    at, first = start, True
    while at < end:
        m = score.measure_at(at)
        stop = min(end, m.end)
        if stop <= at:
            return
        yield m.index, at - m.start, stop - m.start, note.tied or not first, stop < end
        at, first = stop, False


def _snapped(position: Fraction) -> Fraction:
    return Fraction(round(position * DIVISIONS), DIVISIONS)


def _attributes(element: etree._Element, m: Measure, key: int, treble: bool, last: object) -> object:
    now = (m.time.beats, m.time.beat_type)
    if now == last:
        return last
    attributes = etree.SubElement(element, "attributes")
    if last is None:
        etree.SubElement(attributes, "divisions").text = str(DIVISIONS)
        etree.SubElement(etree.SubElement(attributes, "key"), "fifths").text = str(key)
    time = etree.SubElement(attributes, "time")
    etree.SubElement(time, "beats").text = str(m.time.beats)
    etree.SubElement(time, "beat-type").text = str(m.time.beat_type)
    if last is None:
        clef = etree.SubElement(attributes, "clef")
        etree.SubElement(clef, "sign").text = "G" if treble else "F"
        etree.SubElement(clef, "line").text = "2" if treble else "4"
    return now


def _barline(element: etree._Element, m: Measure, side: str) -> None:
    if (side == "left" and m.repeat_start) or (side == "right" and m.repeat_times):
        line = etree.SubElement(element, "barline", location=side)
        etree.SubElement(line, "repeat", direction="forward" if side == "left" else "backward")


def _voices(
    element: etree._Element, m: Measure, notes: Sequence[tuple[Note, Spelling, Fraction, Fraction, bool, bool]]
) -> None:
    voices = sorted({n[0].voice for n in notes}) or ["1"]
    for k, voice in enumerate(voices, 1):
        if k > 1:
            _move(element, "backup", m.duration)
        _voice(element, m, [n for n in notes if n[0].voice == voice], k)


def _voice(
    element: etree._Element,
    m: Measure,
    notes: Sequence[tuple[Note, Spelling, Fraction, Fraction, bool, bool]],
    voice: int,
) -> None:
    chords: dict[Fraction, list[tuple[Note, Spelling, Fraction, Fraction, bool, bool]]] = defaultdict(list)
    for n in notes:
        chords[n[2]].append(n)
    starts = sorted(chords)
    at = Fraction(0)
    for start, following in zip(starts, [*starts[1:], m.duration], strict=True):
        at = _rest(element, at, start, voice)
        end = min(max(n[3] for n in chords[start]), following)
        at = _chord(element, chords[start], start, end, voice)
    _rest(element, at, m.duration, voice)


def _rest(element: etree._Element, start: Fraction, end: Fraction, voice: int) -> Fraction:
    for piece in _pieces(start, end):
        note = etree.SubElement(element, "note")
        etree.SubElement(note, "rest")
        _length(note, piece, voice)
    return max(start, end)


def _chord(
    element: etree._Element,
    notes: Sequence[tuple[Note, Spelling, Fraction, Fraction, bool, bool]],
    start: Fraction,
    end: Fraction,
    voice: int,
) -> Fraction:
    pieces = _pieces(start, end)
    for k, piece in enumerate(pieces):
        for j, (_, name, _, _, before, after) in enumerate(notes):
            note = etree.SubElement(element, "note")
            if j:
                etree.SubElement(note, "chord")
            pitch = etree.SubElement(note, "pitch")
            etree.SubElement(pitch, "step").text = name.step
            if name.alter:
                etree.SubElement(pitch, "alter").text = str(name.alter)
            etree.SubElement(pitch, "octave").text = str(name.octave)
            ties = [t for t, yes in (("stop", before or k > 0), ("start", after or k + 1 < len(pieces))) if yes]
            _length(note, piece, voice, ties)
    return end


def _length(note: etree._Element, piece: _Piece, voice: int, ties: Sequence[str] = ()) -> None:
    etree.SubElement(note, "duration").text = str(int(piece.quarters * DIVISIONS))
    for tie in ties:
        etree.SubElement(note, "tie", type=tie)
    etree.SubElement(note, "voice").text = str(voice)
    etree.SubElement(note, "type").text = piece.kind
    for _ in range(piece.dots):
        etree.SubElement(note, "dot")
    if piece.triplet:
        changed = etree.SubElement(note, "time-modification")
        etree.SubElement(changed, "actual-notes").text = "3"
        etree.SubElement(changed, "normal-notes").text = "2"
    if ties:
        notations = etree.SubElement(note, "notations")
        for tie in ties:
            etree.SubElement(notations, "tied", type=tie)


def _move(element: etree._Element, name: str, quarters: Fraction) -> None:
    moved = etree.SubElement(element, name)
    etree.SubElement(moved, "duration").text = str(int(quarters * DIVISIONS))


def _pieces(start: Fraction, end: Fraction) -> list[_Piece]:
    """Note values that fill a stretch, the longest that fit one after another."""
    out = []
    while end - start >= _VALUES[-1][0]:
        length, kind, dots, triplet = next(v for v in _VALUES if v[0] <= end - start)
        out.append(_Piece(start, length, kind, dots, triplet))
        start += length
    return out
