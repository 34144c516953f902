"""Levels and changes on beats that are known from elsewhere, a score for example."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.decode.assemble import level_evidence
from runtime.decode.bars import BarGrid
from runtime.decode.levels import LevelPath, find_levels
from runtime.decode.options import DecodeOptions
from runtime.frames import FRAME_S
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.stages.levels import LevelStage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LevelEvidence:
    """What was heard of levels in every frame of a recording, and how to decode it (6.5 MB per hour)."""

    logits: FrameLogits
    stage: LevelStage | None
    options: DecodeOptions

    @staticmethod
    def of(logits: FrameLogits, model: Model) -> LevelEvidence:
        """The evidence that this model gave."""
        return LevelEvidence(logits, model.levels, DecodeOptions.of(model.card.thresholds))

    def on(self, beats_s: Floats, position: Ints, beats_per_bar: Ints) -> LevelPath:
        """Levels and changes on beats at these strictly increasing times [n], as `runtime.decode.decode` finds them
        on its own; `position` [n] is the beat in the bar (1: downbeat, 0: unknown), `beats_per_bar` [n] its length.
        """
        bars = BarGrid(np.cumsum(position == 1), position, beats_per_bar, np.ones(len(position)))
        ntot_sone = self.logits.ntot_sone
        frames = np.clip(beats_s / FRAME_S, 0, len(ntot_sone) - 1)
        return find_levels(*level_evidence(self.logits, ntot_sone, frames, bars, self.stage), self.options)
