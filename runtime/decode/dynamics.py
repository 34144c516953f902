"""Levels and hairpins on the beats of a recording that has no score: what was struck, then the search for marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from runtime.analysis import LADDER, ChangePoint, Dynamic, Hairpin, Level
from runtime.decode.bars import BarGrid
from runtime.decode.on_beats import SoundEvidence
from runtime.dynamics import clear
from runtime.dynamics.ladder import playback
from runtime.dynamics.mark import PRICES, Beats, Density, say
from runtime.dynamics.touch import (
    BeatNotes,
    Setting,
    clear_rule,
    even_loudness,
    features,
    known_touch,
    rules,
    touch,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARLY_S = 0.04
"""A note so little before a beat belongs to it."""
OFF_BAR_ODDS = -1.5
"""How much less likely a mark stands on a beat that begins no bar, in nats."""


def beat_features(beats_s: Floats, evidence: SoundEvidence) -> tuple[Setting, Floats, Ints, BeatNotes | None]:
    """Which rule goes with what is known, features per beat (`runtime.dynamics.touch`), notes in each, these notes."""
    if evidence.notes is None:
        nothing = np.zeros(len(beats_s), np.int64)
        return "sound", features(beats_s, evidence.loudness_phon, None, None, None), nothing, None
    n = evidence.notes
    of = np.searchsorted(beats_s, n.onset_s + EARLY_S, side="right") - 1
    inside = of >= 0
    notes = BeatNotes(of[inside], n.pitch[inside].astype(np.float64), n.velocity[inside].astype(np.float64))
    even = even_loudness(n.onset_s, n.offset_s, n.pitch, float(beats_s[-1]) if len(beats_s) else 0.0)
    values = features(beats_s, evidence.loudness_phon, even, notes, notes)
    return "notes", values, np.bincount(notes.of, minlength=len(beats_s)), notes


def beats_of(beats_s: Floats, bars: BarGrid, evidence: SoundEvidence) -> Beats:
    """How hard these beats were struck, and where marks may stand. Raises `ModelError`."""
    setting, values, n_heard, notes = beat_features(beats_s, evidence)
    struck = touch(values, n_heard, rules(evidence.parts.path("touch"))[setting])
    if evidence.velocities_known and notes is not None:
        struck = known_touch(notes, len(beats_s))
    said = evidence.level_log_p(beats_s, bars)
    odds = np.where(bars.position == 1, 0.0, OFF_BAR_ODDS)
    ends = np.tile(np.append(odds, 0.0), (2, 1))
    return Beats(
        struck.velocity, struck.variance, bars.beats_per_bar, None if said is None else said[0], odds, 0.5 * ends,
        0.5 * ends,
    )  # fmt: skip


@dataclass(frozen=True)
class Marks:
    """What `Analysis` holds of dynamics."""

    dynamics: tuple[Dynamic, ...]
    beat_levels: tuple[Level, ...]
    change_points: tuple[ChangePoint, ...]
    hairpins: tuple[Hairpin, ...]


def on_own_beats(beats_s: Floats, bars: BarGrid, evidence: SoundEvidence, density: Density = "normal") -> Marks:
    """The marks on these beats, and the level at which each beat is played under them. Raises `ModelError`."""
    beats = beats_of(beats_s, bars, evidence)
    said = say(beats, PRICES[density])
    clearly = clear_rule(evidence.parts.path("touch"))
    sure = clear.of_levels(beats, said, clearly)
    dynamics = tuple(
        Dynamic(float(beats_s[x.at]), x.at, _name(x.level), p) for x, p in zip(said.levels, sure, strict=True)
    )
    steps = playback(np.arange(len(beats_s), dtype=np.float64), said.levels, said.hairpins)
    ends_s = np.append(beats_s, 2 * beats_s[-1] - beats_s[-2] if len(beats_s) > 1 else beats_s)
    return Marks(
        dynamics,
        tuple(_name(round(float(s))) for s in steps),
        tuple(ChangePoint(d.time_s, d.beat, d.confidence) for d in dynamics[1:]),
        tuple(
            Hairpin(float(ends_s[h.start]), float(ends_s[h.end]), h.kind, clear.of_hairpin(beats, h, clearly))
            for h in said.hairpins
        ),
    )


def _name(level: int) -> Level:
    return cast(Level, LADDER[level])
