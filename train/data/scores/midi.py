"""Quarter-note positions in a score's MIDI file: its notes, and the times that annotations give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from train.data.errors import DataError
from train.data.labels.values import Floats, Ints


@dataclass(frozen=True, eq=False)
class MidiScore:
    """Notes by `onset_q` [n] (quarter notes, sorted) and `pitch` [n], and the tempo map to find times in it."""

    onset_q: Floats
    pitch: Ints
    tempo_q: Floats
    tempo_s: Floats
    end_q: float

    def quarters(self, times_s: Floats) -> Floats:
        """Positions in quarter notes of times in seconds."""
        return np.interp(times_s, self.tempo_s, self.tempo_q)


def read_midi_score(path: Path) -> MidiScore:
    """Read a score's MIDI file. Raises `DataError` when it is missing, broken or has no notes."""
    try:
        midi = mido.MidiFile(path, clip=True)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as e:
        raise DataError("the MIDI file cannot be read", where=str(path), cause=str(e)) from e
    ppq = midi.ticks_per_beat
    onsets, pitches, tempi, end = [], [], [(0, 500_000)], 0
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                onsets.append(tick / ppq)
                pitches.append(message.note)
            elif message.type == "set_tempo":
                tempi.append((tick, message.tempo))
        end = max(end, tick)
    if not onsets:
        raise DataError("the MIDI file has no notes", where=str(path))
    tempi.sort(key=lambda t: t[0])
    ticks, seconds = [0.0], [0.0]
    for (tick, tempo), (following, _) in zip(tempi, [*tempi[1:], (end + 100 * ppq, 0)], strict=True):
        ticks.append(float(following))
        seconds.append(seconds[-1] + (following - tick) / ppq * tempo / 1e6)
    order = np.lexsort((pitches, onsets))
    keep = np.concatenate([[True], np.diff(seconds) > 0])
    return MidiScore(
        np.array(onsets)[order],
        np.array(pitches, np.int64)[order],
        np.array(ticks)[keep] / ppq,
        np.array(seconds)[keep],
        end / ppq,
    )
