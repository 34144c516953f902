"""Read (n)ASAP: human performances with beats, downbeats, metre, and levels from their scores.

`python -m train.data.asap DIR --report` prints per composer what came out and what was dropped and why.
Data set: https://github.com/CPJKU/asap-dataset (CC BY-NC-SA 4.0).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from train.data.annotations import bar_positions, read_annotation
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading
from train.data.labels import BeatLabels
from train.data.pieces import asap_piece

CORPUS = "asap"
_COLUMNS = ("composer", "title", "xml_score", "midi_score", "midi_performance", "performance_annotations",
            "midi_score_annotations")  # fmt: skip


def read_asap(folder: Path) -> Reading:
    """Every performance listed in `metadata.csv`, in its order.

    A performance with a missing or broken file is dropped with its reason; levels are masked (0) where the
    score says nothing. Raises `DataError` when `folder` is not laid out like the data set.
    """
    reading = Reading()
    for row in read_metadata(folder):
        item_id = f"{CORPUS}/{row['midi_performance'].removesuffix('.mid')}"
        midi = folder / row["midi_performance"]
        if not midi.is_file():
            reading.dropped.append(Dropped(item_id, "no MIDI file", str(midi), is_damage=True))
            continue
        try:
            labels = _beats(folder / row["performance_annotations"])
        except DataError as e:
            reading.dropped.append(Dropped(item_id, "no usable beat annotation", str(e), is_damage=True))
            continue
        piece = asap_piece(row["composer"], row["title"])
        reading.items.append(Item(item_id, CORPUS, piece, row["composer"], labels, midi_path=midi))
    return reading


def read_metadata(folder: Path) -> list[dict[str, str]]:
    """Rows of `metadata.csv`. Raises `DataError` when it is missing or lacks a column."""
    path = folder / "metadata.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as e:
        raise DataError(
            "no metadata.csv", where=str(folder), cause="not the folder of the ASAP data set",
            advice="Give the folder that holds metadata.csv and one folder per composer",
        ) from e  # fmt: skip
    missing = [c for c in _COLUMNS if not rows or rows[0].get(c) is None]
    if missing:
        raise DataError(f"metadata.csv has no column {', '.join(missing)}", where=str(path))
    return rows


def _beats(path: Path) -> BeatLabels:
    annotation = read_annotation(path)
    position, length = bar_positions(annotation)
    return BeatLabels(
        annotation.times_s,
        position,
        np.zeros(len(position), np.int8),
        flagged=annotation.is_unclear,
        beats_per_bar=length,
    )
