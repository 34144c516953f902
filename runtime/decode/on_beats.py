"""What a recording says of dynamics, on whichever beats: loudness, notes, and the level network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from runtime.decode.bars import BarGrid
from runtime.decode.levels import beat_evidence, change_evidence
from runtime.frames import FRAME_S, frames_to_s
from runtime.network.logits import FrameLogits
from runtime.network.parts import Parts
from runtime.sound.phon import phon
from runtime.stages.levels import LevelStage

if TYPE_CHECKING:  # reading notes takes mido, which one analysis has no use for
    from runtime.notes.played import PlayedNotes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_BAR_CONFIDENCE = 0.5
"""The second stage is told of a beat's place in the bar where it is more likely right than wrong."""


@dataclass(frozen=True, eq=False)
class SoundEvidence:
    """Of one recording (6.5 MB per hour): its loudness `ntot_sone` at 50 frames per second, what the network says of
    every frame, the stage for levels, and its notes, where these are known; `velocities_known` when they are not heard
    but given. `parts` of the model choose the marks."""

    ntot_sone: npt.NDArray[np.floating]
    parts: Parts
    logits: FrameLogits | None = None
    stage: LevelStage | None = None
    notes: PlayedNotes | None = None
    velocities_known: bool = False

    @staticmethod
    def of_curve(ntot_sone: Floats, hop_s: float, parts: Parts) -> SoundEvidence:
        """From a loudness curve alone, one value every `hop_s` seconds."""
        frames = np.arange(round(len(ntot_sone) * hop_s / FRAME_S))
        at = np.minimum((frames * FRAME_S / hop_s).astype(np.int64), len(ntot_sone) - 1)
        return SoundEvidence(ntot_sone[at], parts)

    def knowing(self, notes: PlayedNotes | None, stage: LevelStage | None, *, given: bool = False) -> SoundEvidence:
        """The same recording with its notes, heard or `given`, and the stage for levels that goes with them."""
        return replace(self, notes=notes, stage=stage, velocities_known=given and notes is not None)

    @property
    def loudness_phon(self) -> Floats:
        """Loudness level at 50 frames per second."""
        return np.asarray(phon(self.ntot_sone), np.float64)

    def level_log_p(self, beats_s: Floats, bars: BarGrid) -> tuple[Floats, Floats] | None:
        """Log-probabilities [n, 5] of the levels and change logits [n] on strictly increasing beats; None where the
        network has not heard the recording. Raises `ModelError`."""
        if self.logits is None:
            return None
        frames = np.clip(beats_s / FRAME_S, 0, len(self.ntot_sone) - 1)
        if self.stage is None or len(beats_s) < 2:
            return beat_evidence(self.logits.dynamics, frames), change_evidence(self.logits.change, frames)
        position = np.where(bars.confidence >= _LEAST_BAR_CONFIDENCE, bars.position, 0)
        return self.stage.run(self.stage.features(self.ntot_sone, frames_to_s(frames), position, bars.beats_per_bar))
