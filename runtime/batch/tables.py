"""The Parquet data set of a place: ``tables/files``, ``tables/beats`` and ``tables/marks``, made from what is kept.

The rows depend on the states and results alone, not on the order or the number of runs that made them. Every file
appears whole or not at all; one whose rows have not changed is not written again.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.analysis import Analysis
from runtime.batch.manifest import arrow
from runtime.batch.places import Place
from runtime.batch.store import Kept, State, Store

FOLDER = "tables"
TABLES = ("files", "beats", "marks")
SMALL = 1_000
"""Up to so many recordings there is one part; beyond, `PARTS` by a hash of the name."""
PARTS = 64
_AT_ONCE = 50  # recordings in memory and in one row group
_DIGEST = b"mezzoforte.rows"


def _schemas() -> dict[str, Any]:
    import pyarrow as pa

    text, real, whole = pa.string(), pa.float64(), pa.int32()
    texts = pa.list_(text)
    columns: dict[str, list[tuple[str, Any]]] = {
        "files": [
            ("name", text), ("recording", text), ("score", text), ("status", text), ("reason", text),
            ("duration_s", real), ("sample_rate_hz", whole), ("channels", whole), ("beats", whole),
            ("downbeats", whole), ("marks", whole), ("median_bpm", real), ("median_sone", real), ("quality", text),
            ("model", text), ("model_version", text), ("model_sha256", text), ("provider", text),
            ("transcriber", text), ("content_sha256", text), ("result", text), ("warnings", texts), ("outputs", texts),
        ],
        "beats": [
            ("name", text), ("beat", whole), ("time_s", real), ("bar", whole), ("position", whole), ("bpm", real),
            ("level", text), ("confidence", real),
        ],
        "marks": [
            ("name", text), ("kind", text), ("time_s", real), ("end_s", real), ("beat", whole), ("level", text),
            ("confidence", real),
        ],
    }  # fmt: skip
    return {table: pa.schema(fields) for table, fields in columns.items()}


@dataclass
class _Part:
    """The states of one part, and the digest of what its rows are made from."""

    states: list[State] = field(default_factory=list)

    def digest(self) -> bytes:
        sha = hashlib.sha256()
        for state in self.states:
            told = [state.name, state.recording, state.score, state.status, state.reason, state.key, state.content]
            sha.update(json.dumps([*told, state.warnings, state.outputs, state.options], sort_keys=True).encode())
        return sha.hexdigest().encode()


def write_tables(store: Store) -> tuple[str, ...]:
    """Bring the data set up to date with every state of the place; returns names whose result cannot be read back.

    Raises `OutputError`, also where pyarrow is not installed.
    """
    arrow("the data set")
    states = sorted(store.states(), key=lambda s: s.name)
    parts: dict[str, _Part] = {}
    for state in states:
        part = "part-0" if len(states) <= SMALL else f"part-{_bucket(state.name):02d}-of-{PARTS}"
        parts.setdefault(part, _Part()).states.append(state)
    schemas = _schemas()
    wanted, damaged = set(), list[str]()
    for part, held in sorted(parts.items()):
        names = {table: f"{FOLDER}/{table}/{part}.parquet" for table in TABLES}
        wanted |= set(names.values())
        if any(_digest_of(store.place, name) != held.digest() for name in names.values()):
            damaged += _write_part(store, held, names, schemas)
    for name in store.place.sizes(FOLDER):
        if name not in wanted and name.endswith(".parquet"):
            store.place.remove(name)
    return tuple(damaged)


def _bucket(name: str) -> int:
    return int(hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8], 16) % PARTS


def _digest_of(place: Place, name: str) -> bytes:
    """What a part was made from; b"" when it is not there or not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = place.read(name)
    if data is None:
        return b""
    try:
        return bytes((pq.read_schema(pa.BufferReader(data)).metadata or {}).get(_DIGEST, b""))
    except (pa.ArrowException, OSError):
        return b""


def _write_part(store: Store, part: _Part, names: dict[str, str], schemas: dict[str, Any]) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sinks = {table: io.BytesIO() for table in TABLES}
    told = {table: schemas[table].with_metadata({_DIGEST: part.digest()}) for table in TABLES}
    writers = {table: pq.ParquetWriter(sinks[table], told[table], compression="zstd") for table in TABLES}
    damaged: list[str] = []
    for start in range(0, len(part.states), _AT_ONCE):
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        for state, kept in _with_results(store, part.states[start : start + _AT_ONCE]):
            rows["files"].append(file_row(state))
            if kept is None:
                damaged += [state.name] if state.status == "done" else []
            else:
                rows["beats"] += beat_rows(state.name, kept.analysis)
                rows["marks"] += mark_rows(state.name, kept.analysis)
        for table in TABLES:
            writers[table].write_table(pa.Table.from_pylist(rows[table], told[table]))
    for table in TABLES:
        writers[table].close()
        if not damaged:  # a part with holes is worth less than the one before it
            store.place.write(names[table], sinks[table].getvalue())
    return damaged


def _with_results(store: Store, states: Sequence[State]) -> Iterator[tuple[State, Kept | None]]:
    done = [s for s in states if s.status == "done"]
    found = dict(zip((s.name for s in done), store.results([s.key for s in done]), strict=True))
    return ((state, found.get(state.name)) for state in states)


def file_row(state: State) -> dict[str, Any]:
    """One recording as a row of ``files``; what is not known is null."""
    row: dict[str, Any] = {
        "name": _text(state.name), "recording": _text(state.recording), "score": _text(state.score) or None,
        "status": state.status, "reason": _text(state.reason) or None, "quality": state.options.get("quality"),
        "content_sha256": state.content or None, "result": state.key or None,
        "warnings": [_text(w) for w in state.warnings], "outputs": [_text(o) for o in state.outputs],
    }  # fmt: skip
    return row | state.facts


def beat_rows(name: str, analysis: Analysis) -> list[dict[str, Any]]:
    """One row per beat; `bpm` holds until the next one."""
    bpm = {t.time_s: t.bpm for t in analysis.tempo}
    levels = analysis.beat_levels or [None] * len(analysis.beats)
    return [
        {
            "name": _text(name), "beat": index, "time_s": beat.time_s, "bar": beat.bar, "position": beat.position,
            "bpm": bpm.get(beat.time_s), "level": level, "confidence": beat.confidence,
        }
        for index, (beat, level) in enumerate(zip(analysis.beats, levels, strict=True))
    ]  # fmt: skip


def mark_rows(name: str, analysis: Analysis) -> list[dict[str, Any]]:
    """One row per mark, by time: dynamics, then hairpins that begin there."""
    rows = [
        {"name": _text(name), "kind": "dynamic", "time_s": d.time_s, "beat": d.beat, "level": d.level,
         "confidence": d.confidence}
        for d in analysis.dynamics
    ]  # fmt: skip
    rows += [
        {"name": _text(name), "kind": h.kind, "time_s": h.start_s, "end_s": h.end_s, "confidence": h.confidence}
        for h in analysis.hairpins
    ]
    return sorted(rows, key=lambda row: float(row["time_s"]))


def _text(text: str) -> str:
    """Arrow holds UTF-8 only; bytes of a file name that are not are shown as question marks."""
    return text.encode("utf-8", "replace").decode()
