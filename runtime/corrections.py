"""What a listener knows better: corrections that the decoder honours, so that everything stays consistent.

A correction is a statement about the music, not a patch of the result: the beats are decoded again under it, and
bars, dynamics and tempo follow. They come as a small JSON file or as words on the command line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from runtime.errors import MezzoforteError

SCHEMA = 1
TempoFactor = Literal["half", "same", "double"]
EditKind = Literal["add", "remove"]
EditedKind = Literal["dynamic", "hairpin"]
SIGNS = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")
LONGEST_S = 24 * 3600.0
MOST_PINS = 100_000
SAME_BEAT_S = 0.03
MOST_BYTES = 16 << 20
METRES = range(1, 17)
DENSITIES = ("sparse", "sparse+", "normal-", "normal", "normal+", "detailed-", "detailed")
POLICIES = ("keep", "replace")
TUNINGS_HZ = (370.0, 500.0)
_VALUES: dict[str, tuple[str, ...]] = {"dynamic": SIGNS, "hairpin": ("crescendo", "diminuendo")}
_FACTORS: dict[str, TempoFactor] = {"x2": "double", "/2": "half", "x1": "same"}


class CorrectionError(MezzoforteError):
    """A correction cannot be understood, or contradicts another."""


@dataclass(frozen=True)
class Pin:
    """A beat that is at `time_s` for certain; `position` 1 makes it a downbeat, None leaves its place open."""

    time_s: float
    position: int | None = None


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
    order of time; "this is beat 1 of a bar" is a pin with position 1. `tuning_hz`: the pitch of the piano's a', where
    it is known; it moves no beat by itself. `marks`: what was changed among the marks, in that order. `density`: how
    many marks a score gets, one of `DENSITIES`; `existing`: what becomes of those that are printed there, one of
    `POLICIES`; None leaves both to whoever asks.
    """

    tempo: TempoFactor = "same"
    offbeat: bool = False
    beats_per_bar: int | None = None
    pins: tuple[Pin, ...] = ()
    tuning_hz: float | None = None
    marks: tuple[MarkEdit, ...] = ()
    density: str | None = None
    existing: str | None = None

    def __post_init__(self) -> None:
        for name, value, known in (("density", self.density, DENSITIES), ("existing", self.existing, POLICIES)):
            if value is not None and value not in known:
                raise CorrectionError(f"{name} {value!r} is not one of {', '.join(known)}")
        if self.tuning_hz is not None:
            _check_tuning(self.tuning_hz)
        if self.tempo not in _FACTORS.values():
            raise CorrectionError(f"tempo {self.tempo!r} is not one of half, same, double")
        if not isinstance(self.offbeat, bool):
            raise CorrectionError(f"offbeat {self.offbeat!r} is neither true nor false")
        if self.beats_per_bar is not None:
            _check_count(self.beats_per_bar, "beats per bar")
        if len(self.pins) > MOST_PINS:
            raise CorrectionError(f"{len(self.pins)} pinned beats; at most {MOST_PINS} are taken")
        if len(self.marks) > MOST_PINS:
            raise CorrectionError(f"{len(self.marks)} changes of marks; at most {MOST_PINS} are taken")
        for pin in self.pins:
            _check_pin(pin, self.beats_per_bar)
        for edit in self.marks:
            _check_edit(edit)
        for a, b in zip(self.pins[:-1], self.pins[1:], strict=True):
            if b.time_s - a.time_s < SAME_BEAT_S:
                raise CorrectionError(
                    f"pinned beats at {a.time_s:g} s and {b.time_s:g} s are out of order or the same beat",
                    advice=f"Pins must be {SAME_BEAT_S * 1000:g} ms apart or more",
                )

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

    def to_json(self) -> str:
        """The file form; `from_json` reads it back to an equal value."""
        pins = [{"time_s": p.time_s} | ({} if p.position is None else {"position": p.position}) for p in self.pins]
        data: dict[str, Any] = {"corrections": SCHEMA, "tempo": self.tempo, "offbeat": self.offbeat, "pins": pins}
        if self.beats_per_bar is not None:
            data["beats_per_bar"] = self.beats_per_bar
        if self.tuning_hz is not None:
            data["tuning_hz"] = self.tuning_hz
        if self.marks:
            data["marks"] = [{k: v for k, v in asdict(m).items() if v is not None} for m in self.marks]
        data |= {k: v for k, v in (("density", self.density), ("existing", self.existing)) if v is not None}
        return json.dumps(data, allow_nan=False, indent=1)


def parse_words(words: Iterable[str]) -> Corrections:
    """Corrections from command-line words.

    ``x2``, ``/2``, ``offbeat``, ``metre=3``, ``beat@12.34`` (a beat is there), ``beat2@12.34`` (the second of its
    bar is there), ``bar@12.34`` (beat 1 is there; times also as 1:02.5), ``tuning=415``. Raises `CorrectionError`.
    """
    tempo: TempoFactor = "same"
    offbeat = False
    metre: int | None = None
    tuning_hz: float | None = None
    pins: list[Pin] = []
    for word in words:
        if word in _FACTORS:
            if tempo not in ("same", _FACTORS[word]):
                raise CorrectionError("x2 and /2 contradict each other")
            tempo = _FACTORS[word]
        elif word == "offbeat":
            offbeat = True
        elif word.startswith("metre="):
            metre = _whole(word.removeprefix("metre="), word)
        elif word.startswith("tuning="):
            tuning_hz = _number(word.removeprefix("tuning="), word)
        elif "@" in word:
            pins.append(_pin(word))
        else:
            raise CorrectionError(
                f"correction {word!r} is not known",
                advice="There are x2, /2, offbeat, metre=N, beat@TIME, beatN@TIME, bar@TIME and tuning=HZ",
            )
    return Corrections(tempo, offbeat, metre, tuple(sorted(pins, key=lambda p: p.time_s)), tuning_hz)


