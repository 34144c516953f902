"""Recordings that only ffmpeg reads, decoded by that program and read from its pipe, never written to disk.

ffmpeg gets one local file, the reader for its kind and no protocol but ``file``; what comes back is an AU stream (rate
and channels in six numbers, then float samples). It is killed when the decoder is closed, on cancelling too, when it
gives nothing for `STALL_S`, and by itself after `CPU_LIMIT_S`; when this process dies it ends at its next write.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from runtime.errors import AudioError
from runtime.sound.kinds import Kind

PROGRAM = "ffmpeg"
STALL_S = 60.0
CPU_LIMIT_S = 4 * 3600
MAX_CHANNELS = 64
_HEADER = struct.Struct(">4s5I")  # magic, start of the samples, their bytes, encoding, rate, channels
_FLOAT32, _F32_BYTES = 6, 4
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_MESSAGE = re.compile(r"^(?:\[[^\]]*\] )*\[(error|fatal|panic)\] (.*)$")
_KEPT_MESSAGES = 20
_MOST_CHARACTERS = 10_000  # a message repeats the file's name
_TOLD_WAIT_S = 5.0  # for the lines that ffmpeg wrote before its first sample


def how_to_get() -> str:
    """Advice for people who do not have ffmpeg."""
    command = {"darwin": "brew install ffmpeg", "win32": "winget install ffmpeg"}.get(
        sys.platform, "apt install ffmpeg, or your system's like"
    )
    return f"Install ffmpeg ({command}) so that it is found on the PATH, or convert the recording to WAV or FLAC"


def is_there() -> bool:
    """Whether ffmpeg is found on the PATH."""
    return shutil.which(PROGRAM) is not None


class FfmpegDecoder:
    """One run of ffmpeg over one file, read forward. Use as a context manager."""

    header_warning = ""
    promised_frames: int | None = None
    """Not promised: a film may be longer than its sound."""

    def __init__(self, path: Path, kind: Kind) -> None:
        """Start ffmpeg and read what it says of the file.

        Raises `AudioError` when ffmpeg is not there, or finds no sound that it can decode.
        """
        self.format = kind.name
        self._path = path
        program = shutil.which(PROGRAM)
        if program is None:
            raise AudioError(
                f"this is {kind.name}, which needs ffmpeg to be read", where=str(path),
                cause="ffmpeg is not installed", advice=how_to_get(),
            )  # fmt: skip
        self._process = _start(program, path, kind)
        self._lines = _Lines(self._process.stderr, path)
        self._watch = _Watch(self._process)
        self._n_read = 0
        try:
            self.rate_hz, self.channels = self._read_header()
        except BaseException:
            self.close()
            raise
        self._lines.told.wait(_TOLD_WAIT_S)
        seconds = self._lines.duration_s
        self.expected_frames = None if seconds is None else round(seconds * self.rate_hz)

    def __enter__(self) -> FfmpegDecoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End ffmpeg; nothing of it is left afterwards."""
        self._watch.stop()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._lines.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def read_into(self, buffer: npt.NDArray[np.float32]) -> int:
        """Fill the buffer, shape (n, channels), as far as there is sound; returns how many frames were read.

        Raises `AudioError` when ffmpeg was stopped or gave up.
        """
        if not buffer.size:
            return 0
        n = self._read(buffer.data.cast("B")) // (self.channels * _F32_BYTES)
        buffer[:n].byteswap(inplace=sys.byteorder == "little")
        self._n_read += n
        if n < len(buffer):
            self._check_end()
        return n

    def seek(self, frame: int) -> int:
        """ffmpeg's pipe is read forward only. Raises `AudioError`."""
        raise AudioError(f"{self.format} cannot be searched", where=str(self._path))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What ffmpeg complained about so far, in a sentence."""
        if not self._lines.messages:
            return ()
        return (f"ffmpeg met faults ({self._lines.messages[0]}): the file may be truncated or damaged",)

    def _read_header(self) -> tuple[int, int]:
        head = bytearray(_HEADER.size)
        if self._read(memoryview(head)) < len(head):
            self._check_end(nothing_read=True)
        magic, start, _, encoding, rate_hz, channels = _HEADER.unpack(head)
        if magic != b".snd" or encoding != _FLOAT32 or not 0 < channels <= MAX_CHANNELS or start < len(head):
            raise AudioError("ffmpeg gave something unexpected", where=str(self._path), cause="an ffmpeg unlike others")
        self._read(memoryview(bytearray(start - len(head))))
        return rate_hz, channels

    def _read(self, into: memoryview) -> int:
        pipe = self._process.stdout
        assert pipe is not None
        done = 0
        with self._watch:
            while done < len(into):
                n = pipe.readinto(into[done:])  # type: ignore[attr-defined]  # a buffered reader
                if not n:
                    break
                done += n
        return done

    def _check_end(self, nothing_read: bool = False) -> None:
        """The pipe has ended: was that the end of the sound?"""
        status = self._process.wait()
        self._lines.join()
        cause = self._lines.messages[0] if self._lines.messages else f"exit status {status}"
        where = str(self._path)
        if self._watch.stalled:
            raise AudioError(f"ffmpeg gave nothing for {STALL_S:g} s and was stopped", where=where,
                             cause="a disk or network that does not answer")  # fmt: skip
        if nothing_read:
            no_sound = any("matches no streams" in m for m in self._lines.messages)
            raise AudioError(
                f"there is no sound in this {self.format} file" if no_sound
                else f"this {self.format} cannot be decoded by ffmpeg",
                where=where,
                cause="a film without sound" if no_sound else f"a recorder that stopped, or a broken copy ({cause})",
                advice="" if no_sound else "Copy or download it again",
            )  # fmt: skip
        if status:
            raise AudioError(
                f"the {self.format} data breaks off after about {self._n_read / self.rate_hz:.1f} s", where=where,
                cause=f"a truncated or damaged file ({cause})",
                advice="Copy or download it again, or re-encode the part that plays",
            )  # fmt: skip


def _start(program: str, path: Path, kind: Kind) -> subprocess.Popen[bytes]:
    command = [
        program, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-timelimit", str(CPU_LIMIT_S),
        "-protocol_whitelist", "file", "-f", kind.reader, "-threads", "1", "-i", f"file:{path}",
        "-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ]  # fmt: skip
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would flash a console
    try:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1 << 16,
            creationflags=hidden,
        )  # fmt: skip
    except OSError as e:
        raise AudioError(f"ffmpeg cannot be run ({e.strerror or e})", where=program, advice="Install it anew") from e


class _Lines:
    """What ffmpeg says: its lines are read in a thread, so that it never waits for us to hear them."""

    def __init__(self, pipe: IO[bytes] | None, path: Path) -> None:
        assert pipe is not None
        self._name = f"file:{path}: "
        self.duration_s: float | None = None
        self.messages: list[str] = []
        """The first complaints; what follows them is mostly their echo."""
        self.told = threading.Event()
        """Set when everything about the file has been said."""
        self._thread = threading.Thread(target=self._read, args=(pipe,), name="ffmpeg's messages", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the last line; the process must have ended."""
        self._thread.join()

    def _read(self, pipe: IO[bytes]) -> None:
        for raw in pipe:
            line = raw.decode("utf-8", "replace").strip()[:_MOST_CHARACTERS]
            if self.duration_s is None and (found := _DURATION.search(line)):
                hours, minutes, seconds = found.groups()
                self.duration_s = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            if len(self.messages) < _KEPT_MESSAGES and (message := _MESSAGE.match(line)):
                self.messages.append(message[2].replace(self._name, ""))
            if "Output #0" in line:
                self.told.set()
        self.told.set()


class _Watch:
    """Kills a process that lets a reader wait longer than `STALL_S`; a context around each wait."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.stalled = False
        self._process = process
        self._since_s: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ffmpeg's watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> None:
        self._since_s = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._since_s = None

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(min(1.0, STALL_S / 4)):
            since_s = self._since_s
            if since_s is not None and time.monotonic() - since_s > STALL_S and self._process.poll() is None:
                self.stalled = True
                self._process.kill()
                return
