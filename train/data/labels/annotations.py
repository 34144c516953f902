"""ASAP's and ACPAS's tab-separated beat annotations: `time time label` or `time label`, label `b`, `db` or `bR` with
optional signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train.data.errors import DataError
from train.data.labels.values import Floats, Ints

_LABEL = re.compile(r"(b|db|bR)((?:,(?:\d+/\d+|-?\d+)?)*)")


@dataclass(frozen=True, eq=False)
class Annotation:
    """One annotation file: `times_s` [n]; `kinds` [n] of `b`, `db`, `bR`; `signatures` (index, "6/8")."""

    times_s: Floats
    kinds: tuple[str, ...]
    signatures: tuple[tuple[int, str], ...]

    @property
    def is_downbeat(self) -> npt.NDArray[np.bool_]:
        """Mask [n] of first beats of a bar."""
        return np.array([kind == "db" for kind in self.kinds])

    @property
    def is_unclear(self) -> npt.NDArray[np.bool_]:
        """Mask [n] of beats whose position in the bar cannot be told (`bR`: free passages, inner pickups)."""
        return np.array([kind == "bR" for kind in self.kinds])


def read_annotation(path: Path) -> Annotation:
    """Read one annotation file.

    Raises `DataError` when it is missing, empty, truncated within a line, or its times do not increase.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError("the annotation cannot be read", where=str(path), cause=str(e)) from e
    times, kinds, signatures = [], [], []
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        match = _LABEL.fullmatch(fields[-1].strip()) if len(fields) in (2, 3) else None
        try:
            time_s = float(fields[0])
        except ValueError:
            match = None
        if match is None:
            raise DataError(
                f"line {number} is not `time time label`: {line[:60]!r}",
                where=str(path),
                cause="a truncated or foreign file",
                advice="Fetch the data set again or leave this performance out",
            )
        signatures += [(len(times), f) for f in match[2].split(",") if "/" in f]
        times.append(time_s)
        kinds.append(match[1])
    array = np.array(times)
    if not times or np.any(np.diff(array) <= 0):
        raise DataError("no beats, or times that do not increase", where=str(path), cause="a damaged file")
    return Annotation(array, tuple(kinds), tuple(signatures))


def bar_positions(annotation: Annotation) -> tuple[Ints, Ints]:
    """(position in the bar, beats per bar) per beat, int64 [n], both 0 where they cannot be told.

    A bar runs from one downbeat to the next; its length is counted, not taken from the time signature, since
    compound metres are annotated with one beat per dotted note. Beats before the first downbeat are the end of a
    bar like the first; the last bar, which may be cut short, is as long as the one before. From an unclear
    beat to the next downbeat the position is unknown.
    """
    n = len(annotation.kinds)
    position, length = np.zeros(n, np.int64), np.zeros(n, np.int64)
    starts = np.flatnonzero(annotation.is_downbeat)
    unclear = annotation.is_unclear
    bounds = [*starts.tolist(), n]
    for start, stop in pairwise(bounds):
        is_last = stop == n and len(starts) > 1
        free = np.flatnonzero(unclear[start:stop])
        clear = int(free[0]) if len(free) else stop - start
        position[start : start + clear] = np.arange(1, clear + 1)
        if not len(free):
            before = int(length[start - 1]) if is_last else 0
            length[start:stop] = max(before, stop - start)
    if len(starts) and starts[0] > 0 and length[starts[0]] >= starts[0] and not unclear[: starts[0]].any():
        bar = int(length[starts[0]])
        position[: starts[0]] = np.arange(bar - starts[0] + 1, bar + 1)
        length[: starts[0]] = bar
    # A pickup as long as a bar would begin with a downbeat that nobody annotated.
    position[(position == 1) & ~annotation.is_downbeat] = 0
    return position, length
