"""One live session: sound through the tracker, what is heard to listeners, everything kept for the full analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from bridge.live.sound import Sound
from bridge.osc.data import named
from bridge.osc.schema import encode
from runtime.errors import OutputError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.live import Heard, LiveTracker, LoudnessNow

WAIT_S = 0.02


@dataclass
class Session:
    """`beat`, `loudness` and `packet` are called as things are heard; `idle` between, at least every 20 ms."""

    tracker: LiveTracker
    beat: Callable[[Heard], None] = lambda heard: None
    loudness: Callable[[LoudnessNow], None] = lambda heard: None
    packet: Callable[[bytes], None] = lambda packet: None
    idle: Callable[[], None] = lambda: None
    beats: list[Heard] = field(default_factory=list)
    _dynamics: int = 0

    def run(self, sound: Sound, keep: Path) -> float:
        """Listen until the sound ends or `KeyboardInterrupt`, and keep it as FLAC; returns seconds heard.

        Raises `ModelError`, `OutputError` when what is kept cannot be written.
        """
        resampler = soxr.ResampleStream(sound.rate_hz, SAMPLE_RATE_HZ, 1, "float32", "HQ")
        self.packet(encode("/piano/live/state", 1, 0.0, -1.0, -1.0))
        try:
            with sf.SoundFile(keep, "w", sound.rate_hz, sound.channels, subtype="PCM_24", format="FLAC") as file:
                try:
                    while (frames := sound.read(WAIT_S)) is not None:
                        if len(frames):
                            file.write(frames)
                            mono = np.ascontiguousarray(frames.mean(axis=1, dtype=np.float32))
                            self._tell(self.tracker.push(resampler.resample_chunk(mono)))
                        self.idle()
                except KeyboardInterrupt:  # that is how people end it
                    pass
                rest = resampler.resample_chunk(np.empty(0, np.float32), last=True)
                self._tell(self.tracker.push(rest))
        except (OSError, sf.SoundFileError) as e:
            raise OutputError("what is heard cannot be kept", where=str(keep), cause=str(e),
                              advice="Set TMPDIR, or --record, to a disk with room") from e  # fmt: skip
        self._tell(self.tracker.finish())
        self.packet(encode("/piano/live/state", 0, self.tracker.heard_s, -1.0, -1.0))
        return self.tracker.heard_s

    def _tell(self, heard: list[Heard | LoudnessNow] | list[Heard]) -> None:
        for one in heard:
            if isinstance(one, LoudnessNow):
                self.packet(encode("/piano/live/loudness", one.time_s, one.sone))
                self.loudness(one)
                continue
            if not self.beats or self.beats[-1].level != one.level:
                self._say_level(one)
            self.beats.append(one)
            self.packet(encode("/piano/live/beat", one.index, one.time_s, one.bar, one.position, one.confidence))
            self.beat(one)

    def _say_level(self, beat: Heard) -> None:
        # When the next level begins is not known yet: the end is the beginning.
        args = (self._dynamics, beat.time_s, *named(beat.level), beat.time_s, beat.confidence)
        self.packet(encode("/piano/live/dynamic", *args))
        self._dynamics += 1
