"""Play a score as a recording was played: its beat times, and key velocities that give its loudness curve.

Timing between beats, pedal, voicing and small unevenness are invented, from a seed per recording.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

from runtime.piano.table import PianoModel
from train.data.corpora.mazurka_notes import GridNote
from train.data.labels.values import Floats
from train.data.resynthesis.strings import HIGHEST_VELOCITY, LOWEST_VELOCITY, Strings
from train.rendering.performance import MidiEvent

_BEFORE_S, _AFTER_S = 0.030, 0.110
_GRACE_S, _ARPEGGIO_S, _SHORTEST_S = 0.075, 0.022, 0.06
_STRUCK_S = 0.03
_VOICING_DB = {"melody": 0.0, "inner": -5.0, "bass": -3.0, "chord": -6.0}
# A sampled piano gives about this for a tenfold velocity; used for differences within a chord only.
_DB_PER_DECADE = 36.0
_LOUD_VELOCITY, _LEVEL_ROUNDS = 92.0, 2


@dataclass(frozen=True, eq=False)
class LoudnessCurve:
    """A recording's total loudness: `times_s` [n] of frame middles, `sone` [n]."""

    times_s: Floats
    sone: Floats

    def peak(self, start_s: float, stop_s: float) -> float:
        """The largest value between two times (the nearest one when none lies between)."""
        first, last = np.searchsorted(self.times_s, [start_s, stop_s])
        if first >= len(self.sone):
            return float(self.sone[-1])
        return float(self.sone[first : max(last, first + 1)].max())


@dataclass(frozen=True)
class Style:
    """How a player plays beyond beat times and loudness; drawn once per recording."""

    pedal: str
    melody_lead_s: float
    jitter_s: float
    breaking_s: float
    late_pedal_s: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Style:
        """A style: pedal per bar, per harmony or twice a bar; one player in ten breaks the hands."""
        pedal = ("bar", "harm", "two")[int(rng.choice(3, p=[0.45, 0.37, 0.18]))]
        breaking = float(rng.uniform(0.03, 0.07)) if rng.random() < 0.1 else 0.0
        lead, jitter, late = rng.uniform(0.008, 0.018), rng.uniform(0.004, 0.009), rng.uniform(0.05, 0.14)
        return cls(pedal, float(lead), float(jitter), breaking, float(late))


@dataclass
class Played:
    """One note as it will be played; `stop_s` is the key's release, `rings_until_s` counts the pedal."""

    onset_s: float
    stop_s: float
    pitch: int
    role: str
    group: int
    velocity: int = 64
    rings_until_s: float = 0.0


def perform(
    notes: Sequence[GridNote],
    beats_s: Floats,
    bars: Sequence[int],
    real_beats_s: Floats,
    curve: LoudnessCurve,
    model: PianoModel,
    style: Style,
    rng: np.random.Generator,
) -> list[MidiEvent]:
    """MIDI events of the performance, in order.

    `beats_s` [n] are the (repaired) beats to play, `real_beats_s` [n] the same beats in the recording that `curve`
    belongs to, `bars` [n] the bar of each beat.
    """  # fmt: skip
    clock = Clock(beats_s)
    played = place_notes(notes, clock, style, rng)
    pedal = pedal_spans(notes, clock, bars, style, rng)
    _ring(played, pedal)
    _solve_velocities(played, lambda t: float(np.interp(t, beats_s, real_beats_s)), curve, model, rng)
    return _events(played, pedal)


class Clock:
    """Seconds of positions in beats: the mean of linear and monotone cubic interpolation, straight beyond."""

    def __init__(self, beats_s: Floats) -> None:
        self._beats_s = beats_s
        self._cubic = PchipInterpolator(np.arange(len(beats_s)), beats_s)

    def __call__(self, position: float) -> float:
        """Time of `position`; never negative."""
        last = len(self._beats_s) - 1
        if position < 0:
            return max(0.0, float(self._beats_s[0] + position * (self._beats_s[1] - self._beats_s[0])))
        if position > last:
            return float(self._beats_s[-1] + (position - last) * (self._beats_s[-1] - self._beats_s[-2]))
        linear = np.interp(position, np.arange(last + 1), self._beats_s)
        return float((linear + self._cubic(position)) / 2)


