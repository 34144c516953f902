"""`Analysis`: the one frozen value that a recording becomes and every output is written from.

The JSON form is schema 1: names are fixed, more may be added. Times are seconds from the start of the
recording, confidences are probabilities in 0..1, levels are one of `LADDER`, ``beat`` indexes `beats`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from runtime.errors import InputError

SCHEMA = 1
LARGEST_JSON_BYTES = 200_000_000
LEVELS = ("pp", "p", "mf", "f", "ff")
"""The five classes that networks and tables of accuracy know."""
LADDER = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")
"""The levels that are written."""
Level = Literal["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"]
FOLDED = (0, 0, 1, 1, 2, 3, 4, 4)
"""Which of `LEVELS` stands for each of `LADDER` where there are five: mp counts as p."""
Question = Literal["pulse", "metre", "bar"]
"""What may be unsure: whether the beats are those of the music, how many are in a bar, and where bars begin."""
RemedyKey = Literal["half", "metre", "tap", "count", "line"]
"""What may help: something that can be done at once, or that only the user can say."""
HairpinKind = Literal["crescendo", "diminuendo"]


@dataclass(frozen=True)
class Source:
    """The recording: its file name (no folder), length and the sample rate that was decoded (0: MIDI, no sound)."""

    name: str
    duration_s: float
    sample_rate_hz: int
    tuning_hz: float | None = None
    """The pitch of its a', as somebody said it or as estimated within half a semitone of 440 Hz; None when unclear."""


@dataclass(frozen=True)
class ModelIdentity:
    """Which model, by which execution provider, made the analysis."""

    name: str
    version: str
    sha256: str
    provider: str
    transcriber: str = ""
    """Who told it the notes, name and version; empty when it had the sound alone."""
    licence: str = ""
    """SPDX identifier of the licence of the model's weights; empty in older analyses."""
    borrowed: tuple[str, ...] = ()
    """Parts of the shipped set that marks were chosen by, where the model has none of its own."""


@dataclass(frozen=True)
class Beat:
    """A beat; `bar` counts from 1 (0 for a pickup), `position` 1 is the downbeat. `measure`: the printed number of its
    measure, where the beats are those of a score."""

    time_s: float
    bar: int
    position: int
    confidence: float
    measure: str | None = None


@dataclass(frozen=True)
class Metre:
    """The number of beats per bar from `time_s` on. `signature`: the time signature that is printed there, such as
    6/8 (two beats), where the beats are those of a score."""

    time_s: float
    beats_per_bar: int
    confidence: float
    signature: str | None = None

    @property
    def beat_quarters(self) -> Fraction:
        """How many quarters a beat is."""
        if self.signature is None:
            return Fraction(1)
        return Fraction(4 * int(self.signature.split("/")[0]), int(self.signature.split("/")[1])) / self.beats_per_bar


@dataclass(frozen=True)
class Tempo:
    """Beats per minute from `time_s` to the next beat."""

    time_s: float
    bpm: float


@dataclass(frozen=True)
class Dynamic:
    """One marking as it would be written: a level that holds from this beat on."""

    time_s: float
    beat: int
    level: Level
    confidence: float


@dataclass(frozen=True)
class ChangePoint:
    """A beat at which the dynamic level changes (the first marking is not a change)."""

    time_s: float
    beat: int
    confidence: float


@dataclass(frozen=True)
class Hairpin:
    """A span of gradual change."""

    start_s: float
    end_s: float
    kind: HairpinKind
    confidence: float


@dataclass(frozen=True)
class Remedy:
    """What would help most likely: a key of `runtime.words.doubts` with its values."""

    key: RemedyKey
    values: dict[str, int | str]


@dataclass(frozen=True)
class Doubt:
    """One thing that is unsure: `chance` is how likely it is wrong, `text` says it and what may help, in English and
    without the values (see `runtime.words.doubts`). `corrections` are the remedy as a file of
    corrections has it (empty where only the user can say what helps), `bars_s` where the first bars begin then."""

    about: Question
    chance: float
    text: str
    remedy: Remedy
    corrections: dict[str, Any] = field(default_factory=dict)
    bars_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class Loudness:
    """Total loudness Ntot in sone, one value every `hop_s` seconds from time 0."""

    hop_s: float
    ntot_sone: tuple[float, ...]


