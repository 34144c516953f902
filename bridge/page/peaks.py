"""The outline of a waveform at several scales, computed once, so that a browser draws an hour as fast as a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.frames import SAMPLE_RATE_HZ

FINEST_HOP = 32
"""Samples at `SAMPLE_RATE_HZ` per point of the finest scale: 1.45 ms."""
COARSER = 8
N_SCALES = 4
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Peaks:
    """Lowest and highest sample of every point, in 127ths of `peak`: one array [n, 2] per scale, finest first."""

    scales: tuple[Bytes, ...]
    peak: float
    """The largest sample, full scale 1."""

    def table(self) -> list[dict[str, float]]:
        """What a reader of `data` must know: seconds per point, first byte and points of every scale."""
        rows, at = [], 0
        for k, points in enumerate(self.scales):
            hop_s = FINEST_HOP * COARSER**k / SAMPLE_RATE_HZ
            rows.append({"hop_s": hop_s, "first_byte": at, "points": len(points)})
            at += points.size
        return rows

    def data(self) -> bytes:
        """All scales one after another."""
        return b"".join(points.tobytes() for points in self.scales)


def peaks(blocks: Iterable[npt.NDArray[np.float32]]) -> Peaks:
    """The outline of mono audio at `SAMPLE_RATE_HZ`, in blocks of any size."""
    parts: list[npt.NDArray[np.float32]] = [np.empty((0, 2), np.float32)]
    rest = np.empty(0, np.float32)
    for block in blocks:
        whole = np.concatenate((rest, block))
        cut = whole.size // FINEST_HOP * FINEST_HOP
        parts.append(_points(whole[:cut].reshape(-1, FINEST_HOP)))
        rest = whole[cut:]
    if rest.size:
        parts.append(_points(rest.reshape(1, -1)))
    points = np.concatenate(parts)
    peak = float(np.abs(points).max(initial=0.0))
    scales = [np.asarray(np.rint(points * (127 / max(peak, 1e-9))), np.int8)]
    for _ in range(N_SCALES - 1):
        scales.append(_coarser(scales[-1]))
    return Peaks(tuple(scales), peak)


def _points(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.column_stack((rows.min(axis=1), rows.max(axis=1)))


def _coarser(points: Bytes) -> Bytes:
    if not len(points):
        return points
    firsts = np.arange(0, len(points), COARSER)
    low = np.minimum.reduceat(points[:, 0], firsts)
    return np.column_stack((low, np.maximum.reduceat(points[:, 1], firsts)))
