"""Opening a recording: by libsndfile where it can, by ffmpeg what only that reads, else one error that says why not."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soundfile as sf

from runtime.errors import AudioError
from runtime.sound import ffmpeg
from runtime.sound.ffmpeg import FfmpegDecoder
from runtime.sound.kinds import Kind, better_by_ffmpeg, kind_of
from runtime.sound.sndfile import SndfileDecoder, reason


class Decoder(Protocol):
    """A recording that is open at its first frame."""

    format: str
    """The container's name: ``WAV``, ``FLAC``, ``M4A (AAC or ALAC)``, …"""
    rate_hz: int
    channels: int
    promised_frames: int | None
    """Frames per channel that the header promises; None where it names no number."""
    expected_frames: int | None
    """How many frames to expect: the promise, or an estimate."""
    header_warning: str
    """What was missing while opening the file ("" when nothing)."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong while reading, so far."""
        ...

    def read_into(self, buffer: npt.NDArray[np.float32]) -> int:
        """Fill the buffer, shape (n, channels), as far as there is sound; returns how many frames were read, 0 at the
        end. Raises `AudioError` where the data breaks off."""
        ...

    def seek(self, frame: int) -> int:
        """Go to a frame, where the format can do that exactly; returns where that led."""
        ...

    def close(self) -> None:
        """Let go of the file and of every process that reads it."""
        ...

    def __enter__(self) -> Decoder: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


_played: dict[Path, tuple[Path, float]] = {}
_number = count()


@contextmanager
def played_faster(path: Path, speed: float) -> Iterator[Path]:
    """A name under which a recording is opened as if it had been played so many times as fast, and higher by as much.

    Only its sample rate is taken for another one. The name is good inside the context, for any thread, and no file.
    """
    real, before = _played.get(path, (path, 1.0))
    name = path.with_name(f"{path.name} ({speed:.5g} times as fast, {next(_number)})")
    _played[name] = (real, before * speed)
    try:
        yield name
    finally:
        del _played[name]


def file_of(path: Path) -> Path:
    """The file behind a recording's name."""
    return _played.get(path, (path, 1.0))[0]


def open_recording(path: Path) -> Decoder:
    """Open a regular audio file, or say in one `AudioError` why that is not possible."""
    real, speed = _played.get(path, (path, 1.0))
    decoder = _opened(real)
    if speed != 1.0:
        decoder.rate_hz = round(decoder.rate_hz * speed)
    return decoder


def _opened(path: Path) -> Decoder:
    kind = _checked(path)
    if better_by_ffmpeg(kind) and ffmpeg.is_there():
        assert kind is not None
        return FfmpegDecoder(path, kind)
    try:
        return SndfileDecoder(path)
    except (sf.SoundFileError, TypeError, ValueError) as e:
        if kind is not None:
            return FfmpegDecoder(path, kind)
        raise AudioError(
            "this is not audio that can be read",
            where=str(path),
            cause="another kind of file, a damaged header or an unsupported codec "
            f"({reason(e) if isinstance(e, sf.SoundFileError) else 'headerless'})",
            advice="Convert it to WAV or FLAC first",
        ) from e


def _checked(path: Path) -> Kind | None:
    """The kind of a regular file that can be read; None for kinds that ffmpeg is not asked about."""
    where = str(path)
    try:
        status = path.stat()
    except FileNotFoundError as e:
        raise AudioError("there is no such file", where=where, advice="Check the name and the folder") from e
    except (OSError, ValueError) as e:
        raise AudioError("the file cannot be reached", where=where, cause=str(e)) from e
    if stat.S_ISDIR(status.st_mode):
        raise AudioError("this is a folder", where=where, advice="Name the recordings inside it")
    if not stat.S_ISREG(status.st_mode):
        raise AudioError("this is not a regular file", where=where, cause="a device, pipe or socket")
    if status.st_size == 0:
        raise AudioError("the file is empty (0 bytes)", where=where, cause="a broken copy or download")
    try:
        return kind_of(path)
    except OSError as e:
        raise AudioError(
            "the file cannot be read", where=where, cause=e.strerror or str(e), advice="Check its permissions"
        ) from e
