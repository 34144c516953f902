"""What kind of compressed recording a file is, by its first bytes: those that libsndfile does not read and ffmpeg does.

A file's name is not believed. ffmpeg is told which of its readers to use, so that nothing else in a file (a playlist,
a list of other files) is ever taken for a recording.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 1024
"""So many bytes tell the kind."""
_TRANSPORT_PACKET_BYTES = 188


@dataclass(frozen=True)
class Kind:
    """A container: its name for people and the ffmpeg reader for it."""

    name: str
    reader: str


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_adts(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _is_transport_stream(head: bytes) -> bool:
    packets = head[: 2 * _TRANSPORT_PACKET_BYTES + 1 : _TRANSPORT_PACKET_BYTES]
    return packets == b"GGG"


def _is_box(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


_OPUS = Kind("Ogg Opus", "ogg")
_KINDS: tuple[tuple[Callable[[bytes], bool], Kind], ...] = (
    (lambda head: _is_box(head) and head[8:11] in (b"M4A", b"M4B"), Kind("M4A (AAC or ALAC)", "mov")),
    (lambda head: _is_box(head) and head[8:10] == b"qt", Kind("MOV (QuickTime)", "mov")),
    (_is_box, Kind("MP4", "mov")),
    (_starts(b"\x1a\x45\xdf\xa3"), Kind("WebM or Matroska", "matroska")),
    (_starts(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), Kind("WMA", "asf")),
    (lambda head: head.startswith(b"OggS") and b"OpusHead" in head[:64], _OPUS),
    (_starts(b"OggS"), Kind("Ogg", "ogg")),
    (_starts(b"caff"), Kind("CAF", "caf")),
    (_starts(b"#!AMR"), Kind("AMR", "amr")),
    (_starts(b"wvpk"), Kind("WavPack", "wv")),
    (_starts(b"MAC "), Kind("Monkey's Audio", "ape")),
    (_starts(b"FLV"), Kind("FLV", "flv")),
    (_starts(b"DSD "), Kind("DSF", "dsf")),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"AVI ", Kind("AVI", "avi")),
    (_starts(b"\x00\x00\x01\xba"), Kind("MPEG video", "mpeg")),
    (_is_transport_stream, Kind("MPEG transport stream", "mpegts")),
    (_starts(b"\x0b\x77"), Kind("AC-3", "ac3")),
    (_is_adts, Kind("AAC", "aac")),
)


SUFFIXES = (
    ".m4a", ".m4b", ".mp4", ".mov", ".3gp", ".webm", ".mkv", ".mka", ".wma", ".aac", ".opus", ".oga", ".caf", ".amr",
    ".wv", ".ape", ".flv", ".dsf", ".avi", ".mpg", ".ts", ".mts", ".ac3",
)  # fmt: skip
"""How names of such files end, for lists that people choose from."""


def kind_of(path: Path) -> Kind | None:
    """The kind of a file that begins as one of those above; None for any other. Raises `OSError`."""
    with path.open("rb") as file:
        return kind_of_bytes(file.read(HEAD_BYTES))


def kind_of_bytes(head: bytes) -> Kind | None:
    """The same by a file's first `HEAD_BYTES`."""
    return next((kind for is_kind, kind in _KINDS if is_kind(head)), None)


def better_by_ffmpeg(kind: Kind | None) -> bool:
    """Whether ffmpeg reads this whole where libsndfile (1.2) may stop: it takes a page of Ogg Opus that ends a few
    samples off for damage, and ffmpeg writes such pages."""
    return kind is _OPUS
