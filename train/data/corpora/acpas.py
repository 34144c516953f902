"""Read ACPAS where it is not ASAP: beats and bars of piano-midi.de and of MAPS (an older state of the same), with the
published split by piece.

Most MAPS files begin with an invented short bar over the silence before the music; beats before the first note and
after the last are left out. The MIDI of the pieces of piano-midi.de is `classical_piano_midi/`, of the same bytes.
Data set: https://github.com/cheriell/ACPAS-dataset (L. Liu, V. Morfi, E. Benetos: ACPAS: a dataset of Aligned Classical
Piano Audio and Scores for audio-to-score transcription, ISMIR 2021). No licence is stated: for experiments and tests,
nothing that is handed out learns from it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from train.data.corpora import classical_piano_midi
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.annotations import bar_positions, read_annotation
from train.data.labels.metre import notes_span_s, within_notes
from train.data.overlaps import Overlaps

CORPUS = "acpas"
LICENCE = ""
N_ROWS = 603
_COLUMNS = ("performance_id", "composer", "source", "folder", "performance_MIDI", "performance_MIDI_external", "split",
            "performance_annotation")  # fmt: skip


def read_acpas(
    folder: Path, overlaps: Overlaps, *, fold: int | None = 0, with_tests: bool = False, only: Wanted | None = None
) -> Reading:
    """Every row of the metadata that is not ASAP's, in its order, and no test piece (`with_tests`: those too).

    `attributes` hold ACPAS's own split (`acpas_split`), the `source` and the `split` of the piece here. Raises
    `DataError` when `folder` is not laid out like the data set.
    """
    reading = Reading()
    for row in metadata(folder):
        item_id = f"{CORPUS}/{row['performance_id']}"
        annotation = folder / row["folder"] / row["performance_annotation"]
        relative = str(annotation.relative_to(folder))
        midi = midi_path(folder, row)
        if only and not only(midi):
            continue
        try:
            if not with_tests and overlaps.is_test_piece(CORPUS, relative, fold):
                reading.dropped.append(Dropped(item_id, "a test piece"))
                continue
            beats = read_annotation(annotation)
            position, length = bar_positions(beats)
            labels = within_notes(beats.times_s, position, length, notes_span_s(midi), beats.is_unclear)
        except DataError as e:
            reading.dropped.append(Dropped(item_id, e.what, str(e), is_damage=True))
            continue
        attributes = {
            "acpas_split": row["split"], "source": row["source"], "split": overlaps.split(CORPUS, relative, fold),
        }  # fmt: skip
        piece = overlaps.piece_id(CORPUS, relative)
        reading.items.append(Item(item_id, CORPUS, piece, row["composer"], labels, midi, attributes))
    return reading


def metadata(folder: Path) -> list[dict[str, str]]:
    """The rows of both subsets that are not ASAP's. Raises `DataError` when a table is missing or lacks a column."""
    rows: list[dict[str, str]] = []
    for name in ("metadata_R.csv", "metadata_S.csv"):
        try:
            with (folder / name).open(encoding="utf-8", newline="") as stream:
                table = list(csv.DictReader(stream))
        except OSError as e:
            raise DataError(f"no {name}", where=str(folder), cause="not the folder of ACPAS") from e
        if missing := [c for c in _COLUMNS if table and c not in table[0]]:
            raise DataError(f"{name} has no column {', '.join(missing)}", where=str(folder))
        rows += [row for row in table if row["source"] != "ASAP"]
    return rows


def midi_path(folder: Path, row: dict[str, str]) -> Path:
    """The performance's MIDI file: ACPAS's own, or that of `classical_piano_midi` beside it."""
    if row["source"] == "MAPS":
        return folder / row["folder"] / row["performance_MIDI"]
    inside = row["performance_MIDI_external"].split("}/", 1)[-1]
    beside = folder.parent / classical_piano_midi.CORPUS
    exact = beside / inside
    if exact.is_file():
        return exact
    found = [p for p in exact.parent.glob("*.mid") if p.name.lower() == exact.name.lower()]
    return found[0] if found else exact
