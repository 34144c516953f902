"""Known faults of (n)ASAP's annotations, as `asap_corrections/known_faults.csv` lists them."""

from __future__ import annotations

from pathlib import Path

from train.data.items import read_rows

_COLUMNS = ("performance_or_folder", "hits_midi", "advice")
_FIRST_BAR = ("mask the first bar", "drop the first beat")


def with_wrong_first_bar(corrections: Path) -> set[Path]:
    """The performances (paths in ASAP's folder) whose first bar is wrong. Raises `DataError` without the list."""
    rows = read_rows(corrections / "known_faults.csv", _COLUMNS)
    return {
        Path(row["performance_or_folder"]) for row in rows if row["hits_midi"] == "yes" and row["advice"] in _FIRST_BAR
    }
