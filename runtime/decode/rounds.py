"""Heard again: the beats that were found go back into the onset stage as beats that are known, so that every window of
it hears the same pulse and the same bars.

After the masked beats of Foscarin, Korzeniowski and Vogl (ISMIR 2026), with the search over tempo and bars between the
rounds. Beats that somebody said are given in every round, and the last one decides; where nobody said anything, beats
are the mean of the first and the last round, which is as sure of them as it is right. Bars stay as they are heard
without any of that: a bar line that is given back at the wrong place would be believed, and those that somebody said
move the others afterwards (`runtime.decode.carry`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from runtime.corrections import Corrections
from runtime.decode.correct import beats_are_as_heard, given_beats
from runtime.decode.grid import Grid, find_grid
from runtime.decode.options import DecodeOptions
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.notes.given import NEAR_S, GivenBeats

if TYPE_CHECKING:  # reading notes takes lxml and mido
    from runtime.notes.played import PlayedNotes

ROUNDS = 2
SURE_BEAT, SURE_BAR = 0.5, 0.9
"""Beats are taken for known from this probability on, their places in the bar from this confidence on."""


def knowing_notes(
    logits: FrameLogits,
    model: Model,
    notes: PlayedNotes,
    corrections: Corrections | None = None,
    options: DecodeOptions | None = None,
) -> FrameLogits:
    """Refined logits with what the notes tell in every round; `options` are those of the model's card unless given.

    A model without an onset stage, or with one that takes no known beats, hears once at most. Raises `ModelError`.
    """
    said, unsaid = given_beats(corrections), model.knowing(logits, notes)
    if model.onsets is None or not model.onsets.takes_given:
        return unsaid
    options = options or DecodeOptions.of(model.card.knowing_notes().thresholds)
    heard = unsaid if said is None else model.knowing(logits, notes, said)
    for _ in range(ROUNDS - 1):
        found = find_grid(heard, heard.ntot_sone, options, _of_beats_alone(corrections))
        if found is None:
            break
        heard = model.knowing(logits, notes, sure_beats(found, said))
    beat = heard.beat if said is not None else np.float32(0.5) * (unsaid.beat + heard.beat)
    return replace(heard, beat=beat, downbeat=unsaid.downbeat)


def sure_beats(found: Grid, said: GivenBeats | None = None) -> GivenBeats:
    """The beats of a grid that can be taken for known, and those that somebody `said`, in the place of what was found
    within 70 ms of them."""
    sure = found.path.probability >= SURE_BEAT
    times_s = found.times_s[sure]
    place = np.where(found.bars.confidence >= SURE_BAR, found.bars.position, 0)[sure]
    if said is None or not len(said.time_s):
        return GivenBeats(times_s, place)
    free = np.array([np.abs(said.time_s - t).min() > NEAR_S for t in times_s], bool)
    times_s, place = np.concatenate([times_s[free], said.time_s]), np.concatenate([place[free], said.position])
    order = np.argsort(times_s, kind="stable")
    return GivenBeats(times_s[order], place[order])


def _of_beats_alone(corrections: Corrections | None) -> Corrections:
    """What is said of single beats as they are heard, and nothing else."""
    if corrections is None or not beats_are_as_heard(corrections):
        return Corrections()
    return Corrections(pins=corrections.pins, taps=corrections.taps)
