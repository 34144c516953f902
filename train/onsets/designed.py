"""Players that nobody lent: timing and touch drawn from numbers of the literature and of design, `DESIGNED`.

They take the place of `train.onsets.performer.lent_by` where no performance may be learned from that is not free.
A player's tempo and loudness are arches over phrases and halves of them, slower and softer towards their ends (Todd
1989, 1992; Friberg, Bresin and Sundberg 2006), with the accents of the bar, an unsteady hand on top, and a final
ritardando. Each number is a range; every player draws its own.

- Todd, N. (1989): A computational model of rubato. Contemporary Music Review 3(1).
- Todd, N. P. McA. (1992): The dynamics of dynamics: a model of musical expression. JASA 91(6). "The faster the louder".
- Friberg, A., Bresin, R., Sundberg, J. (2006): Overview of the KTH rule system for musical performance. Advances in
  Cognitive Psychology 2(2-3).
- Friberg, A., Sundberg, J. (1999): Does music performance allude to locomotion? A model of final ritardandi derived
  from measurements of stopping runners. JASA 105(3). Listeners rated q = 2 and 3 highest; runners stop with 3.
- Wing, A. M., Kristofferson, A. B. (1973): Response delays and the timing of discrete motor responses. Perception and
  Psychophysics 14(1).
- Bengtsson, I., Gabrielsson, A. (1983): Analysis and synthesis of musical rhythm. In J. Sundberg (ed.): Studies of
  music performance, Royal Swedish Academy of Music 39. The beats of the Viennese waltz: short, long, between.
- Parncutt, R. (1994): A perceptual model of pulse salience and metrical accent in musical rhythms. Music Perception
  11(4). Pulses are most salient at about 100 a minute.
- Palmer, C. (1996): On the assignment of structure in music performance. Music Perception 14(1). 20 to 50 ms.
- Goebl, W. (2001): Melody lead in piano performance: expressive device or artifact? JASA 110(1). About 30 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from train.onsets.performer import Player

DESIGNED = "player/designed"
"""Their name among sources (`train.sources`)."""
USUAL_BEAT = (0.6, 0.66)
"""Seconds of the beat that is heard most readily (Parncutt 1994), and octaves of standard deviation (by design)."""

Floats = npt.NDArray[np.float64]
Range = tuple[float, float]

_METRES = (2, 3, 4, 6)
_PER_METRE = 60
_BARS = 48
_NOTES = 200
_SEED = 20


@dataclass(frozen=True)
class Design:
    """Least and most of what a player draws once. Octaves are log2 of the length of a beat or of a velocity."""

    phrase_bars: tuple[int, ...] = (4, 4, 8)
    """Lengths of phrases; each has an arch, and each half of it a smaller one (by design)."""
    arch_octaves: Range = (0.04, 0.35)
    """How much longer a beat is at the end of a phrase than at its fastest: 3 to 27 % (by design)."""
    half_arch_share: Range = (0.1, 0.6)
    """Depth of the arches of half phrases beside that (by design)."""
    fastest_at: Range = (0.4, 0.65)
    """Where in a phrase it is fastest: the length of a beat is a parabola over place, whose end is slower than its
    beginning (form as in Todd 1989; by design)."""
    loudness_per_octave: Range = (0.3, 1.3)
    """Octaves of velocity that a beat an octave shorter is louder by: the faster the louder (Todd 1992; by design)."""
    drift_octaves: Range = (0.01, 0.05)
    """Standard deviation of a slow wandering of the clock, of which a beat keeps nine tenths of the one before
    (Wing and Kristofferson 1973: clock and hand; by design)."""
    hand_octaves: Range = (0.01, 0.05)
    """Standard deviation of single beats, 1 to 3.5 % (Wing and Kristofferson 1973: the hand; by design)."""
    early_second_octaves: Range = (0.0, 0.25)
    """In three of four players of three beats, none in the others: how much shorter the first beat of a bar is and
    longer the second, as in the Viennese waltz (Bengtsson and Gabrielsson 1983, direction; by design)."""
    ritard_beats: Range = (3.0, 9.0)
    """Beats of the final ritardando (by design)."""
    ritard_speed: Range = (0.35, 0.85)
    """Speed at the very end, as a share of the one before (by design)."""
    ritard_power: Range = (2.0, 3.0)
    """Exponent of the ritardando's speed over place (Friberg and Sundberg 1999)."""
    downbeat_octaves: Range = (0.0, 0.18)
    """How much louder a downbeat is (KTH: metrical accents; by design)."""
    beat_octaves: Range = (0.02, 0.1)
    """Standard deviation of the loudness of beats (by design)."""
    melody_lead_s: Range = (0.0, 0.03)
    """How much before its chord the top note is struck (Palmer 1996, Goebl 2001; the share of players by design)."""
    bass_lead_s: Range = (0.02, 0.06)
    """How much before the bass is, in one player of eight (by design)."""
    apart_s: Range = (0.003, 0.012)
    """Standard deviation of the notes of a chord (by design)."""
    top_octaves: Range = (0.05, 0.35)
    """How much harder the top note is struck than the beat's mean (Palmer 1996, Goebl 2001: direction; by design)."""
    under_octaves: Range = (0.05, 0.3)
    """How much softer the notes in the middle are, the bass half as much (by design)."""
    note_octaves: Range = (0.05, 0.18)
    """Standard deviation of single notes (by design)."""
    off_half: Range = (0.004, 0.03)
    """Standard deviation, in beats, of where the middle of a beat lies (by design)."""
    swing: Range = (0.0, 0.08)
    """How late that is in one player of eight (by design)."""
    onsets_per_s: Range = (2.0, 8.0)
    """Onsets in a second, even in octaves (by design)."""


