"""What was heard, as a short table for people on stderr."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runtime.analysis import Analysis
from runtime.commands.doubts import lines
from runtime.errors import say


def tell(analysis: Analysis, name: str, files: Mapping[str, Path]) -> None:
    """For people: a short table."""
    beats, bars = len(analysis.beats), len(analysis.downbeats)
    for warning in analysis.warnings:
        say(f"warning: {name}: {warning}")
    for line in lines(analysis.doubts):
        say(f"{name}: {line}")
    tempi = sorted(t.bpm for t in analysis.tempo)
    # Tenth to ninth decile: single long notes are not the tempo.
    low_high = (tempi[len(tempi) // 10], tempi[-1 - len(tempi) // 10]) if tempi else None
    metres = ", ".join(dict.fromkeys(str(m.beats_per_bar) for m in analysis.metre))
    minutes, seconds = divmod(analysis.source.duration_s, 60.0)
    hz, rate_hz = analysis.source.tuning_hz, analysis.source.sample_rate_hz
    by, model = analysis.model.transcriber, analysis.model
    rows = [
        ("duration", f"{minutes:.0f} min {seconds:04.1f} s {f'at {rate_hz} Hz' if rate_hz else 'of MIDI'}"),
        ("beats", str(beats)),
        ("bars", f"{bars} ({metres} beats each)" if metres else str(bars)),
        ("tempo", f"{low_high[0]:.0f}..{low_high[1]:.0f} bpm" if low_high else "none"),
        *((("tuning", "unclear" if hz is None else f"a' = {hz:.0f} Hz"),) if rate_hz else ()),
        ("dynamics", " ".join(d.level for d in analysis.dynamics[:16]) + (" …" if len(analysis.dynamics) > 16 else "")),
        ("changes", str(len(analysis.change_points))),
        ("model", f"{model.name} {model.version} on {model.provider}"),
        *((("licence", f"{model.licence} (of the weights)"),) if model.licence else ()),
        *((("notes", f"heard by {by}" if rate_hz else "given"),) if by else ()),
        *(("written", str(file)) for file in files.values()),
    ]
    for name, value in rows:
        say(f"{name:>9}  {value or 'none'}")
