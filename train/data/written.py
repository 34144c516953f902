"""What every reader of a corpus of scores gives: which pieces there are, under which terms, and each as a `Score`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.score.table import Score

NO_LICENCE = ""
"""Where a corpus states no licence: good for experiments and tests, not for what is handed out."""


@dataclass(frozen=True)
class WrittenPiece:
    """One score of a corpus: `path` is as in `overlaps.csv`, `file` where it lies; `licence` an SPDX identifier or
    `NO_LICENCE`."""

    corpus: str
    path: str
    composer: str
    licence: str
    file: Path

    @property
    def id(self) -> str:
        """Unique over all corpora and safe as a relative file path."""
        return f"{self.corpus}/{self.path}"


@dataclass(frozen=True)
class ScoreCorpus:
    """A corpus of scores: what it is, who made it, and how it is read.

    `counts` are the numbers that a whole copy has (`pieces`, `measures`, `notes`, `levels`, `graduals`, …), as others
    counted them; the tests hold them against a reading (4 % may differ: the halves of a split bar are one or two).
    `pieces` lists a folder and raises `DataError` when it is not laid out like the corpus; `read` raises `DataError` or
    `ScoreError` for a file that cannot be read.
    """

    name: str
    title: str
    address: str
    licence: str
    citation: str
    counts: Mapping[str, int]
    pieces: Callable[[Path], list[WrittenPiece]]
    read: Callable[[WrittenPiece], Score]


def beats_of(score: Score) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Positions of the beats in quarters, rising, and the place of each in its bar."""
    beats = [(float(at), place) for at, _, place in score.beats()]
    at_q, place = np.array([at for at, _ in beats]), np.array([place for _, place in beats], np.int64)
    rising = np.append(True, np.diff(at_q) > 0)[: len(at_q)]
    return at_q[rising], place[rising]
