"""`Rolls`: what a note model says per frame and key, and the options by which it is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.notes.keys import N_PITCHES

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Rolls:
    """Values 0..1 per frame and key, each of shape (T, 88) with A0 first; `pedal` has shape (T,).

    `onset`, `frame` and `offset` are probabilities that a note begins, sounds and ends there; `velocity` is MIDI
    velocity / 127 and is read at onsets only. `offset` and `pedal` are None for a model that does not hear them.
    """

    onset: Values
    frame: Values
    velocity: Values
    offset: Values | None = None
    pedal: Values | None = None

    def __post_init__(self) -> None:
        shape = (len(self.onset), N_PITCHES)
        rolls = (self.onset, self.frame, self.velocity, *(() if self.offset is None else (self.offset,)))
        if any(r.shape != shape for r in rolls) or (self.pedal is not None and self.pedal.shape != shape[:1]):
            raise ValueError(f"rolls differ in shape: {[r.shape for r in rolls]}, expected {shape}")


@dataclass(frozen=True)
class RollOptions:
    """Thresholds on probabilities, 0..1, and times in seconds."""

    onset_threshold: float = 0.5
    frame_threshold: float = 0.5
    offset_threshold: float = 0.5
    pedal_threshold: float = 0.5
    latency_s: float = 0.0
    """How late the model sees things; taken from every time."""
    again_threshold: float = 0.0
    """An onset of a key that still sounds must reach this too: held strings are stirred by what is struck beside."""
    apart_s: float = 0.04
    """Of onsets of a key within this time only the surest is one."""
    shortest_s: float = 0.04
    """A note is at least so long."""
    drop_short: bool = False
    """Whether a note that falls silent sooner is no note, instead of one of that length."""
    silent_s: float = 0.06
    """A note has ended when its key's frames stay under the threshold for so long."""
    shortest_pedal_s: float = 0.08
    """Shorter presses and gaps of the pedal are not believed."""
