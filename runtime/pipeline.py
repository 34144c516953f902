"""One recording to one `Analysis`: decode, measure and put aside, then run the model on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from runtime.analysis import Analysis, Source
from runtime.corrections import Corrections
from runtime.decode import DecodeOptions, decode
from runtime.decode.assemble import found_in
from runtime.decode.found import Found
from runtime.decode.grid import Grid, find_grid
from runtime.decode.on_beats import SoundEvidence
from runtime.decode.rounds import knowing_notes
from runtime.errors import AudioError
from runtime.frames import SAMPLE_RATE_HZ, n_frames
from runtime.model import Model
from runtime.network import windows
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.network.memory import give_back
from runtime.network.parts import Parts
from runtime.progress import Cancel, Progress, check, part
from runtime.sound import read as audio
from runtime.sound.ahead import ahead
from runtime.sound.level import SILENCE_DBFS, Samples
from runtime.sound.recording import Recording, opened
from runtime.sound.tuning import TuningMeter

if TYPE_CHECKING:  # reading notes takes lxml and mido, which one analysis has no use for
    from runtime.notes.played import PlayedNotes

SHORTEST_S = 1.0  # two beats of a slow piece do not fit into less
OUTLINE_HOP_S = 0.1
_SCAN_SHARE, _MODEL_SHARE = 0.3, 0.93  # of the progress, and of what is left of it; the rest is decoding


@dataclass(frozen=True)
class Outline:
    """Waveform outline for pictures: lowest and highest sample (full scale ±1) of every `hop_s` seconds."""

    hop_s: float
    low: Samples
    high: Samples


@dataclass(frozen=True)
class Frames:
    """What the network said of a recording: enough to decode it again, without the recording, when somebody corrects
    beats or marks."""

    logits: FrameLogits
    source: Source
    warnings: tuple[str, ...]
    """What was found wrong with the recording itself."""

    def decoded(
        self, model: Model, corrections: Corrections | None = None, notes: PlayedNotes | None = None, *,
        given: bool = False,
    ) -> Analysis:  # fmt: skip
        """The analysis under these corrections; `notes` as in `hear`, their velocities known when they are `given`."""
        analysis = _decode(self.logits, model, self.source, corrections, notes, given)
        return replace(analysis, warnings=(*self.warnings, *analysis.warnings))

    def grid(
        self, model: Model, corrections: Corrections | None = None, notes: PlayedNotes | None = None
    ) -> Grid | None:
        """Beats and bars of that analysis alone, without marks; None when nothing sounds like beats."""
        card, logits = _knowing(self.logits, model, corrections, notes)
        said = corrections or Corrections()
        return find_grid(logits, logits.ntot_sone, DecodeOptions.of(card.thresholds), said)

    def found(self, model: Model, notes: PlayedNotes | None = None) -> Found | None:
        """That grid with what its doubts are judged by."""
        card, logits = _knowing(self.logits, model, None, notes)
        return found_in(logits, logits.ntot_sone, DecodeOptions.of(card.thresholds))

    def evidence(self, model: Model, notes: PlayedNotes | None = None, *, given: bool = False) -> SoundEvidence:
        """What marks can be chosen from on any beats."""
        return SoundEvidence(self.logits.ntot_sone, model.parts, self.logits, model.levels_for(notes), notes, given)


@dataclass(frozen=True)
class Heard:
    """An analysis with what its pictures need besides."""

    analysis: Analysis
    outline: Outline
    channels: int
    """Channels of the recording; 0 for a performance without one."""
    evidence: SoundEvidence | None = None
    """What marks can be chosen from on other beats than the analysis' own; None when nothing was analysed."""
    again: Callable[[PlayedNotes, bool], Heard] | None = None
    """The same when the recording's notes are known after all (times are seconds of the recording), heard or, where the
    second argument is True, given with their velocities: they help to tell beats, bars and marks. None when nothing was
    analysed."""
    frames: Frames | None = None
    """What the analysis was decoded from. None when nothing was analysed."""
    said: Corrections | None = None
    """The corrections under which it was decoded."""

    @property
    def parts(self) -> Parts | None:
        """What lies beside the model's card. None when nothing was analysed."""
        return None if self.evidence is None else self.evidence.parts


def hear(
    path: str | os.PathLike[str],
    model: Model,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    longest_s: float | None = None,
    notes: PlayedNotes | None = None,
) -> Heard:
    """Analyse one recording, under the corrections of somebody who knows it when there are any.

    `notes`, played in this recording and on its clock, help to tell beats and levels where the model has stages for it.
    `progress` and `cancel` are called from the calling thread, between blocks and windows. `longest_s` bounds the
    recording's length while it is decoded (None: 24 hours). Raises
    `AudioError` for a recording that cannot be read (see `runtime.sound.read.measure`), `ModelError` when the
    model fails, `CorrectionError` when something is said of a time after the recording's end, `Cancelled` when
    `cancel` returned True. Silence, and less than 1 s, give an empty analysis
    with a warning.
    """
    model.parts.check()
    with opened(Path(path), part(progress, 0.0, _SCAN_SHARE), cancel, longest_s) as recording:
        listened = listen(recording, model, part(progress, _SCAN_SHARE, 1.0), cancel, corrections)
        heard = listened.heard(notes)
    if progress is not None:
        progress(1.0)
    return heard


