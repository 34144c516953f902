"""Corrections as a JSON file. Names that are not known are an error: a misspelt one must not be lost silently."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from runtime.corrections.said import LONGEST_S, SCHEMA, CorrectionError, Corrections, MarkEdit, Passage, Pin

MOST_BYTES = 16 << 20
_NAMES = {
    "corrections", "tempo", "offbeat", "beats_per_bar", "pins", "tuning_hz", "marks", "shift_beats", "passages", "taps",
    "density", "existing",
}  # fmt: skip
_Value = TypeVar("_Value")


def from_json(text: str) -> Corrections:
    """Read what `Corrections.to_json` wrote. Raises `CorrectionError`."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as e:
        raise CorrectionError(f"not JSON: {e}") from e
    if not isinstance(data, dict) or data.get("corrections") != SCHEMA:
        raise CorrectionError(f'not a file of corrections: "corrections": {SCHEMA} is missing')
    unknown = set(data) - _NAMES
    if unknown:
        raise CorrectionError(f"{', '.join(sorted(unknown))} is not known")
    rows: dict[str, list[Any]] = {
        "pins": sorted(_rows(data, "pins", _pin), key=lambda p: p.time_s),
        "taps": sorted(_rows(data, "taps", _pin), key=lambda p: p.time_s),
        "marks": _rows(data, "marks", _edit),
        "passages": _rows(data, "passages", _passage),
    }
    said = {k: v for k, v in data.items() if k != "corrections"} | {k: tuple(v) for k, v in rows.items()}
    return Corrections(**said)


def read_file(path: Path) -> Corrections:
    """Corrections from a JSON file. Raises `CorrectionError` that names the file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CorrectionError(f"the file is larger than {MOST_BYTES >> 20} MiB", where=str(path))
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as e:
        raise CorrectionError("the file of corrections cannot be read", where=str(path), cause=str(e)) from e


def _rows(data: dict[str, Any], name: str, read: Callable[[Any], _Value]) -> list[_Value]:
    rows = data.get(name, [])
    if not isinstance(rows, list):
        raise CorrectionError(f"{name} is not a list")
    return [read(row) for row in rows]


def _pin(row: Any) -> Pin:
    if not isinstance(row, dict) or set(row) - {"time_s", "position"} or "time_s" not in row:
        raise CorrectionError(f"pin {row!r} is not an object with time_s and perhaps position")
    time_s = row["time_s"]
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        raise CorrectionError(f"pin time {time_s!r} is not a number")
    return Pin(float(min(max(time_s, -1), LONGEST_S + 1)), row.get("position"))


def _passage(row: Any) -> Passage:
    names = {"start_s", "end_s", "tempo", "offbeat", "beats_per_bar"}
    if not isinstance(row, dict) or set(row) - names or "start_s" not in row:
        raise CorrectionError(f"passage {row!r} is not an object with start_s and what is said from there on")
    return Passage(**row)


def _edit(row: Any) -> MarkEdit:
    names = {"do", "kind", "value", "time_s", "end_s"}
    if not isinstance(row, dict) or set(row) - names or names - {"end_s"} - set(row):
        raise CorrectionError(f"{row!r} is not a change of a mark with do, kind, value, time_s and perhaps end_s")
    return MarkEdit(row["do"], row["kind"], row["value"], row["time_s"], row.get("end_s"))
