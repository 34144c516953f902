"""Predictions on the recordings of a pack, by the runtime's own model, windows and decoders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.analysis import Analysis, Source, folded
from runtime.decode import DecodeOptions, decode
from runtime.decode.bars import downbeat_probability, find_bars
from runtime.decode.dynamics import on_own_beats
from runtime.decode.on_beats import SoundEvidence
from runtime.decode.rounds import knowing_notes
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.model import Model
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes
from runtime.transcribe.own import OwnTranscriber
from train.data.labels.values import LEVEL_NUMBER, BeatLabels, BeatPrediction, LevelPrediction, prediction_of
from train.frames.kept import frames_of, notes_of
from train.frames.segments import Pack, Recording

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """One recording with what a model said about its frames."""

    recording: Recording
    truth: BeatLabels
    logits: FrameLogits
    notes: PlayedNotes | None = None
    """What a transcriber heard in it, which then counts as known."""


@dataclass(frozen=True)
class Predicted:
    """One recording's beats, and its levels on the truth's beats and on its own."""

    beats: BeatPrediction
    levels_at_truth: LevelPrediction
    levels_at_own: LevelPrediction


def labels_of(recording: Recording) -> BeatLabels:
    """The truth about a packed recording."""
    return BeatLabels(recording.beats_s, recording.beat_in_bar, recording.levels)


def listen(
    pack: Pack,
    recordings: Iterable[Recording],
    model: Model,
    transcriber: OwnTranscriber | None = None,
    kept: Path | None = None,
) -> list[Heard]:
    """Frame logits of every recording, as the runtime computes them, the stages for beats included; with a transcriber
    its notes are known. What was heard is `kept` in a folder where one is given (`train.frames.kept`)."""
    return [_listen_one(pack.samples(r, 0, r.n_samples), r, model, transcriber, kept) for r in recordings]


def _listen_one(
    samples: Samples, recording: Recording, model: Model, transcriber: OwnTranscriber | None, kept: Path | None
) -> Heard:
    logits = model.refined(frames_of(samples, model, kept))
    if transcriber is None:
        return Heard(recording, labels_of(recording), logits)
    notes = notes_of(samples, transcriber, kept)
    return Heard(recording, labels_of(recording), knowing_notes(logits, model, notes), notes)


def predict(heard: Heard, model: Model, options: DecodeOptions | None = None) -> Predicted:
    """Decode one recording with the card's options, or with `options` instead."""
    return predicted_of(heard, analyse(heard, model, options), model, options)


def predicted_of(heard: Heard, analysis: Analysis, model: Model, options: DecodeOptions | None = None) -> Predicted:
    """The answer that an analysis of this recording stands for (`analyse` with the same options)."""
    card = _card(heard, model, options)
    beats, own = prediction_of(analysis)
    return Predicted(beats, levels_at(heard, DecodeOptions.of(card.thresholds), model), own)


def analyse(heard: Heard, model: Model, options: DecodeOptions | None = None) -> Analysis:
    """What a user gets for this recording."""
    source = Source(heard.recording.key, heard.recording.n_samples / SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
    ntot_sone = heard.logits.ntot_sone
    card, stage = _card(heard, model, options), model.levels_for(heard.notes)
    return decode(heard.logits, ntot_sone, card, source, model.identity, model.parts, stage=stage, notes=heard.notes)


def _card(heard: Heard, model: Model, options: DecodeOptions | None) -> ModelCard:
    if options is not None:
        return replace(model.card, thresholds=asdict(options))
    return model.card if heard.notes is None else model.card.knowing_notes()


def levels_at(heard: Heard, options: DecodeOptions, model: Model) -> LevelPrediction:
    """Levels as the marks on the truth's beats have them, in five classes; the bars are the model's own."""
    frames = heard.truth.beats_s / FRAME_S
    bars = find_bars(downbeat_probability(heard.logits.downbeat, frames, options), options)
    stage = model.levels_for(heard.notes)
    evidence = SoundEvidence(heard.logits.ntot_sone, model.parts, heard.logits, stage, heard.notes)
    marks = on_own_beats(heard.truth.beats_s, bars, evidence)
    changes = np.array([c.beat for c in marks.change_points], np.int64)
    return LevelPrediction(np.array([LEVEL_NUMBER[folded(x)] for x in marks.beat_levels], np.int8), changes)


METRONOME_BPM = 138.0
"""The tempo with which the published metric gives a metronome its best score on the mazurkas."""

Rule = Callable[[BeatLabels, float], Predicted]
"""A trivial rule: from the truth (whose beats the ground-truth protocol hands out) and the duration in seconds."""


def always_p(truth: BeatLabels, duration_s: float) -> Predicted:
    """p on every beat of a metronome in 3/4, and no change."""
    return _metronome_with(truth, duration_s, np.empty(0, np.int64))


def first_beat_only(truth: BeatLabels, duration_s: float) -> Predicted:
    """p on every beat of a metronome in 3/4, and one change, at the first beat."""
    return _metronome_with(truth, duration_s, np.zeros(1, np.int64))


def _metronome_with(truth: BeatLabels, duration_s: float, changes: npt.NDArray[np.int64]) -> Predicted:
    metronome = np.arange(0.0, duration_s, 60 / METRONOME_BPM)
    p = LEVEL_NUMBER["p"]
    at_truth = LevelPrediction(np.full(truth.n_beats, p, np.int8), changes)
    return Predicted(
        BeatPrediction(metronome, metronome[::3]),
        at_truth,
        LevelPrediction(np.full(len(metronome), p, np.int8), changes),
    )


RULES: dict[str, Rule] = {
    f"always p, no change; metronome at {METRONOME_BPM:.0f} bpm": always_p,
    "always p, a change at the first beat only": first_beat_only,
}
