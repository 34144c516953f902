"""Players for scores that nobody recorded: timing, touch and mistakes taken from what pianists did in training pieces.

A `Player` is one performance seen from its beats: how much longer or shorter each beat is than those around it, how
loud it is, how far the notes of a chord lie apart by their place in it, and how far the middle of a beat is from its
half. A score is given a player of the same metre from a beat of the same place in the bar on, so that what players do
towards the end of a phrase and on the beats of a bar comes along; when the playing ends another player goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.notes.onsets import JOIN_S
from train.onsets.played import Played
from train.onsets.written import Written
from train.rendering.notes import NOTE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FEWEST_BEATS = 48
_AROUND_BEATS = 24
_MOST_OCTAVES = 1.2
"""Beats that deviate by more are a cut, a cadenza or a fault in the labels."""
_MOST_PER_PLAYER = 400
_HALF = 0.15
_TOP, _MIDDLE, _BASS = 0, 1, 2
_BEAT_RANGE_S = (0.24, 2.2)
_TEMPOS = 8
_ONSETS_PER_S = (1.2, 14.0)
_STRENGTH = (0.5, 1.3)
_VELOCITY = (40.0, 85.0)
_GRACE_S = (0.04, 0.11)
_ROLL_S = (0.02, 0.07)
_FEWEST_ROLLED = 3
_SPARE_BEATS = 3


@dataclass(frozen=True, eq=False)
class Player:
    """What one performance says: for each beat [b] its place in the bar, log2 of its length and of its loudness over
    those around it; by place in a chord (top, middle, bass) where notes lie around the chord's middle in seconds and
    log2 of their velocity over the beat's; where the middle of beats of two onsets lies, in beats from the half.
    `ending` is by how many octaves the last beats of a piece are longer."""

    metre: int
    place: Ints
    octaves: Floats
    loudness: Floats
    apart_s: tuple[Floats, Floats, Floats]
    touch: tuple[Floats, Floats, Floats]
    off_half: Floats
    onsets_per_s: float
    ending: Floats = field(default_factory=lambda: np.empty(0))


def player_of(played: Played) -> Player | None:
    """The player of a performance; None when it is too short or its bars are not known."""
    beats_s, place = played.beats_s, played.beat_in_bar
    length_s = np.diff(beats_s)
    if len(length_s) < _FEWEST_BEATS or not (place > 0).all() or (length_s <= 0.05).any():
        return None
    octaves = _against_near(np.log2(length_s))
    if np.abs(octaves).max() > _MOST_OCTAVES:
        octaves = octaves.clip(-_MOST_OCTAVES / 2, _MOST_OCTAVES / 2)
    onset_s = played.notes["onset_s"].astype(np.float64)
    pitch, velocity = played.notes["pitch"].astype(int), played.notes["velocity"].astype(np.float64)
    beat = np.searchsorted(beats_s, onset_s + JOIN_S, side="right") - 1
    inside = (beat >= 0) & (beat < len(length_s))
    onset_s, pitch, velocity, beat = onset_s[inside], pitch[inside], velocity[inside], beat[inside]
    if len(onset_s) < 2 * _FEWEST_BEATS:
        return None
    mean = _filled(np.bincount(beat, velocity, len(length_s)), np.bincount(beat, minlength=len(length_s)))
    first = np.flatnonzero(np.append(True, np.diff(onset_s) > JOIN_S))
    chord = np.cumsum(np.append(True, np.diff(onset_s) > JOIN_S)) - 1
    size = np.bincount(chord)
    middle_s = np.bincount(chord, onset_s) / size
    highest, lowest = np.zeros(len(size), int), np.full(len(size), 127)
    np.maximum.at(highest, chord, pitch)
    np.minimum.at(lowest, chord, pitch)
    several = size[chord] > 1
    role = np.where(pitch == highest[chord], _TOP, np.where(pitch == lowest[chord], _BASS, _MIDDLE))
    apart, louder = onset_s - middle_s[chord], np.log2(velocity / mean[beat])
    by_role = [(apart[several & (role == r)], louder[role == r]) for r in (_TOP, _MIDDLE, _BASS)]
    onsets_in_beat = np.bincount(beat[first], minlength=len(length_s))
    share = (middle_s - beats_s[beat[first]]) / length_s[beat[first]]
    off = share[(onsets_in_beat[beat[first]] == 2) & (np.abs(share - 0.5) < _HALF)] - 0.5
    lengths = np.diff(np.flatnonzero(place == 1))
    metre = int(np.bincount(lengths).argmax()) if len(lengths) else 0
    return Player(
        metre, place[:-1], octaves, _against_near(np.log2(mean)),
        tuple(_some(a) for a, _ in by_role), tuple(_some(b) for _, b in by_role), _some(off),
        len(first) / float(beats_s[-1] - beats_s[0]),
    )  # fmt: skip


def _against_near(values: Floats) -> Floats:
    """Values less the median of those within 24 before and after."""
    padded = np.pad(values, _AROUND_BEATS, mode="reflect" if len(values) > _AROUND_BEATS else "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND_BEATS + 1)
    return np.asarray(values - np.median(around, axis=1))


def _filled(total: Floats, count: Ints) -> Floats:
    """Means, and the ones around where there is nothing to take one of."""
    there = np.flatnonzero(count)
    return np.asarray(np.interp(np.arange(len(count)), there, total[there] / count[there]))


def _some(values: Floats) -> Floats:
    """At most 400 of them, evenly, and never none."""
    if not len(values):
        return np.zeros(1)
    return values[:: -(-len(values) // _MOST_PER_PLAYER)].astype(np.float64)


def lent_by(performances: Iterable[Played]) -> Iterator[Player]:
    """The players of the performances that are long enough and whose bars are known."""
    return (player for played in performances if (player := player_of(played)) is not None)


class Players:
    """Everybody who can be lent to a score. With a `usual_beat` (seconds, and octaves of standard deviation) they try
    several tempos and take one whose beat is about so long; without, any that suits how much is played."""

    def __init__(self, players: Iterable[Player], usual_beat: tuple[float, float] | None = None) -> None:
        self._usual_beat = usual_beat
        by_metre: dict[int, list[Player]] = defaultdict(list)
        for player in players:
            by_metre[player.metre].append(player)
        self._by_metre = dict(by_metre)
        self.all = [p for players in by_metre.values() for p in players]

    def perform(
        self, written: Written, first: int, last: int, rng: np.random.Generator, velocity: Floats | None = None
    ) -> Played:
        """The beats `first` to `last` of a score (the last one not included) with what is struck in them, as somebody
        might play them; `velocity` says how hard each beat is meant to be played, one level for all without."""
        n = last - first
        inside = (written.notes["at"] >= first - 0.999) & (written.notes["at"] < last - 1e-3)
        notes = written.notes[inside]
        place = written.beat_in_bar[first:last]
        player = self._one(int(place.max(initial=1)), rng)
        octaves, loudness = self._lent(player, place, n + _SPARE_BEATS, rng)
        strength = rng.uniform(*_STRENGTH)
        n_onsets = max(len(np.unique(np.round(notes["at"], 3))), 1)
        beat_s = self._beat_s(player, n_onsets / max(n, 1), rng)
        octaves *= strength
        if last == len(written.beat_in_bar) and (ending := min(len(player.ending), n)):
            octaves[n - ending : n] += player.ending[-ending:]
        lengths_s = beat_s * 2.0**octaves
        grid_s = np.append(0.0, np.cumsum(lengths_s))
        table = _played(notes, first, grid_s, strength * loudness, player, rng, velocity)
        return Played(written.key, written.corpus, written.piece_id, table, grid_s[:n], place, np.ones(n, bool))

    def _beat_s(self, player: Player, onsets_per_beat: float, rng: np.random.Generator) -> float:
        players = [player] if self._usual_beat is None else [self._one(player.metre, rng) for _ in range(_TEMPOS)]
        rates = np.array([p.onsets_per_s * 2 ** rng.normal(0, 0.35) for p in players]).clip(*_ONSETS_PER_S)
        lengths_s = np.clip(onsets_per_beat / rates, *_BEAT_RANGE_S)
        if self._usual_beat is None:
            return float(lengths_s[0])
        usual_s, octaves = self._usual_beat
        likely = np.exp(-0.5 * (np.log2(lengths_s / usual_s) / octaves) ** 2)
        return float(rng.choice(lengths_s, p=likely / likely.sum()))

    def _one(self, metre: int, rng: np.random.Generator) -> Player:
        players = self._by_metre.get(metre) or self.all
        if not players:
            raise MezzoforteError(
                "nobody can be lent to scores", cause="no performance whose bars are known is long enough"
            )
        return players[rng.integers(len(players))]

    def _lent(self, player: Player, place: Ints, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Lengths and loudness of `n` beats, from a beat of the same place in the bar on."""
        octaves, loudness = np.empty(0), np.empty(0)
        while len(octaves) < n:
            wanted = place[min(len(octaves), len(place) - 1)]
            starts = np.flatnonzero(player.place[: -_FEWEST_BEATS // 2] == wanted)
            start = int(starts[rng.integers(len(starts))]) if len(starts) else 0
            octaves = np.append(octaves, player.octaves[start:])
            loudness = np.append(loudness, player.loudness[start:])
            player = self._one(player.metre, rng)
        return octaves[:n], loudness[:n]


def _played(
    notes: npt.NDArray[np.void],
    first: int,
    grid_s: Floats,
    loudness: Floats,
    player: Player,
    rng: np.random.Generator,
    meant: Floats | None = None,
) -> npt.NDArray[np.void]:
    """Notes in seconds; `grid_s` has the times of the beats from `first` on, `meant` how hard each is to be played."""
    at = notes["at"].astype(np.float64) - first
    share = at - np.floor(at + 1e-4)
    places = np.unique(np.round(at, 3))
    chord = np.searchsorted(places, np.round(at, 3))
    # Between beats all notes of a moment move together.
    moved = np.where(places - np.floor(places + 1e-4) > 0.01, rng.choice(player.off_half, len(places)), 0.0)
    at = at + np.clip(moved[chord], -0.4 * share, 0.4 * (1 - share))
    beats = np.arange(len(grid_s), dtype=np.float64)
    onset_s = np.interp(at, beats, grid_s) + np.minimum(at, 0) * (grid_s[1] - grid_s[0])
    stop_s = np.interp(at + notes["length"], beats, grid_s)
    pitch = notes["pitch"].astype(int)
    highest, lowest = np.zeros(len(places), int), np.full(len(places), 127)
    np.maximum.at(highest, chord, pitch)
    np.minimum.at(lowest, chord, pitch)
    role = np.where(pitch == highest[chord], _TOP, np.where(pitch == lowest[chord], _BASS, _MIDDLE))
    louder = np.zeros(len(notes))
    for r in (_TOP, _MIDDLE, _BASS):
        mine = role == r
        onset_s[mine] += rng.choice(player.apart_s[r], int(mine.sum()))
        louder[mine] = rng.choice(player.touch[r], int(mine.sum()))
    rolled = (np.bincount(chord, minlength=len(places)) >= _FEWEST_ROLLED) & (
        rng.random(len(places)) < rng.uniform(0, 0.06)
    )
    onset_s += np.where(rolled[chord], (pitch - lowest[chord]) / 12 * rng.uniform(*_ROLL_S), 0.0)
    onset_s -= _before(notes, chord) * rng.uniform(*_GRACE_S)
    beat = np.clip(np.floor(at).astype(int), 0, len(loudness) - 1)
    base = rng.uniform(*_VELOCITY) if meant is None else meant[np.minimum(beat, len(meant) - 1)]
    velocity = base * 2.0 ** (loudness[beat] + louder)
    table = np.empty(len(notes), NOTE)
    table["onset_s"], table["offset_s"] = onset_s, np.maximum(stop_s, onset_s + 0.05)
    table["pitch"], table["velocity"] = pitch, velocity.clip(1, 127)
    return table[np.argsort(table["onset_s"], kind="stable")]


def _before(notes: npt.NDArray[np.void], chord: Ints) -> Ints:
    """How many grace notes from the beat each grace note is, 0 for others."""
    count, seen = np.zeros(len(notes), np.int64), defaultdict(int)
    for i in np.flatnonzero(notes["grace"])[::-1]:
        seen[int(chord[i])] += 1
        count[i] = seen[int(chord[i])]
    return count
