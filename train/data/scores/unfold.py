"""The order in which a score's measures are played: repeats and endings, D.C. and D.S., and its variants."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from train.data.errors import DataError
from train.data.scores.musicxml import Measure

_MAX_MEASURES = 20_000


def play_order(measures: list[Measure], *, skipped: Collection[int] = (), jumps: bool = True) -> list[int]:
    """Indices of the measures in playing order.

    Every repeat is taken as often as written, save those that end at a measure in `skipped`, which are passed
    once with their last ending. After D.C. or D.S. (unless `jumps` is off) repeats are not taken again and the
    piece ends at Fine, or goes on from the coda. Raises `DataError` when the signs lead round for ever.
    """
    order: list[int] = []
    i, start, turn, jumped = 0, 0, 1, False
    while i < len(measures):
        if len(order) > _MAX_MEASURES:
            raise DataError("the repeat signs never end", where="play_order")
        measure = measures[i]
        if i > start and (measure.repeat_start or _leaves_ending(measures, order, i)):
            start, turn = i, 1
        if measure.endings:
            final = jumped or any(j in skipped for j in _group(measures, i) if measures[j].repeat_times)
            if (_last_turn(measures, i) if final else turn) not in measure.endings:
                i += 1
                continue
        order.append(i)
        if measure.repeat_times and not jumped and i not in skipped and turn < _turns(measures, i):
            i, turn = start, turn + 1
            continue
        if measure.repeat_times and not measure.endings:
            start, turn = i + 1, 1
        target = None if jumped or not jumps else _target(measures, measure)
        if target is not None:
            jumped, i, start, turn = True, target, target, 1
        elif jumped and "fine" in measure.jumps:
            break
        elif jumped and (coda := _labelled(measures, "coda")) is not None and "tocoda" in measure.jumps:
            i = coda
        else:
            i += 1
    return order


def variants(measures: list[Measure]) -> Iterator[tuple[str, list[int]]]:
    """Distinct plausible orders with names, the written one first: performers leave out repeats."""
    ends = [i for i, measure in enumerate(measures) if measure.repeat_times]
    plans: list[tuple[str, Collection[int]]] = [("as written", ()), ("no repeats", ends)]
    plans += [(f"without repeat {k}", (end,)) for k, end in enumerate(ends, start=1)]
    plans += [(f"only repeat {k}", [e for e in ends if e != end]) for k, end in enumerate(ends, start=1)]
    seen: set[tuple[int, ...]] = set()
    for jumps in (True, False):
        for name, skipped in plans:
            order = play_order(measures, skipped=skipped, jumps=jumps)
            if tuple(order) not in seen:
                seen.add(tuple(order))
                yield name if jumps else f"{name}, no D.C.", order


def _group(measures: list[Measure], i: int) -> range:
    """The run of measures with endings around measure `i`."""
    first = last = i
    while first > 0 and measures[first - 1].endings:
        first -= 1
    while last + 1 < len(measures) and measures[last + 1].endings:
        last += 1
    return range(first, last + 1)


def _last_turn(measures: list[Measure], i: int) -> int:
    return max(max(measures[j].endings) for j in _group(measures, i))


def _turns(measures: list[Measure], i: int) -> int:
    if not measures[i].endings:
        return measures[i].repeat_times
    return max(_last_turn(measures, i), max(measures[i].endings) + 1 if _is_last_ending(measures, i) else 0)


def _is_last_ending(measures: list[Measure], i: int) -> bool:
    """Whether a repeat sign stands in an only ending, after which the piece goes on unbracketed."""
    return len({measures[j].endings for j in _group(measures, i)}) == 1


def _leaves_ending(measures: list[Measure], order: list[int], i: int) -> bool:
    return bool(order) and bool(measures[order[-1]].endings) and not measures[i].endings and order[-1] < i


def _target(measures: list[Measure], measure: Measure) -> int | None:
    if "dacapo" in measure.jumps:
        return 0
    return _labelled(measures, "segno") if "dalsegno" in measure.jumps else None


def _labelled(measures: list[Measure], sign: str) -> int | None:
    return next((i for i, measure in enumerate(measures) if sign in measure.jumps), None)
