"""What the written page says of every beat: the input of the page's prior, the same in training and in use.

Only notes, bars and metres are read, never a mark. Everything is about the keyboard's staves; a beat owns what begins
from it up to the next beat.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runtime.score.table import Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PHRASES = (2, 4, 8)
_WINDOWS_BARS = (0.5, 1.0, 2.0, 4.0)
_LAGS_BARS = (1, 2, 4, 8)
_SLOTS = 4
_FADE_BARS = (1.0, 4.0, 16.0)
_FAR_BARS = 64.0
_COMPARED = ("density", "top", "bottom", "chord", "spread", "shortest", "chroma", "rhythm")

PLACE = (
    "first_beat", "downbeat", "half_bar", "place_sin", "place_cos", "beats_per_bar", "beat_quarters", "is_pickup",
    "metre_changes", "opens_section", "closes_section", "tempo_printed",
    *(f"from_start_{int(b)}" for b in _FADE_BARS), *(f"from_end_{int(b)}" for b in _FADE_BARS),
    *(f"from_section_{int(b)}" for b in _FADE_BARS), *(f"to_section_{int(b)}" for b in _FADE_BARS),
    *(f"phrase_{n}_{t}" for n in _PHRASES for t in ("sin", "cos")), *(f"phrase_{n}_starts" for n in _PHRASES),
)  # fmt: skip
SOUND = (
    "notes", "onsets", "struck", "struck_high", "struck_low", "silent", "rest_before", "rest_before_high",
    "rest_before_low", "density", "top", "bottom", "chord", "spread", "longest", "shortest", "grace", "held_over",
    "octaves", "leap_top",
)  # fmt: skip
CHANGE = (
    *(f"{what}_{w:g}" for w in _WINDOWS_BARS for what in _COMPARED),
    *(f"{what}_{w:g}_size" for w in _WINDOWS_BARS for what in _COMPARED[:6]),
)
AGAIN = (
    *(f"like_{lag}_bars_ago" for lag in _LAGS_BARS), *(f"like_in_{lag}_bars" for lag in _LAGS_BARS[:2]),
    "bar_again", "bar_again_starts", "bar_as_before", "rhythm_again", "rhythm_as_before", "rhythm_as_next",
    "returns_after", "mirrored",
)  # fmt: skip
FEATURES = (*PLACE, *SOUND, *CHANGE, *AGAIN)
"""Names of the columns, in order."""


@dataclass(frozen=True, eq=False)
class _Page:
    """A score as arrays: beats [n] with their bars, and the notes of the keyboard [m] by onset, grace notes aside."""

    at: Floats
    bar: Ints
    place: Ints
    step: Floats
    onset: Floats
    end: Floats
    pitch: Ints
    is_high: npt.NDArray[np.bool_]
    tied: npt.NDArray[np.bool_]
    beat: Ints
    grace_beat: Ints
    section: npt.NDArray[np.bool_]
    bar_beats: Floats
    """Beats of a bar at each beat."""

    @property
    def n(self) -> int:
        """Number of beats."""
        return len(self.at)


def page_features(score: Score) -> npt.NDArray[np.float32]:
    """`FEATURES` of every beat of `score.beats()`, shape [n, F]; deterministic; empty for a score without beats."""
    page = _page(score)
    if not page.n:
        return np.zeros((0, len(FEATURES)), np.float32)
    sound, rolls = _sound(page)
    columns = {**_place(score, page), **sound, **_change(page, sound, rolls), **_again(page, rolls)}
    return np.column_stack([columns[name] for name in FEATURES]).astype(np.float32)


def _page(score: Score) -> _Page:
    beats = list(score.beats())
    at = np.array([float(b[0]) for b in beats])
    bar = np.array([b[1] for b in beats], np.int64)
    place = np.array([b[2] for b in beats], np.int64)
    step = np.array([float(score.measures[i].time.beat_quarters) for i in bar]) if beats else np.zeros(0)
    per_bar = np.array([float(score.measures[i].time.bar_quarters / score.measures[i].time.beat_quarters) for i in bar])
    keyboard = score.keyboard_staves()
    high = keyboard[0]
    kept = [n for n in score.notes if n.staff in keyboard]
    played = sorted((float(n.onset), n.pitch, float(n.duration), n.staff == high, n.tied) for n in kept if not n.grace)
    table = np.array(played, np.float64).reshape(-1, 5)
    onset = table[:, 0]
    grace = np.array([float(n.onset) for n in kept if n.grace])
    return _Page(
        at, bar, place, step, onset, onset + table[:, 2], table[:, 1].astype(np.int64), table[:, 3] > 0,
        table[:, 4] > 0, _beat_of(at, onset), _beat_of(at, grace), _sections(score, bar), per_bar,
    )  # fmt: skip


def _beat_of(at: Floats, positions: Floats) -> Ints:
    return np.clip(np.searchsorted(at, positions + 1e-6, side="right") - 1, 0, max(0, len(at) - 1))


def _sections(score: Score, bar: Ints) -> npt.NDArray[np.bool_]:
    """Whether a section opens at a beat: the first one, after a repeat sign, at a new metre or an ending."""
    opens = set()
    for before, m in zip((None, *score.measures), score.measures, strict=False):
        here = m.repeat_start or m.segno or m.coda
        if here or before is None or before.repeat_times or before.jump or before.fine or m.time != before.time:
            opens.add(m.index)
    # A measure too short to hold a beat hands its sign on to the next one.
    at = np.searchsorted(bar, sorted(opens))
    flags = np.zeros(len(bar), bool)
    flags[at[at < len(bar)]] = True
    flags[:1] = True
    return flags


def _place(score: Score, page: _Page) -> dict[str, Floats]:
    n, bars = page.n, np.cumsum(1.0 / page.bar_beats) - 1.0 / page.bar_beats
    phase = 2 * np.pi * (page.place - 1) / page.bar_beats
    downbeat = page.place == 1
    section_at = np.flatnonzero(page.section)
    last = section_at[np.maximum(np.searchsorted(section_at, np.arange(n), side="right") - 1, 0)]
    later = np.searchsorted(section_at, np.arange(n), side="right")
    ends = np.append(bars[section_at], bars[-1] + 1.0 / page.bar_beats[-1])
    since, until = bars - bars[last], ends[later] - bars
    # The bar of a pickup is not counted.
    pickup = np.where(page.place[last] > 1, (page.bar_beats[last] - page.place[last] + 1) / page.bar_beats[last], 0.0)
    counted = since - pickup
    metre = np.column_stack([page.step, page.bar_beats])
    tempos = np.zeros(n)
    if score.tempos:
        tempos[np.unique(_beat_of(page.at, np.array([float(at) for at, _ in score.tempos])))] = 1.0
    columns = {
        "first_beat": (np.arange(n) == 0).astype(float),
        "downbeat": downbeat.astype(float),
        "half_bar": (np.abs(page.place - 1 - page.bar_beats / 2) < 0.01).astype(float),
        "place_sin": np.sin(phase),
        "place_cos": np.cos(phase),
        "beats_per_bar": page.bar_beats,
        "beat_quarters": page.step,
        "is_pickup": (page.place[last] > 1) * (since < pickup),
        "metre_changes": np.concatenate([[0.0], np.any(metre[1:] != metre[:-1], axis=1).astype(float)]),
        "opens_section": page.section.astype(float),
        "closes_section": (until * page.bar_beats < 1.5).astype(float),
        "tempo_printed": tempos,
    }
    for b in _FADE_BARS:
        columns[f"from_start_{int(b)}"] = np.exp(-bars / b)
        columns[f"from_end_{int(b)}"] = np.exp(-(ends[-1] - bars) / b)
        columns[f"from_section_{int(b)}"] = np.exp(-since / b)
        columns[f"to_section_{int(b)}"] = np.exp(-until / b)
    for length in _PHRASES:
        angle = 2 * np.pi * counted / length
        columns[f"phrase_{length}_sin"], columns[f"phrase_{length}_cos"] = np.sin(angle), np.cos(angle)
        columns[f"phrase_{length}_starts"] = (np.abs(np.cos(angle / 2)) > 0.999) * downbeat.astype(float)
    return columns


def _sound(page: _Page) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """What is struck and sounds at each beat, and the rolls (`chroma` [n, 12], `rhythm` [n, 2·slots]) to compare."""
    n, struck = page.n, ~page.tied
    beat, pitch = page.beat[struck], page.pitch[struck].astype(float)
    high, onset, length = page.is_high[struck], page.onset[struck], (page.end - page.onset)[struck]
    within = np.clip((onset - page.at[beat]) / page.step[beat], 0.0, 0.999)
    slot = (within * _SLOTS + 1e-6).astype(np.int64)
    rhythm = np.zeros((n, 2 * _SLOTS))
    np.maximum.at(rhythm, (beat, slot + _SLOTS * (~high)), 1.0)
    chroma = np.zeros((n, 12))
    np.add.at(chroma, (beat, page.pitch[struck] % 12), np.minimum(length, 4.0) + 0.25)
    count = np.bincount(beat, minlength=n).astype(float)
    top, bottom = np.full(n, -np.inf), np.full(n, np.inf)
    np.maximum.at(top, beat, pitch)
    np.minimum.at(bottom, beat, pitch)
    has = count > 0
    on_beat = within < 0.02
    longest, shortest = np.zeros(n), np.full(n, np.inf)
    np.maximum.at(longest, beat, length)
    np.minimum.at(shortest, beat, length)
    chord = _largest_chord(n, beat, onset)
    octaves = np.bincount(beat[_octave_pairs(onset, page.pitch[struck])], minlength=n)[:n].astype(float)
    top_filled, bottom_filled = _filled(top, has, 66.0), _filled(bottom, has, 54.0)
    onsets = np.bincount(beat[np.concatenate([[True], np.diff(onset) > 1e-6])] if len(beat) else beat, minlength=n)
    columns = {
        "notes": np.log1p(count),
        "onsets": onsets.astype(float) / page.step,
        "struck": _any(n, beat[on_beat]),
        "struck_high": _any(n, beat[on_beat & high]),
        "struck_low": _any(n, beat[on_beat & ~high]),
        "silent": _silent(page),
        "rest_before": _rest_before(page, np.ones(len(page.onset), bool)),
        "rest_before_high": _rest_before(page, page.is_high),
        "rest_before_low": _rest_before(page, ~page.is_high),
        "density": count / page.step,
        "top": (top_filled - 60) / 12,
        "bottom": (bottom_filled - 60) / 12,
        "chord": chord,
        "spread": (top_filled - bottom_filled) / 12,
        "longest": np.log1p(longest),
        "shortest": np.where(has, -np.log2(np.clip(shortest, 1 / 16, 8)), 0.0),
        "grace": _any(n, page.grace_beat),
        "held_over": _held_over(page),
        "octaves": np.log1p(octaves),
        "leap_top": np.concatenate([[0.0], np.diff(top_filled)]) / 12,
    }
    return columns, {"chroma": chroma, "rhythm": rhythm}


def _any(n: int, beat: Ints) -> Floats:
    out = np.zeros(n)
    out[beat] = 1.0
    return out


def _filled(values: Floats, has: npt.NDArray[np.bool_], default: float) -> Floats:
    """The last known value at every beat, `default` before the first."""
    last = np.maximum.accumulate(np.where(has, np.arange(len(values)), -1))
    filled: Floats = np.where(last >= 0, np.where(has, values, 0.0)[np.maximum(last, 0)], default)
    return filled


def _largest_chord(n: int, beat: Ints, onset: Floats) -> Floats:
    out = np.zeros(n)
    if len(onset):
        starts = np.flatnonzero(np.concatenate([[True], np.diff(onset) > 1e-6]))
        sizes = np.diff(np.append(starts, len(onset)))
        np.maximum.at(out, beat[starts], sizes.astype(float))
    return out


def _octave_pairs(onset: Floats, pitch: Ints) -> Ints:
    """Indexes of notes that stand an octave above the next lower note of their chord."""
    if len(onset) < 2:
        return np.zeros(0, np.int64)
    return 1 + np.flatnonzero((np.diff(onset) < 1e-6) & (np.diff(pitch) == 12))


def _sounding_until(page: _Page, chosen: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Onsets of the chosen notes and up to when something has sounded, after each."""
    onset, end = page.onset[chosen], page.end[chosen]
    return onset, np.maximum.accumulate(end) if len(end) else end


