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
    Loudness,
    ModelIdentity,
    Source,
    Tempo,
)  # fmt: skip
from runtime.corrections import Corrections
from runtime.decode.beats import BeatPath
from runtime.decode.dynamics import on_own_beats
from runtime.decode.grid import find_grid
from runtime.decode.on_beats import SoundEvidence
from runtime.decode.options import DecodeOptions
from runtime.decode.said_marks import with_said_marks
from runtime.frames import FRAME_S
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.stages.levels import LevelStage

if TYPE_CHECKING:  # reading notes takes mido, which one analysis has no use for
    from runtime.notes.played import PlayedNotes

Floats = npt.NDArray[np.float64]

LOUDNESS_HOP_FRAMES = 5
_LEAST_BAR_CONFIDENCE = 0.5
"""The second stage is told of a beat's place in the bar where it is more likely right than wrong."""
_NO_BEATS = "no beats were found: this does not sound like measured piano music, so there are no marks"
_UNSURE_BEATS = "the beats are unsure"


def decode(
    logits: FrameLogits,
    ntot_sone: npt.NDArray[np.floating],
    card: ModelCard,
    source: Source,
    identity: ModelIdentity,
    corrections: Corrections | None = None,
    stage: LevelStage | None = None,
    notes: PlayedNotes | None = None,
    velocities_known: bool = False,
) -> Analysis:
    """The analysis that these frame logits and this loudness curve (both T frames) stand for.

    Marks are chosen on the beats that are found (`runtime.decode.dynamics`), by loudness, by the notes where they are
    known, and by the names of levels that the second stage hears, or the frames where the model has none.
    `corrections` are honoured by decoding under them. When nothing sounds like beats the analysis has none, and
    says so in a warning: marks are not invented (pinned beats are taken at their word).
    """
    options = DecodeOptions.of(card.thresholds)
    silent = Analysis(source=source, model=identity, loudness=_loudness(ntot_sone))
    corrections = corrections or Corrections()
    corrections.check_within(source.duration_s)
    grid = find_grid(logits, ntot_sone, options, corrections)
    if grid is None:
        return replace(silent, warnings=(_NO_BEATS,))
    times_s = grid.times_s
    marks = on_own_beats(times_s, grid.bars, SoundEvidence(ntot_sone, logits, stage, notes, velocities_known))
    found = replace(
        silent,
        warnings=_doubts(grid.path, options, corrections),
        beats=grid.beats(),
        metre=grid.metres(),
        tempo=tuple(Tempo(float(a), 60 / float(b - a)) for a, b in pairwise(times_s)),
        dynamics=marks.dynamics,
        beat_levels=marks.beat_levels,
        change_points=marks.change_points,
        hairpins=marks.hairpins,
    )
    return with_said_marks(found, corrections.marks)


def _doubts(path: BeatPath, options: DecodeOptions, corrections: Corrections) -> tuple[str, ...]:
    """A warning when the pulse itself is in doubt and nobody has said anything about it yet."""
    sure = float(path.probability.mean()) if len(path.probability) else 1.0
    if sure >= options.sure_confidence or corrections.of_beats:
        return ()
    return (
        f"{_UNSURE_BEATS} (mean confidence {sure:.2f}): they may go twice or half as fast as the music's; "
        "compare by ear, then --correct /2 or --correct x2",
    )


def without_doubts_of_beats(warnings: Sequence[str]) -> list[str]:
    """The warnings of an analysis less those that concern its own beats: for use where a score gives the beats."""
    return [w for w in warnings if not w.startswith((_NO_BEATS, _UNSURE_BEATS))]


def _loudness(ntot_sone: npt.NDArray[np.floating]) -> Loudness:
    n = -(-len(ntot_sone) // LOUDNESS_HOP_FRAMES)
    padded = np.pad(np.asarray(ntot_sone, np.float64), (0, n * LOUDNESS_HOP_FRAMES - len(ntot_sone)), mode="edge")
    means = padded.reshape(n, LOUDNESS_HOP_FRAMES).mean(axis=1)
    return Loudness(LOUDNESS_HOP_FRAMES * FRAME_S, tuple(float(v) for v in means))
