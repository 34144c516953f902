"""Read the resynthesised MazurkaBL: performance MIDI made from real beat times and loudness curves.

Layout: `index.csv`, `midi/M06-1/pid….mid`, `labels/M06-1/pid….json`. `train.data.resynthesis.make` writes the same
layout. The label files call beats before the first marking mf, as the published system does; here they are
unknown.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from train.data.corpora.mazurkabl_facts import FIRST_MARK_BEAT
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.values import BeatLabels
from train.data.midi_check import drop_broken_midi
from train.data.pieces import mazurka_piece
from train.data.report import print_report

CORPUS = "mazurka_resynth"
TIERS = ("A", "B", "C")
_COLUMNS = ("mazurka", "pid", "midi", "tier", "test_fold")


def read_resynth(folder: Path, *, tiers: tuple[str, ...] = TIERS, only: Wanted | None = None) -> Reading:
    """Every performance of `index.csv` (or those whose MIDI file is `only` wanted) in its order.

    Attributes: `mazurka`, `pid`, `tier`, `test_fold`, `fold0`….

    Tiers grade the real beat times: A sound, B repaired in places, C doubtful. A performance whose MIDI or label
    file is missing or broken is dropped with its reason. Raises `DataError` when `folder` is not laid out so.
    """
    reading = Reading()
    for row in read_index(folder):
        item_id = f"{CORPUS}/{row['mazurka']}/{row['pid']}"
        midi = folder / row["midi"]
        if only and not only(midi):
            continue
        if row["tier"] not in tiers:
            reading.dropped.append(Dropped(item_id, f"tier {row['tier']} not asked for"))
            continue
        if not midi.is_file():
            reading.dropped.append(Dropped(item_id, "no MIDI file", str(midi), is_damage=True))
            continue
        try:
            labels = read_labels(folder / "labels" / row["mazurka"] / f"{row['pid']}.json", row["mazurka"])
        except DataError as e:
            reading.dropped.append(Dropped(item_id, "no usable labels", str(e), is_damage=True))
            continue
        keys = ("mazurka", "pid", "tier", "test_fold", *(f"fold{k}" for k in range(5)))
        attributes = {key: row.get(key) or "" for key in keys}
        piece = mazurka_piece(row["mazurka"])
        reading.items.append(Item(item_id, CORPUS, piece, "Chopin", labels, midi, attributes=attributes))
    return reading


def read_index(folder: Path) -> list[dict[str, str]]:
    """Rows of `index.csv`. Raises `DataError` when it is missing, cut short or lacks a column."""
    path = folder / "index.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            rows, columns = list(reader), reader.fieldnames or ()
    except OSError as e:
        raise DataError("no index.csv", where=str(folder), cause="not the folder of the resynthesis") from e
    if missing := [c for c in _COLUMNS if c not in columns]:
        raise DataError(f"index.csv has no column {', '.join(missing)}", where=str(path))
    if short := [n for n, row in enumerate(rows, start=2) if None in row.values() or None in row]:
        raise DataError(f"line {short[0]} has another number of fields", where=str(path), cause="a truncated file")
    return rows


def read_labels(path: Path, mazurka: str) -> BeatLabels:
    """Labels of one performance. Raises `DataError` when the file is missing, broken or inconsistent."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        beats, position = np.array(data["beats"], np.float64), np.array(data["beat_in_bar"], np.int64)
        levels = np.array(data["dynamic"], np.int8)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise DataError("the label file cannot be read", where=str(path), cause=str(e)) from e
    levels[: FIRST_MARK_BEAT.get(mazurka, 1) - 1] = 0
    try:
        return BeatLabels(beats, position, levels, beats_per_bar=np.full(len(beats), 3))
    except DataError as e:
        raise DataError(e.what, where=str(path), cause="a damaged label file") from e


def main(arguments: list[str] | None = None) -> int:
    """Command line: counts per mazurka and what was dropped; 0 fine, 1 refused (`--strict`), 2 unusable."""
    parser = argparse.ArgumentParser(
        prog="python -m train.data.corpora.mazurka_resynth", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tiers", default=",".join(TIERS), help="comma-separated (default: all)")
    parser.add_argument("--check-midi", action="store_true", help="open every MIDI file too (slower)")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a file is damaged or missing")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    try:
        reading = read_resynth(args.folder, tiers=tuple(args.tiers.split(",")))
        if args.check_midi:
            reading = drop_broken_midi(reading)
    except DataError as e:
        print(e, file=sys.stderr)
        return 2
    return print_report(reading, lambda item: item.attributes["mazurka"], as_json=args.json, strict=args.strict)


if __name__ == "__main__":
    sys.exit(main())
