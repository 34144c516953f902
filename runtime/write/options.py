"""What a user may choose about the files: tempo-map smoothing, the dynamics lane, the picture's envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime.errors import OutputError

TempoMode = Literal["beat", "bar", "adaptive"]
LaneSource = Literal["loudness", "levels"]
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Envelope:
    """Waveform outline for the picture: lowest and highest sample (−1..1) of every `hop_s` seconds."""

    hop_s: float
    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]


@dataclass(frozen=True)
class WriteOptions:
    """Choices of the writers; the defaults give one tempo per beat and expression (CC 11) from 1 to 127.

    `tolerance_ms` is used by tempo mode ``adaptive`` only. `lane` says what the controller lane follows: the
    loudness curve, or the written levels. `audio_file` is the recording, and `audio_channels` its channel count;
    projects name it as seen from `folder`, where they will stand (`runtime.write.save` knows it), else as it is given.
    `finest_lead_in` (4 to 64) is the shortest note of a lead-in bar, or 0 for whole bars at any tempo, which keep
    tempi on whole quarters and the metre as it is; Ardour needs that. `with_audio` puts the recording itself
    into a report or a DAWproject, and its path into the plan for Ardour.
    """

    tempo_mode: TempoMode = "beat"
    tolerance_ms: float = 20.0
    cc_number: int = 11
    cc_low: int = 1
    cc_high: int = 127
    lane: LaneSource = "loudness"
    envelope: Envelope | None = None
    audio_file: str | None = None
    audio_channels: int = 2
    folder: Path | None = None
    finest_lead_in: int = 64
    with_audio: bool = False
    sound: Callable[[int], Iterable[Samples]] | None = None
    """The recording's mono blocks at a rate in Hz, for formats that are heard; None where there is none at hand."""

    def __post_init__(self) -> None:
        if self.tempo_mode not in ("beat", "bar", "adaptive"):
            raise OutputError(f"tempo mode {self.tempo_mode!r} is not one of beat, bar, adaptive")
        if self.lane not in ("loudness", "levels"):
            raise OutputError(f"lane {self.lane!r} is not one of loudness, levels")
        if not 0 < self.tolerance_ms <= 10_000:
            raise OutputError(f"tempo tolerance {self.tolerance_ms} ms is outside 0..10000")
        if self.finest_lead_in not in (0, 4, 8, 16, 32, 64):
            raise OutputError(f"a lead-in bar of 1/{self.finest_lead_in} is not one of 0, 4, 8, 16, 32, 64")
        if not 0 <= self.cc_number <= 119:
            raise OutputError(f"controller {self.cc_number} is outside 0..119 (120 and up are channel modes)")
        if not (0 <= self.cc_low <= 127 and 0 <= self.cc_high <= 127):
            raise OutputError(f"controller range {self.cc_low}..{self.cc_high} is outside 0..127")
