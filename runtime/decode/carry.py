"""Bars under pins: what somebody says of one bar line holds for those around it, until the music says otherwise.

The network may hear every bar begin half a bar late. A pin alone would mend one bar, and the bars would go back to
where they are heard. So a pin is also taken to say by how many beats bars are heard too early or too late, and what is
heard is moved by as many: from the pin on and, before the first one, back from it, as far as bars are heard without a
break. A break is where a bar is heard that ends early, for a beat too many or too few, or because the network changes
its mind.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runtime.decode.bars import BarGrid, KnownBars, find_bars
from runtime.decode.options import DecodeOptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ANY_DOWNBEAT = 1 / 3


def carried_bars(p_downbeat: Floats, options: DecodeOptions, beats_per_bar: int | None, known: KnownBars) -> BarGrid:
    """As `find_bars`, where positions that are known say something of the bars around them too."""
    pins = np.flatnonzero(known.carries)
    if not len(pins):
        return find_bars(p_downbeat, options, beats_per_bar, known)
    heard = find_bars(p_downbeat, options, beats_per_bar, replace(known, position=np.zeros_like(known.position)))
    beats = _moved_by(heard, pins, known.position[pins])
    return find_bars(moved(p_downbeat, beats), options, beats_per_bar, known)


def moved(p_downbeat: Floats, later: Ints | int) -> Floats:
    """The downbeat probabilities [n] so many beats later: of all, or of each beat [n]."""
    at = np.arange(len(p_downbeat)) - later
    known = (at >= 0) & (at < len(p_downbeat))
    return np.where(known, p_downbeat[np.where(known, at, 0)], _ANY_DOWNBEAT)


def _moved_by(heard: BarGrid, pins: Ints, position: Ints) -> Ints:
    """By how many beats what is heard is to be moved at each beat [n] (positive: later)."""
    n = len(heard.position)
    out = np.zeros(n, np.int64)
    breaks = np.flatnonzero(_is_broken(heard))
    # Bars begin before the beats that are pinned in them.
    starts = np.maximum(pins - (position - 1), 0)
    for k, (pin, place) in enumerate(zip(pins, position, strict=True)):
        first = starts[k] if k else max(breaks[breaks <= pin], default=0)
        after = min(breaks[breaks > pin], default=n)
        out[first:after] = _off(heard, int(pin), int(place))
    return out


def _is_broken(heard: BarGrid) -> npt.NDArray[np.bool_]:
    """Whether the bar before each beat [n] was cut short, a beat of it counted twice, or bars of another length begin
    (but for those of half or twice as many beats, which begin alike)."""
    before, now = heard.position[:-1], heard.position[1:]
    metre, then = heard.beats_per_bar[:-1], heard.beats_per_bar[1:]
    alike = np.maximum(metre, then) % np.minimum(metre, then) == 0
    goes_on = (now == before + 1) | ((now == 1) & (before == metre) & alike)
    return np.append(False, ~goes_on)


def _off(heard: BarGrid, pin: int, position: int) -> int:
    """How many beats later than heard the bar of a pin begins; of two ways the shorter."""
    metre = int(heard.beats_per_bar[pin])
    later = (int(heard.position[pin]) - position) % metre
    return later - metre if 2 * later > metre else later
