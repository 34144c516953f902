"""Which files the bridge opens as recordings: regular files that look like audio by name and by content."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bridge.api.errors import Refusal
from runtime.sound import kinds

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", *kinds.SUFFIXES)
_ADVICE = "Choose a WAV, FLAC, OGG, Opus, MP3, AIFF, M4A, MP4, MOV, WebM or WMA file"


def is_audio(head: bytes) -> bool:
    """Whether the first `runtime.sound.kinds.HEAD_BYTES` are those of a container that can be decoded."""
    if head[:4] in (b"RIFF", b"RF64", b"RIFX"):
        return head[8:12] == b"WAVE"
    if head[:4] == b"FORM":
        return head[8:12] in (b"AIFF", b"AIFC")
    if head[:4] in (b"fLaC", b"OggS") or head[:3] == b"ID3":
        return True
    is_mp3 = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # an MPEG layer III frame
    return is_mp3 or kinds.kind_of_bytes(head) is not None


CORRECTIONS_SUFFIX = ".corrections.json"


def corrections_beside(recording: Path) -> Path:
    """Where what somebody said of a recording is kept, if it was named by its path."""
    return recording.with_name(recording.stem + CORRECTIONS_SUFFIX)


def check_recording(text: object, most_bytes: int) -> Path:
    """The path of a recording that may be opened. Raises `Refusal`, which does not repeat the path."""
    if not isinstance(text, str) or not 0 < len(text) <= 4096 or "\0" in text:
        raise _no_path()
    if text.startswith(("//", "\\\\")):
        raise Refusal(422, "bad_recording", "a path on another computer is not opened", "Copy the recording here")
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts:
        raise _no_path()
    if path.suffix.lower() not in SUFFIXES:
        raise Refusal(422, "bad_recording", "the recording's suffix is not one of an audio file", _ADVICE)
    head, size = _read_head(path)
    if size > most_bytes:
        raise Refusal(413, "too_large", f"the recording is larger than {most_bytes // 2**20} MiB", "Cut it into pieces")
    if not is_audio(head):
        raise Refusal(422, "bad_recording", "the file's content is not that of an audio file", _ADVICE)
    return path


def _no_path() -> Refusal:
    advice = "Choose the file, or write where it is from the first folder on, without '..'"
    return Refusal(422, "bad_recording", "this is not the full path of a recording", advice)


def _read_head(path: Path) -> tuple[bytes, int]:
    """First bytes and size, without ever waiting on a pipe, opening a device or following a link."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Refusal(
                422, "bad_recording", "the recording is not a regular file", "Links and devices are not opened"
            )
        handle = os.open(path, flags)
    except (OSError, ValueError) as e:
        raise Refusal(422, "no_recording", "the recording cannot be opened", "Check that it is still there") from e
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Refusal(422, "bad_recording", "the recording is not a regular file")
        return os.read(handle, kinds.HEAD_BYTES), about.st_size
    finally:
        os.close(handle)
