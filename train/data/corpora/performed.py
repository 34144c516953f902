"""Read performances of free scores that `train.onsets.perform` made: `index.csv`, a MIDI file and labels for each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted, read_rows
from train.data.labels.values import BeatLabels

CORPUS = "performed"
COLUMNS = ("corpus", "path", "piece_id", "composer", "midi", "sources")


def read_performed(folder: Path, *, only: Wanted | None = None) -> Reading:
    """Every performance of `index.csv` (or those whose MIDI file is `only` wanted) in its order; beside the corpus each
    comes from its score's corpus and its player. Attribute: `score`, the piece's `id` there.

    Raises `DataError` when `folder` is not laid out so.
    """
    reading = Reading()
    for row in read_rows(folder / "index.csv", COLUMNS):
        midi, score = folder / row["midi"], f"{row['corpus']}/{row['path']}"
        if only and not only(midi):
            continue
        try:
            labels = read_labels(labels_path(midi))
        except DataError as e:
            reading.dropped.append(Dropped(f"{CORPUS}/{score}", e.what, str(e), is_damage=True))
            continue
        beside = tuple(row["sources"].split(","))
        who = f"{CORPUS}/{score}", CORPUS, row["piece_id"], row["composer"]
        reading.items.append(Item(*who, labels, midi, {"score": score}, beside))
    return reading


def labels_path(midi: Path) -> Path:
    """Where the labels of a performance lie: beside its MIDI file."""
    return midi.with_suffix(".json")


def read_labels(path: Path) -> BeatLabels:
    """Labels of one performance. Raises `DataError` when the file is missing or broken."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        beats, position, levels = np.array(data["beats_s"]), np.array(data["beat_in_bar"]), np.array(data["levels"])
        return BeatLabels(beats, position, levels)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise DataError("the label file cannot be read", where=str(path), cause=str(e)) from e
