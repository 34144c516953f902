"""The MIDI of a performance without any recording: heard by its notes alone.

Beats and bars are those of the onset stage, which is told as much as it is of notes that were heard; the loudness is
what the notes would give on the measured piano (`runtime.piano`); how hard was struck is known.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from runtime.analysis import LEVELS, Analysis, Source
from runtime.corrections import Corrections
from runtime.decode import DecodeOptions, decode
from runtime.decode.on_beats import SoundEvidence
from runtime.decode.rounds import knowing_notes
from runtime.errors import AudioError, ModelError
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes, read_notes
from runtime.piano.emulate import total_loudness
from runtime.piano.table import load_piano
from runtime.pipeline import Heard, Outline
from runtime.progress import Cancel, Progress, check
from runtime.stages.onsets import Mix

TELLER = "midi"
"""Who told the notes, as the analysis says."""
NO_SOUND_HZ = 0
"""The sample rate of what has none."""
LONGEST_S = 24 * 3600.0


def hear_performance(
    path: str | os.PathLike[str],
    model: Model,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    longest_s: float | None = None,
) -> Heard:
    """As `runtime.pipeline.hear` for a MIDI file; times are seconds of its clock, and the sample rate is 0.

    Raises `ScoreError` for a file that cannot be read, `AudioError` for one that is longer than `longest_s` (None: 24
    hours), `ModelError` when the model cannot tell beats by notes alone, `Cancelled` when `cancel` returned True.
    """
    path = Path(path)
    check(cancel)
    model.parts.check()
    card = model.card.of_notes_alone()
    if model.onsets is None:
        raise ModelError(
            "this model cannot tell beats by notes alone", where=card.name, cause="it has no onset stage",
            advice="Give a recording, or a model with that stage",
        )  # fmt: skip
    notes = read_notes(path)
    duration_s = float(notes.sounding_until_s().max())
    if duration_s > (LONGEST_S if longest_s is None else longest_s):
        raise AudioError(f"the performance lasts {duration_s / 3600:.3g} hours", where=path.name, advice="Cut it up")
    logits = silent(loudness(notes, duration_s))
    alone = replace(model, onsets=replace(model.onsets, mix=Mix.of(card.thresholds, card.name)))
    logits = knowing_notes(logits, alone, notes, corrections, DecodeOptions.of(card.thresholds))
    check(cancel)
    stage = model.levels_for(notes)
    source = Source(os.fsencode(path.name).decode("utf-8", "replace"), duration_s, NO_SOUND_HZ)
    identity = replace(model.identity, transcriber=TELLER)
    analysis = decode(logits, logits.ntot_sone, card, source, identity, model.parts, corrections, stage, notes, True)
    if progress is not None:
        progress(1.0)
    evidence = SoundEvidence(logits.ntot_sone, model.parts, logits, stage, notes, velocities_known=True)
    return Heard(_warned(analysis, notes), _no_outline(), 0, evidence, said=corrections)


def loudness(notes: PlayedNotes, duration_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Loudness in sone, 50 times a second, of these notes on the measured piano."""
    spans = (notes.onset_s, notes.sounding_until_s(), notes.pitch, notes.velocity)
    return np.asarray(total_loudness(spans, load_piano(), duration_s), np.float64)


def silent(ntot_sone: np.ndarray[tuple[int], np.dtype[np.float64]]) -> FrameLogits:
    """What is said of every frame before the notes are asked: nothing."""
    n = len(ntot_sone)
    nothing = np.zeros(n, np.float32)
    levels = np.zeros((n, len(LEVELS)), np.float32)
    return FrameLogits(nothing, nothing, nothing, levels, ntot_sone.astype(np.float32))


def _no_outline() -> Outline:
    nothing = np.empty(0, np.float32)
    return Outline(0.1, nothing, nothing)


def _warned(analysis: Analysis, notes: PlayedNotes) -> Analysis:
    return replace(analysis, warnings=(*notes.warnings, *analysis.warnings))
