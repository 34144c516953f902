"""What a batch keeps beside its results, in ``.mezzoforte``: results by key, states of recordings by name.

A result is everything that output files are written from, so that another format, a copy or a renamed recording costs
no second analysis. What cannot be read back whole counts as not there.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import statistics
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from runtime.analysis import SCHEMA, Analysis, from_json
from runtime.batch.places import Place
from runtime.pipeline import Outline

HOME = ".mezzoforte"


@dataclass(frozen=True)
class State:
    """What is known of one recording's results."""

    name: str
    recording: str
    stamp: str
    """`Item.stamp` when it was worked on."""
    identity: str
    """`Job.identity` of that work."""
    status: Literal["done", "failed"]
    reason: str = ""
    content: str = ""
    """SHA-256 of the recording."""
    key: str = ""
    warnings: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Names of the files that were written."""
    score: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    """`Kept.facts` of the result."""

    def to_bytes(self) -> bytes:
        """JSON."""
        return (json.dumps(asdict(self), sort_keys=True) + "\n").encode()

    @classmethod
    def of(cls, data: bytes | None) -> State | None:
        """The inverse of `to_bytes`; None for anything else."""
        try:
            values = json.loads(data or b"")
            return cls(**{**values, "warnings": tuple(values["warnings"]), "outputs": tuple(values["outputs"])})
        except (ValueError, TypeError, KeyError, RecursionError):
            return None


@dataclass(frozen=True)
class Kept:
    """A finished result: what every file of a recording is written from."""

    analysis: Analysis
    outline: Outline
    channels: int
    marked: bytes | None = None
    """The score with its marks, when there was one."""

    def to_bytes(self) -> bytes:
        """Compressed JSON with every digit; equal results give equal bytes."""
        values = {
            "analysis": {"schema": SCHEMA, **asdict(self.analysis)},
            "outline": {
                "hop_s": self.outline.hop_s,
                "low": _packed(self.outline.low),
                "high": _packed(self.outline.high),
            },
            "channels": self.channels,
            "marked": None if self.marked is None else base64.b64encode(self.marked).decode(),
        }
        return gzip.compress(json.dumps(values).encode(), 6, mtime=0)

    @classmethod
    def of(cls, data: bytes | None) -> Kept | None:
        """The inverse of `to_bytes`; None for anything else, damaged files too."""
        try:
            values = json.loads(gzip.decompress(data or b""))
            outline = values["outline"]
            marked = values["marked"]
            return cls(
                from_json(json.dumps(values["analysis"])),
                Outline(outline["hop_s"], _unpacked(outline["low"]), _unpacked(outline["high"])),
                values["channels"],
                None if marked is None else base64.b64decode(marked),
            )
        except (OSError, EOFError, ValueError, TypeError, KeyError, RecursionError, zlib.error):
            return None

    def named(self, name: str) -> Kept:
        """The same result for a recording of another file name."""
        return replace(self, analysis=replace(self.analysis, source=replace(self.analysis.source, name=name)))

    @property
    def facts(self) -> dict[str, Any]:
        """What a table says of a recording in one row."""
        analysis = self.analysis
        return {
            "duration_s": analysis.source.duration_s, "sample_rate_hz": analysis.source.sample_rate_hz,
            "channels": self.channels, "beats": len(analysis.beats), "downbeats": len(analysis.downbeats),
            "marks": len(analysis.dynamics) + len(analysis.hairpins),
            "median_bpm": _median([t.bpm for t in analysis.tempo]),
            "median_sone": _median(analysis.loudness.ntot_sone), "model": analysis.model.name,
            "model_version": analysis.model.version, "model_sha256": analysis.model.sha256,
            "provider": analysis.model.provider, "transcriber": analysis.model.transcriber or None,
        }  # fmt: skip


def _median(values: Sequence[float]) -> float | None:
    return round(float(statistics.median(values)), 3) if values else None


def _packed(values: np.ndarray[Any, Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def _unpacked(text: str) -> Any:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32)


class Store:
    """Results and states in one place."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def state(self, name: str) -> State | None:
        """What is known of a recording by the name of its results."""
        return State.of(self.place.read(_state_name(name)))

    def forget(self, name: str) -> None:
        """Take a recording's state away, so that it is worked on again."""
        self.place.remove(_state_name(name))

    def put_state(self, state: State) -> None:
        """Write it down. Raises `OutputError`."""
        self.place.write(_state_name(state.name), state.to_bytes())

    def states(self) -> Iterator[State]:
        """Every one that can be read."""
        files = [n for n in self.place.sizes(f"{HOME}/files") if n.endswith(".json")]
        for data in self.place.read_all(sorted(files)):
            state = State.of(data)
            if state is not None:
                yield state

    def result(self, key: str) -> Kept | None:
        """A kept result, when it is there and whole."""
        return Kept.of(self.place.read(result_name(key)))

    def results(self, keys: Sequence[str]) -> Iterator[Kept | None]:
        """Kept results, in order."""
        return map(Kept.of, self.place.read_all([result_name(key) for key in keys]))

    def put_result(self, key: str, kept: Kept) -> None:
        """Keep a result. Raises `OutputError`."""
        self.place.write(result_name(key), kept.to_bytes())


def _state_name(name: str) -> str:
    sha = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{HOME}/files/{sha[:2]}/{sha[:32]}.json"


def result_name(key: str) -> str:
    """Where a result is kept."""
    return f"{HOME}/results/{key[:2]}/{key}.json.gz"
