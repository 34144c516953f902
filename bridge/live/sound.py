"""Where live sound comes from: raw PCM on a pipe, or a microphone."""

from __future__ import annotations

import queue
import re
import threading
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from runtime.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

Frames = npt.NDArray[np.float32]
"""Samples −1..1, shape (n, channels)."""
BLOCK_S = 0.05
_FORMATS = {"s16": ("<i2", 2.0**-15), "s32": ("<i4", 2.0**-31), "f32": ("<f4", 1.0)}
_SPEC = re.compile(r"(\d+):(\d+):(s16|s32|f32)")
_MOST_WAITING = 1200  # blocks of 50 ms: a minute


@dataclass(frozen=True)
class Pcm:
    """How raw samples come: interleaved, little-endian."""

    rate_hz: int
    channels: int
    format: str

    @classmethod
    def of(cls, text: str) -> Pcm:
        """From ``RATE:CHANNELS:FORMAT``. Raises `InputError`."""
        match = _SPEC.fullmatch(text)
        if match is None or not 8_000 <= int(match[1]) <= 192_000 or not 1 <= int(match[2]) <= 32:
            raise InputError(
                f"{text!r} is not RATE:CHANNELS:FORMAT", cause="a rate of 8000 to 192000 Hz, 1 to 32 channels",
                advice="For example 44100:2:s16; formats are s16, s32 and f32, little-endian, interleaved",
            )  # fmt: skip
        return cls(int(match[1]), int(match[2]), match[3])

    def frames(self, data: bytes) -> Frames:
        """Whole frames as float; values that are no number are silence, values beyond full scale are cut."""
        kind, scale = _FORMATS[self.format]
        values = np.frombuffer(data, kind).astype(np.float32) * np.float32(scale)
        values = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
        return np.ascontiguousarray(values.reshape(-1, self.channels))

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return np.dtype(_FORMATS[self.format][0]).itemsize * self.channels


class Sound(Protocol):
    """Sound that comes in its own time."""

    rate_hz: int
    channels: int

    def read(self, timeout_s: float) -> Frames | None:
        """All that has come since the last time, waiting up to `timeout_s` for it (nothing: no frames); None at the
        end."""
        ...


class _Queued:
    """Blocks that another thread puts, taken all at once."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = rate_hz, channels
        self._blocks: queue.Queue[Frames | None] = queue.Queue(_MOST_WAITING)
        self._ended = False

    def put(self, block: Frames | None) -> None:
        self._blocks.put(block)

    def read(self, timeout_s: float) -> Frames | None:
        """See `Sound`."""
        found: list[Frames] = []
        try:
            block = None if self._ended else self._blocks.get(timeout=timeout_s)
            while block is not None:
                found.append(block)
                block = self._blocks.get_nowait()
            self._ended = True
        except queue.Empty:
            pass
        if self._ended and not found:
            return None
        return np.concatenate(found) if found else np.empty((0, self.channels), np.float32)


def from_pipe(source: RawIOBase | BytesIO, pcm: Pcm) -> Sound:
    """Sound from a pipe, read in a thread of its own; half a frame at the end is left out."""
    queued = _Queued(pcm.rate_hz, pcm.channels)
    size = max(1, round(BLOCK_S * pcm.rate_hz)) * pcm.frame_bytes

    def work() -> None:
        rest = b""
        while data := source.read(size):
            data = rest + data
            whole = len(data) // pcm.frame_bytes * pcm.frame_bytes
            rest = data[whole:]
            if whole:
                queued.put(pcm.frames(data[:whole]))
        queued.put(None)

    threading.Thread(target=work, name="live sound", daemon=True).start()
    return queued


def microphone(device: str | None) -> AbstractContextManager[Sound]:
    """Sound from an input device (name, part of one, or number; None: the system's default).

    Raises `InputError` where sounddevice or PortAudio is missing, or the device does not open.
    """
    return _microphone(_package(), device)


@contextmanager
def _microphone(sounddevice: Any, device: str | None) -> Iterator[Sound]:
    chosen: str | int | None = int(device) if device is not None and device.isdigit() else device
    try:
        info = sounddevice.query_devices(chosen, "input")
        rate_hz, channels = round(info["default_samplerate"]), min(2, int(info["max_input_channels"]))
        queued = _Queued(rate_hz, channels)

        def take(data: Frames, frames: int, time: object, status: object) -> None:
            queued.put(np.array(data, np.float32))

        stream = sounddevice.InputStream(
            samplerate=rate_hz, channels=channels, device=chosen, dtype="float32", callback=take,
            blocksize=round(BLOCK_S * rate_hz), latency="low",
        )  # fmt: skip
    except (sounddevice.PortAudioError, ValueError) as e:
        raise InputError(
            "the microphone cannot be opened", where=device or "the default device", cause=str(e),
            advice="mezzoforte live --devices lists what there is",
        ) from e  # fmt: skip
    with stream:
        yield queued


def devices() -> str:
    """What there is to record from, for people. Raises `InputError`."""
    found = _package().query_devices()
    rows = [
        f"{i:>3}  {d['name']} ({d['max_input_channels']} channels, {d['default_samplerate']:.0f} Hz)"
        for i, d in enumerate(found)
        if d["max_input_channels"] > 0
    ]
    return "\n".join(rows) or "no input devices"


def _package() -> Any:
    try:
        import sounddevice
    except ImportError as e:
        raise InputError(
            "a microphone needs sounddevice", cause="it is not installed", advice="pip install 'mezzoforte[live]'"
        ) from e
    except OSError as e:  # it looks for the library when it is imported
        raise InputError(
            "PortAudio is missing", cause=str(e),
            advice="Debian, Ubuntu: apt install libportaudio2; or give PCM on stdin with --pcm",
        ) from e  # fmt: skip
    return sounddevice
