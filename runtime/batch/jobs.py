"""The plain data of a batch: what is to be done to one recording (`Item`, `Job`) and what became of it (`Outcome`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Kind = Literal["done", "refused", "broken", "halt"]
"""``done``; ``refused``: the recording or score cannot be used, and will not be next time; ``broken``: a process died,
the time was up or a connection failed, which may go better next time; ``halt``: nothing more can be written at all."""


@dataclass(frozen=True)
class Options:
    """What decides, besides content and model, how a result looks."""

    quality: Literal["fast", "best"] = "best"
    formats: tuple[str, ...] = ("json",)
    corrections: tuple[str, ...] = ()
    """Words of ``--correct``."""
    density: Literal["sparse", "normal", "detailed"] = "normal"
    existing: Literal["keep", "replace", "compare"] = "keep"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Options:
        """From what `dataclasses.asdict` gave, also after a round through JSON."""
        return cls(**{**values, "formats": tuple(values["formats"]), "corrections": tuple(values["corrections"])})


@dataclass(frozen=True)
class Item:
    """A recording that was found, and where its results go."""

    name: str
    """Of its results, ``/`` between folders, no suffix; unique in one output folder."""
    recording: str
    """Absolute path or URL."""
    size: int
    """Bytes; 0 when it could not be looked at."""
    stamp: str
    """Changes when the recording or its score may have changed."""
    options: Options
    score: str = ""
    """Absolute path or URL, "" for none."""


@dataclass(frozen=True)
class Setting:
    """What all jobs of a run share."""

    place: str
    """Absolute path or URL of the output folder."""
    model: str
    """Name of a shipped model or path of a card, as a worker finds it; "" for the shipped default."""
    provider: str
    model_sha256: str
    """Of everything that decides what the model says (`runtime.batch.identity.of_model`)."""
    threads: int = 1
    """How many windows of a recording a worker may work on at the same time."""


@dataclass(frozen=True)
class Job:
    """One recording's work, as it travels to a worker."""

    item: Item
    setting: Setting
    reuse: bool = True
    """Whether a result that is already kept may be taken."""
    attempt: int = 1

    @property
    def identity(self) -> str:
        """What besides the content makes its files: model and options."""
        return self._hash(asdict(self.item.options))

    @property
    def hearing(self) -> str:
        """The same for the kept result, from which any format is written."""
        return self._hash({**asdict(self.item.options), "formats": ()})

    def _hash(self, options: dict[str, Any]) -> str:
        told = [self.setting.model_sha256, self.setting.provider, options]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The inverse of `to_json`."""
        data = json.loads(text)
        item = Item(**{**data["item"], "options": Options.of(data["item"]["options"])})
        return cls(item, Setting(**data["setting"]), data["reuse"], data["attempt"])

    def again(self) -> Job:
        """The same for another attempt."""
        return replace(self, attempt=self.attempt + 1)


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt."""

    name: str
    kind: Kind
    reason: str = ""
    """For people, when it is not ``done``."""
    key: str = ""
    """Of the kept result, when it is ``done``."""
    reused: bool = False
    """Whether the result had been there already and only its files were written."""
    warnings: tuple[str, ...] = ()
    audio_s: float = 0.0
    cpu_s: float = 0.0
    counts: tuple[int, int, int] = (0, 0, 0)
    """Beats, downbeats, dynamics."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """The inverse of `to_json`."""
        data = json.loads(text)
        return cls(**{**data, "warnings": tuple(data["warnings"]), "counts": tuple(data["counts"])})
