"""A recording's samples at 22,050 Hz, put aside in a temporary file so that it is decoded once and not twice.

The level of a recording is only known at its end, and the model needs it from the start: either the file is decoded
a second time, or what came out is kept. One hour takes 318 MB on disk and no memory. The file has no name (where the
system allows that) and is gone with the process. Where it cannot be kept, the recording is decoded twice.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType

import numpy as np
import soxr

from runtime.errors import AudioError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound.level import Samples

RESAMPLER_QUALITY = "HQ"
LEAD_S = 1
"""Seconds (whole, so that they are whole samples at any rate) that a part of a recording is resampled with before its
start and after its end: far longer than the filter."""
_BLOCK_SAMPLES = 2 * SAMPLE_RATE_HZ
_SPARE = 3  # of the temporary folder's free space at most a third is taken
_BYTES = np.dtype(np.float32).itemsize


class Spool:
    """Samples written at any place by any thread, then read from the start. Use as a context manager."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="mezzoforte-", buffering=0)  # noqa: SIM115  # closed by __exit__
        self._lock = threading.Lock()
        self.failed = False
        """Whether a write did not succeed: what is kept is then worthless."""

    @staticmethod
    def for_recording(n_samples: int) -> Spool | None:
        """A spool with room for that many samples at 22,050 Hz; None where they are too many, or not known (0)."""
        try:
            if not n_samples or shutil.disk_usage(tempfile.gettempdir()).free < _SPARE * n_samples * _BYTES:
                return None
            return Spool()
        except OSError:
            return None

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, start: int, samples: Samples) -> None:
        """Put samples at position `start`; when that fails, `failed` says so."""
        try:
            with self._lock:
                self._file.seek(start * _BYTES)
                written = self._file.write(np.ascontiguousarray(samples, np.float32).data.cast("B"))
        except OSError:
            written = 0
        self.failed |= written != samples.size * _BYTES

    def clear(self) -> None:
        """Forget what was written."""
        try:
            self._file.truncate(0)
        except OSError:
            self.failed = True

    def blocks(self) -> Iterator[Samples]:
        """Everything that was written, in blocks of at most 2 s. Raises `AudioError` when it cannot be read back."""
        try:
            self._file.seek(0)
            while data := self._file.read(_BLOCK_SAMPLES * _BYTES):
                yield np.frombuffer(data, np.float32)
        except (OSError, ValueError) as e:
            raise AudioError(
                "the samples put aside cannot be read back", where=tempfile.gettempdir(), cause=str(e),
                advice="Set TMPDIR to a folder on a sound disk",
            ) from e  # fmt: skip


class PartWriter:
    """Resamples consecutive native samples of one part of a recording into a spool.

    The part begins at native sample `start`, at a whole number of seconds, and has `n` samples, or goes to the end of
    the recording. What is pushed begins `lead` samples before it and, unless it goes to the end, goes on as far
    beyond it.
    """

    def __init__(self, spool: Spool, rate_hz: int, start: int, lead: int, n: int | None) -> None:
        self._spool = spool
        self._resampler = (
            None
            if rate_hz == SAMPLE_RATE_HZ
            else soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, "float32", RESAMPLER_QUALITY)
        )
        self._at = start // rate_hz * SAMPLE_RATE_HZ
        self._unwanted = lead // rate_hz * SAMPLE_RATE_HZ
        self._left = None if n is None else n * SAMPLE_RATE_HZ // rate_hz

    def push(self, samples: Samples, *, last: bool = False) -> None:
        """Add native samples; the last ones flush the filter."""
        out = samples if self._resampler is None else self._resampler.resample_chunk(samples, last=last)
        dropped = min(self._unwanted, out.size)
        self._unwanted -= dropped
        out = out[dropped:]
        if self._left is not None:
            out = out[: self._left]
            self._left -= out.size
        if out.size:
            self._spool.write(self._at, out)
            self._at += out.size
