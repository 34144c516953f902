"""Beats and bars where the notes are known: a network over what is struck in the whole recording.

Sound tells where something happens, notes tell what: which bass moves, where a line begins again, how short the
shortest values are. The stage says of every onset, and of places between distant ones, how likely each is a beat and,
if it is one, a downbeat; what was heard in the sound counts beside it. Graph contract of ``NAME.onsets.onnx``: input
``features`` float32 [batch, n, F] as `runtime.notes.onsets.features_of` makes them, and ``given`` float32 [batch, n, G]
of `runtime.notes.given`, beats that are known already (older graphs lack it); outputs ``beat`` and ``downbeat``
[batch, n], logits, for any n ≥ 1. It is small and always runs on the CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.frames import FRAME_S
from runtime.notes.given import GivenBeats, given_columns, with_places
from runtime.notes.onsets import Onsets, features_of, onsets_of
from runtime.stages.run import run_stage

if TYPE_CHECKING:
    from runtime.network.logits import FrameLogits
    from runtime.notes.played import PlayedNotes

Floats = npt.NDArray[np.float64]

FEWEST_ONSETS = 8
"""With fewer there is nothing to tell."""
WINDOW_ONSETS = 256
"""So many are heard at once; windows overlap by half."""
_REACH_FRAMES = 3
_LOGIT_LIMIT = 6.0
_FLOOR = -9.0
_BUMP_FRAMES = 2
_BEND = 0.5  # logits lost one frame beside an onset
_DOWNBEAT_BEND = 0.1


@dataclass(frozen=True)
class Mix:
    """How much the logits of notes and of sound count: notes · a + sound · b + offset is a calibrated logit."""

    beat_notes: float
    beat_sound: float
    beat_offset: float
    downbeat_notes: float
    downbeat_sound: float
    downbeat_offset: float

    @staticmethod
    def of(thresholds: Mapping[str, float], where: str) -> Mix:
        """The values ``onsets_…`` of a model card. Raises `ModelError` when one is missing."""
        try:
            return Mix(**{name: float(thresholds[f"onsets_{name}"]) for name in Mix.__dataclass_fields__})
        except KeyError as e:
            raise ModelError(f"the model card lacks {e}", where=where, advice="Run train.onsets.tune") from e


@dataclass(frozen=True)
class OnsetStage:
    """A verified onset stage, ready to run."""

    name: str
    session: Any
    mix: Mix
    takes_given: bool = True
    """Whether the graph can be told of beats that are known."""

    def run(self, onsets: Onsets, given: GivenBeats | None = None) -> tuple[Floats, Floats]:
        """Beat and downbeat logits [n] of n ≥ 1 onsets, where some beats may be `given`. Raises `ModelError`."""
        n, outputs = len(onsets.time_s), {"beat": (), "downbeat": ()}
        told = given_columns(onsets, given)
        sums, weights = np.zeros((2, n)), np.zeros(n)
        for first in _starts(n):
            part = onsets.part(first, first + WINDOW_ONSETS)
            weight = _window(len(part.time_s), first == 0, first + WINDOW_ONSETS >= n)
            inside = slice(first, first + WINDOW_ONSETS)
            beside = {"given": told[inside]} if self.takes_given else {}
            sums[:, inside] += weight * np.array(run_stage(self.session, self.name, features_of(part), outputs, beside))
            weights[inside] += weight
        beat, downbeat = sums / weights
        return beat, downbeat

    def refined(self, logits: FrameLogits, notes: PlayedNotes, given: GivenBeats | None = None) -> FrameLogits:
        """Frame logits whose beats are onsets and places, as notes and sound together say; calibrated.

        `logits` are those of the sound; `given` beats are known, and others are heard in their light. With hardly any
        notes the logits stay as they are. Raises `ModelError`.
        """
        onsets = onsets_of(notes.onset_s, notes.pitch, notes.velocity.astype(np.float64))
        if (~onsets.is_place).sum() < FEWEST_ONSETS:
            return logits
        if given is not None and self.takes_given:
            onsets = with_places(onsets, given)
        return mixed(logits, onsets, self.run(onsets, given), self.mix)


def mixed(logits: FrameLogits, onsets: Onsets, told: tuple[Floats, Floats], mix: Mix) -> FrameLogits:
    """Frame logits with a peak at every onset and place that is as high as notes (`told`) and sound say together."""
    beat, downbeat = heard_at(logits, onsets)
    return raised(
        logits, onsets.time_s,
        mix.beat_notes * told[0] + mix.beat_sound * beat + mix.beat_offset,
        mix.downbeat_notes * told[1] + mix.downbeat_sound * downbeat + mix.downbeat_offset,
    )  # fmt: skip


def heard_at(logits: FrameLogits, onsets: Onsets) -> tuple[Floats, Floats]:
    """The largest beat and downbeat logits of the sound within ±3 frames of each onset, [n] each, within ±6."""
    frames = np.rint(onsets.time_s / FRAME_S).astype(np.int64)[:, None] + np.arange(-_REACH_FRAMES, _REACH_FRAMES + 1)
    frames = frames.clip(0, len(logits.beat) - 1)
    beat, downbeat = (
        values[frames].max(axis=1).astype(np.float64).clip(-_LOGIT_LIMIT, _LOGIT_LIMIT)
        for values in (logits.beat, logits.downbeat)
    )
    return beat, downbeat


def raised(logits: FrameLogits, time_s: Floats, beat: Floats, downbeat: Floats) -> FrameLogits:
    """Frame logits that are low but for a bump at each time, as high as its logit; others than beats stay.

    A bump bends as a parabola with its vertex at the time itself, which is what decoding looks for.
    """
    n = len(logits.beat)
    at = time_s / FRAME_S
    frames = np.rint(at).astype(np.int64)[:, None] + np.arange(-_BUMP_FRAMES, _BUMP_FRAMES + 1)
    inside = (frames >= 0) & (frames < n)
    lower = (frames - at[:, None]) ** 2
    out = []
    for values, bend in ((beat, _BEND), (downbeat, _DOWNBEAT_BEND)):
        curve = np.full(n, _FLOOR, np.float64)
        np.maximum.at(curve, frames[inside], (values[:, None] - bend * lower)[inside])
        out.append(curve.astype(np.float32))
    return replace(logits, beat=out[0], downbeat=out[1])


def _starts(n: int) -> list[int]:
    if n <= WINDOW_ONSETS:
        return [0]
    return [*range(0, n - WINDOW_ONSETS, WINDOW_ONSETS // 2), n - WINDOW_ONSETS]


def _window(n: int, is_first: bool, is_last: bool) -> Floats:
    """Weights of a window's onsets: rising from its edges, where it knows less, but for those of the recording."""
    rise = np.arange(1, n + 1, dtype=np.float64)
    before = np.full(n, float(n)) if is_first else rise
    after = np.full(n, float(n)) if is_last else rise[::-1]
    return np.asarray(np.minimum(np.minimum(before, after), n / 4), np.float64)
