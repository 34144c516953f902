"""Which file of which corpus holds which piece, and whether that piece is kept for tests: `overlaps.csv`.

The table gives every file of the classical corpora a `piece_group`, the same wherever the same music occurs, and
names what it duplicates in the sets that are tested on. A piece is split by its group, never by its file.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from train.data.errors import DataError
from train.data.pieces import asap_piece, mazurka_piece
from train.data.splits import REAL_AUDIO_PIECES, Split, split_of

UNLISTED_CORPORA = frozenset({"openscore_lieder", "pop909"})
"""Corpora without rows in the table: no piece of theirs was found in any other (pop909 was not compared)."""
_COLUMNS = (
    "corpus", "path", "composer", "title", "piece_group", "asap", "mazurkabl", "batik_mozart", "vienna4x22",
    "held_out",
)  # fmt: skip


@dataclass(frozen=True)
class Overlaps:
    """The rows of `overlaps.csv` by corpus and path."""

    rows: dict[tuple[str, str], dict[str, str]]

    @staticmethod
    def read(path: Path) -> Overlaps:
        """Raises `DataError` when the table is missing, cut short or another file."""
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                reader = csv.DictReader(stream)
                rows, columns = list(reader), reader.fieldnames or ()
        except (OSError, UnicodeDecodeError) as e:
            raise DataError("no table of overlaps", where=str(path), cause=str(e),
                            advice="Give the data folder, which holds overlaps.csv") from e  # fmt: skip
        if missing := [c for c in _COLUMNS if c not in columns]:
            raise DataError(f"no column {', '.join(missing)}", where=str(path), cause="another file")
        if any(row[c] is None for row in rows for c in _COLUMNS):
            raise DataError("a row is cut short", where=str(path), cause="a truncated file")
        return Overlaps({(row["corpus"], row["path"]): row for row in rows})

    def group(self, corpus: str, path: str) -> str:
        """The name that this piece has wherever it occurs. Raises `DataError` for a file that the table should list
        and does not: it may hold anything."""
        row = self.rows.get((corpus, path))
        if row is not None:
            return row["piece_group"]
        if corpus in UNLISTED_CORPORA:
            return f"{corpus}/{Path(path).parent}"
        raise DataError(f"overlaps.csv has no row for {corpus}, {path}", cause="another version of the corpus",
                        advice="Leave the file out: whether it is a test piece is unknown")  # fmt: skip

    def is_test_piece(self, corpus: str, path: str, fold: int | None = 0) -> bool:
        """Whether nothing may be learned from this file: its piece is a test piece of ASAP, a real recording's, one of
        Batik-plays-Mozart, held out (Vienna 4x22), or a mazurka of test fold `fold` (None: no mazurka is)."""
        return self.split(corpus, path, fold) == "test"

    def split(self, corpus: str, path: str, fold: int | None = 0) -> Split:
        """The strictest split of all files of this piece: `test`, else `valid`, else `train`."""
        splits = {s for row in self._by_group.get(self.group(corpus, path), ()) for s in self._splits_of(row, fold)}
        return "test" if "test" in splits else "valid" if "valid" in splits else "train"

    def piece_id(self, corpus: str, path: str) -> str:
        """The piece's name as performances of it are called (`train.data.pieces`), else its group."""
        group = self.group(corpus, path)
        names = {name for row in self._by_group.get(group, ()) for name in self._named(row)}
        return min(names) if names else group

    @cached_property
    def _by_group(self) -> dict[str, list[dict[str, str]]]:
        groups: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows.values():
            groups[row["piece_group"]].append(row)
        return groups

    def _splits_of(self, row: dict[str, str], fold: int | None) -> set[Split]:
        """What one row says of its piece; nothing when it is in no set that is split."""
        corpus = row["corpus"]
        if row["held_out"] or row["batik_mozart"] or row["vienna4x22"] or corpus in ("batik_mozart", "vienna4x22"):
            return {"test"}
        return {_split(piece, fold) for piece in self._named(row)}

    def _named(self, row: dict[str, str]) -> list[str]:
        """The pieces of ASAP and MazurkaBL that one row is or duplicates."""
        folders = [row["path"]] if row["corpus"] == "asap" else _several(row["asap"])
        mazurkas = [row["path"]] if row["corpus"] == "mazurkabl" else _several(row["mazurkabl"])
        pieces = [asap_piece(r["composer"], r["title"]) for r in (self.rows["asap", f] for f in folders)]
        return [*pieces, *map(mazurka_piece, mazurkas)]


def _several(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _split(piece: str, fold: int | None) -> Split:
    return "test" if piece in REAL_AUDIO_PIECES else split_of(piece, fold)