def place_notes(notes: Sequence[GridNote], clock: Clock, style: Style, rng: np.random.Generator) -> list[Played]:
    """Onsets and releases of all notes, in order of onset; one group number per struck chord."""
    played: list[Played] = []
    previous_s = 0.0
    for number, (position, graces, chord) in enumerate(_chords(notes)):
        beat_s = clock(position)
        space_s = max(0.02, min(_GRACE_S, (beat_s - previous_s) / (len(graces) + 1)))
        for k, note in enumerate(graces):
            onset_s = max(0.0, beat_s - (len(graces) - k) * space_s)
            played.append(Played(onset_s, onset_s + space_s, note.pitch, "melody", -1))
        roles = _roles(chord)
        breaking = style.breaking_s if position % 1 == 0 and len({n.staff for n in chord}) > 1 else 0.0
        rolled = sorted(n.pitch for n in chord if n.arpeggiated)
        for note, role in zip(chord, roles, strict=True):
            onset_s = beat_s + float(rng.normal(0, style.jitter_s)) / 2
            onset_s -= style.melody_lead_s if role == "melody" and len(chord) > 1 else 0.0
            onset_s -= breaking * float(rng.uniform(0.5, 1.0)) if role == "bass" else 0.0
            if note.pitch in rolled:
                onset_s -= (len(rolled) - 1 - rolled.index(note.pitch)) * _ARPEGGIO_S
            onset_s = max(0.0, onset_s)
            end_s = clock(position + note.length)
            stop_s = max(onset_s + _SHORTEST_S, onset_s + 0.97 * (end_s - onset_s))
            played.append(Played(onset_s, stop_s, note.pitch, role, number))
        previous_s = beat_s
    played.sort(key=lambda p: (p.onset_s, p.pitch))
    _release_before_repeats(played)
    return played


