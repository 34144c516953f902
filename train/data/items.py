"""What every reader gives: recordings with labels, and what it left out and why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from train.data.errors import DataError
from train.data.labels.values import BeatLabels
from train.sources import Sources, union

Wanted = Callable[[Path], bool]
"""Whether the performance with this MIDI file is to be read."""


@dataclass(frozen=True, eq=False)
class Item:
    """One recording or performance.

    `id` is unique over all data sets and safe as a relative file path; `piece_id` is the same for one piece of
    music wherever it occurs (`train.data.pieces`); `midi_path` may be missing; `attributes`
    hold what one data set alone knows (tier, fold, performer); `beside` are sources beside the corpus.
    """

    id: str
    corpus: str
    piece_id: str
    composer: str
    labels: BeatLabels
    midi_path: Path | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    beside: Sources = ()

    @property
    def sources(self) -> Sources:
        """Everything it comes from (`train.sources`)."""
        return union([f"corpus/{self.corpus}"], self.beside)


@dataclass(frozen=True)
class Dropped:
    """Something that was left out: `id`, the `reason` (a short fixed phrase) and the `detail`.

    `is_damage` tells a broken or missing file from a choice that was meant.
    """

    id: str
    reason: str
    detail: str = ""
    is_damage: bool = False


@dataclass
class Reading:
    """The result of a reader: items in a fixed order, everything dropped or masked, and per piece the counts
    of written signs in its score (levels by name, `accents`, `hairpins`)."""

    items: list[Item] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    masked: list[Dropped] = field(default_factory=list)
    score_counts: dict[str, Counter[str]] = field(default_factory=dict)


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a list that every data set folder has. Raises `DataError` when it is missing, cut or lacks a column."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            rows, found = list(reader), reader.fieldnames or ()
    except OSError as e:
        raise DataError(f"no {path.name}", where=str(path.parent), cause="not the folder of the data set") from e
    if missing := [c for c in columns if c not in found]:
        raise DataError(f"{path.name} has no column {', '.join(missing)}", where=str(path))
    if short := [n for n, row in enumerate(rows, start=2) if None in row or any(row[c] is None for c in columns)]:
        raise DataError(f"line {short[0]} has another number of fields", where=str(path), cause="a truncated file")
    return rows