@dataclass(frozen=True)
class Analysis:
    """Everything heard in one recording. Written from, never changed."""

    source: Source
    model: ModelIdentity
    beats: tuple[Beat, ...] = ()
    metre: tuple[Metre, ...] = ()
    tempo: tuple[Tempo, ...] = ()
    dynamics: tuple[Dynamic, ...] = ()
    beat_levels: tuple[Level, ...] = ()
    change_points: tuple[ChangePoint, ...] = ()
    hairpins: tuple[Hairpin, ...] = ()
    loudness: Loudness = field(default_factory=lambda: Loudness(0.1, ()))
    score: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    """What is unsure about beats and bars; nothing with a score, and where somebody has said something of them."""

    def __post_init__(self) -> None:
        if self.beat_levels and len(self.beat_levels) != len(self.beats):
            raise ValueError(f"{len(self.beat_levels)} beat levels for {len(self.beats)} beats")
        marks: tuple[Dynamic | ChangePoint, ...] = (*self.dynamics, *self.change_points)
        for event in marks:
            if not 0 <= event.beat < len(self.beats):
                raise ValueError(f"{event} refers to a beat outside 0..{len(self.beats) - 1}")

    @property
    def downbeats(self) -> tuple[Beat, ...]:
        """The beats at position 1."""
        return tuple(b for b in self.beats if b.position == 1)

    def to_json(self, *, indent: int | None = 1) -> str:
        """This value as schema-1 JSON with times rounded to 0.1 ms; equal values give equal bytes."""
        return json.dumps(
            {"schema": SCHEMA, **_rounded(asdict(self))}, ensure_ascii=False, indent=indent, allow_nan=False
        )


def folded(level: str) -> str:
    """The one of `LEVELS` that stands for a level of `LADDER`. Raises `ValueError` for another."""
    return LEVELS[FOLDED[LADDER.index(level)]]


_OF_SCORES = ("measure", "signature")
"""Fields that are written only where they say something."""
_DIGITS = {"bpm": 3, "ntot_sone": 3, "confidence": 4}


def _rounded(value: Any, key: str = "") -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS.get(key, 4))
    if isinstance(value, dict):
        return {k: _rounded(v, k) for k, v in value.items() if v is not None or k not in _OF_SCORES}
    if isinstance(value, list | tuple):
        return [_rounded(v, key) for v in value]
    return value


def from_json(text: str) -> Analysis:
    """Read what `Analysis.to_json` wrote (unknown names are ignored, as schema 1 may grow).

    Raises `ValueError` when the text is not a schema-1 analysis.
    """
    try:
        data = json.loads(text)
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema {data.get('schema')!r}, expected {SCHEMA}")
        events = {
            "beats": Beat, "metre": Metre, "tempo": Tempo, "dynamics": Dynamic,
            "change_points": ChangePoint, "hairpins": Hairpin,
        }  # fmt: skip
        lists = {name: tuple(_build(kind, e) for e in data[name]) for name, kind in events.items()}
        loudness = Loudness(data["loudness"]["hop_s"], tuple(data["loudness"]["ntot_sone"]))
        return Analysis(
            source=_build(Source, data["source"]),
            model=_model(data["model"]),
            beat_levels=tuple(data["beat_levels"]),
            loudness=loudness,
            score=data["score"],
            warnings=tuple(data["warnings"]),
            doubts=tuple(_doubt(d) for d in data.get("doubts", [])),
            **lists,
        )
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as e:
        raise ValueError(f"not an analysis of schema {SCHEMA}: {e}") from e


def read(path: Path) -> Analysis:
    """The analysis in a JSON file. Raises `InputError` when there is none that can be read."""
    try:
        if path.stat().st_size > LARGEST_JSON_BYTES:
            raise InputError("too large to be an analysis", where=str(path))
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise InputError(
            f"cannot be read as an analysis: {e}", where=str(path),
            advice="Write it with: mezzoforte analyze AUDIO --format json",
        ) from e  # fmt: skip


def _doubt(data: dict[str, Any]) -> Doubt:
    remedy = Remedy(data["remedy"]["key"], dict(data["remedy"]["values"]))
    return Doubt(data["about"], data["chance"], data["text"], remedy, dict(data["corrections"]), tuple(data["bars_s"]))


def _model(data: dict[str, Any]) -> ModelIdentity:
    found: ModelIdentity = _build(ModelIdentity, data)
    return replace(found, borrowed=tuple(found.borrowed))


def _build(kind: Any, data: dict[str, Any]) -> Any:
    return kind(**{k: data[k] for k in kind.__dataclass_fields__ if k in data})
