"""Read piano-midi.de: pieces whose tempo, velocities and pedal were drawn by hand, with exact beats and bars.

Nobody played these; beats, bars and metre come from the tempo map and are true, the rubato is a careful imitation.
Data set: http://www.piano-midi.de by B. Krueger, collected as ClassicalPianoMIDI. Its terms say "for study and research
only": for experiments and tests, nothing that is handed out learns from it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.metre import read_metre, within_notes
from train.data.overlaps import Overlaps

CORPUS = "classical_piano_midi"
LICENCE = ""
N_FILES = 337


def read_classical_piano_midi(
    folder: Path, overlaps: Overlaps, *, fold: int | None = 0, with_tests: bool = False, only: Wanted | None = None
) -> Reading:
    """Every file of `metadata.csv`, in its order, that is no test piece (`with_tests`: those too).

    Levels are unknown: velocities were drawn, and no score says what was meant. Raises `DataError` when `folder` is
    not laid out like the collection.
    """
    reading = Reading()
    for composer, path in listed(folder):
        relative, item_id = str(path.relative_to(folder)), f"{CORPUS}/{path.relative_to(folder / 'midis')}"
        if only and not only(path):
            continue
        try:
            if not with_tests and overlaps.is_test_piece(CORPUS, relative, fold):
                reading.dropped.append(Dropped(item_id, "a test piece"))
                continue
            metre = read_metre(path)
            labels = within_notes(metre.beats_s, metre.beat_in_bar, metre.beats_per_bar, metre.span_s)
        except DataError as e:
            reading.dropped.append(Dropped(item_id, e.what, str(e), is_damage=True))
            continue
        piece = overlaps.piece_id(CORPUS, relative)
        split = overlaps.split(CORPUS, relative, fold)
        reading.items.append(Item(item_id, CORPUS, piece, composer, labels, path, {"split": split}))
    return reading


def listed(folder: Path) -> list[tuple[str, Path]]:
    """(composer, MIDI file) of every row of the metadata; a name that differs in case alone is the file's.

    Raises `DataError` when the metadata or a file is missing.
    """
    try:
        with (folder / "metadata.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as e:
        raise DataError("no metadata.csv", where=str(folder), cause="not the folder of ClassicalPianoMIDI") from e
    files = {str(p.relative_to(folder)).lower(): p for p in folder.glob("midis/*/*.mid")}
    if missing := [row["midi"] for row in rows if row["midi"].lower() not in files]:
        raise DataError(f"{len(missing)} MIDI files are missing", where=str(folder), cause=missing[0])
    return [(row["composer"], files[row["midi"].lower()]) for row in rows]
