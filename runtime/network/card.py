"""`ModelCard`: everything a model says about itself, kept as ``NAME.json`` beside ``NAME.onnx``.

This is the only place that knows the card's names; `export` builds a `ModelCard` and writes `to_json`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from runtime.analysis import LEVELS
from runtime.errors import ModelError
from runtime.frames import FRAMES_PER_S, HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.sound.level import LEVEL_RULE

CARD_SCHEMA = 1
ANALYSIS, NOTES, PAGE = "analysis", "notes", "page"
KNOWING_NOTES = "notes_"
"""How thresholds begin that hold where notes are known: ``notes_level_evidence``, …"""
NOTES_ALONE = "alone_"
"""How thresholds begin that hold where there are notes and no sound: ``alone_onsets_beat_notes``, …"""
MAX_CARD_BYTES = 1 << 20
_Card = TypeVar("_Card")


@dataclass(frozen=True)
class Metric:
    """One measured number, never without its protocol and its data."""

    name: str
    """What was measured, e.g. ``beat F``."""
    value: float
    """The number, in the unit that `name` implies (scores are 0..1)."""
    protocol: str
    """How it was measured, in one sentence or by the name of a documented protocol."""
    data: str
    """On what it was measured: data set, fold, instrument."""


@dataclass(frozen=True)
class ModelCard:
    """What the runtime must know to use a model, and what a user should know before trusting it."""

    name: str
    """Name of the model and stem of both files: letters, digits, ``.``, ``_`` and ``-``."""
    version: str
    """Version of this model, e.g. ``0.1.0``."""
    sha256: str
    """SHA-256 of the ONNX file, 64 lower-case hexadecimal digits."""
    feature: str
    """Front end inside the graph: ``pampalk``, ``paper`` (Bark sone, two variants) or ``logmel``."""
    preset: str
    """Training preset that names network and losses, e.g. ``multitask_bssl``."""
    parameters: int
    """Number of trained parameters."""
    thresholds: Mapping[str, float]
    """Decoding thresholds and weights by name, as chosen on validation data; probabilities are 0..1."""
    training_data: tuple[str, ...]
    """Data sets and instruments used in training, one sentence each."""
    training_commit: str
    """Commit of the project that trained the model."""
    licence: str
    """SPDX identifier of the licence of the weights."""
    metrics: tuple[Metric, ...] = ()
    """Measured accuracy and speed."""
    attribution: tuple[str, ...] = ()
    """Credits that the training data's licences ask for, one sentence each."""
    sources: tuple[str, ...] = ()
    """Everything it learned from by its name in `train/sources.toml`, each once; empty where a part was trained before
    that was kept."""
    levels_sha256: str = ""
    """SHA-256 of ``NAME.levels.onnx``, the second stage for levels and changes; empty when there is none."""
    levels_features: tuple[str, ...] = ()
    """Beat features that the second stage was trained on, in order (`runtime.stages.loudness_features`)."""
    levels_notes_sha256: str = ""
    """SHA-256 of ``NAME.levels_notes.onnx``, the second stage where the notes are known; empty when there is none."""
    levels_notes_features: tuple[str, ...] = ()
    """Beat features of that one, in order (`runtime.stages.levels.WITH_NOTES`)."""
    beats_sha256: str = ""
    """SHA-256 of ``NAME.beats.onnx``, the stage that tells beats from subdivisions; empty when there is none."""
    beats_features: tuple[str, ...] = ()
    """Features of peaks that it was trained on, in order (`runtime.stages.beats`)."""
    onsets_sha256: str = ""
    """SHA-256 of ``NAME.onsets.onnx``, the stage for beats where the notes are known; empty when there is none."""
    onsets_columns: tuple[str, ...] = ()
    """What that one is told of an onset, in order (`runtime.notes.onsets`)."""
    held_out: tuple[str, ...] = ()
    """Pieces that nothing of this model was trained on: those of `metrics`, and those that chose options."""
    limits: tuple[str, ...] = ()
    """What the model is not good at, one sentence each."""
    kind: str = ANALYSIS
    """What the graph gives: ``analysis`` (`runtime.model`), ``notes`` (`runtime.transcribe.own`) or ``page``
    (`runtime.marks.page`)."""
    features: tuple[str, ...] = ()
    """What a graph that takes no samples is told, in order (`runtime.marks.page_features`)."""
    classes: tuple[str, ...] = LEVELS
    """Meaning of the last axis of the output ``dynamics``; always pp, p, mf, f, ff."""
    sample_rate_hz: int = SAMPLE_RATE_HZ
    """Sample rate of the input in Hz; always 22050."""
    hop_samples: int = HOP_SAMPLES
    """Samples from one output frame to the next; always 441."""
    frames_per_s: int = FRAMES_PER_S
    """Output frames per second; always 50."""
    level_rule: str = LEVEL_RULE
    """How the input's level was set in training; must be the rule of `runtime.sound.level`."""
    schema: int = field(default=CARD_SCHEMA)
    """Version of this list of names."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ValueError(problem)

    def holding_out(self, pieces: Iterable[str]) -> ModelCard:
        """The card with these among the held-out pieces."""
        return replace(self, held_out=tuple(sorted({*self.held_out, *pieces})))

    def knowing_notes(self) -> ModelCard:
        """The card for a recording whose notes are known beside the sound: ``notes_X`` among the thresholds is X."""
        return self._where(KNOWING_NOTES)

    def of_notes_alone(self) -> ModelCard:
        """The card for a performance of which there are notes and no sound: ``alone_X`` among the thresholds is X."""
        return self.knowing_notes()._where(NOTES_ALONE)

    def _where(self, prefix: str) -> ModelCard:
        known = {k.removeprefix(prefix): v for k, v in self.thresholds.items() if k.startswith(prefix)}
        return replace(self, thresholds={**self.thresholds, **known})

    def to_json(self) -> str:
        """The card as the text of ``NAME.json``; equal cards give equal bytes."""
        data = asdict(self)
        data["thresholds"] = dict(self.thresholds)
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _problems(card: ModelCard) -> list[str]:
    """Every reason why this runtime cannot use the card, in plain words."""
    expected = {
        "schema": CARD_SCHEMA,
        "classes": LEVELS,
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "hop_samples": HOP_SAMPLES,
        "frames_per_s": FRAMES_PER_S,
        "level_rule": LEVEL_RULE,
    }
    found = [
        f"{name} is {getattr(card, name)!r}, this version of Mezzoforte needs {value!r}"
        for name, value in expected.items()
        if getattr(card, name) != value
    ]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", card.name):
        found.append(f"name {card.name!r} is not a plain file stem")
    if not re.fullmatch(r"[0-9a-f]{64}", card.sha256):
        found.append("sha256 is not 64 lower-case hexadecimal digits")
    if card.kind not in (ANALYSIS, NOTES, PAGE):
        found.append(f"kind is {card.kind!r}, this version of Mezzoforte knows {ANALYSIS}, {NOTES} and {PAGE}")
    for name in ("levels_sha256", "levels_notes_sha256", "beats_sha256", "onsets_sha256"):
        if (stage := getattr(card, name)) and not re.fullmatch(r"[0-9a-f]{64}", stage):
            found.append(f"{name} is not 64 lower-case hexadecimal digits")
    if not all(math.isfinite(v) for v in card.thresholds.values()):
        found.append("a threshold is not a finite number")
    return found


def parse_card(text: str) -> ModelCard:
    """Read what `ModelCard.to_json` wrote; names it does not know are ignored.

    Raises `ValueError` for text that is not a card, or a card for another version of the runtime.
    """
    return card_of(ModelCard, text, CARD_SCHEMA)


def card_of(kind: type[_Card], text: str, schema: int) -> _Card:
    """A card of that kind from its JSON, every value of the type of its field. Raises `ValueError`."""
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if data.get("schema") != schema:
        raise ValueError(f"schema is {data.get('schema')!r}, this version of Mezzoforte needs {schema}")
    values: dict[str, Any] = {}
    for f in fields(kind):  # type: ignore[arg-type]
        if f.name in data:
            values[f.name] = _read(f.name, str(f.type), data[f.name])
        elif f.default is MISSING:
            raise ValueError(f"{f.name} is missing")
    return kind(**values)


def _read(name: str, kind: str, value: Any) -> Any:
    """Check one JSON value against the type of its field."""
    scalars = {"str": str, "int": int}
    if kind in scalars:
        if isinstance(value, scalars[kind]) and not isinstance(value, bool):
            return value
    elif kind == "tuple[str, ...]":
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
    elif kind == "float":
        if _is_number(value) and math.isfinite(value):
            return float(value)
    elif kind == "Mapping[str, str]":
        if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
            return value
    elif kind == "Mapping[str, float]":
        if isinstance(value, dict) and all(_is_number(v) for v in value.values()):
            return {k: float(v) for k, v in value.items()}
    elif kind == "tuple[Metric, ...]" and isinstance(value, list) and all(isinstance(v, dict) for v in value):
        return tuple(_metric(v) for v in value)
    raise ValueError(f"{name} is not {kind}: {value!r:.80}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _metric(data: dict[str, Any]) -> Metric:
    texts = {k: data.get(k) for k in ("name", "protocol", "data")}
    if not all(isinstance(v, str) for v in texts.values()) or not _is_number(data.get("value")):
        raise ValueError(f"a metric needs name, value, protocol and data: {data!r:.80}")
    return Metric(value=float(data["value"]), **texts)  # type: ignore[arg-type]


def load_card(path: Path) -> ModelCard:
    """Read a card file. Raises `ModelError` when it is missing, not a card, or for another runtime."""
    return load(path, parse_card, "a model card that can be used", "a model made for another version",
                "Install the model again")  # fmt: skip


def load(path: Path, parse: Callable[[str], _Card], what: str, cause: str, advice: str) -> _Card:
    """Read a card file of any kind. Raises `ModelError`, for one that is no `what` with a likely cause and advice."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CARD_BYTES + 1)
    except OSError as e:
        raise ModelError(f"the model card cannot be read ({e.strerror or e})", where=str(path)) from e
    try:
        if len(raw) > MAX_CARD_BYTES:
            raise ValueError("it is larger than 1 MiB")
        return parse(raw.decode("utf-8"))
    except (ValueError, RecursionError) as e:
        cause = f"{cause}, or a damaged file"
        raise ModelError(f"this is not {what}: {e}", where=str(path), cause=cause, advice=advice) from e
