"""When the keys were let go: what a score wants to know, guessed where a transcriber hears only when sounds end.

While the pedal is down a sound goes on without its key, so the end of a sound tells nothing about the key. Written
durations then come from what follows: the key is taken to be held until the next attack, as in legato playing, but at
least until the pedal went down and at most until the sound ended. The pedal spans tell the score writer the rest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.notes.played import Floats, PlayedNotes
from runtime.transcribe.transcription import Transcription

_PEDAL_NEAR_S = 0.12  # a sound that ends so soon after the pedal came up ended with it
_CHORD_S = 0.06
_SHORTEST_S = 0.05


def for_score(heard: Transcription) -> PlayedNotes:
    """The notes with `offset_s` as key releases, known or guessed."""
    notes = heard.notes
    if heard.ends == "key" or not notes.pedal or not notes.onset_s.size:
        return notes
    down, up = (np.array(side) for side in zip(*notes.pedal, strict=True))
    k = np.searchsorted(down, notes.offset_s - _PEDAL_NEAR_S, side="right") - 1
    span = np.maximum(k, 0)
    by_pedal = (k >= 0) & (notes.offset_s <= up[span] + _PEDAL_NEAR_S)
    earliest = np.maximum(notes.onset_s + _SHORTEST_S, down[span])
    guessed = np.maximum(earliest, _next_attack(notes.onset_s))
    return replace(notes, offset_s=np.where(by_pedal, np.minimum(notes.offset_s, guessed), notes.offset_s))


def _next_attack(onset_s: Floats) -> Floats:
    """The next onset that is not of the same chord; infinity after the last, shape (n,)."""
    following = np.append(onset_s, np.inf)
    next_one: Floats = following[np.searchsorted(onset_s, onset_s + _CHORD_S, side="right")]
    return next_one