def pedal_spans(
    notes: Sequence[GridNote], clock: Clock, bars: Sequence[int], style: Style, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """(down, up) times in seconds: syncopated pedal, changed at bars, twice a bar, or at new harmonies."""
    harmony: dict[int, set[int]] = {}
    for note in notes:
        if note.staff >= 2 and not note.is_grace:
            harmony.setdefault(max(0, int(note.position + 0.01)), set()).add(note.pitch % 12)
    changes, held = [0], harmony.get(0, set())
    for beat in range(1, len(bars)):
        new_bar = bars[beat] != bars[beat - 1]
        fresh = harmony.get(beat, set())
        second = style.pedal == "two" and not new_bar and bars[beat - 1] == bars[max(beat - 2, 0)]
        if new_bar or second or (style.pedal == "harm" and len(fresh - held) >= 2):
            changes.append(beat)
            held = fresh
        else:
            held = held | fresh
    times = [clock(beat) for beat in changes] + [clock(len(bars) - 1 + 1.0)]
    spans = []
    for start_s, stop_s in pairwise(times):
        down_s = start_s + style.late_pedal_s * float(rng.uniform(0.7, 1.3))
        up_s = stop_s + 0.02 * float(rng.uniform(-0.5, 1.0))
        if up_s - down_s > 0.08:
            spans.append((down_s, up_s))
    return spans


def _chords(notes: Sequence[GridNote]) -> list[tuple[float, list[GridNote], list[GridNote]]]:
    """(position, its grace notes, its other notes) in order."""
    found: dict[float, tuple[list[GridNote], list[GridNote]]] = {}
    for note in notes:
        graces, chord = found.setdefault(round(note.position, 3), ([], []))
        (graces if note.is_grace else chord).append(note)
    return [(position, graces, chord) for position, (graces, chord) in sorted(found.items())]


def _roles(chord: Sequence[GridNote]) -> list[str]:
    if not chord:
        return []
    highest = max(n.pitch for n in chord)
    lowest = min(n.pitch for n in chord)
    left = [n.pitch for n in chord if n.staff >= 2]
    roles = []
    for note in chord:
        if note.pitch == highest and (note.staff == 1 or len(left) == len(chord)):
            roles.append("melody")
        elif note.pitch == lowest and note.staff >= 2 and len(left) <= 2:
            roles.append("bass")
        else:
            roles.append("chord" if note.staff >= 2 else "inner")
    return roles


def _release_before_repeats(played: list[Played]) -> None:
    last: dict[int, Played] = {}
    for note in played:
        before = last.get(note.pitch)
        if before is not None and before.stop_s > note.onset_s - 0.01:
            before.stop_s = max(before.onset_s + 0.02, note.onset_s - 0.01)
        last[note.pitch] = note


def _ring(played: list[Played], pedal: list[tuple[float, float]]) -> None:
    downs, ups = np.array([d for d, _ in pedal]), np.array([u for _, u in pedal])
    for note in played:
        k = int(np.searchsorted(downs, note.stop_s)) - 1
        held = k >= 0 and note.stop_s < ups[k]
        note.rings_until_s = float(ups[k]) if held else note.stop_s


def _solve_velocities(
    played: list[Played],
    to_real_s: Callable[[float], float],
    curve: LoudnessCurve,
    model: PianoModel,
    rng: np.random.Generator,
) -> None:
    """Velocities that give the curve, at a level where the loudest blows come near `_LOUD_VELOCITY`.

    How loud a record was mastered says nothing of the playing, so each recording's curve is scaled as a whole.
    """
    groups = _groups(played)
    targets = _targets([group[0].onset_s for group in groups], to_real_s, curve)
    offsets_db = [
        np.array([_VOICING_DB[note.role] for note in group]) + rng.normal(0, 0.8, len(group)) for group in groups
    ]
    gain = 1.0
    for _ in range(_LEVEL_ROUNDS):
        _strike_all(groups, gain * targets, offsets_db, model)
        loud = float(np.percentile([note.velocity for note in played], 95))
        gain *= (_LOUD_VELOCITY / loud) ** (_DB_PER_DECADE * np.log10(2) / 10)
    _strike_all(groups, gain * targets, offsets_db, model)


def _strike_all(groups: list[list[Played]], targets: Floats, offsets_db: list[Floats], model: PianoModel) -> None:
    """Chord by chord, the softest blow with which all that rings reaches the target in sone."""
    strings = Strings(model)
    candidates = np.arange(LOWEST_VELOCITY, HIGHEST_VELOCITY + 1)
    for group, target, offset_db in zip(groups, targets.tolist(), offsets_db, strict=True):
        now_s = group[0].onset_s
        pitches = np.array([note.pitch for note in group])
        factor = 10 ** ((offset_db - offset_db.max()) / _DB_PER_DECADE)
        velocities = np.clip(np.rint(candidates[:, None] * factor), 1, 127).astype(np.int64)
        chord = model.power[pitches[None, :], velocities].sum(axis=1)
        loudness = model.loudness(strings.ringing(now_s + _STRUCK_S), chord)
        choice = min(int(np.searchsorted(np.maximum.accumulate(loudness), target)), len(candidates) - 1)
        for note, velocity in zip(group, velocities[choice].tolist(), strict=True):
            note.velocity = int(velocity)
        strings.strike(now_s, np.array([n.rings_until_s for n in group]), pitches, velocities[choice])


def _groups(played: list[Played]) -> list[list[Played]]:
    """Notes struck together; each grace note alone."""
    groups: list[list[Played]] = []
    by_number: dict[int, list[Played]] = {}
    for note in played:
        if note.group >= 0 and note.group in by_number:
            by_number[note.group].append(note)
        else:
            groups.append([note])
            if note.group >= 0:
                by_number[note.group] = groups[-1]
    return groups


def _targets(onsets_s: Sequence[float], to_real_s: Callable[[float], float], curve: LoudnessCurve) -> Floats:
    floor = float(np.percentile(curve.sone, 1))
    real_s = [to_real_s(t) for t in onsets_s]
    peaks = np.array([curve.peak(t - _BEFORE_S, t + _AFTER_S) for t in real_s])
    raw = np.maximum(peaks - floor, 0.05)
    padded = np.concatenate([raw[:1], raw, raw[-1:]])
    return 0.2 * padded[:-2] + 0.6 * padded[1:-1] + 0.2 * padded[2:]


def _events(played: list[Played], pedal: list[tuple[float, float]]) -> list[MidiEvent]:
    events = [MidiEvent(down_s, "control", 64, 127) for down_s, _ in pedal]
    events += [MidiEvent(up_s, "control", 64, 0) for _, up_s in pedal]
    for note in played:
        events.append(MidiEvent(note.onset_s, "on", note.pitch, note.velocity))
        events.append(MidiEvent(note.stop_s, "off", note.pitch, 0))
    rank = {"off": 0, "control": 1, "on": 2}
    return sorted(events, key=lambda e: (e.time_s, rank[e.kind], e.number, e.value))