def designed_players(design: Design | None = None) -> Iterator[Player]:
    """Sixty players of each metre of 2, 3, 4 and 6 beats, always the same ones."""
    rng = np.random.default_rng(_SEED)
    for metre in _METRES:
        for _ in range(_PER_METRE):
            yield designed_player(metre, design or Design(), rng)


def designed_player(metre: int, design: Design, rng: np.random.Generator) -> Player:
    """One player over 48 bars of so many beats."""
    n = _BARS * metre
    place = np.arange(n) % metre + 1
    arches = np.zeros(n)
    depth, share = rng.uniform(*design.arch_octaves), rng.uniform(*design.half_arch_share)
    fastest, first = rng.uniform(*design.fastest_at), 0
    while first < n:
        beats = metre * int(rng.choice(design.phrase_bars))
        strength = rng.uniform(0.5, 1.3)
        for part, parts in ((depth, 1), (depth * share, 2)):
            for k in range(parts):
                start, stop = first + k * beats // parts, first + (k + 1) * beats // parts
                arch = strength * part * arch_of(stop - start, fastest)
                arches[start:stop] += arch[: max(0, n - start)]
        first += beats
    octaves = arches - arches.mean() + _drift(n, rng.uniform(*design.drift_octaves), rng)
    octaves += rng.normal(0, rng.uniform(*design.hand_octaves), n)
    if metre == 3 and rng.random() < 0.75:
        early = rng.uniform(*design.early_second_octaves)
        octaves += np.select([place == 1, place == 2], [-early, early], 0.0)
    loudness = -rng.uniform(*design.loudness_per_octave) * (arches - arches.mean())
    loudness += (place == 1) * rng.uniform(*design.downbeat_octaves)
    loudness += rng.normal(0, rng.uniform(*design.beat_octaves), n)
    swing = rng.uniform(*design.swing) if rng.random() < 0.125 else 0.0
    return Player(
        metre, place, octaves, loudness - loudness.mean(), _apart(design, rng), _touch(design, rng),
        rng.normal(swing, rng.uniform(*design.off_half), _NOTES).clip(-0.15, 0.15),
        float(np.exp(rng.uniform(*np.log(design.onsets_per_s)))), _ritard(design, rng),
    )  # fmt: skip


def arch_of(n: int, fastest: float) -> Floats:
    """Octaves [n] of a phrase of depth 1: two halves of parabolas, 0 at `fastest` (a share of the phrase), 1 at its
    end, two thirds at its beginning."""
    x = (np.arange(n) + 0.5) / n
    before, after = (fastest - x) / fastest, (x - fastest) / (1 - fastest)
    return np.where(x < fastest, 2 / 3 * before**2, after**2)


def _drift(n: int, deviation: float, rng: np.random.Generator) -> Floats:
    keeps = 0.9
    steps = rng.normal(0, deviation * np.sqrt(1 - keeps**2), n)
    out = np.zeros(n)
    for i in range(1, n):
        out[i] = keeps * out[i - 1] + steps[i]
    return out


def _apart(design: Design, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    deviation = rng.uniform(*design.apart_s)
    bass_s = -rng.uniform(*design.bass_lead_s) if rng.random() < 0.125 else 0.0
    top, middle, bass = (rng.normal(m, deviation, _NOTES) for m in (-rng.uniform(*design.melody_lead_s), 0.0, bass_s))
    return top, middle, bass


def _touch(design: Design, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    deviation, under = rng.uniform(*design.note_octaves), rng.uniform(*design.under_octaves)
    means = rng.uniform(*design.top_octaves), -under, -under / 2
    top, middle, bass = (rng.normal(m, deviation, _NOTES) for m in means)
    return top, middle, bass


def _ritard(design: Design, rng: np.random.Generator) -> Floats:
    """Octaves that the last beats of a piece are longer by: speed is (1 + (w^q − 1) x)^(1/q) at the share x of them."""
    n, power = round(rng.uniform(*design.ritard_beats)), rng.uniform(*design.ritard_power)
    end = rng.uniform(*design.ritard_speed)
    x = (np.arange(n) + 0.5) / n
    return np.asarray(-np.log2((1 + (end**power - 1) * x) ** (1 / power)))
