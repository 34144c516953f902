"""The note table that a notation program's plugin sends, as a `Score`.

Positions are ticks from the start of the written score (480 to a quarter), measures and notes are short arrays
because a plugin's JSON is slow. Everything is checked: a table that contradicts itself is refused, not repaired.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from bridge.api.errors import Refusal
from runtime.score.table import (
    LEVEL_SIGNS,
    STRESS_SIGNS,
    Mark,
    Measure,
    Note,
    Score,
    Staff,
    TimeSignature,
    with_offsets,
)

TICKS_PER_QUARTER = 480
MAX_MEASURES, MAX_NOTES, MAX_MARKS, MAX_STAVES = 20_000, 200_000, 50_000, 64
TIED, GRACE = 1, 2
_MAX_TICK = 2**31


def _bad(where: str, what: str) -> Refusal:
    return Refusal(422, "bad_score", f"{where}: {what}")


def _whole(value: Any, low: int, high: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _bad(where, f"not a whole number from {low} to {high}")
    return value


def _rows(data: dict[str, Any], name: str, most: int) -> list[Any]:
    rows = data.get(name)
    if not isinstance(rows, list):
        raise _bad(f"score.{name}", "not a list")
    if len(rows) > most:
        raise _bad(f"score.{name}", f"more than {most} entries")
    return rows


def to_score(data: dict[str, Any]) -> Score:
    """The score of a note table (schema ``NoteTable``). Raises `Refusal` naming the entry that is wrong."""
    measures = _measures(_rows(data, "measures", MAX_MEASURES))
    staves = tuple(_staff(s, i) for i, s in enumerate(_rows(data, "staves", MAX_STAVES)))
    if not staves:
        raise _bad("score.staves", "empty")
    table = _Table(measures, len(staves))
    notes = [table.note(row, f"score.notes[{i}]") for i, row in enumerate(_rows(data, "notes", MAX_NOTES))]
    if not notes:
        raise _bad("score.notes", "empty: the score has no pitched notes")
    marks = [table.mark(row, f"score.marks[{i}]") for i, row in enumerate(_rows(data, "marks", MAX_MARKS))]
    tempos = [_tempo(row, f"score.tempos[{i}]") for i, row in enumerate(_rows(data, "tempos", MAX_MARKS))]
    return Score(
        "notes",
        tuple(sorted(notes, key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))),
        tuple(measures),
        staves,
        tuple(sorted(marks, key=lambda m: (m.start, m.staff, m.kind, m.value))),
        tuple(sorted(tempos)),
    )


def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS_PER_QUARTER)


def _measures(rows: list[Any]) -> list[Measure]:
    if not rows:
        raise _bad("score.measures", "empty")
    out: list[Measure] = []
    expected = 0
    for i, row in enumerate(rows):
        where = f"score.measures[{i}]"
        if not isinstance(row, dict):
            raise _bad(where, "not an object")
        start = _whole(row.get("tick"), 0, _MAX_TICK, f"{where}.tick")
        ticks = _whole(row.get("ticks"), 1, 480 * 400, f"{where}.ticks")
        if start != expected:
            raise _bad(f"{where}.tick", "does not follow the measure before")
        expected = start + ticks
        time = row.get("time")
        if not isinstance(time, list) or len(time) != 2:
            raise _bad(f"{where}.time", "not [beats, beat type]")
        beats = _whole(time[0], 1, 128, f"{where}.time")
        kind = _whole(time[1], 1, 128, f"{where}.time")
        endings = row.get("endings", [])
        if not isinstance(endings, list) or len(endings) > 16:
            raise _bad(f"{where}.endings", "not a short list")
        out.append(
            Measure(
                i,
                str(row.get("number", i + 1))[:16],
                _quarters(start),
                _quarters(ticks),
                TimeSignature(beats, kind),
                repeat_start=row.get("repeat_start") is True,
                repeat_times=_whole(row.get("repeat_times", 0), 0, 16, f"{where}.repeat_times"),
                endings=tuple(_whole(e, 1, 16, f"{where}.endings") for e in endings),
            )
        )
    return with_offsets(out)


def _staff(data: Any, index: int) -> Staff:
    if not isinstance(data, dict):
        raise _bad(f"score.staves[{index}]", "not an object")
    part = _whole(data.get("part"), 0, MAX_STAVES, f"score.staves[{index}].part")
    return Staff(part, index + 1, str(data.get("name", ""))[:80])


def _tempo(row: Any, where: str) -> tuple[Fraction, float]:
    if not isinstance(row, list) or len(row) != 2 or isinstance(row[1], bool) or not isinstance(row[1], int | float):
        raise _bad(where, "not [tick, bpm]")
    if not 5 <= row[1] <= 1000:
        raise _bad(where, "a tempo outside 5..1000 bpm")
    return _quarters(_whole(row[0], 0, _MAX_TICK, where)), float(row[1])


class _Table:
    """Turns rows into notes and marks of known measures."""

    def __init__(self, measures: list[Measure], staves: int) -> None:
        self._score = Score("notes", (), tuple(measures), ())
        self._end = int(measures[-1].end * TICKS_PER_QUARTER)
        self._staves = staves

    def _place(self, tick: Any, staff: Any, where: str) -> tuple[Fraction, int, int]:
        at = _quarters(_whole(tick, 0, self._end, where))
        return at, self._score.measure_at(at).index, _whole(staff, 1, self._staves, where)

    def note(self, row: Any, where: str) -> Note:
        """[tick, ticks, pitch, staff, voice, flags]"""
        if not isinstance(row, list) or len(row) != 6:
            raise _bad(where, "not [tick, ticks, pitch, staff, voice, flags]")
        at, measure, staff = self._place(row[0], row[3], where)
        flags = _whole(row[5], 0, 3, where)
        grace = bool(flags & GRACE)
        duration = _quarters(0 if grace else _whole(row[1], 0, _MAX_TICK, where))
        pitch = _whole(row[2], 0, 127, where)
        voice = str(_whole(row[4], 1, 4, where))
        return Note(at, duration, pitch, staff, voice, measure, grace, bool(flags & TIED))

    def mark(self, row: Any, where: str) -> Mark:
        """{kind, value, tick, end_tick, staff, ours}"""
        if not isinstance(row, dict):
            raise _bad(where, "not an object")
        at, measure, staff = self._place(row.get("tick"), row.get("staff"), where)
        end = _quarters(_whole(row.get("end_tick", row.get("tick")), 0, self._end, where))
        kind, value, ours = row.get("kind"), row.get("value"), row.get("ours") is True
        if kind == "dynamic" and (value in LEVEL_SIGNS or value in STRESS_SIGNS):
            return Mark("dynamic", value, at, at, measure, staff, ours)
        if kind == "hairpin" and value in ("crescendo", "diminuendo"):
            return Mark("hairpin", value, at, max(at, end), measure, staff, ours)
        if kind == "accent" and value == "accent":
            return Mark("accent", value, at, at, measure, staff, ours)
        raise _bad(where, "an unknown mark")
