"""Keys and the spelling of notes.

Keys: correlation of pitch-class durations with the probe-tone profiles of Krumhansl and Kessler (1982; in Krumhansl,
"Cognitive Foundations of Musical Pitch", 1990), bar by bar, with a cost for changing (Viterbi). Spelling: the name
nearest on the line of fifths to the key and to the notes around (Temperley, "The Cognition of Basic Musical
Structures", 2001, ch. 5, in its simplest form).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.notes.played import Floats

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_CHANGE_COST = 9.0
_BAR_WEIGHT = 2.5
_MOST_FIFTHS = 7
_MEMORY_NOTES = 12.0
_STEPS = "FCGDAEB"


@dataclass(frozen=True, slots=True)
class Key:
    """`fifths` sharps (flats when negative) of the signature, and the mode."""

    fifths: int
    minor: bool

    @property
    def centre(self) -> float:
        """The middle of its notes on the line of fifths (F -1, C 0, G 1, …), leading note of minor included."""
        return self.fifths + (3.0 if self.minor else 2.0)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A note's name: letter, alteration in semitones, octave as in MusicXML (middle C is C4)."""

    step: str
    alter: int
    octave: int


def _profiles() -> Floats:
    rows = []
    for profile in (_MAJOR, _MINOR):
        values = np.array(profile)
        values = (values - values.mean()) / values.std()
        rows += [np.roll(values, tonic) for tonic in range(12)]
    return np.array(rows)


def keys(weights: Floats) -> list[Key]:
    """The key of every bar from the durations of its pitch classes, `weights` [bars, 12]."""
    smooth = np.array([weights[max(0, i - 1) : i + 2].sum(axis=0) for i in range(len(weights))])
    spread = smooth - smooth.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(spread, axis=1, keepdims=True) * np.sqrt(12)
    fit = np.divide(spread @ _profiles().T, norm, out=np.zeros((len(weights), 24)), where=norm > 0)
    total, back = _BAR_WEIGHT * fit[0], []
    # Relatives share a signature, so that going between them shows on no page.
    signature = np.array([k.fifths for k in _all_keys()])
    change = np.where(signature[:, None] == signature[None], 0.3, _CHANGE_COST) * (1 - np.eye(24))
    for row in fit[1:]:
        through = total[:, None] - change
        back.append(through.argmax(axis=0))
        total = through.max(axis=0) + _BAR_WEIGHT * row
    path = [int(total.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    names = _all_keys()
    return [names[k] for k in reversed(path)]


def _all_keys() -> list[Key]:
    out = []
    for minor in (False, True):
        for tonic in range(12):
            fifths = (tonic * 7 - (3 if minor else 0) + 5) % 12 - 5
            out.append(Key(fifths, minor))
    return out


def spell(pitches: Sequence[int], in_keys: Sequence[Key]) -> list[Spelling]:
    """Names for pitches in playing order, each with the key of its bar; at most double sharps and flats."""
    out = []
    centre: float | None = None
    for pitch, key in zip(pitches, in_keys, strict=True):
        centre = key.centre if centre is None else centre
        place = _nearest_place(pitch % 12, 0.65 * key.centre + 0.35 * centre)
        centre += (place - centre) / _MEMORY_NOTES
        out.append(_named(pitch, place))
    return out


def _nearest_place(pitch_class: int, centre: float) -> int:
    """The place on the line of fifths (C is 0) of this pitch class that is nearest to `centre`."""
    first = pitch_class * 7 % 12
    places = [p for p in range(first - 24, first + 25, 12) if -15 <= p <= 19]
    return min(places, key=lambda p: (abs(p - centre), p))


def _named(pitch: int, place: int) -> Spelling:
    step = _STEPS[(place + 1) % 7]
    alter = (place + 1) // 7
    natural = pitch - alter
    return Spelling(step, alter, natural // 12 - 1)
