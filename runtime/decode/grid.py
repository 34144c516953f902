"""Beats and bars of a recording under corrections: what everything else is written on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from runtime.analysis import Beat, Metre
from runtime.corrections import Corrections
from runtime.decode.bars import BarGrid, downbeat_probability
from runtime.decode.beats import BeatPath, track_beats
from runtime.decode.carry import carried_bars, moved
from runtime.decode.correct import beats_are_as_heard, corrected, known_bars, known_beats
from runtime.decode.options import DecodeOptions
from runtime.frames import frames_to_s
from runtime.network.logits import FrameLogits
from runtime.stages.peaks import where_it_sounds

Floats = npt.NDArray[np.float64]

_FEWEST_BEATS = 4


@dataclass(frozen=True)
class Grid:
    """Beats with their probability, and the bars over them."""

    path: BeatPath
    bars: BarGrid

    @property
    def times_s(self) -> Floats:
        """Of the beats [n]."""
        return frames_to_s(self.path.frames)

    def beats(self) -> tuple[Beat, ...]:
        """As an analysis has them."""
        rows = zip(self.times_s, self.bars.bar, self.bars.position, self.path.probability, strict=True)
        return tuple(Beat(float(t), int(b), int(k), float(p)) for t, b, k, p in rows)

    def metres(self) -> tuple[Metre, ...]:
        """One entry where the metre begins or changes; its confidence is the mean of its beats'."""
        starts = np.flatnonzero(np.diff(self.bars.beats_per_bar, prepend=-1))
        ends = np.append(starts[1:], len(self.path.frames))
        return tuple(
            Metre(float(self.times_s[a]), int(self.bars.beats_per_bar[a]), float(self.bars.confidence[a:b].mean()))
            for a, b in zip(starts, ends, strict=True)
        )


def find_grid(
    logits: FrameLogits, ntot_sone: npt.NDArray[np.floating], options: DecodeOptions, corrections: Corrections
) -> Grid | None:
    """Beats and bars that these frame logits and this loudness curve (both T frames) stand for; None when nothing
    sounds like beats (pinned ones are taken at their word)."""
    logits = replace(logits, beat=where_it_sounds(logits.beat, ntot_sone))
    # What is said of bars holds for the corrected beats, which these are not yet.
    as_heard = beats_are_as_heard(corrections) and not corrections.passages
    metre = corrections.beats_per_bar if as_heard else None
    path = track_beats(logits.beat, logits.downbeat, options, known_beats(corrections), metre)
    if len(path.frames) < _FEWEST_BEATS or path.probability.mean() < options.least_confidence:
        return None
    path = corrected(path, logits.beat, options, corrections)
    heard = moved(downbeat_probability(logits.downbeat, path.frames, options), corrections.shift_beats)
    return Grid(path, carried_bars(heard, options, corrections.beats_per_bar, known_bars(path.frames, corrections)))
