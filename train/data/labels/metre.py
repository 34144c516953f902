"""Beats and bars of a MIDI file whose tempo map and time signatures are the music's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt

from runtime.score.table import TimeSignature
from train.data.errors import DataError
from train.data.labels.values import BeatLabels, Floats, Ints

EARLY_S = 0.05
"""A first beat may come so long before the first note and still be its beat."""


@dataclass(frozen=True, eq=False)
class MetreMap:
    """Beats of a file: `beats_s` [n], `beat_in_bar` [n] from 1, `beats_per_bar` [n]; when its notes begin and end."""

    beats_s: Floats
    beat_in_bar: Ints
    beats_per_bar: Ints
    span_s: tuple[float, float]


def read_metre(path: Path) -> MetreMap:
    """The beats from the first bar to the last note. Dotted notes are the beats of compound metres.

    A time signature begins a bar wherever it stands. Raises `DataError` for a broken file and one without notes.
    """
    midi = open_midi(path)
    signatures, tempos, first, last, tick = {0: TimeSignature(4, 4)}, {0: 500_000}, -1, 0, 0
    for message in mido.merge_tracks(midi.tracks):
        tick += message.time
        if message.type == "time_signature":
            signatures[tick] = TimeSignature(message.numerator, message.denominator)
        elif message.type == "set_tempo":
            tempos[tick] = message.tempo
        elif message.type in ("note_on", "note_off"):
            first = tick if first < 0 and message.type == "note_on" and message.velocity > 0 else first
            last = tick
    if first < 0:
        raise DataError("the MIDI file has no notes", where=str(path))
    ticks, place, per_bar = _beats(signatures, midi.ticks_per_beat, last)
    times = _seconds(tempos, midi.ticks_per_beat, np.array([*ticks, first, last], np.float64))
    span_s = float(times[-2]), float(times[-1])
    return MetreMap(times[:-2], np.array(place, np.int64), np.array(per_bar, np.int64), span_s)


def open_midi(path: Path) -> mido.MidiFile:
    """Raises `DataError` for a file that is missing or broken."""
    try:
        return mido.MidiFile(path, clip=True)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as e:
        raise DataError("not a readable MIDI file", where=str(path), cause=str(e)) from e


def notes_span_s(path: Path) -> tuple[float, float]:
    """When the first note begins and the last one ends. Raises `DataError` for a broken file, or without notes."""
    now_s, first_s, last_s = 0.0, -1.0, 0.0
    for message in open_midi(path):
        now_s += message.time
        if message.type in ("note_on", "note_off"):
            first_s = now_s if first_s < 0 and message.type == "note_on" and message.velocity > 0 else first_s
            last_s = now_s
    if first_s < 0:
        raise DataError("the MIDI file has no notes", where=str(path))
    return first_s, last_s


def within_notes(
    beats_s: Floats, beat_in_bar: Ints, beats_per_bar: Ints, span_s: tuple[float, float],
    flagged: npt.NDArray[np.bool_] | None = None,
) -> BeatLabels:  # fmt: skip
    """Labels without the beats before the first note and after the last: bars that were padded or made up.

    Raises `DataError` when fewer than two beats are left.
    """
    keep = (beats_s >= span_s[0] - EARLY_S) & (beats_s <= span_s[1] + EARLY_S)
    if keep.sum() < 2:
        raise DataError("fewer than two beats while notes sound")
    return BeatLabels(
        beats_s[keep], beat_in_bar[keep], np.zeros(int(keep.sum()), np.int8),
        flagged=None if flagged is None else flagged[keep], beats_per_bar=beats_per_bar[keep],
    )  # fmt: skip


def _beats(signatures: dict[int, TimeSignature], quarter: int, last: int) -> tuple[list[float], list[int], list[int]]:
    starts = sorted(signatures)
    ticks: list[float] = []
    place: list[int] = []
    per_bar: list[int] = []
    for start, stop in zip(starts, [*starts[1:], last + 1], strict=True):
        time = signatures[start]
        step, beats = float(time.beat_quarters) * quarter, int(time.bar_quarters / time.beat_quarters)
        count = int(np.ceil((min(stop, last + 1) - start) / step - 1e-9))
        for k in range(count):
            ticks.append(start + k * step)
            place.append(k % beats + 1)
            per_bar.append(beats)
    return ticks, place, per_bar


def _seconds(tempos: dict[int, int], quarter: int, ticks: Floats) -> Floats:
    at = np.array(sorted(tempos), np.float64)
    per_tick = np.array([tempos[int(t)] for t in at]) / 1e6 / quarter
    begins = np.concatenate([[0.0], np.cumsum(np.diff(at) * per_tick[:-1])])
    i = np.searchsorted(at, ticks, side="right") - 1
    seconds: Floats = begins[i] + (ticks - at[i]) * per_tick[i]
    return seconds
