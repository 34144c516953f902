"""Put the decoders together into one `Analysis`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from runtime.analysis import (
    Analysis,
    Doubt,
    Loudness,
    ModelIdentity,
    Source,
    Tempo,
)  # fmt: skip
from runtime.corrections import Corrections
from runtime.decode.doubts import doubts
from runtime.decode.dynamics import on_own_beats
from runtime.decode.found import Found
from runtime.decode.grid import Grid, find_grid
from runtime.decode.on_beats import SoundEvidence
from runtime.decode.options import DecodeOptions
from runtime.decode.said_marks import with_said_marks
from runtime.frames import FRAME_S
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.network.parts import Parts
from runtime.stages.levels import LevelStage
from runtime.stages.peaks import where_it_sounds

if TYPE_CHECKING:  # reading notes takes mido, which one analysis has no use for
    from runtime.notes.played import PlayedNotes

Floats = npt.NDArray[np.float64]

LOUDNESS_HOP_FRAMES = 5
_LEAST_BAR_CONFIDENCE = 0.5
"""The second stage is told of a beat's place in the bar where it is more likely right than wrong."""
_NO_BEATS = "no beats were found: this does not sound like measured piano music, so there are no marks"


def decode(
    logits: FrameLogits,
    ntot_sone: npt.NDArray[np.floating],
    card: ModelCard,
    source: Source,
    identity: ModelIdentity,
    parts: Parts,
    corrections: Corrections | None = None,
    stage: LevelStage | None = None,
    notes: PlayedNotes | None = None,
    velocities_known: bool = False,
    asks: bool = True,
) -> Analysis:
    """The analysis that these frame logits and this loudness curve (both T frames) stand for.

    Marks are chosen on the beats that are found (`runtime.decode.dynamics`), by loudness, by the notes where they are
    known, and by the names of levels that the second stage hears, or the frames where the model has none; `parts` of
    the model say how.
    `corrections` are honoured by decoding under them. When nothing sounds like beats the analysis has none, and
    says so in a warning: marks are not invented (pinned beats are taken at their word). What is unsure is told, unless
    somebody has said something of beats, or nobody `asks`.
    """
    options = DecodeOptions.of(card.thresholds)
    silent = Analysis(source=source, model=identity, loudness=_loudness(ntot_sone))
    corrections = corrections or Corrections()
    corrections.check_within(source.duration_s)
    grid = find_grid(logits, ntot_sone, options, corrections)
    if grid is None:
        return replace(silent, warnings=(_NO_BEATS,))
    times_s = grid.times_s
    marks = on_own_beats(times_s, grid.bars, SoundEvidence(ntot_sone, parts, logits, stage, notes, velocities_known))
    found = replace(
        silent,
        doubts=_doubts(grid, logits, ntot_sone, card) if asks and not corrections.of_beats else (),
        beats=grid.beats(),
        metre=grid.metres(),
        tempo=tuple(Tempo(float(a), 60 / float(b - a)) for a, b in pairwise(times_s)),
        dynamics=marks.dynamics,
        beat_levels=marks.beat_levels,
        change_points=marks.change_points,
        hairpins=marks.hairpins,
    )
    return with_said_marks(found, corrections.marks)


def found_in(logits: FrameLogits, ntot_sone: npt.NDArray[np.floating], options: DecodeOptions) -> Found | None:
    """Beats and bars with what their doubts are judged by; None without any."""
    grid = find_grid(logits, ntot_sone, options, Corrections())
    return None if grid is None else _found(grid, logits, ntot_sone, options)


def _found(grid: Grid, logits: FrameLogits, ntot_sone: npt.NDArray[np.floating], options: DecodeOptions) -> Found:
    return Found.of(grid, replace(logits, beat=where_it_sounds(logits.beat, ntot_sone)), options)


def _doubts(grid: Grid, logits: FrameLogits, ntot_sone: npt.NDArray[np.floating], card: ModelCard) -> tuple[Doubt, ...]:
    options = DecodeOptions.of(card.thresholds)
    found = _found(grid, logits, ntot_sone, options)
    return doubts(found, card.thresholds, lambda said: find_grid(logits, ntot_sone, options, said))


def without_doubts_of_beats(warnings: Sequence[str]) -> list[str]:
    """The warnings of an analysis less those that concern its own beats: for use where a score gives the beats."""
    return [w for w in warnings if not w.startswith(_NO_BEATS)]


def _loudness(ntot_sone: npt.NDArray[np.floating]) -> Loudness:
    n = -(-len(ntot_sone) // LOUDNESS_HOP_FRAMES)
    padded = np.pad(np.asarray(ntot_sone, np.float64), (0, n * LOUDNESS_HOP_FRAMES - len(ntot_sone)), mode="edge")
    means = padded.reshape(n, LOUDNESS_HOP_FRAMES).mean(axis=1)
    return Loudness(LOUDNESS_HOP_FRAMES * FRAME_S, tuple(float(v) for v in means))
