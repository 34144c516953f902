"""`LiveTracker`: samples in as they come, beats out a fixed time after they sounded.

Every `STEP_S` the network hears the last `WINDOW_S` seconds, and a frame is taken once `look_ahead_s` have been heard
after it, where a finished recording has 2.5 s. The decoders of a recording then go over the last `MEMORY_S` seconds of
frames, and what they find there is told when it is new. What has been told is never taken back.

The level rule needs a whole recording; here it is the level of what was heard so far, so that the first seconds of a
piece that begins softly are taken for louder than they will have been.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.analysis import Analysis, Level, Source
from runtime.decode import decode
from runtime.frames import FRAME_S, FRAMES_PER_S, HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.network.windows import Columns
from runtime.sound.level import SILENCE_DBFS, LevelMeter, Samples, gain_for_level, level_of

STEP_S = 0.1
WINDOW_S = 6.0
MEMORY_S = 24.0
LOOK_AHEAD_S = 0.5
LOUDNESS_EVERY_FRAMES = 5
_FIRST_S = 3.0
"""Nothing is told of beats before so much was heard: there is no tempo yet."""
_CLOSEST = 0.6
"""A beat nearer to the last one than this share of a beat is the last one once more, or one of another pulse."""
_PULSE_BEATS = 6
"""The pulse is the median of so many beats that were told."""
_STUBBORN = 5
"""So many beats that came too early for the pulse, one after the other, are a new pulse."""


@dataclass(frozen=True)
class Heard:
    """A beat that has just been recognised."""

    index: int
    time_s: float
    bar: int
    """From 1; 0 before the first downbeat."""
    position: int
    level: Level
    bpm: float
    confidence: float


@dataclass(frozen=True)
class LoudnessNow:
    """Total loudness at a moment, at the level of the level rule for what was heard so far."""

    time_s: float
    sone: float


class LiveTracker:
    """Give it mono samples at 22,050 Hz in any portions, at full scale ±1 and not scaled."""

    def __init__(self, model: Model, look_ahead_s: float = LOOK_AHEAD_S) -> None:
        """`look_ahead_s` (0.1 to 2.5): how long after a frame it is taken; longer is surer and later."""
        if not 0.1 <= look_ahead_s <= 2.5:
            raise ValueError(f"a look-ahead of {look_ahead_s} s is outside 0.1..2.5 s")
        model.parts.check()
        self._model = model
        self._ahead = round(look_ahead_s * FRAMES_PER_S)
        self._meter = LevelMeter(SAMPLE_RATE_HZ)
        self._samples = np.empty(0, np.float32)
        self._first_sample = 0  # of _samples, in the recording; on a frame border
        self._columns: Columns = np.empty((0, 0), np.float32)
        self._first_frame = 0  # of _columns
        self._unstepped = 0
        self._told: list[Heard] = []
        self._loudness_frame = 0
        self._early_s: list[float] = []

    @property
    def heard_s(self) -> float:
        """Seconds of sound so far."""
        return (self._first_sample + self._samples.size) / SAMPLE_RATE_HZ

    def push(self, samples: Samples) -> list[Heard | LoudnessNow]:
        """Add samples; what was recognised by them, in order of time. Raises `ModelError`.

        A caller that comes late with much sound gets it all from one step.
        """
        self._samples = np.concatenate((self._samples, np.asarray(samples, np.float32)))
        self._meter.push(np.asarray(samples, np.float32))
        self._unstepped += samples.size
        if self._unstepped < STEP_S * SAMPLE_RATE_HZ:
            return []
        self._unstepped = 0
        level = level_of(self._meter.mean_squares())
        gain = np.float32(gain_for_level(level))
        while self._samples.size > 2 * WINDOW_S * SAMPLE_RATE_HZ:  # somebody came very late
            self._take(self._model.run(self._samples[: round(WINDOW_S * SAMPLE_RATE_HZ)] * gain), final=False)
            self._forget(round(WINDOW_S / 2 * SAMPLE_RATE_HZ))
        logits = self._model.run(self._samples * gain)
        found: list[Heard | LoudnessNow] = [*self._loudness(logits)]
        self._take(logits, final=False)
        self._forget(self._samples.size - round(WINDOW_S * SAMPLE_RATE_HZ))
        if level > SILENCE_DBFS and self.heard_s >= _FIRST_S:
            found += self._beats()
        return found

    def finish(self) -> list[Heard]:
        """The beats of the last look-ahead, when no more sound comes."""
        if not self._samples.size:
            return []
        gain = np.float32(gain_for_level(level_of(self._meter.mean_squares())))
        self._take(self._model.run(self._samples * gain), final=True)
        return self._beats() if self.heard_s >= _FIRST_S else []

    def _take(self, logits: FrameLogits, *, final: bool) -> None:
        """Keep the frames that are new and old enough."""
        columns = logits.columns()
        start = self._first_sample // HOP_SAMPLES
        if not self._columns.size:
            self._columns = np.empty((0, columns.shape[1]), np.float32)
        known = self._first_frame + len(self._columns)
        ready = len(columns) - (0 if final else self._ahead)
        self._columns = np.concatenate((self._columns, columns[max(0, known - start) : max(0, ready)]))
        old = len(self._columns) - round(MEMORY_S * FRAMES_PER_S)
        if old > 0:
            self._columns, self._first_frame = self._columns[old:], self._first_frame + old

    def _forget(self, n: int) -> None:
        n = max(0, n) // HOP_SAMPLES * HOP_SAMPLES
        self._samples, self._first_sample = self._samples[n:], self._first_sample + n

    def _loudness(self, logits: FrameLogits) -> list[LoudnessNow]:
        start = self._first_sample // HOP_SAMPLES
        last = start + len(logits.ntot_sone) - 3  # whose window of 1,024 samples is whole
        frames = range(self._loudness_frame, last, LOUDNESS_EVERY_FRAMES)
        self._loudness_frame += len(frames) * LOUDNESS_EVERY_FRAMES
        return [LoudnessNow(f * FRAME_S, float(logits.ntot_sone[f - start])) for f in frames if f >= start]

    def _beats(self) -> list[Heard]:
        analysis = self._decoded()
        offset_s = self._first_frame * FRAME_S
        tempi = {t.time_s: t.bpm for t in analysis.tempo}
        bpm, found = 0.0, list[Heard]()
        for beat, level in zip(analysis.beats, analysis.beat_levels, strict=True):
            bpm = tempi.get(beat.time_s, bpm)
            time_s = offset_s + beat.time_s
            if self._told and self._is_early(time_s, bpm):
                continue
            found.append(self._tell(time_s, beat.position, level, bpm, beat.confidence))
        return found

    def _is_early(self, time_s: float, bpm: float) -> bool:
        """Whether a beat comes too soon after the last one that was told, by its own tempo or by the pulse so far."""
        gap_s = time_s - self._told[-1].time_s
        if not bpm or gap_s < _CLOSEST * 60 / bpm:
            return True
        last = [beat.time_s for beat in self._told[-_PULSE_BEATS - 1 :]]
        pulse_s = float(np.median(np.diff(last))) if len(last) > 2 else 0.0
        if gap_s >= _CLOSEST * pulse_s:
            self._early_s.clear()
            return False
        if not self._early_s or time_s - self._early_s[-1] > _CLOSEST * 60 / bpm:
            self._early_s.append(time_s)
        if len(self._early_s) < _STUBBORN:
            return True
        self._early_s.clear()
        return False

    def _decoded(self) -> Analysis:
        logits = FrameLogits.from_columns(self._columns)
        logits = self._model.refined(logits)
        source = Source("live", len(self._columns) * FRAME_S, SAMPLE_RATE_HZ)
        model = self._model
        return decode(
            logits, logits.ntot_sone, model.card, source, model.identity, model.parts, None, model.levels, asks=False
        )

    def _tell(self, time_s: float, position: int, level: Level, bpm: float, confidence: float) -> Heard:
        bar = self._told[-1].bar if self._told else 0
        beat = Heard(len(self._told), time_s, bar + (position == 1), position, level, bpm, confidence)
        self._told.append(beat)
        return beat