def _rest_before(page: _Page, chosen: npt.NDArray[np.bool_]) -> Floats:
    """Beats of silence that end when each beat begins (at most 4), 0 where something sounds up to it."""
    onset, until = _sounding_until(page, chosen)
    before = np.searchsorted(onset, page.at - 1e-6, side="left") - 1
    since = np.where(before >= 0, page.at - np.append(until, 0.0)[before], page.at - page.at[0])
    rest: Floats = np.clip(since / page.step, 0.0, 4.0)
    return rest


def _silent(page: _Page) -> Floats:
    """1 where nothing sounds at the very beat."""
    onset, until = _sounding_until(page, np.ones(len(page.onset), bool))
    before = np.searchsorted(onset, page.at + 1e-6, side="right") - 1
    return np.where(before >= 0, np.append(until, 0.0)[before] <= page.at + 1e-6, True).astype(float)


def _held_over(page: _Page) -> Floats:
    """Notes struck before a beat that still sound at it, as log(1 + number)."""
    sounding = np.searchsorted(page.onset, page.at - 1e-6) - np.searchsorted(np.sort(page.end), page.at + 1e-6)
    held: Floats = np.log1p(np.maximum(sounding, 0))
    return held


def _means(values: Floats, width: Ints) -> tuple[Floats, Floats]:
    """Means [n, C] over `width[i]` beats before and from each beat on (shorter at the ends; 0 where there is none)."""
    n = len(values)
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    i = np.arange(n)
    lo, hi = np.maximum(0, i - width), np.minimum(n, i + width)
    before = (total[i] - total[lo]) / np.maximum(1, i - lo)[:, None]
    after = (total[hi] - total[i]) / np.maximum(1, hi - i)[:, None]
    return before, after


