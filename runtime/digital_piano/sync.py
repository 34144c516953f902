"""Notes and recording on one clock: are they the same performance, and how far apart did they start?"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import ScoreError
from runtime.notes.played import Floats, PlayedNotes
from runtime.score.align.recording import POOR, Alignment, align
from runtime.score.table import Measure, Note, Score, Staff, TimeSignature

# Notes are laid out as a score at 120 quarters a minute, which the alignment then takes for what was to be played.
_QUARTERS_PER_S = 2
_BAR_QUARTERS = 4
_TICKS = 480
# Measured on rendered performances, the alignment itself strays by about 10 ms; clocks that agree need no moving.
_SAME_CLOCK_S = 0.03
_SAME_TAKE_S = 0.06
_LEAST_COVERED = 0.5


def on_recording_time(
    notes: PlayedNotes, blocks: Iterable[npt.NDArray[np.float32]], ears: Path | None = None
) -> PlayedNotes:
    """The notes at the times of the recording (mono blocks at 22,050 Hz): as they are, or moved by a constant. `ears`
    as in `runtime.score.align.features.listen`.

    A run of notes that began before or after the recording is moved. Raises `ScoreError` when the recording plays
    other music, or the same music at another pace.
    """
    score = _as_score(notes)
    try:
        found = align(score, blocks, ears=ears)
    except ScoreError as e:
        raise _no_match(e.what) from e
    advice = "Give the MIDI that was recorded together with this sound, or mark a score with --score"
    covered = 1 - len(found.unplayed) / len(score.measures)
    if covered < _LEAST_COVERED:
        raise ScoreError(
            f"only {covered:.0%} of the notes are in the recording", cause="the sound was cut", advice=advice
        )
    offset_s, away_s = _compared(found, score)
    if away_s > _SAME_TAKE_S:
        if np.median(found.confidence) < POOR:
            raise _no_match("hardly a bar of them is heard where it was laid")
        raise ScoreError(
            "the notes are not of this performance: they run at another pace than the recording",
            cause="the MIDI file is of another take, or the sound was changed in speed",
            advice=advice,
        )
    if abs(offset_s) < _SAME_CLOCK_S:
        return notes
    pedal = tuple((down_s + offset_s, up_s + offset_s) for down_s, up_s in notes.pedal)
    return notes.moved(notes.onset_s + offset_s, notes.offset_s + offset_s, pedal)


def _no_match(why: str) -> ScoreError:
    return ScoreError(
        "the notes do not match the recording",
        cause="the MIDI file belongs to another recording, or was transposed",
        advice=f"Give the MIDI that was recorded together with this sound (the comparison said: {why})",
    )


def _as_score(notes: PlayedNotes) -> Score:
    time = TimeSignature(_BAR_QUARTERS, 4)
    end = max(notes.offset_s)
    count = int(np.ceil(end * _QUARTERS_PER_S / _BAR_QUARTERS)) + 1
    measures = [
        Measure(k, str(k + 1), Fraction(k * _BAR_QUARTERS), Fraction(_BAR_QUARTERS), time) for k in range(count)
    ]
    first = max(0, int(notes.onset_s[0] * _QUARTERS_PER_S // _BAR_QUARTERS))
    begin = measures[first].start
    measures = [Measure(m.index - first, m.number, m.start - begin, m.duration, time) for m in measures[first:]]

    def quarters(time_s: float) -> Fraction:
        return Fraction(round(float(time_s) * _QUARTERS_PER_S * _TICKS), _TICKS) - begin

    written = []
    for on_s, off_s, pitch in zip(notes.onset_s, notes.offset_s, notes.pitch, strict=True):
        at = quarters(on_s)
        length = max(Fraction(1, _TICKS), quarters(off_s) - at)
        written.append(Note(at, length, int(pitch), 1, "1", int(at // _BAR_QUARTERS)))
    return Score("midi", tuple(written), tuple(measures), (Staff(0, 1),), tempos=((Fraction(0), 120.0),))


def _compared(found: Alignment, score: Score) -> tuple[float, float]:
    """How much later the attacks are in the recording, and how far they stray from that: medians in seconds."""
    begin_s = (int(score.measures[0].number) - 1) * _BAR_QUARTERS / _QUARTERS_PER_S
    written = np.array([float(score.measures[i].start) for i in found.measures])
    place = np.clip(np.searchsorted(found.starts[:-1], found.positions, side="right") - 1, 0, len(written) - 1)
    notes_s: Floats = begin_s + (found.positions - found.starts[place] + written[place]) / _QUARTERS_PER_S
    apart_s = found.times_s - notes_s
    offset_s = float(np.median(apart_s))
    return offset_s, float(np.median(np.abs(apart_s - offset_s)))