@dataclass(frozen=True)
class Listened:
    """What the network said of a recording: `heard` makes an analysis of it, with its notes or without them."""

    model: Model
    source: Source
    outline: Outline
    channels: int
    said: Corrections | None
    frames: Frames | None
    """None when there was nothing to listen to; `warnings` say why."""
    warnings: tuple[str, ...]

    def heard(self, notes: PlayedNotes | None = None, given: bool = False) -> Heard:
        """The analysis; `notes` as in `hear`, their velocities known when they are `given`. Raises `ModelError`."""
        if self.frames is None:
            nothing = Analysis(self.source, self.model.identity, warnings=self.warnings)
            return Heard(nothing, self.outline, self.channels)
        analysis = self.frames.decoded(self.model, self.said, notes, given=given)
        evidence = self.frames.evidence(self.model, notes, given=given)
        return Heard(analysis, self.outline, self.channels, evidence, self.heard, self.frames, self.said)


def listen(
    recording: Recording,
    model: Model,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
) -> Listened:
    """Run the network over a recording that is open; the arguments are those of `hear`, which says what is raised."""
    measured = recording.measured
    if corrections is not None:
        corrections.check_within(measured.duration_s)
    source = Source(measured.info.name, measured.duration_s, measured.info.rate_hz)
    outline, tuning = _OutlineMaker(), TuningMeter()
    channels, warnings = measured.info.channels, measured.warnings
    reason = _why_empty(measured)
    if reason:
        return Listened(model, source, outline.finish(), channels, corrections, None, (*warnings, reason))
    logits = model.refined(_run_model(recording, model, (outline, tuning), part(progress, 0.0, _MODEL_SHARE), cancel))
    give_back()
    source = replace(source, tuning_hz=_tuning_hz(tuning, corrections))
    frames = Frames(logits, source, warnings)
    return Listened(model, source, outline.finish(), channels, corrections, frames, warnings)


def _tuning_hz(meter: TuningMeter, corrections: Corrections | None) -> float | None:
    """What somebody said it is, else the estimate."""
    if corrections is not None and corrections.tuning_hz is not None:
        return corrections.tuning_hz
    estimate = meter.finish()
    return None if estimate is None else estimate.hz


def _why_empty(measured: audio.Measured) -> str:
    if measured.duration_s < SHORTEST_S:
        return f"shorter than {SHORTEST_S:g} s ({measured.duration_s:.3f} s): nothing was analysed"
    if measured.silent:
        return f"silence (level under {SILENCE_DBFS:g} dBFS, or the channels cancel each other): nothing was analysed"
    return ""


def _run_model(
    recording: Recording,
    model: Model,
    watchers: tuple[_OutlineMaker | TuningMeter, ...],
    progress: Progress,
    cancel: Cancel | None,
) -> FrameLogits:
    gain, n_samples, heard = recording.gain, recording.n_samples, 0

    def scaled() -> Iterator[Samples]:
        nonlocal heard
        for block in recording.blocks():
            for watcher in watchers:
                watcher.push(block)
            heard += block.size
            yield block * gain

    def watched(stretches: Iterator[windows.Columns]) -> Iterator[windows.Columns]:
        check(cancel)
        for stretch in stretches:
            yield stretch
            check(cancel)
            progress(min(1.0, heard / n_samples))

    def columns_of(samples: Samples) -> windows.Columns:
        return model.run(samples).columns()

    stretches = windows.stretches(columns_of, ahead(scaled()), model.windows_at_once)
    rows = _collect(watched(stretches), n_frames(n_samples), recording.path)
    model.release()
    return FrameLogits.from_rows(rows)


def _collect(stretches: Iterable[windows.Columns], length: int, path: Path) -> windows.Columns:
    """Consecutive stretches (frames, columns) as one array (columns, `length`), the largest thing held here."""
    rows = np.empty((0, 0), np.float32)
    at = 0
    for stretch in stretches:
        if not rows.size:
            rows = np.empty((stretch.shape[1], length), np.float32)
        if at + len(stretch) > length:
            break
        rows[:, at : at + len(stretch)] = stretch.T
        at += len(stretch)
    else:
        if at == length:
            return rows
    raise AudioError("the file changed while it was read", where=str(path))


def _decode(
    logits: FrameLogits,
    model: Model,
    source: Source,
    corrections: Corrections | None,
    notes: PlayedNotes | None,
    given: bool,
) -> Analysis:
    card, logits = _knowing(logits, model, corrections, notes)
    levels = model.levels_for(notes)
    return decode(
        logits, logits.ntot_sone, card, source, model.identity, model.parts, corrections, levels, notes, given
    )


def _knowing(
    logits: FrameLogits, model: Model, corrections: Corrections | None, notes: PlayedNotes | None
) -> tuple[ModelCard, FrameLogits]:
    """The card and the logits for a recording whose notes are known, where they are."""
    if notes is None:
        return model.card, logits
    return model.card.knowing_notes(), knowing_notes(logits, model, notes, corrections)


class _OutlineMaker:
    """Collects lowest and highest samples of 0.1 s at 22,050 Hz from blocks of any size."""

    def __init__(self) -> None:
        self._hop = round(OUTLINE_HOP_S * SAMPLE_RATE_HZ)
        self._rest = np.empty(0, np.float32)
        self._low: list[Samples] = []
        self._high: list[Samples] = []

    def push(self, block: Samples) -> None:
        whole = np.concatenate((self._rest, block))
        cut = whole.size // self._hop * self._hop
        rows = whole[:cut].reshape(-1, self._hop)
        self._low.append(rows.min(axis=1))
        self._high.append(rows.max(axis=1))
        self._rest = whole[cut:]

    def finish(self) -> Outline:
        if self._rest.size:
            self._low.append(self._rest.min(keepdims=True))
            self._high.append(self._rest.max(keepdims=True))
            self._rest = np.empty(0, np.float32)
        none = np.empty(0, np.float32)
        return Outline(OUTLINE_HOP_S, np.concatenate([none, *self._low]), np.concatenate([none, *self._high]))
