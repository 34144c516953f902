"""`PlayedNotes`: what was played, as a digital piano or a transcription tells it, and how it is read from MIDI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from runtime.errors import ScoreError

if TYPE_CHECKING:  # who has the notes already needs no mido
    import mido

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_NOTES = 200_000
_PERCUSSION_CHANNEL = 9
_SUSTAIN_CONTROLLER = 64
_PEDAL_DOWN = 64
_SHORTEST_S = 0.01


@dataclass(frozen=True, eq=False)
class PlayedNotes:
    """Notes by onset and then pitch: `onset_s`, `offset_s` (key released), `pitch`, `velocity` 1..127, all [n].

    `pedal` holds the spans (down_s, up_s) of the sustain pedal in order, empty when nothing is known of it.
    Times are seconds of the recording.
    """

    onset_s: Floats
    offset_s: Floats
    pitch: Ints
    velocity: Ints
    pedal: tuple[tuple[float, float], ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(self.onset_s), len(self.offset_s), len(self.pitch), len(self.velocity)}
        if len(sizes) != 1:
            raise ValueError(f"onsets, offsets, pitches and velocities differ in number: {sorted(sizes)}")
        if np.any(np.diff(self.onset_s) < 0):
            raise ValueError("notes are not in the order of their onsets")

    @staticmethod
    def of(
        rows: list[tuple[float, float, int, int]],
        pedal: tuple[tuple[float, float], ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> PlayedNotes:
        """Notes from rows (onset_s, offset_s, pitch, velocity) in any order."""
        table = np.array(sorted(rows, key=lambda r: (r[0], r[2])), np.float64).reshape(-1, 4)
        pitch, velocity = table[:, 2].astype(np.int64), table[:, 3].astype(np.int64)
        return PlayedNotes(table[:, 0], table[:, 1], pitch, velocity, pedal, warnings)

    def sounding_until_s(self) -> Floats:
        """When each note stops sounding [n]: its key is up, and the pedal if that was down then."""
        out = self.offset_s.copy()
        for down_s, up_s in self.pedal:
            out[(self.offset_s >= down_s) & (self.offset_s < up_s)] = up_s
        return out

    def moved(self, onset_s: Floats, offset_s: Floats, pedal: tuple[tuple[float, float], ...]) -> PlayedNotes:
        """The same notes on another time axis that keeps their order."""
        return PlayedNotes(onset_s, offset_s, self.pitch, self.velocity, pedal, self.warnings)


def read_notes(path: str | Path) -> PlayedNotes:
    """Read a performance MIDI file: every channel but percussion, and the sustain pedal.

    Raises `ScoreError` when the file is missing, damaged, or without a pitched note.
    """
    from runtime.notes import midi_file

    path = Path(path)
    try:
        if not path.is_file():
            raise ScoreError("no such MIDI file", where=str(path), advice="Check the path")
        if path.stat().st_size > midi_file.MAX_BYTES:
            raise ScoreError(
                f"larger than {midi_file.MAX_BYTES // 2**20} MiB", where=path.name, cause="not a performance"
            )
        return from_bytes(path.read_bytes(), path.name)
    except OSError as e:
        raise ScoreError(f"cannot be opened ({e.strerror})", where=str(path)) from e


def from_bytes(data: bytes, where: str) -> PlayedNotes:
    """What `read_notes` makes of a file's bytes; `where` stands in messages."""
    from runtime.notes import midi_file
    from runtime.notes.signature import is_midi

    if not is_midi(data):
        raise ScoreError("the notes are not a MIDI file", where=where, advice="Give the performance as .mid")
    midi = midi_file.parse(data, where, film_time=True)
    found = _Found()
    now_s = 0.0
    for message in midi.file:  # all tracks merged, with times in seconds by the tempo map
        now_s += message.time
        found.take(message, now_s)
    rows = found.finished(now_s)
    if len(rows) > MAX_NOTES:
        raise ScoreError(f"more than {MAX_NOTES} notes", where=where, cause="not a piano performance")
    if not rows:
        raise ScoreError(
            "the MIDI file has no pitched notes",
            where=where,
            cause=f"it holds {found.percussion} percussion notes only" if found.percussion else "an empty recording",
            advice="Give the MIDI of a piano performance",
        )
    percussion = (f"{found.percussion} percussion notes are left out",) if found.percussion else ()
    return PlayedNotes.of(rows, tuple(found.pedal), (*midi.warnings, *percussion))


class _Found:
    """What has been read so far; the same key struck again ends its note before."""

    def __init__(self) -> None:
        self.percussion = 0
        self.pedal: list[tuple[float, float]] = []
        self._rows: list[tuple[float, float, int, int]] = []
        self._sounding: dict[tuple[int, int], tuple[float, int]] = {}
        self._pedal_since: float | None = None

    def take(self, message: mido.Message, now_s: float) -> None:
        if message.type in ("note_on", "note_off"):
            if message.channel == _PERCUSSION_CHANNEL:
                self.percussion += message.type == "note_on" and message.velocity > 0
                return
            key = (message.channel, message.note)
            self._end(key, now_s)
            if message.type == "note_on" and message.velocity > 0:
                self._sounding[key] = (now_s, message.velocity)
        elif message.type == "control_change" and message.control == _SUSTAIN_CONTROLLER:
            self._press(message.value >= _PEDAL_DOWN, now_s)

    def finished(self, now_s: float) -> list[tuple[float, float, int, int]]:
        for key in list(self._sounding):
            self._end(key, now_s)
        self._press(False, now_s)
        return self._rows

    def _end(self, key: tuple[int, int], now_s: float) -> None:
        if key in self._sounding:
            since_s, velocity = self._sounding.pop(key)
            self._rows.append((since_s, max(now_s, since_s + _SHORTEST_S), key[1], velocity))

    def _press(self, down: bool, now_s: float) -> None:
        if down and self._pedal_since is None:
            self._pedal_since = now_s
        elif not down and self._pedal_since is not None:
            if now_s > self._pedal_since:
                self.pedal.append((self._pedal_since, now_s))
            self._pedal_since = None
