"""Beats and bars from notes: the roll of onsets of a whole recording in, beat and downbeat logits per frame out.

Graph contract of ``NAME.pulse.onnx``: input ``roll`` float32 [batch, T, 88] (`runtime.pulse_roll`), outputs ``beat``
and ``downbeat`` [batch, T], logits at 50 frames a second, for any T ≥ 1. A frame depends on at most `CONTEXT_FRAMES` to
either side. It always runs on the CPU, in stretches, so that length costs no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.pulse_roll import onset_roll

if TYPE_CHECKING:
    from runtime.model import FrameLogits
    from runtime.notes import PlayedNotes

Values = npt.NDArray[np.float32]

CONTEXT_FRAMES = 2_100
_STRETCH_FRAMES = 12_000


@dataclass(frozen=True)
class PulseStage:
    """A verified network for beats from notes, ready to run."""

    name: str
    session: Any

    def logits(self, roll: Values) -> tuple[Values, Values]:
        """Beat and downbeat logits [T] of a roll [T, 88] of any length. Raises `ModelError`."""
        n = len(roll)
        beat, downbeat = np.empty(n, np.float32), np.empty(n, np.float32)
        for start in range(0, n, _STRETCH_FRAMES):
            end = min(n, start + _STRETCH_FRAMES)
            first = max(0, start - CONTEXT_FRAMES)
            first -= first % 2  # the network halves the rate: an odd start would shift its grid
            found = self.run(roll[first : min(n, end + CONTEXT_FRAMES)])
            beat[start:end], downbeat[start:end] = (values[start - first : end - first] for values in found)
        return beat, downbeat

    def run(self, roll: Values) -> tuple[Values, Values]:
        """Logits [T] of one stretch [T, 88]. Raises `ModelError`."""
        try:
            beat, downbeat = self.session.run(["beat", "downbeat"], {"roll": roll[None]})
        except Exception as e:  # onnxruntime has no common base class for its errors
            raise ModelError("the network for beats failed while running", where=self.name, cause=str(e)[:300]) from e
        if beat.shape != (1, len(roll)) or downbeat.shape != beat.shape:
            raise ModelError(
                f"the network for beats gave shapes {beat.shape} and {downbeat.shape} for {len(roll)} frames",
                where=self.name, cause="a model made for another purpose or version",
            )  # fmt: skip
        if not (np.isfinite(beat).all() and np.isfinite(downbeat).all()):
            raise ModelError("the network for beats gave a value that is not finite", where=self.name)
        return np.asarray(beat[0], np.float32), np.asarray(downbeat[0], np.float32)


def with_notes(logits: FrameLogits, notes: PlayedNotes, stage: PulseStage, weight: float) -> FrameLogits:
    """Frame logits whose beats and downbeats are `weight` · those found in the notes + (1 − weight) · those heard.

    Times of the notes are seconds of the recording. Raises `ModelError`.
    """
    beat, downbeat = stage.logits(onset_roll(notes.onset_s, notes.pitch, notes.velocity, len(logits.beat)))
    share = np.float32(weight)
    return replace(
        logits,
        beat=share * beat + (1 - share) * logits.beat,
        downbeat=share * downbeat + (1 - share) * logits.downbeat,
    )