def _distance(a: Floats, b: Floats) -> Floats:
    """1 − cosine of rows; 1 where one of them is nothing and the other something, 0 where both are nothing."""
    size_a, size_b = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    both = (size_a > 1e-9) & (size_b > 1e-9)
    cosine = np.sum(a * b, axis=1) / np.where(both, size_a * size_b, 1.0)
    apart: Floats = np.where(both, 1.0 - cosine, ((size_a > 1e-9) != (size_b > 1e-9)).astype(float))
    return apart


def _change(page: _Page, sound: dict[str, Floats], rolls: dict[str, Floats]) -> dict[str, Floats]:
    signed = np.column_stack([sound[name] for name in _COMPARED[:6]])
    columns: dict[str, Floats] = {}
    for bars in _WINDOWS_BARS:
        width = np.maximum(1, np.round(bars * page.bar_beats)).astype(np.int64)
        before, after = _means(signed, width)
        for k, name in enumerate(_COMPARED[:6]):
            columns[f"{name}_{bars:g}"] = after[:, k] - before[:, k]
            columns[f"{name}_{bars:g}_size"] = np.abs(after[:, k] - before[:, k])
        for name, roll in rolls.items():
            columns[f"{name}_{bars:g}"] = _distance(*_means(roll, width))
    return columns


