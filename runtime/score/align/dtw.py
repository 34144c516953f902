"""Time warping: which place of a score sounds in each frame of a recording.

Both searches are Viterbi paths with one step per audio frame (stay, go on by one, or skip one or two columns
of the score), so that a whole row is computed at once and cost does not depend on tempo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int32]

INFINITE = np.float32(1e9)
PAD = 3  # blocked columns between spans, so that no step crosses from one to the next by accident
BEFORE, AFTER, BETWEEN = -1, -2, -3  # path values for frames before the music, after it and in a break


@dataclass(frozen=True)
class Layout:
    """Columns of a playing graph: spans side by side, each followed by `PAD` blocked columns.

    `first`, `last`: the column range of each span; `entries[s]`: the spans that lead to span s; `starts`: spans
    that may begin the piece; `ends`: spans that may end it; `restarts`: columns where a measure begins.
    """

    first: Indexes
    last: Indexes
    entries: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    restarts: Indexes
    n_columns: int


@dataclass(frozen=True)
class Penalties:
    """Costs of what is unusual, in units of one frame's cost (0 is a perfect match, 1 none)."""

    stay: float = 0.03
    skip: float = 0.05
    skip_more: float = 0.15
    outside: float = 0.5
    jump: float = 8.0
    partial: float = 4.0
    resume: float = 16.0


def follow_graph(
    cost: Array, layout: Layout, penalties: Penalties, outside: tuple[Array, Array]
) -> tuple[Indexes, float]:
    """The cheapest way through a playing graph.

    `cost`: shape (n_frames, n_columns), 0..1, `INFINITE` in blocked columns. Frames before the music cost
    `outside[0]` [n_frames], those after it and those of a break in it (talk, another piece) `outside[1]`; a jump to any
    bar costs `jump`, a break `resume`; to begin or end in the middle of the piece costs `partial`. Returns the column
    of each frame (or `BEFORE`, `AFTER`, `BETWEEN`) and the total cost.
    """
    n, width = cost.shape
    p = penalties
    back = np.empty((n, width), np.int32)
    columns = np.arange(width, dtype=np.int32)
    offsets = np.array([0, 1, 2, 3], np.int32)
    extra = np.array([p.stay, 0, p.skip, p.skip_more], np.float32)[:, None]
    begin = np.full(width, INFINITE, np.float32)
    begin[layout.restarts] = p.partial
    begin[layout.first[list(layout.starts)]] = 0
    finish = np.full(width, p.partial, np.float32)
    finish[layout.last[list(layout.ends)]] = 0

    before = np.float32(0)
    row = begin + cost[0]
    back[0] = BEFORE
    ending, end_from = np.float32(INFINITE), np.empty(n, np.int32)
    waiting, wait_from = np.float32(INFINITE), np.empty(n, np.int32)
    padded = np.full(width + PAD, INFINITE, np.float32)
    for i in range(n):
        if i:
            before += outside[0][i - 1]
            padded[PAD:] = row
            moves = np.stack([padded[PAD - o : PAD - o + width] for o in offsets]) + extra
            choice = moves.argmin(axis=0)
            best = moves[choice, columns]
            source = columns - offsets[choice]
            _enter(best, source, row, layout, p)
            better = begin + before < best
            best = np.where(better, begin + before, best)
            back[i] = np.where(better, BEFORE, source)
            resumed = layout.restarts[best[layout.restarts] > waiting]
            best[resumed], back[i, resumed] = waiting, BETWEEN
            leave = row + finish
            j = int(leave.argmin())
            stay, go = ending + outside[1][i], leave[j] + outside[1][i]
            ending, end_from[i] = (go, j) if go < stay else (stay, AFTER)
            j = int(row.argmin())
            stay, go = waiting + outside[1][i], row[j] + np.float32(p.resume) + outside[1][i]
            waiting, wait_from[i] = (go, j) if go < stay else (stay, BETWEEN)
            row = np.minimum(best + cost[i], INFINITE)
    return _trace(back, end_from, wait_from, row + finish, ending)


def _enter(best: Array, source: Indexes, row: Array, layout: Layout, p: Penalties) -> None:
    """Allow what the plain steps do not: the edges of the graph, and a jump to the start of any bar."""
    for span, leading in enumerate(layout.entries):
        column = layout.first[span]
        for other in leading:
            for back in (0, 1):
                j = max(layout.first[other], layout.last[other] - back)
                value = row[j] + p.skip * back
                if value < best[column]:
                    best[column], source[column] = value, j
    j = int(row.argmin())
    jumped = row[j] + np.float32(p.jump)
    here = layout.restarts[best[layout.restarts] > jumped]
    best[here], source[here] = jumped, j


def _trace(
    back: Indexes, end_from: Indexes, wait_from: Indexes, last: Array, ending: np.float32
) -> tuple[Indexes, float]:
    n = len(back)
    path = np.empty(n, np.int32)
    j = int(last.argmin())
    i = n - 1
    total = float(last[j])
    if ending < last[j]:
        total = float(ending)
        while end_from[i] == AFTER:
            path[i] = AFTER
            i -= 1
        path[i], j = AFTER, int(end_from[i])
        i -= 1
    while i >= 0:
        path[i] = j
        j = int(back[i, j])
        i -= 1
        if j == BETWEEN:
            while wait_from[i] == BETWEEN:
                path[i] = BETWEEN
                i -= 1
            path[i], j = BETWEEN, int(wait_from[i])
            i -= 1
        if j == BEFORE:
            path[: i + 1] = BEFORE
            break
    return path, total


def follow_band(heard: Array, written: Array, reach: int, outside: Array, penalties: Penalties) -> Indexes:
    """The cheapest monotone path near the diagonal.

    `heard`, `written`: shape (n, d), rows to be compared by scalar product (1 is a perfect match); row i may
    be matched with columns i - reach … i + reach. `outside[j]`: the fixed cost of column j where it is not
    NaN (before and after the music). Returns the column of each row, non-decreasing.
    """
    n = len(heard)
    width = 2 * reach + 1
    padded = np.pad(written, ((reach, reach), (0, 0)))
    fixed = np.pad(outside, (reach, reach), constant_values=np.float32(INFINITE))
    codes = np.empty((n, width), np.int8)
    extra = np.array([penalties.stay, 0, penalties.skip, penalties.skip_more], np.float32)
    row = np.abs(np.arange(width) - reach).astype(np.float32) * np.float32(0.02)
    moves = np.full((4, width), INFINITE, np.float32)
    columns = np.arange(width)
    for i in range(n):
        cost = 1 - padded[i : i + width] @ heard[i]
        known = fixed[i : i + width]
        cost = np.where(np.isnan(known), cost, known)
        if i:
            moves[0, :-1] = row[1:] + extra[0]
            moves[1] = row
            moves[2, 1:] = row[:-1] + extra[2]
            moves[3, 2:] = row[:-2] + extra[3]
            code = moves.argmin(axis=0)
            codes[i] = code
            row = np.minimum(moves[code, columns] + cost, INFINITE)
        else:
            row = row + cost
    path = np.empty(n, np.int32)
    o = int(row.argmin())
    for i in range(n - 1, -1, -1):
        path[i] = i + o - reach
        o += 1 - int(codes[i, o]) if i else 0
    return np.clip(path, 0, n - 1)
