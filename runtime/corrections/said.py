"""Corrections as a value: what may be said, what contradicts what, and both of two sayings together."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from runtime.errors import MezzoforteError

TempoFactor = Literal["half", "same", "double"]
EditKind = Literal["add", "remove"]
EditedKind = Literal["dynamic", "hairpin"]
SIGNS = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")
SCHEMA = 1
LONGEST_S = 24 * 3600.0
MOST_PINS = 100_000
SAME_BEAT_S = 0.03
METRES = range(1, 17)
DENSITIES = ("sparse", "sparse+", "normal-", "normal", "normal+", "detailed-", "detailed")
POLICIES = ("keep", "replace")
SHIFTS = range(-15, 16)
TUNINGS_HZ = (370.0, 500.0)
FACTORS: dict[str, TempoFactor] = {"x2": "double", "/2": "half", "x1": "same"}
_VALUES: dict[str, tuple[str, ...]] = {"dynamic": SIGNS, "hairpin": ("crescendo", "diminuendo")}


class CorrectionError(MezzoforteError):
    """A correction cannot be understood, or contradicts another or the recording."""


@dataclass(frozen=True)
class Pin:
    """A beat that is at `time_s` for certain; `position` 1 makes it a downbeat, None leaves its place open."""

    time_s: float
    position: int | None = None


@dataclass(frozen=True)
class Passage:
    """What holds from `start_s` to `end_s` (None: to the end) alone: a factor of the beats, beats that lie half a beat
    off, the metre. A metre that is said begins with a bar."""

    start_s: float
    end_s: float | None = None
    tempo: TempoFactor = "same"
    offbeat: bool = False
    beats_per_bar: int | None = None


@dataclass(frozen=True)
class MarkEdit:
    """A mark that somebody put in (``add``) or took out (``remove``), by its place in the recording.

    `value`: a sign such as ``mf`` of the kind ``dynamic``, ``crescendo`` or ``diminuendo`` of the kind ``hairpin``;
    `end_s` is where a hairpin ends. What is taken out is the mark of that kind nearest to `time_s`.
    """

    do: EditKind
    kind: EditedKind
    value: str
    time_s: float
    end_s: float | None = None


@dataclass(frozen=True)
class Corrections:
    """Everything that was said; the default says nothing.

    `tempo`: the beats heard are too slow (``double``) or too fast (``half``) by a factor 2. `offbeat`: the beats
    lie half a beat off. `beats_per_bar`: the metre, where it is known. `pins`: beats whose times are known, in
    order of time; "this is beat 1 of a bar" is a pin with position 1, and the bars around it count on from there.
    `tuning_hz`: the pitch of the piano's a', where it is known; it moves no beat by itself. `marks`: what was changed
    among the marks, in that order. `density`: how many marks a score gets, one of `DENSITIES`; `existing`: what becomes
    of those that are printed there, one of `POLICIES`; None leaves both to whoever asks. `shift_beats`: how many beats
    later all bars begin. `passages`: what holds in parts of the recording, in that order. `taps`: beats that follow
    each other, with none between; a pause of more than two beats begins another row of them.
    """

    tempo: TempoFactor = "same"
    offbeat: bool = False
    beats_per_bar: int | None = None
    pins: tuple[Pin, ...] = ()
    tuning_hz: float | None = None
    marks: tuple[MarkEdit, ...] = ()
    density: str | None = None
    existing: str | None = None
    shift_beats: int = 0
    passages: tuple[Passage, ...] = ()
    taps: tuple[Pin, ...] = ()

    def __post_init__(self) -> None:
        for name, value, known in (("density", self.density, DENSITIES), ("existing", self.existing, POLICIES)):
            if value is not None and value not in known:
                raise CorrectionError(f"{name} {value!r} is not one of {', '.join(known)}")
        if self.tuning_hz is not None:
            _check_tuning(self.tuning_hz)
        _check_beats(self)
        if type(self.shift_beats) is not int or self.shift_beats not in SHIFTS:
            raise CorrectionError(
                f"bars are shifted by {self.shift_beats!r} beats, not by a whole number from {SHIFTS.start} to "
                f"{SHIFTS.stop - 1}"
            )
        for what, given in (("pinned beats", self.pins), ("tapped beats", self.taps), ("passages", self.passages),
                            ("changes of marks", self.marks)):  # fmt: skip
            if len(given) > MOST_PINS:
                raise CorrectionError(f"{len(given)} {what}; at most {MOST_PINS} are taken")
        for edit in self.marks:
            _check_edit(edit)
        for passage in self.passages:
            _check_passage(passage)
        for name, row in (("pinned", self.pins), ("tapped", self.taps)):
            _check_row(row, name, self.beats_per_bar)

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return self != Corrections()

    @property
    def of_beats(self) -> bool:
        """Whether anything was said about beats and bars."""
        return self.without_marks() != Corrections(tuning_hz=self.tuning_hz)

    def without_marks(self) -> Corrections:
        """What was said of the recording alone: nothing of marks, their density and those that are printed."""
        return replace(self, marks=(), density=None, existing=None)

    @property
    def known_beats(self) -> tuple[Pin, ...]:
        """Pins and taps in order of time; where both say something within 30 ms, the pin."""
        taps = (t for t in self.taps if all(abs(t.time_s - p.time_s) >= SAME_BEAT_S for p in self.pins))
        return tuple(sorted([*self.pins, *taps], key=lambda p: p.time_s))

    def to_json(self) -> str:
        """The file form; `from_json` reads it back to an equal value."""
        data: dict[str, Any] = {
            "corrections": SCHEMA,
            "tempo": self.tempo,
            "offbeat": self.offbeat,
            "pins": _plain(self.pins),
        }
        more: dict[str, Any] = {
            "beats_per_bar": self.beats_per_bar, "tuning_hz": self.tuning_hz, "marks": _plain(self.marks),
            "density": self.density, "existing": self.existing,
            "shift_beats": self.shift_beats, "passages": _plain(self.passages), "taps": _plain(self.taps),
        }  # fmt: skip
        return json.dumps(data | {k: v for k, v in more.items() if v}, allow_nan=False, indent=1)

    def check_within(self, duration_s: float) -> None:
        """Raises `CorrectionError` when something is said of a time at which the recording is over."""
        for what, time_s in self._times():
            if time_s > duration_s:
                raise CorrectionError(
                    f"{what} at {time_s:g} s lies outside the recording, which ends at {duration_s:.1f} s",
                    advice="Correct the time; it counts from the start of the recording, in seconds or as 1:02.5",
                )

    def _times(self) -> Iterator[tuple[str, float]]:
        yield from (("a pinned beat", p.time_s) for p in self.pins)
        yield from (("a tapped beat", p.time_s) for p in self.taps)
        for passage in self.passages:
            yield "a passage that begins", passage.start_s
            if passage.end_s is not None:
                yield "a passage that ends", passage.end_s


def merge(first: Corrections, then: Corrections) -> Corrections:
    """Both together; what `then` says wins, and its pins replace those of `first` within 30 ms.

    Factors multiply (``double`` after ``half`` is ``same``) and shifts add up. Raises `CorrectionError` for a factor
    of 4.
    """
    powers = {"half": -1, "same": 0, "double": 1}
    power = powers[first.tempo] + powers[then.tempo]
    if abs(power) > 1:
        raise CorrectionError("twice the same factor of 2; a factor of 4 is not taken")
    tempo: TempoFactor = "half" if power < 0 else "double" if power > 0 else "same"
    return replace(
        first,
        tempo=tempo,
        offbeat=first.offbeat != then.offbeat,
        beats_per_bar=then.beats_per_bar or first.beats_per_bar,
        pins=_both(first.pins, then.pins),
        tuning_hz=first.tuning_hz if then.tuning_hz is None else then.tuning_hz,
        marks=(*first.marks, *then.marks),
        density=then.density or first.density,
        existing=then.existing or first.existing,
        shift_beats=first.shift_beats + then.shift_beats,
        passages=(*first.passages, *then.passages),
        taps=_both(first.taps, then.taps),
    )


def _plain(values: Iterable[Pin | Passage | MarkEdit]) -> list[dict[str, Any]]:
    """Without what nothing is said of."""
    return [{k: v for k, v in asdict(x).items() if v is not None and v is not False and v != "same"} for x in values]


def _both(first: Iterable[Pin], then: tuple[Pin, ...]) -> tuple[Pin, ...]:
    kept = [p for p in first if all(abs(p.time_s - q.time_s) >= SAME_BEAT_S for q in then)]
    return tuple(sorted([*kept, *then], key=lambda p: p.time_s))


def _check_beats(said: Corrections | Passage) -> None:
    if said.tempo not in FACTORS.values():
        raise CorrectionError(f"tempo {said.tempo!r} is not one of half, same, double")
    if not isinstance(said.offbeat, bool):
        raise CorrectionError(f"offbeat {said.offbeat!r} is neither true nor false")
    if said.beats_per_bar is not None:
        _check_count(said.beats_per_bar, "beats per bar")


def _check_passage(passage: Passage) -> None:
    _check_beats(passage)
    _check_time(passage.start_s, "a passage that begins")
    if passage.end_s is not None:
        _check_time(passage.end_s, "a passage that ends")
        if passage.end_s <= passage.start_s:
            raise CorrectionError(f"a passage from {passage.start_s:g} s to {passage.end_s:g} s ends before it begins")
    if passage == Passage(passage.start_s, passage.end_s):
        raise CorrectionError(f"nothing is said of the passage from {passage.start_s:g} s on")


def _check_row(row: tuple[Pin, ...], name: str, metre: int | None) -> None:
    for pin in row:
        _check_pin(pin, name, metre)
    for a, b in pairwise(row):
        if b.time_s - a.time_s < SAME_BEAT_S:
            raise CorrectionError(
                f"{name} beats at {a.time_s:g} s and {b.time_s:g} s are out of order or the same beat",
                advice=f"They must be {SAME_BEAT_S * 1000:g} ms apart or more",
            )


def _check_edit(edit: MarkEdit) -> None:
    if edit.do not in ("add", "remove"):
        raise CorrectionError(f"a change of a mark is {edit.do!r}, neither add nor remove")
    if not isinstance(edit.kind, str) or edit.value not in _VALUES.get(edit.kind, ()):
        raise CorrectionError(f"there is no {edit.kind!r} {edit.value!r}")
    _check_time(edit.time_s, "a mark")
    if edit.end_s is not None:
        _check_time(edit.end_s, "the end of a mark")
    if edit.kind == "hairpin" and edit.do == "add" and (edit.end_s is None or edit.end_s <= edit.time_s):
        raise CorrectionError(f"a hairpin at {edit.time_s:g} s without an end after it")


def _check_time(time_s: Any, what: str) -> None:
    number = isinstance(time_s, int | float) and not isinstance(time_s, bool) and math.isfinite(time_s)
    if not number or not 0 <= time_s <= LONGEST_S:
        raise CorrectionError(f"{what} at {time_s!r} s is outside any recording")


def _check_pin(pin: Pin, name: str, metre: int | None) -> None:
    if not math.isfinite(pin.time_s) or not 0 <= pin.time_s <= LONGEST_S:
        raise CorrectionError(f"a {name} beat at {pin.time_s} s is outside any recording")
    if pin.position is not None:
        _check_count(pin.position, f"the position of a {name} beat")
        if metre is not None and pin.position > metre:
            raise CorrectionError(f"beat {pin.position} at {pin.time_s:g} s does not exist in bars of {metre}")


def _check_count(value: Any, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value not in METRES:
        raise CorrectionError(f"{what} is {value!r}, not a whole number from {METRES.start} to {METRES.stop - 1}")


def _check_tuning(value: Any) -> None:
    low, high = TUNINGS_HZ
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise CorrectionError(
            f"a tuning of {value!r} Hz is not that of a piano's a'", advice=f"Give {low:g} to {high:g}, as 415 or 442.5"
        )
