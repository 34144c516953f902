"""Recordings that libsndfile reads, from their start to the end of what decodes."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile as sf

from runtime.errors import AudioError
from runtime.sound.ffmpeg import how_to_get

_CHUNK_SIZE = re.compile(r"^\s*(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
_OGG_CUT = re.compile(r"lacks an end-of-stream bit|without an End-Of-Stream flag")
_OPEN_SIZE = 0xFFFFFFFF  # what programs that write to a pipe leave in a WAV's header
_MOST_CHUNKS = 1_000


class _Reader(sf.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A `SoundFile` that is only read forward.

    soundfile seeks to its own position after every read of a seekable file; on a FLAC without a length in
    its header that seek fails and the last block is lost, so this reader says that it cannot seek.
    """

    def seekable(self) -> bool:
        return False


class SndfileDecoder:
    """One file opened by libsndfile. Use as a context manager."""

    warnings: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """Raises `soundfile.SoundFileError`, `TypeError` or `ValueError` for what libsndfile does not know."""
        self._path = path
        self._under: _Unfinished | None = None
        # As bytes, because soundfile refuses names that are not UTF-8.
        self._file = _Reader(os.fsencode(path) if os.name == "posix" else path)
        self.header_warning = _header_warning(str(self._file.extra_info))
        if not self._file.frames and (size_at := _size_never_written(path)) is not None:
            self._file.close()
            self._under = _Unfinished(path.open("rb"), size_at)
            self._file = _Reader(self._under)
            self.header_warning = "the header says 0 bytes of audio, as a recorder leaves it that was cut off; " \
                                  "the file is read to its end"  # fmt: skip
        self.rate_hz = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.format = str(self._file.format)
        frames = int(self._file.frames)
        # libsndfile says 2^63-1 when a stream's header leaves the length open.
        self.promised_frames = self.expected_frames = frames if frames < 1 << 62 else None
        if self.format == "MP3" and (share := _share_of_uncounted_sound(path)) is not None:
            self.promised_frames, self.expected_frames = None, round(share * frames)
        self._n_read = 0

    def __enter__(self) -> SndfileDecoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        if self._under is not None:
            self._under.close()

    def read_into(self, buffer: npt.NDArray[np.float32]) -> int:
        """Fill the buffer, shape (n, channels), as far as there is sound; returns how many frames were read.

        Raises `AudioError` where the data breaks off.
        """
        try:
            n = int(self._file.buffer_read_into(buffer, "float32"))
        except sf.SoundFileError as e:
            raise AudioError(
                f"the {self.format} data breaks off after about {self._n_read / self.rate_hz:.1f} s",
                where=str(self._path),
                **_why(e, is_opus=self._file.subtype == "OPUS"),
            ) from e
        self._n_read += n
        return n

    def seek(self, frame: int) -> int:
        """Go to a frame; returns where that led. Raises `soundfile.SoundFileError`."""
        return int(self._file.seek(frame))


def _share_of_uncounted_sound(path: Path) -> float | None:
    """Share of an MP3 that is sound, where no header counts its frames (LAME's "Xing" or "Info", Fraunhofer's "VBRI").

    libsndfile then takes the whole file for sound, the picture of the cover in its ID3v2 tag too. None: counted.
    """
    with path.open("rb") as file:
        size, start = os.fstat(file.fileno()).st_size, 0
        while (tag := file.read(10))[:3] == b"ID3" and len(tag) == 10:
            start += 10 + sum((byte & 0x7F) << 7 * (3 - i) for i, byte in enumerate(tag[6:10]))
            file.seek(start)
        first_frame = tag + file.read(190)  # the count stands behind the side information, at most 36 bytes in
    counted = any(name in first_frame for name in (b"Xing", b"Info", b"VBRI"))
    return None if counted or not size else max(0.0, 1 - start / size)


def _why(error: sf.SoundFileError, is_opus: bool) -> dict[str, str]:
    """Cause and advice where data breaks off."""
    if is_opus:
        return {
            "cause": f"a truncated or damaged file, or one whose pages end a few samples off ({reason(error)})",
            "advice": f"ffmpeg reads the latter whole. {how_to_get()}",
        }
    return {
        "cause": f"a truncated or damaged file ({reason(error)})",
        "advice": "Copy or download it again, or re-encode the part that plays",
    }


def reason(error: sf.SoundFileError) -> str:
    """What libsndfile says went wrong, without the file's name."""
    return str(error).rpartition(": ")[2].rstrip(".")


def _header_warning(parser_log: str) -> str:
    """What libsndfile's log says about missing data; it clamps WAV and AIFF lengths without telling."""
    match = _CHUNK_SIZE.search(parser_log)
    if match:
        declared, present = int(match[1]), int(match[2])
        # Programs that write to a pipe leave the largest number their header can hold.
        placeholder = declared >= 0xFFFF_F000 or 0x7FFF_F000 <= declared <= 0x7FFF_FFFF
        if declared > present and not placeholder:
            return f"the header promises {declared} bytes of audio, the file holds {present}: the file may be truncated"
    if _OGG_CUT.search(parser_log):
        return "the Ogg stream has no end: the file may be truncated"
    return ""


def _size_never_written(path: Path) -> int | None:
    """Where a WAV's header says that there are 0 bytes of audio although audio follows; None in any other file."""
    n_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return None
        for name, size, start in _chunks(file, 12, n_bytes):
            if name == b"data":
                return start - 4 if size == 0 and n_bytes > start and not _is_chunks(file, start, n_bytes) else None
    return None


def _chunks(file: BinaryIO, at: int, n_bytes: int) -> list[tuple[bytes, int, int]]:
    """Name, size and start of the chunks from a place on, up to and with one called ``data``."""
    found: list[tuple[bytes, int, int]] = []
    while at + 8 <= n_bytes and len(found) < _MOST_CHUNKS:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        found.append((name, size, at + 8))
        if name == b"data":
            break
        at += 8 + size + size % 2
    return found


def _is_chunks(file: BinaryIO, at: int, n_bytes: int) -> bool:
    """Whether what follows is more chunks, to the very end of the file, and not audio."""
    chunks = _chunks(file, at, n_bytes)
    _, size, start = chunks[-1] if chunks else (b"", 0, n_bytes + 1)
    return all(name.isascii() for name, _, _ in chunks) and n_bytes <= start + size + size % 2 <= n_bytes + 1


class _Unfinished:
    """A WAV that is read as if its header left the length open."""

    def __init__(self, file: BinaryIO, size_at: int) -> None:
        self._file, self._size_at = file, size_at

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, n: int = -1) -> bytes:
        at = self._file.tell()
        data = self._file.read(n)
        first, last = max(at, self._size_at), min(at + len(data), self._size_at + 4)
        if first >= last:
            return data
        return data[: first - at] + b"\xff" * (last - first) + data[last - at :]

    def close(self) -> None:
        self._file.close()
