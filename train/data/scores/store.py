"""Scores as compact JSON in a folder, so that slow readers run once; positions stay exact fractions."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import astuple, fields
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.errors import MezzoforteError
from runtime.score.table import Mark, Measure, Note, Score, Staff, TimeSignature
from runtime.write.atomic import write_bytes
from train.data.errors import DataError

SCHEMA = 1
# The same positions and lengths come again and again; reading one is what takes the time.
_exact = lru_cache(1 << 16)(Fraction)


def to_json(score: Score) -> bytes:
    """A score as JSON text, packed; equal scores give equal bytes."""
    data = {
        "schema": SCHEMA, "format": score.format, "notes": [_row(n) for n in score.notes],
        "measures": [_row(m) for m in score.measures], "staves": [_row(s) for s in score.staves],
        "marks": [_row(m) for m in score.marks], "tempos": [[str(at), qpm] for at, qpm in score.tempos],
        "warnings": list(score.warnings),
    }  # fmt: skip
    return gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def from_json(packed: bytes) -> Score:
    """What `to_json` packed. Raises `ValueError` for anything else."""
    try:
        data = json.loads(gzip.decompress(packed))
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']}")
        return Score(
            data["format"],
            tuple(Note(_exact(r[0]), _exact(r[1]), *r[2:]) for r in data["notes"]),
            tuple(_measure(r) for r in data["measures"]),
            tuple(Staff(*r) for r in data["staves"]),
            tuple(Mark(r[0], r[1], _exact(r[2]), _exact(r[3]), *r[4:]) for r in data["marks"]),
            tuple((_exact(at), qpm) for at, qpm in data["tempos"]),
            tuple(data["warnings"]),
        )
    except (OSError, EOFError, KeyError, TypeError, IndexError) as e:
        raise ValueError(f"not a stored score: {e!r}") from e


def kept(path: Path, file: Path, read: Callable[[], Score]) -> Score:
    """The score at `path`, or what `read` gives, stored there for the next time; for a file of other contents than
    those it was read from it is read again. A refusal is stored and raised again as `DataError`."""
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    stored = path.with_name(f"{path.name}.{mark}.json.gz")
    if stored.is_file():
        data = stored.read_bytes()
        if not data.startswith(b"refused: "):
            return from_json(data)
        raise DataError(data.decode().removeprefix("refused: "), where=str(file))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        score = read()
    except MezzoforteError as e:
        write_bytes(stored, f"refused: {e.what}".encode())
        raise
    write_bytes(stored, to_json(score))
    return score


def _row(value: Any) -> list[Any]:
    return [_plain(getattr(value, f.name)) for f in fields(value)]


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    return list(astuple(value)) if isinstance(value, TimeSignature) else value


def _measure(row: list[Any]) -> Measure:
    index, number, start, duration, time, offset, repeat_start, repeat_times, endings, *rest = row
    return Measure(
        index, number, _exact(start), _exact(duration), TimeSignature(*time), _exact(offset), repeat_start,
        repeat_times, tuple(endings), *rest,
    )  # fmt: skip
