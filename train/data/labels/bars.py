"""From placed measures to a grid of beats: where a written score says the beats and bar lines are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.data.labels.values import Floats, Ints
from train.data.scores.musicxml import Measure

_TINY_Q = 1e-3


def beat_length_q(beats: int, beat_type: int) -> float:
    """Quarter notes of one beat: a dotted note when 6, 9 or 12 are counted, else the denominator."""
    unit = 4 / beat_type if beat_type else 1.0
    return 3 * unit if beats in (6, 9, 12) else unit


def beat_grid(
    measures: Sequence[Measure], order: Sequence[int], starts_q: Sequence[float]
) -> tuple[Floats, Ints, Ints]:
    """(position in quarter notes, position in the bar, beats per bar) of every beat, [n] each.

    A pickup is the end of a bar; measures that together fill one bar (a bar split by a repeat sign or double bar)
    are one bar. Overfull measures (cadenzas) get as many beats as they hold, without a position after the bar.
    """
    beats_q: list[float] = []
    position: list[int] = []
    per_bar: list[int] = []
    for group in _groups(measures, order, starts_q):
        first = measures[group[0][0]]
        unit = beat_length_q(first.beats, first.beat_type)
        nominal = 4 * first.beats / first.beat_type if first.beat_type else 0.0
        count = max(1, round(nominal / unit)) if nominal else 0
        start_q = group[0][1]
        length_q = sum(float(measures[i].length_q) for i, _ in group)
        missing_q = max(0.0, nominal - length_q) if group[0][0] == 0 or len(group) == 1 else 0.0
        is_pickup = missing_q > _TINY_Q and not _is_last(group, order)
        offset_q = missing_q if is_pickup else 0.0
        k = int(np.ceil((offset_q - _TINY_Q) / unit))
        while k * unit < offset_q + length_q - _TINY_Q:
            beats_q.append(start_q + k * unit - offset_q)
            position.append(k + 1 if k < count else 0)
            per_bar.append(count)
            k += 1
    order_q = np.argsort(beats_q, kind="stable")
    return np.array(beats_q)[order_q], np.array(position, np.int64)[order_q], np.array(per_bar, np.int64)[order_q]


Group = list[tuple[int, float]]


def _groups(measures: Sequence[Measure], order: Sequence[int], starts_q: Sequence[float]) -> list[Group]:
    """Played measures in runs that fill at most one bar."""
    groups: list[Group] = []
    filled_q = 0.0
    for i, start_q in zip(order, starts_q, strict=True):
        measure = measures[i]
        nominal = 4 * measure.beats / measure.beat_type if measure.beat_type else 0.0
        length_q = float(measure.length_q)
        # Two short measures are one bar only when they fill it exactly.
        if groups and filled_q < nominal - _TINY_Q and abs(filled_q + length_q - nominal) < _TINY_Q:
            groups[-1].append((i, start_q))
            filled_q += length_q
        else:
            groups.append([(i, start_q)])
            filled_q = length_q
    return groups


def _is_last(group: Group, order: Sequence[int]) -> bool:
    return group[-1][0] == order[-1] and len(order) > 1
