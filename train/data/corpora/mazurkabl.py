"""Read MazurkaBL, the beat and dynamics annotations of 2,000 recordings of Chopin's mazurkas.

Data set: Kosta, Bandtlow, Chew, "MazurkaBL", TENOR 2018; https://github.com/katkost/MazurkaBL (CC BY-NC-SA 4.0).
The recordings are not distributed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.corpora.mazurkabl_facts import MAZURKAS_WITHOUT_DYNAMICS, PID_FIXES
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading
from train.data.labels.values import LEVEL_NUMBER, BeatLabels, Floats, Ints, LevelArray, carry_forward
from train.data.pieces import mazurka_piece

CORPUS = "mazurkabl"
COLLAPSED_S = 0.1
"""Intervals between beats shorter than this are failures of the alignment that made the data set."""

# Beat_dyn and beat_time differ by up to two rows in three mazurkas of the intact data set.
_ROW_SLACK = 2


@dataclass(frozen=True, eq=False)
class Mazurka:
    """One score: `bar` and `beat_in_bar` [n] (1 is the downbeat), `times_s` [n] by recording, `levels` [n]."""

    name: str
    bar: Ints
    beat_in_bar: Ints
    times_s: dict[str, Floats]
    levels: LevelArray


def read_mazurkabl(folder: Path) -> Reading:
    """Every recording of every mazurka with usable dynamics, sorted by name.

    Beats next to an interval under `COLLAPSED_S` are flagged. Damaged files are dropped with their reason; raises
    `DataError` when `folder` is not laid out like the data set.
    """
    reading = Reading()
    for name in mazurka_names(folder):
        if name in MAZURKAS_WITHOUT_DYNAMICS:
            reading.dropped.append(Dropped(f"{CORPUS}/{name}", "no dynamics", MAZURKAS_WITHOUT_DYNAMICS[name]))
            continue
        try:
            mazurka = read_mazurka(folder, name)
        except DataError as e:
            reading.dropped.append(Dropped(f"{CORPUS}/{name}", "damaged file", str(e), is_damage=True))
            continue
        for pid in mazurka.times_s:
            labels = recording_labels(mazurka, pid)
            reading.items.append(Item(f"{CORPUS}/{name}/{pid}", CORPUS, mazurka_piece(name), "Chopin", labels))
    return reading


def mazurka_names(folder: Path) -> list[str]:
    """Names (`M06-1`) of the mazurkas with a beat file. Raises `DataError` when there is none."""
    files = sorted((folder / "beat_time").glob("M*beat_time.csv"))
    if not files:
        raise DataError(
            "no beat_time/M…beat_time.csv", where=str(folder), cause="not the folder of MazurkaBL",
            advice="Give the folder that holds beat_time, markings_dyn and xml_scores",
        )  # fmt: skip
    return [f.name.removesuffix("beat_time.csv") for f in files]


def read_mazurka(folder: Path, name: str) -> Mazurka:
    """One mazurka with its fixes. Raises `DataError` naming the file and line that cannot be right."""
    path = folder / "beat_time" / f"{name}beat_time.csv"
    header, table = _read_table(path)
    _check_rows(folder, name, len(table))
    beat = table[:, 1].astype(np.int64)
    if not np.isin(beat, (0, 1, 2)).all():
        raise DataError("beat numbers other than 0, 1, 2", where=str(path))
    times: dict[str, Floats] = {}
    for column, raw in enumerate(header[2:], start=2):
        pid = PID_FIXES.get((name, raw), raw)
        if pid in times:
            raise DataError(f"two columns for {pid}", where=str(path))
        if np.any(np.diff(table[:, column]) <= 0):
            row = int(np.flatnonzero(np.diff(table[:, column]) <= 0)[0]) + 1
            raise DataError(f"times of {pid} do not increase at beat {row + 1}", where=str(path))
        times[pid] = table[:, column]
    levels = np.zeros(len(beat), np.int8)
    if name not in MAZURKAS_WITHOUT_DYNAMICS:
        levels = carry_forward(len(beat), read_markings(folder, name, len(beat)))
    return Mazurka(name, table[:, 0].astype(np.int64), beat + 1, times, levels)


def recording_labels(mazurka: Mazurka, pid: str) -> BeatLabels:
    """Labels of one recording: the score's levels at its beat times, collapsed beats flagged."""
    times = mazurka.times_s[pid]
    narrow = np.diff(times) < COLLAPSED_S
    flagged = np.concatenate([narrow, [False]]) | np.concatenate([[False], narrow])
    metre = np.full(len(times), 3)
    return BeatLabels(times, mazurka.beat_in_bar, mazurka.levels, flagged=flagged, beats_per_bar=metre)


def read_markings(folder: Path, name: str, n_beats: int) -> list[tuple[int, int]]:
    """(0-based beat, level) of every dynamic marking. Raises `DataError` when the file cannot be right."""
    path = folder / "markings_dyn" / f"{name}markings.csv"
    rows = _read_rows(path)
    if len(rows) != 3 or len({len(row) for row in rows}) != 1:
        raise DataError(f"not three rows of one length: {[len(r) for r in rows]}", where=str(path),
                        cause="a truncated file")  # fmt: skip
    marks = []
    for text, row, level in zip(*rows, strict=True):
        if level.strip() not in LEVEL_NUMBER or not row.strip().isdigit():
            raise DataError(f"{text!r} at {row!r} is {level!r}, no dynamic level", where=str(path))
        if not 1 <= int(row) <= n_beats:
            raise DataError(f"{text!r} stands at beat {row} of {n_beats}", where=str(path),
                            cause="a truncated beat file")  # fmt: skip
        marks.append((int(row) - 1, LEVEL_NUMBER[level.strip()]))
    return marks


def _read_table(path: Path) -> tuple[list[str], Floats]:
    rows = _read_rows(path)
    header = rows[0]
    if header[1:3] != ["measure_number", "beat_number"] or not all(re.match(r"pid\w", h) for h in header[3:]):
        raise DataError(f"unexpected columns {header[:4]}", where=str(path), cause="another kind of file")
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise DataError(f"line {line} has {len(row)} of {len(header)} fields", where=str(path),
                            cause="a truncated file")  # fmt: skip
    try:
        table = np.array([[float(x) for x in row[1:]] for row in rows[1:]], np.float64)
    except ValueError as e:
        raise DataError(f"a field is no number: {e}", where=str(path)) from e
    if len(table) < 2 or not np.isfinite(table).all():
        raise DataError("missing beats or times", where=str(path), cause="a truncated file")
    return header[1:], table


def _read_rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise DataError("the file cannot be read", where=str(path), cause=str(e)) from e
    if not rows:
        raise DataError("the file is empty", where=str(path))
    return rows


def _check_rows(folder: Path, name: str, n_rows: int) -> None:
    """A file cut off between two lines shows only against its sibling."""
    sibling = folder / "beat_dyn" / f"{name}beat_dynNORM.csv"
    if sibling.is_file() and abs(len(_read_rows(sibling)) - 1 - n_rows) > _ROW_SLACK:
        raise DataError(
            f"{n_rows} beats in beat_time, {len(_read_rows(sibling)) - 1} in beat_dyn",
            where=f"{folder}/beat_time/{name}beat_time.csv", cause="a truncated file",
        )  # fmt: skip
