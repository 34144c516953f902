"""A plan as a table for people: what is written where, how clear it is, and what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from runtime.dynamics.clear import clearness
from runtime.marks.second_time import SecondTime
from runtime.score.plan import Plan, Reason, end_place
from runtime.score.table import ZERO, Score
from runtime.words import marks as words


def table(plan: Plan, score: Score, second: Sequence[SecondTime] = (), language: str = "en") -> str:
    """The edits as lines of text under a heading, or one line when nothing changes, and what was played otherwise the
    second time."""
    edits = plan.edits()
    rows = [("action", "bar", "beat", "mark", "to", "clearness", "heard")]
    for e in edits:
        m = e.mark
        end = ""
        if m.kind == "hairpin":
            end = _told(score, m.end_measure, m.end_offset)
        mark = f"{e.instead_of} → {m.value}" if e.instead_of else m.value
        heard = ("", "")
        if m.reason is not None:
            heard = words.clearness(clearness(m.confidence), language), said(m.reason, language)
        rows.append((e.action, plan.numbers[m.measure], beat(score, m.measure, m.offset), mark, end, *heard))
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]
    out = lines if edits else ["Nothing to change."]
    return "\n".join(out) + "\n" + second_times(score, second, language)


def second_times(score: Score, second: Sequence[SecondTime], language: str = "en") -> str:
    """What was played otherwise the second time, a line each."""
    out = ""
    for s in second:
        end = "" if s.end == s.at else f" to {_place(score, s.end)}"
        out += f"{_place(score, s.at)}{end}: {words.reason('second_time', {'level': s.value}, language)}\n"
    return out


def said(reason: Reason, language: str = "en") -> str:
    """A reason in words; its key where the table does not know it."""
    try:
        return words.reason(reason.key, dict(reason.values), language)
    except KeyError:
        return reason.key


def beat(score: Score, measure: int, offset: Fraction) -> str:
    """The beat of the bar, from 1, at an offset in quarters from a measure's start."""
    m = score.measures[measure]
    return f"{float(1 + (m.offset + offset) / m.time.beat_quarters):.3g}"


def _place(score: Score, at: Fraction) -> str:
    """A written position for people."""
    measure, offset = end_place(score, at) if at == score.end else (score.measure_at(at).index, ZERO)
    if at != score.end:
        offset = at - score.measures[measure].start
    return _told(score, measure, offset)


def _told(score: Score, measure: int, offset: Fraction) -> str:
    m = score.measures[measure]
    return f"end of bar {m.number}" if offset >= m.duration else f"bar {m.number}, beat {beat(score, measure, offset)}"
