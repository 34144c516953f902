"""Humdrum **kern files of keyboard music to a `Score`, by music21; dynamics from the **dynam spines.

music21 is given the **kern spines and places notes, bars and metres. Of **dynam spines it would keep what stands beside
a note and mix the signs of one token up, and take several times as long; they are read here line by line, at the time
of the note or rest of the same line.
Signs: p, mf, sf …; ``<`` to ``[`` a crescendo, ``>`` to ``]`` a diminuendo, doubled brackets up to the end of that
note. One that the layout comment prints as a word (``!LO:HP:t=cresc.``), or that is never ended, is kept as words.
Section labels with a number (``*>B1``) are voltas.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from music21 import bar, meter, stream
from music21.humdrum import spineParser

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
from train.data.errors import DataError

_WORD_OR_SIGN = re.compile(r"[<>\[\]]|[a-z]+")
_KINDS = {"<": "crescendo", ">": "diminuendo", "[": "crescendo", "]": "diminuendo"}
_LABEL = re.compile(r"\*>[A-Za-z]+(\d?)")
_PRINTED = re.compile(r"!LO:HP.*:t=([^:]*)")


@dataclass(frozen=True)
class _Sign:
    """One sign of a **dynam token: its line, what it says, the staves it is for."""

    line: int
    sign: str
    staff: int
    printed: str
    to_note_end: bool = False


def read_kern(path: Path) -> Score:
    """The score of a kern file. Raises `DataError` when it cannot be read or holds no notes."""
    try:
        rows = list(_rows(path.read_text(encoding="utf-8", errors="replace").splitlines()))
        parsed = spineParser.HumdrumDataCollection(_kern_alone(rows)).parse()
    except OSError as e:
        raise DataError(f"the file cannot be opened ({e.strerror})", where=str(path)) from e
    except Exception as e:  # music21 raises whatever a malformed spine trips it into
        raise DataError("music21 cannot read the file", where=str(path), cause=str(e)[:200]) from e
    if isinstance(parsed, stream.Opus):
        raise DataError("several pieces in one file", where=str(path))
    parts = list(parsed.parts)
    measures = _measures(parts)
    if not measures:
        raise DataError("no bars", where=str(path), cause="not a kern file of notes")
    found = [_placed(part, staff) for staff, part in enumerate(parts, 1)]
    notes = [n for placed in found for n in _notes(placed, measures)]
    if not notes:
        raise DataError("no notes", where=str(path))
    times = {p.line: p.at for placed in reversed(found) for p in placed if p.line}
    measures = _with_endings(rows, times, measures)
    marks = _marks(list(_signs(rows, len(parts))), times, measures)
    return Score(
        "kern",
        tuple(sorted(notes, key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))),
        tuple(measures),
        tuple(Staff(0, n + 1, "Piano") for n in range(len(parts))),
        tuple(sorted(marks, key=lambda m: (m.start, m.staff, m.kind, m.value))),
    )


@dataclass(frozen=True)
class _Row:
    """A line split into its columns, with the spine type of each (none in comments on the whole score)."""

    cells: tuple[str, ...]
    types: tuple[str, ...]


def _rows(lines: list[str]) -> Iterator[_Row]:
    """Every line of a file; spines may split, join, change places, end and begin."""
    types: list[str] = []
    for line in lines:
        cells = tuple(line.split("\t"))
        if line.startswith("**"):
            types = [c.removeprefix("**") if c.startswith("**") else t for c, t in _beside(cells, types)]
        if line.startswith("!!") or not line or len(cells) != len(types):
            yield _Row((line,), ())
            continue
        yield _Row(cells, tuple(types))
        if line.startswith("*") and not line.startswith("**"):
            types = _after(cells, types)


def _beside(cells: tuple[str, ...], types: list[str]) -> list[tuple[str, str]]:
    return list(zip(cells, types if len(types) == len(cells) else [""] * len(cells), strict=True))


def _after(cells: tuple[str, ...], types: list[str]) -> list[str]:
    """The spine types of the lines after a line of spine paths."""
    out: list[str] = []
    joining = ""
    for i, (cell, kind) in enumerate(zip(cells, types, strict=True)):
        if cell == "*v":
            if joining != kind:
                out.append(kind)
            joining = kind
            continue
        joining = ""
        if cell == "*x" and i + 1 < len(cells) and cells[i + 1] == "*x":
            out.append(types[i + 1])
        elif cell == "*x":
            out.append(types[i - 1])
        elif cell == "*^":
            out += [kind, kind]
        elif cell == "*+":
            out += [kind, ""]
        elif cell != "*-":
            out.append(kind)
    return out


def _kern_alone(rows: list[_Row]) -> list[str]:
    """The lines with the **kern spines alone; what they say nothing on is blank, so that lines keep their number."""
    out = []
    for row in rows:
        cells = [c for c, t in zip(row.cells, row.types, strict=False) if t == "kern"]
        is_empty = all(c in (".", "*") or c.startswith("!") for c in cells)
        out.append("" if is_empty else "\t".join(cells))
    return out


@dataclass(frozen=True)
class _Placed:
    """A note, chord or rest of music21 at its position from the start of the score."""

    at: Fraction
    line: int
    element: Any
    staff: int
    voice: str


def _placed(part: Any, staff: int) -> list[_Placed]:
    out = []
    for m in part.getElementsByClass(stream.Measure):
        start = _exact(m.offset)
        for element in m.notesAndRests:
            out.append(_Placed(start + _exact(element.offset), element.priority, element, staff, "1"))
        for index, voice in enumerate(m.voices, 1):
            at = start + _exact(voice.offset)
            for element in voice.notesAndRests:
                out.append(_Placed(at + _exact(element.offset), element.priority, element, staff, str(index)))
    return out


def _notes(placed: list[_Placed], measures: list[Measure]) -> Iterator[Note]:
    starts = [m.start for m in measures]
    for p in placed:
        if p.element.isRest:
            continue
        grace = bool(p.element.duration.isGrace)
        length = ZERO if grace else _exact(p.element.duration.quarterLength)
        measure = max(0, bisect.bisect_right(starts, p.at) - 1)
        for n in p.element.notes if p.element.isChord else (p.element,):
            tied = n.tie is not None and n.tie.type in ("stop", "continue")
            yield Note(p.at, length, int(n.pitch.midi), p.staff, p.voice, measure, grace, tied)


def _measures(parts: list[Any]) -> list[Measure]:
    """The bars of all parts together; a bar line that only one of them has counts too."""
    bars: dict[Fraction, dict[str, Any]] = {}
    end = ZERO
    for part in parts:
        end = max(end, _exact(part.highestTime))
        for m in part.getElementsByClass(stream.Measure):
            known = bars.setdefault(_exact(m.offset), {"number": f"{m.number}{m.numberSuffix or ''}"})
            if m.timeSignature is not None:
                known["time"] = _metre(m.timeSignature) or known.get("time")
            for line, key in ((m.leftBarline, "start"), (m.rightBarline, "end")):
                if isinstance(line, bar.Repeat):
                    known[key if line.direction == key else {"start": "end", "end": "start"}[key]] = True
    starts = [at for at in sorted(bars) if at < end]
    if not starts:
        return []
    out: list[Measure] = []
    time = TimeSignature(4, 4)
    for index, (start, stop) in enumerate(zip(starts, [*starts[1:], end], strict=True)):
        known = bars[start]
        time = known.get("time") or time
        out.append(
            Measure(
                index, known["number"], start, stop - start, time,
                repeat_start=known.get("start", False), repeat_times=2 if known.get("end") else 0,
            )
        )  # fmt: skip
    return with_offsets(out)


def _with_endings(rows: list[_Row], times: dict[int, Fraction], measures: list[Measure]) -> list[Measure]:
    """Measures under the voltas that section labels name: ``*>B1`` and ``*>B2`` are the endings of section B."""
    starts, lines = [m.start for m in measures], sorted(times)
    labels: dict[int, tuple[int, ...]] = {}
    for line, row in enumerate(rows, 1):
        label = _LABEL.fullmatch(row.cells[0])
        after = bisect.bisect_left(lines, line)
        if label and after < len(lines):
            bar = max(0, bisect.bisect_right(starts, times[lines[after]]) - 1)
            labels[bar] = (int(label[1]),) if label[1] else ()
    out, endings = [], ()
    for m in measures:
        endings = labels.get(m.index, endings)
        out.append(replace(m, endings=endings))
    return out


def _metre(signature: meter.TimeSignature) -> TimeSignature | None:
    beats, beat_type = int(signature.numerator), int(signature.denominator)
    return TimeSignature(beats, beat_type) if beats > 0 and beat_type > 0 else None


def _signs(rows: list[_Row], n_staves: int) -> Iterator[_Sign]:
    staff, printed = 1, ""
    for line, row in enumerate(rows, 1):
        for text, kind in zip(row.cells, row.types, strict=False):
            if kind != "dynam":
                continue
            if text.startswith("*staff"):
                first = re.match(r"\d+", text[6:])
                staff = min(max(1, int(first[0])), n_staves) if first else 1
            elif match := _PRINTED.match(text):
                printed = match[1]
            elif not text.startswith(("*", "!", "=")) and text != ".":
                for token in text.split():
                    if "yy" not in token:
                        yield from _of_token(token, line, staff, printed)
                printed = ""


def _of_token(token: str, line: int, staff: int, printed: str) -> Iterator[_Sign]:
    previous = ""
    for sign in _WORD_OR_SIGN.findall(token):
        if sign in "[]" and sign == previous:
            continue
        previous = sign
        yield _Sign(line, sign, staff, printed if sign in "<>" else "", sign * 2 in token and sign in "[]")


def _marks(signs: list[_Sign], times: dict[int, Fraction], measures: list[Measure]) -> Iterator[Mark]:
    lines = sorted(times)
    starts = [m.start for m in measures]
    end = measures[-1].end

    def at(line: int) -> Fraction:
        return times[lines[max(0, bisect.bisect_right(lines, line) - 1)]]

    def after(line: int) -> Fraction:
        i = bisect.bisect_right(lines, line)
        here = at(line)
        while i < len(lines) and times[lines[i]] <= here:
            i += 1
        return times[lines[i]] if i < len(lines) else end

    def mark(kind: str, value: str, start: Fraction, stop: Fraction, staff: int) -> Mark:
        return Mark(kind, value, start, stop, max(0, bisect.bisect_right(starts, start) - 1), staff)  # type: ignore[arg-type]

    opened: dict[tuple[int, str], _Sign] = {}
    for sign in sorted(signs, key=lambda s: s.line):
        word = sign.sign.rstrip("yxrj")
        if sign.sign in "<>":
            key = (sign.staff, _KINDS[sign.sign])
            if before := opened.pop(key, None):
                yield mark("words", key[1], at(before.line), at(before.line), before.staff)
            opened[key] = sign
        elif sign.sign in "[]":
            first = opened.pop((sign.staff, _KINDS[sign.sign]), None)
            if first is not None:
                stop = after(sign.line) if sign.to_note_end or first.line == sign.line else at(sign.line)
                kind = "words" if first.printed.strip() else "hairpin"
                start = at(first.line)
                yield mark(kind, _KINDS[sign.sign], start, start if kind == "words" else max(stop, start), first.staff)
        elif word in LEVEL_SIGNS or word in STRESS_SIGNS:
            yield mark("dynamic", word, at(sign.line), at(sign.line), sign.staff)
    for (staff, value), first in opened.items():
        yield mark("words", value, at(first.line), at(first.line), staff)


def _exact(value: float | Fraction) -> Fraction:
    """music21 gives floats where they are exact enough, fractions elsewhere."""
    return value if isinstance(value, Fraction) else Fraction(value).limit_denominator(4096)
