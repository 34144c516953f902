"""Manifests: a table with one recording a row, its score and its options where they differ, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runtime.batch.jobs import Options
from runtime.batch.places import is_url, remote_files
from runtime.errors import OutputError
from runtime.write import WRITERS

SUFFIXES = (".csv", ".tsv", ".parquet")
COLUMNS = ("recording", "score", "name", "quality", "format", "correct", "density", "existing")
_CHOICES = {
    "quality": ("fast", "best"),
    "density": ("sparse", "normal", "detailed"),
    "existing": ("keep", "replace", "compare"),
}


@dataclass(frozen=True)
class Row:
    """One row, checked."""

    recording: str
    """Absolute path or URL; relative ones are from the manifest's folder."""
    score: str
    name: str
    options: Options


def read_manifest(path: str, defaults: Options) -> tuple[list[Row], tuple[str, ...]]:
    """Rows, and the columns that mean nothing here. Raises `OutputError` that names the row."""
    rows = _parquet(path) if path.lower().endswith(".parquet") else _csv(path)
    if rows and "recording" not in rows[0]:
        raise OutputError(
            "a manifest needs a column 'recording'", where=path, cause=f"it has {', '.join(map(str, rows[0]))}",
            advice=f"Columns: {', '.join(COLUMNS)}",
        )  # fmt: skip
    unknown = tuple(c for c in (rows[0] if rows else {}) if c not in COLUMNS)
    base = path.rpartition("/")[0] if is_url(path) else str(Path(path).absolute().parent)
    return [_row(values, defaults, base, f"{path}, row {i}") for i, values in enumerate(rows, 1)], unknown


def _row(values: Mapping[str, Any], defaults: Options, base: str, where: str) -> Row:
    text = {k: str(v).strip() for k, v in values.items() if k in COLUMNS and v is not None}
    if not text.get("recording"):
        raise OutputError("there is no recording in this row", where=where)
    changes: dict[str, Any] = {}
    for column, choices in _CHOICES.items():
        if value := text.get(column):
            if value not in choices:
                raise OutputError(f"{column} {value!r} is not one of {', '.join(choices)}", where=where)
            changes[column] = value
    if formats := text.get("format"):
        changes["formats"] = checked_formats(formats, where)
    if words := text.get("correct"):
        from runtime.corrections import parse_words

        parse_words(words.split())
        changes["corrections"] = tuple(words.split())
    score = text.get("score", "")
    return Row(
        _absolute(text["recording"], base), _absolute(score, base) if score else "", text.get("name", ""),
        replace(defaults, **changes),
    )  # fmt: skip


def checked_formats(text: str, where: str = "") -> tuple[str, ...]:
    """Names of formats with commas between. Raises `OutputError`."""
    formats = tuple(dict.fromkeys(f.strip() for f in text.replace(" ", ",").split(",") if f.strip()))
    for name in formats:
        if name not in WRITERS:
            raise OutputError(f"format {name!r} is not one of {', '.join(WRITERS)}", where=where)
    return formats or ("json",)


def _absolute(text: str, base: str) -> str:
    if is_url(text):
        return text
    if is_url(base):
        return f"{base}/{text}"
    return str(Path(base) / text)


def _bytes(path: str) -> bytes:
    try:
        if is_url(path):
            fs, inside = remote_files(path)
            return bytes(fs.cat_file(inside))
        return Path(path).read_bytes()
    except OutputError:
        raise
    except OSError as e:
        raise OutputError(f"the manifest cannot be read ({e.strerror or e})", where=path) from e
    except Exception as e:  # every file system of fsspec has errors of its own
        raise OutputError(f"the manifest cannot be fetched ({e})", where=path) from e


def _csv(path: str) -> list[dict[str, Any]]:
    try:
        text = _bytes(path).decode("utf-8-sig")
        if "\0" in text:
            raise csv.Error("it holds NUL characters")
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = [dict(row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as e:
        raise OutputError("this is not a CSV manifest", where=path, cause=str(e)) from e
    if any(None in row for row in rows):
        raise OutputError("a row has more cells than there are columns", where=path)
    return rows


def _parquet(path: str) -> list[dict[str, Any]]:
    parquet = arrow("a Parquet manifest")
    try:
        import pyarrow as pa

        return list(parquet.read_table(pa.BufferReader(_bytes(path))).to_pylist())
    except pa.ArrowException as e:
        raise OutputError("this is not a Parquet manifest", where=path, cause=str(e).splitlines()[0]) from e


def arrow(what: str) -> Any:
    """pyarrow.parquet. Raises `OutputError` where it is not installed."""
    try:
        import pyarrow.parquet
    except ImportError as e:
        raise OutputError(
            f"{what} needs pyarrow", cause="it is not installed",
            advice="pip install 'mezzoforte[parquet]', or use CSV (--no-tables leaves the tables out)",
        ) from e  # fmt: skip
    return pyarrow.parquet
