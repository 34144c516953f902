"""DCML's tables (`notes/`, `measures/`, `chords/`, tab-separated, written by their parser ms3) to a `Score`.

Dynamics and hairpins stand in `chords/`: a row of the event ``Dynamic`` per sign, and the number of each hairpin or
cresc. line on every chord that it covers, so it ends where the last of these ends. Repeats stay folded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS, ZERO, Mark, Measure, Note, Score, Staff, TimeSignature
from train.data.errors import DataError

_SPANS = {
    "crescendo_hairpin": "crescendo", "crescendo_line": "crescendo",
    "decrescendo_hairpin": "diminuendo", "diminuendo_line": "diminuendo", "decrescendo_line": "diminuendo",
}  # fmt: skip
Rows = list[dict[str, str]]


def read_tables(notes: Path, measures: Path, chords: Path | None) -> Score:
    """The score that these tables hold. Raises `DataError` for a missing, damaged or empty one."""
    bars = _measures(_rows(measures), str(measures))
    by_mc = {int(row["mc"]): m for row, m in bars}
    table = [m for _, m in bars]
    try:
        written = sorted(_notes(_rows(notes), by_mc), key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))
        marks = list(_marks(_rows(chords), by_mc)) if chords else []
    except (KeyError, ValueError, TypeError, ZeroDivisionError) as e:
        raise DataError(f"a table cannot be read ({e!r})", where=str(notes), cause="a damaged file") from e
    if not written:
        raise DataError("no notes", where=str(notes))
    n_staves = max(n.staff for n in written)
    return Score(
        "dcml",
        tuple(written),
        tuple(table),
        tuple(Staff(0, n + 1, "Piano") for n in range(n_staves)),
        tuple(sorted(marks, key=lambda m: (m.start, m.staff, m.kind, m.value))),
    )


def _rows(path: Path) -> Rows:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise DataError("the table cannot be read", where=str(path), cause=str(e)) from e
    if not rows:
        raise DataError("the table is empty", where=str(path))
    return rows


def _measures(rows: Rows, where: str) -> list[tuple[dict[str, str], Measure]]:
    out: list[tuple[dict[str, str], Measure]] = []
    start = ZERO
    try:
        for index, row in enumerate(rows):
            beats, beat_type = row["timesig"].split("/")
            length = 4 * Fraction(row["act_dur"])
            repeats = row.get("repeats") or ""
            measure = Measure(
                index, row["mn"], start, length, TimeSignature(int(beats), int(beat_type)),
                4 * Fraction(row["mc_offset"] or 0),
                repeat_start=repeats in ("start", "startend"),
                repeat_times=2 if repeats in ("end", "startend") else 0,
                endings=tuple(int(n) for n in re.findall(r"\d+", row.get("volta") or "")),
            )  # fmt: skip
            out.append((row, measure))
            start += length
    except (KeyError, ValueError, TypeError, ZeroDivisionError) as e:
        raise DataError(f"a measure cannot be read ({e!r})", where=where, cause="a damaged file") from e
    return out


def _notes(rows: Rows, bars: dict[int, Measure]) -> Iterator[Note]:
    for row in rows:
        bar = bars[int(row["mc"])]
        length = 4 * Fraction(row["duration"])
        grace = bool(row.get("gracenote")) or length == 0
        yield Note(
            bar.start + 4 * Fraction(row["mc_onset"]), ZERO if grace else length, int(row["midi"]), int(row["staff"]),
            row["voice"], bar.index, grace, row["tied"] in ("0", "-1"),
        )  # fmt: skip


def _marks(rows: Rows, bars: dict[int, Measure]) -> Iterator[Mark]:
    spans: dict[tuple[str, str], list[tuple[Fraction, Fraction, int, int]]] = {}
    for row in rows:
        bar, staff = bars[int(row["mc"])], int(row["staff"] or 1)
        at = bar.start + 4 * Fraction(row["mc_onset"])
        sign = (row.get("dynamics") or "").strip()
        if row["event"] == "Dynamic" and (sign in LEVEL_SIGNS or sign in STRESS_SIGNS):
            yield Mark("dynamic", sign, at, at, bar.index, staff)
        length = 4 * Fraction(row["duration"] or 0)
        for column in _SPANS:
            for number in re.findall(r"\d+", row.get(column) or ""):
                spans.setdefault((column, number), []).append((at, at + length, bar.index, staff))
    for (column, _), covered in spans.items():
        first = min(covered)
        stop = max(end for _, end, _, _ in covered)
        yield Mark("hairpin", _SPANS[column], first[0], stop, first[2], first[3])
