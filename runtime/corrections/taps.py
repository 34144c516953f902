"""Beats that somebody tapped: a text or label file with one time per line.

Such files come from a label track of Audacity (start, end, label, between tabs), from a layer that Sonic Visualiser
exported (time and label, between commas or tabs), or are times alone. Where labels read ``bar.beat``, as in the label
track that Mezzoforte writes, only those rows are beats, and the second number is the beat's place in its bar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from runtime.corrections.said import MOST_PINS, CorrectionError, Pin

MOST_BYTES = 16 << 20
_COMMA_FOR_POINT = re.compile(r"\s*\d+,\d")
_BAR_AND_BEAT = re.compile(r"\d{1,6}\.(\d{1,2})")


@dataclass(frozen=True)
class _Row:
    time_s: float
    label: str


def read_taps(path: Path) -> tuple[Pin, ...]:
    """The beats of a file, in order of time. Raises `CorrectionError` that names the file and the line."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CorrectionError(f"the file is larger than {MOST_BYTES >> 20} MiB", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as e:
        raise CorrectionError(
            "the file of taps cannot be read", where=str(path), cause=getattr(e, "strerror", None) or str(e)
        ) from e
    rows = [_row(line, n, path) for n, line in enumerate(text.splitlines(), 1) if _counts(line)]
    if any(_BAR_AND_BEAT.fullmatch(r.label) for r in rows):
        rows = [r for r in rows if _BAR_AND_BEAT.fullmatch(r.label)]
    if not rows or len(rows) > MOST_PINS:
        raise CorrectionError(f"{len(rows)} beats were tapped; 1 to {MOST_PINS} are taken", where=str(path))
    return tuple(sorted((Pin(r.time_s, _position(r.label)) for r in rows), key=lambda p: p.time_s))


def time_s_of(text: str) -> float:
    """Seconds, or minutes and seconds with a colon. Raises `ValueError`."""
    minutes, colon, seconds = text.rpartition(":")
    value = float(seconds)
    if colon:
        if not 0 <= value < 60:
            raise ValueError(text)
        value += 60 * int(minutes)
    return value


def _counts(line: str) -> bool:
    """Not empty, no remark, and not what Audacity says of frequencies below a label."""
    return bool(line.strip()) and not line.lstrip().startswith(("#", "\\"))


def _row(line: str, number: int, path: Path) -> _Row:
    first, *rest = _cells(line)
    try:
        if _COMMA_FOR_POINT.match(line):
            raise ValueError(line)
        return _Row(time_s_of(first), rest[-1] if rest else "")
    except ValueError as e:
        raise CorrectionError(
            f"line {number}: {first[:40]!r} is not a time", where=str(path),
            advice="Write one time per line, in seconds with a point or as 1:02.5; a label may follow",
        ) from e  # fmt: skip


def _cells(line: str) -> list[str]:
    cells = line.split("\t") if "\t" in line.strip() else re.split(r"[,;\s]+", line.strip(), maxsplit=1)
    return [cell.strip().strip('"') for cell in cells]


def _position(label: str) -> int | None:
    found = _BAR_AND_BEAT.fullmatch(label)
    return int(found[1]) if found else None
