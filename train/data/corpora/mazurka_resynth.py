"""Read the resynthesised MazurkaBL: performance MIDI made from real beat times and loudness curves.

Layout: `index.csv`, `midi/M06-1/pid….mid`, `labels/M06-1/pid….json`. `train.data.resynthesis.make` writes the same
layout. The label files call beats before the first marking mf, as the published system does; here they are
unknown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from train.data.corpora.mazurkabl_facts import FIRST_MARK_BEAT
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted, read_rows
from train.data.labels.values import BeatLabels
from train.data.pieces import mazurka_piece

CORPUS = "mazurka_resynth"
_COLUMNS = ("mazurka", "pid", "midi", "tier", "test_fold")


def read_resynth(folder: Path, *, only: Wanted | None = None) -> Reading:
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
    return read_rows(folder / "index.csv", _COLUMNS)


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