def _again(page: _Page, rolls: dict[str, Floats]) -> dict[str, Floats]:
    n, width = page.n, np.round(page.bar_beats).astype(np.int64)
    # Rhythm is told more finely than harmony; both count alike.
    scaled = [roll / np.maximum(np.linalg.norm(roll, axis=1, keepdims=True), 1e-9) for roll in rolls.values()]
    texture = np.concatenate(scaled, axis=1)
    columns: dict[str, Floats] = {}
    for lag, name in [*((-k, f"like_{k}_bars_ago") for k in _LAGS_BARS), *((k, f"like_in_{k}_bars") for k in (1, 2))]:
        other = np.arange(n) + lag * width
        there = (other >= 0) & (other < n)
        alike = np.where(there, 1.0 - _distance(texture, texture[np.clip(other, 0, n - 1)]), 0.0)
        # Over the bar that begins here.
        columns[name] = _means(alike[:, None], width)[1][:, 0]
    exact, rhythm = _bar_keys(page)
    columns |= _repetition(page, exact, rhythm)
    return columns


def _bar_keys(page: _Page) -> tuple[list[Hashable], list[Hashable]]:
    """What is struck in each bar, and its rhythm alone, by bar from 0; empty bars are alike."""
    first = np.concatenate([[True], page.bar[1:] != page.bar[:-1]])
    index = np.cumsum(first) - 1
    starts = page.at[first]
    of = index[page.beat]
    offset = np.round((page.onset - starts[of]) * 96).astype(np.int64)
    exact: list[Hashable] = []
    rhythm: list[Hashable] = []
    struck = ~page.tied
    bounds = np.searchsorted(of, np.arange(len(starts) + 1))
    for lo, hi in pairwise(bounds):
        keep = struck[lo:hi]
        o, p, h = offset[lo:hi][keep], page.pitch[lo:hi][keep], page.is_high[lo:hi][keep]
        exact.append((o.tobytes(), p.tobytes()))
        rhythm.append((np.unique(o[h]).tobytes(), np.unique(o[~h]).tobytes()))
    return exact, rhythm


