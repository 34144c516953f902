"""Counts of what a reader gave, by group, and of what it left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from runtime.analysis import LEVELS
from train.data.items import Dropped, Item


@dataclass
class Group:
    """Sums over the items of one group; beats and changes per performance, written marks per piece once."""

    pieces: set[str] = field(default_factory=set)
    performances: int = 0
    hours: float = 0.0
    beats: int = 0
    downbeats: int = 0
    flagged: int = 0
    with_levels: int = 0
    level_beats: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    hairpins: int = 0
    marks: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item, written: Mapping[str, Counter[str]]) -> None:
        """Count one item; its length is that of its beats."""
        labels = item.labels
        if item.piece_id not in self.pieces:
            self.marks.update(written.get(item.piece_id, {}))
        self.pieces.add(item.piece_id)
        self.performances += 1
        self.hours += float(labels.beats_s[-1] - labels.beats_s[0]) / 3600 if labels.n_beats else 0.0
        self.beats += labels.n_beats
        self.downbeats += len(labels.downbeats_s)
        self.flagged += int(labels.flagged.sum())
        self.with_levels += bool((labels.levels > 0).any())
        for number, name in enumerate(LEVELS, start=1):
            self.level_beats[name] += int(np.sum(labels.levels == number))
        self.changes += len(labels.change_points)
        self.hairpins += len(labels.hairpins)

    def row(self) -> dict[str, float | int]:
        """The sums as one table row."""
        return {
            "pieces": len(self.pieces), "performances": self.performances, "hours": round(self.hours, 2),
            "beats": self.beats, "downbeats": self.downbeats, "flagged beats": self.flagged,
            "with levels": self.with_levels, **{name: self.level_beats[name] for name in LEVELS},
            "changes": self.changes, "hairpins": self.hairpins,
            **{f"written {name}": self.marks[name] for name in (*LEVELS, "accents", "hairpins")},
        }  # fmt: skip


def group_rows(
    items: Iterable[Item], key: Callable[[Item], str], written: Mapping[str, Counter[str]]
) -> dict[str, dict[str, float | int]]:
    """One row per group in alphabetical order, and their `total`."""
    groups: dict[str, Group] = defaultdict(Group)
    total = Group()
    for item in items:
        groups[key(item)].add(item, written)
        total.add(item, written)
    return {**{name: groups[name].row() for name in sorted(groups)}, "total": total.row()}


def dropped_rows(dropped: Iterable[Dropped]) -> dict[str, list[str]]:
    """Ids by reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for entry in dropped:
        by_reason[entry.reason].append(f"{entry.id}: {entry.detail}" if entry.detail else entry.id)
    return dict(sorted(by_reason.items()))