def from_json(text: str) -> Corrections:
    """Read the file form (names that are not known are an error: a misspelt one must not be lost silently).

    Raises `CorrectionError`.
    """
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as e:
        raise CorrectionError(f"not JSON: {e}") from e
    if not isinstance(data, dict) or data.get("corrections") != SCHEMA:
        raise CorrectionError(f'not a file of corrections: "corrections": {SCHEMA} is missing')
    names = {"tempo", "offbeat", "beats_per_bar", "pins", "tuning_hz", "marks", "density", "existing"}
    unknown = set(data) - names - {"corrections"}
    if unknown:
        raise CorrectionError(f"{', '.join(sorted(unknown))} is not known")
    rows, edits = data.get("pins", []), data.get("marks", [])
    if not isinstance(rows, list) or not isinstance(edits, list):
        raise CorrectionError("pins or marks is not a list")
    pins = sorted((_pin_row(row) for row in rows), key=lambda p: p.time_s)
    return Corrections(
        data.get("tempo", "same"), data.get("offbeat", False), data.get("beats_per_bar"), tuple(pins),
        data.get("tuning_hz"), tuple(_edit_row(row) for row in edits), data.get("density"), data.get("existing"),
    )  # fmt: skip


def read_file(path: Path) -> Corrections:
    """Corrections from a JSON file. Raises `CorrectionError` that names the file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CorrectionError(f"the file is larger than {MOST_BYTES >> 20} MiB", where=str(path))
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as e:
        raise CorrectionError("the file of corrections cannot be read", where=str(path), cause=str(e)) from e


def merge(first: Corrections, then: Corrections) -> Corrections:
    """Both together; what `then` says wins, and its pins replace those of `first` within 30 ms.

    Factors multiply: ``double`` after ``half`` is ``same``. Raises `CorrectionError` for a factor of 4.
    """
    powers = {"half": -1, "same": 0, "double": 1}
    power = powers[first.tempo] + powers[then.tempo]
    if abs(power) > 1:
        raise CorrectionError("twice the same factor of 2; a factor of 4 is not taken")
    kept = [p for p in first.pins if all(abs(p.time_s - q.time_s) >= SAME_BEAT_S for q in then.pins)]
    tempo: TempoFactor = "half" if power < 0 else "double" if power > 0 else "same"
    return replace(
        first,
        tempo=tempo,
        offbeat=first.offbeat != then.offbeat,
        beats_per_bar=then.beats_per_bar or first.beats_per_bar,
        pins=tuple(sorted([*kept, *then.pins], key=lambda p: p.time_s)),
        tuning_hz=first.tuning_hz if then.tuning_hz is None else then.tuning_hz,
        marks=(*first.marks, *then.marks),
        density=then.density or first.density,
        existing=then.existing or first.existing,
    )


def _pin(word: str) -> Pin:
    what, _, at = word.partition("@")
    time_s = _time_s(at, word)
    if what == "bar":
        return Pin(time_s, 1)
    if what == "beat":
        return Pin(time_s)
    if what.startswith("beat"):
        return Pin(time_s, _whole(what.removeprefix("beat"), word))
    raise CorrectionError(f"{word!r}: before the @ stands beat, beatN or bar")


def _pin_row(row: Any) -> Pin:
    if not isinstance(row, dict) or set(row) - {"time_s", "position"} or "time_s" not in row:
        raise CorrectionError(f"pin {row!r} is not an object with time_s and perhaps position")
    time_s = row["time_s"]
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        raise CorrectionError(f"pin time {time_s!r} is not a number")
    return Pin(float(min(max(time_s, -1), LONGEST_S + 1)), row.get("position"))


def _edit_row(row: Any) -> MarkEdit:
    names = {"do", "kind", "value", "time_s", "end_s"}
    if not isinstance(row, dict) or set(row) - names or names - {"end_s"} - set(row):
        raise CorrectionError(f"{row!r} is not a change of a mark with do, kind, value, time_s and perhaps end_s")
    return MarkEdit(row["do"], row["kind"], row["value"], row["time_s"], row.get("end_s"))


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


def _check_pin(pin: Pin, metre: int | None) -> None:
    if not math.isfinite(pin.time_s) or not 0 <= pin.time_s <= LONGEST_S:
        raise CorrectionError(f"a pinned beat at {pin.time_s} s is outside any recording")
    if pin.position is not None:
        _check_count(pin.position, "the position of a pinned beat")
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


def _number(text: str, word: str) -> float:
    try:
        return float(text)
    except ValueError as e:
        raise CorrectionError(f"{word!r}: {text!r} is not a number") from e


def _whole(text: str, word: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise CorrectionError(f"{word!r}: {text!r} is not a whole number")
    return int(text)


def _time_s(text: str, word: str) -> float:
    """Seconds, or minutes and seconds with a colon."""
    minutes, colon, seconds = text.rpartition(":")
    try:
        value = float(seconds)
        if colon:
            if not 0 <= value < 60:
                raise ValueError
            value += 60 * int(minutes)
    except ValueError as e:
        raise CorrectionError(f"{word!r}: {text!r} is not a time", advice="Write 62.5 or 1:02.5") from e
    return value