def _repetition(page: _Page, exact: Sequence[Hashable], rhythm: Sequence[Hashable]) -> dict[str, Floats]:
    n_bars = len(exact)
    seen_at: dict[Hashable, int] = {}
    rhythms: set[Hashable] = set()
    again, returns, rhythm_again = np.zeros(n_bars), np.full(n_bars, 0.0), np.zeros(n_bars)
    came_from = np.full(n_bars, -1)
    for i, (key, beat) in enumerate(zip(exact, rhythm, strict=True)):
        if key in seen_at:
            again[i], came_from[i] = 1.0, seen_at[key]
            returns[i] = min(_FAR_BARS, i - seen_at[key]) / _FAR_BARS
        rhythm_again[i] = beat in rhythms
        seen_at[key] = i
        rhythms.add(beat)
    same = np.array([False, *(a == b for a, b in zip(exact[1:], exact[:-1], strict=True))])
    same_rhythm = np.array([False, *(a == b for a, b in zip(rhythm[1:], rhythm[:-1], strict=True))])
    # A run of bars that follow each other as they did before is one repetition; its first bar opens it.
    goes_on = np.concatenate([[False], (came_from[1:] == came_from[:-1] + 1) & (came_from[1:] >= 0)])
    columns = {
        "bar_again": again,
        "bar_again_starts": ((again > 0) & ~goes_on).astype(float),
        "bar_as_before": same.astype(float),
        "rhythm_again": rhythm_again,
        "rhythm_as_before": same_rhythm.astype(float),
        "rhythm_as_next": np.append(same_rhythm[1:], False).astype(float),
        "returns_after": returns,
        "mirrored": np.append(goes_on[1:], False).astype(float),
    }
    first = np.concatenate([[True], page.bar[1:] != page.bar[:-1]])
    index = np.cumsum(first) - 1
    return {name: values[index] for name, values in columns.items()}
