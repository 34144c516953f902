"""The second stage of a model: beat features of a whole recording in, levels and changes per beat out.

Graph contract of ``NAME.levels.onnx``: input ``features`` float32 [batch, n, F] as `runtime.stages.loudness_features`
makes them (``NAME.levels_notes.onnx``: with those of `runtime.stages.note_features` beside them), outputs ``levels``
[batch, n, 5] (log-probabilities of pp, p, mf, f, ff) and ``change`` [batch, n] (logits of a change of level at that
beat), for any n ≥ 1. It is small and always runs on the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS
from runtime.stages.loudness_features import FEATURES, beat_features
from runtime.stages.note_features import NOTE_FEATURES, note_features
from runtime.stages.run import run_stage

if TYPE_CHECKING:
    from runtime.notes.played import PlayedNotes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WITH_NOTES = (*FEATURES, *NOTE_FEATURES)
"""Beat features of a second stage that is told the notes."""


@dataclass(frozen=True)
class LevelStage:
    """A verified second stage, ready to run."""

    name: str
    session: Any
    notes: PlayedNotes | None = None
    """What was played, at the times of the recording, for a stage that is told; None for one that only hears."""

    def knowing(self, notes: PlayedNotes) -> LevelStage:
        """The same stage about a recording of these notes."""
        return replace(self, notes=notes)

    def features(
        self, ntot_sone: npt.NDArray[np.floating], beats_s: Floats, beat_in_bar: Ints, bar_beats: Ints
    ) -> Floats:
        """What the stage is to be given about these beats [n, F]; the arguments are those of `beat_features`."""
        heard = beat_features(ntot_sone, beats_s, beat_in_bar, bar_beats)
        if self.notes is None:
            return heard
        told = note_features(self.notes.onset_s, self.notes.pitch, self.notes.velocity, beats_s)
        return np.column_stack([heard, told])

    def run(self, features: Floats) -> tuple[Floats, Floats]:
        """Log-probabilities [n, 5] and change logits [n] from features [n, F]. Raises `ModelError`."""
        outputs = {"levels": (len(LEVELS),), "change": ()}
        levels, change = run_stage(self.session, self.name, features, outputs)
        return levels, change
