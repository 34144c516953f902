"""The bytes of a Standard MIDI File, parsed safely: for scores and for performances.

Real files are damaged in ways that leave their notes whole. What can be saved is read; what is left out, or read for
what it must have meant, is told. Messages are those of mido.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass

import mido
from mido.messages import SPEC_BY_STATUS
from mido.midifiles.meta import UnknownMetaMessage, build_meta_message

from runtime.errors import ScoreError

MAX_BYTES = 50 * 2**20
MAX_EVENTS = 2_000_000
_END_OF_TRACK, _SET_TEMPO, _TIME_SIGNATURE = 0x2F, 0x51, 0x58
_NAMES = {_SET_TEMPO: "tempo", _TIME_SIGNATURE: "time signature", 0x59: "key signature"}
_LARGEST_BEAT_TYPE = 128
# What fits into the four bytes of a time between events: with events between them left out, it can become more.
_LONGEST_WAIT_TICKS = 0x0FFFFFFF
# System messages, which have no place in a file; how many bytes follow each.
_STRAY = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF4: 0, 0xF5: 0, 0xF6: 0} | dict.fromkeys(range(0xF8, 0xFF), 0)


@dataclass(frozen=True)
class ParsedMidi:
    """The messages of a file, and what people should be told about how it was read."""

    file: mido.MidiFile
    warnings: tuple[str, ...] = ()


def parse(data: bytes, where: str, film_time: bool = False) -> ParsedMidi:
    """Parse MIDI bytes. `film_time`: a file that counts film frames is read too, with beats of a second.

    Raises `ScoreError` when nothing can be saved, the file is too large or has no musical time.
    """
    if len(data) > MAX_BYTES:
        raise ScoreError(f"{len(data) / 2**20:.0f} MiB of MIDI, too large", where=where)
    start = data.find(b"MThd")
    if start < 0 or len(data) < start + 14:
        raise ScoreError("not a readable MIDI file (its header is not there)", where=where, cause="a damaged file")
    size, kind, _, division = struct.unpack(">LHHh", data[start + 4 : start + 14])
    reader = _Reader(data, where)
    tracks = reader.tracks(start + 8 + size if 6 <= size <= 64 else start + 14)
    kind = _kind(kind, len(tracks), where)
    if division > 0:
        midi = mido.MidiFile(type=kind, ticks_per_beat=division, tracks=tracks)
    elif film_time and _film_ticks(division):
        midi = mido.MidiFile(type=1, ticks_per_beat=_film_ticks(division), tracks=_in_film_time(tracks, division))
    else:
        raise ScoreError(
            "the MIDI file has no musical time",
            where=where,
            cause="it counts film frames" if _film_ticks(division) else "a damaged file",
            advice="Export it again with ticks per beat",
        )
    return ParsedMidi(midi, reader.warnings())


def _kind(kind: int, tracks: int, where: str) -> int:
    """The type of a file: 0 (one track) or 1 (tracks played together)."""
    if kind == 2 and tracks > 1:
        raise ScoreError(
            "the MIDI file holds patterns that are independent of each other (type 2)",
            where=where,
            advice="Export it again as type 0 or 1",
        )
    return 0 if kind == 0 and tracks == 1 else 1


def _film_ticks(division: int) -> int:
    """Ticks of a beat of (nearly) a second in a file that counts frames, 0 when it does not."""
    frames, ticks = -(division >> 8), division & 0xFF
    return {24: 24, 25: 25, 29: 30, 30: 30}.get(frames, 0) * ticks if division < 0 else 0


def _in_film_time(tracks: list[mido.MidiTrack], division: int) -> list[mido.MidiTrack]:
    """The tracks without tempos, which have no meaning there, and with the one that makes a beat last a second."""
    tempo = 1_001_000 if -(division >> 8) == 29 else 1_000_000  # 29 stands for 29.97 frames a second
    out = [mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo)])]
    for track in tracks:
        kept, waited = mido.MidiTrack(), 0
        for message in track:
            waited += message.time
            if message.type != "set_tempo":
                kept.append(message.copy(time=waited))
                waited = 0
        out.append(kept)
    return out


class _BrokenOffError(Exception):
    """The bytes of a track make no sense from here on."""


class _Reader:
    """Chunks and events of a file, with counts of what was wrong."""

    def __init__(self, data: bytes, where: str) -> None:
        self._data = data
        self._where = where
        self._at = self._end = self._events = 0
        self._told: list[str] = []
        self._clipped = self._stray = 0
        self._unread: Counter[str] = Counter()

    def warnings(self) -> tuple[str, ...]:
        """What was left out or read for what it must have meant."""
        out = list(self._told)
        if self._clipped:
            out.append(f"values over 127 in the MIDI file are read as 127 ({self._clipped})")
        if self._stray:
            out.append(f"events that have no place in a MIDI file are left out ({self._stray})")
        out += [f"a {name} in the MIDI file makes no sense and is not read ({n})" for name, n in self._unread.items()]
        return tuple(out)

    def tracks(self, at: int) -> list[mido.MidiTrack]:
        """The tracks from byte `at` on, those that cannot be read to their end as far as they can."""
        out: list[mido.MidiTrack] = []
        data = self._data
        while (found := self._next_chunk(at)) is not None:
            begin, name, size = found
            self._at, at = begin, begin + size
            if name != b"MTrk":
                continue
            if at != len(data) and not _is_chunk(data, at) and data[at - 3 : at] != b"\xff\x2f\x00":
                following = data.find(b"MTrk", begin)
                at = following if following >= 0 else len(data)
                self._told.append(
                    f"the length of track {len(out) + 1} in the MIDI file is wrong: read to where it ends"
                )
            self._end = min(at, len(data))
            out.append(self._track(len(out) + 1))
        return out

    def _next_chunk(self, at: int) -> tuple[int, bytes, int] | None:
        """(first byte, name, length) of the chunk at `at`, or of the next track when there is none."""
        if not _is_chunk(self._data, at):
            at = self._data.find(b"MTrk", at)
            if at < 0 or at + 8 > len(self._data):
                return None
        return at + 8, self._data[at : at + 4], int.from_bytes(self._data[at + 4 : at + 8], "big")

    def _track(self, number: int) -> mido.MidiTrack:
        track, status, waited, begin = mido.MidiTrack(), 0, 0, self._at
        try:
            while self._at < self._end:
                begin = self._at
                waited += self._variable()
                if waited > _LONGEST_WAIT_TICKS:
                    raise _BrokenOffError
                first = self._byte()
                if first >= 0x80:
                    status = first if first != 0xFF else status
                elif status < 0x80:
                    raise _BrokenOffError
                else:
                    self._at -= 1
                    first = status
                if first in _STRAY:
                    self._take(_STRAY[first])
                    self._stray += 1
                    status = 0
                    continue
                message = self._message(first, waited)
                if message is not None:
                    waited = 0
                    track.append(message)
                    if message.type == "end_of_track":
                        break
        except _BrokenOffError:
            self._told.append(
                f"track {number} of the MIDI file breaks off: its last {self._end - begin} bytes are left out"
            )
        return track

    def _message(self, status: int, time: int) -> mido.messages.BaseMessage | None:
        self._events += 1
        if self._events > MAX_EVENTS:
            raise ScoreError(f"more than {MAX_EVENTS:,} MIDI events", where=self._where, cause="not a piece of music")
        if status == 0xFF:
            kind = self._byte()
            return self._meta(kind, self._take(self._variable()), time)
        if status in (0xF0, 0xF7):
            body = self._take(self._variable()).removeprefix(b"\xf0").removesuffix(b"\xf7")
            if any(b > 127 for b in body):
                self._stray += 1
                return None
            return mido.Message("sysex", data=body, time=time)
        values = self._take(SPEC_BY_STATUS[status]["length"] - 1)
        self._clipped += sum(v > 127 for v in values)
        return mido.Message.from_bytes([status, *(min(v, 127) for v in values)], time=time)

    def _meta(self, kind: int, body: bytes, time: int) -> mido.MetaMessage | UnknownMetaMessage:
        """A meta message; one that makes no sense is kept as it is, unread."""
        try:
            message = build_meta_message(kind, list(body), time)
            if kind == _SET_TEMPO and not message.tempo:
                raise ValueError
            if kind == _TIME_SIGNATURE and not (message.numerator and message.denominator <= _LARGEST_BEAT_TYPE):
                raise ValueError
            return message
        except Exception:  # mido checks some contents and stumbles over others, each in its own way
            if kind == _END_OF_TRACK:
                return mido.MetaMessage("end_of_track", time=time)
            self._unread[_NAMES.get(kind, f"meta event {kind}")] += 1
            return UnknownMetaMessage(kind, body, time=time)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, size: int) -> bytes:
        if self._at + size > self._end:
            raise _BrokenOffError
        self._at += size
        return self._data[self._at - size : self._at]

    def _variable(self) -> int:
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _BrokenOffError


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether the header of a chunk may stand at `at`."""
    name = data[at : at + 4]
    return at + 8 <= len(data) and name.isalnum() and name.isascii()
