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
    """Part of a chord, or a rest, that one note value holds; `start` in quarters from the start of its bar."""

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
    if not notes:
        _empty(element, m, voice)
        return
    chords: dict[Fraction, list[tuple[Note, Spelling, Fraction, Fraction, bool, bool]]] = defaultdict(list)
    for n in notes:
        chords[n[2]].append(n)
    starts = sorted(chords)
    values: list[_Written] = []
    at = Fraction(0)
    for start, following in zip(starts, [*starts[1:], m.duration], strict=True):
        values += _rests(at, start)
        at = min(max(n[3] for n in chords[start]), following)
        values += _chord(chords[start], start, at)
    values += _rests(at, m.duration)
    _tuplets(values)
    at = Fraction(0)
    for value in values:
        if value.piece.start > at:  # what is shorter than any note value
            _move(element, "forward", value.piece.start - at)
        _value(element, value, voice)
        at = value.piece.start + value.piece.quarters
    if m.duration > at:
        _move(element, "forward", m.duration - at)


@dataclass
class _Written:
    """A note value with the names of its notes and whether each is tied before and after; without notes a rest."""

    piece: _Piece
    notes: list[tuple[Spelling, bool, bool]]
    tuplet: str = ""
    """``start``, ``stop``, or nothing inside and outside of one."""


def _empty(element: etree._Element, m: Measure, voice: int) -> None:
    """A rest for the whole bar."""
    note = etree.SubElement(element, "note")
    etree.SubElement(note, "rest", measure="yes")
    etree.SubElement(note, "duration").text = str(int(m.duration * DIVISIONS))
    etree.SubElement(note, "voice").text = str(voice)


def _rests(start: Fraction, end: Fraction) -> list[_Written]:
    return [_Written(piece, []) for piece in _pieces(start, end)]


def _chord(
    notes: Sequence[tuple[Note, Spelling, Fraction, Fraction, bool, bool]], start: Fraction, end: Fraction
) -> list[_Written]:
    pieces = _pieces(start, end)
    last = len(pieces) - 1
    return [
        _Written(piece, [(name, before or k > 0, after or k < last) for _, name, _, _, before, after in notes])
        for k, piece in enumerate(pieces)
    ]


def _tuplets(values: Sequence[_Written]) -> None:
    """Say where triplets begin and end: as soon as together they have the length of a plain note value."""
    group: list[_Written] = []
    for value, following in zip(values, [*values[1:], None], strict=True):
        if not value.piece.triplet:
            continue
        group.append(value)
        whole = sum((v.piece.quarters for v in group), Fraction(0))
        is_plain = whole.denominator & (whole.denominator - 1) == 0
        if is_plain or following is None or not following.piece.triplet:
            group[0].tuplet = "start" if len(group) > 1 else "both"
            group[-1].tuplet = "stop" if len(group) > 1 else "both"
            group = []


def _value(element: etree._Element, value: _Written, voice: int) -> None:
    if not value.notes:
        note = etree.SubElement(element, "note")
        etree.SubElement(note, "rest")
        _length(note, value, voice, ())
    for j, (name, before, after) in enumerate(value.notes):
        note = etree.SubElement(element, "note")
        if j:
            etree.SubElement(note, "chord")
        pitch = etree.SubElement(note, "pitch")
        etree.SubElement(pitch, "step").text = name.step
        if name.alter:
            etree.SubElement(pitch, "alter").text = str(name.alter)
        etree.SubElement(pitch, "octave").text = str(name.octave)
        _length(note, value, voice, [t for t, yes in (("stop", before), ("start", after)) if yes], is_first=j == 0)


def _length(note: etree._Element, value: _Written, voice: int, ties: Sequence[str], *, is_first: bool = True) -> None:
    piece = value.piece
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
    if not ties and not (value.tuplet and is_first):
        return
    notations = etree.SubElement(note, "notations")
    for tie in ties:
        etree.SubElement(notations, "tied", type=tie)
    for side in ("start", "stop"):
        if is_first and value.tuplet in (side, "both"):
            etree.SubElement(notations, "tuplet", type=side)


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
