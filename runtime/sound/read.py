"""Recordings in, blocks of 22,050 Hz mono out: anything that decodes (`decoders`), streamed, with one level rule.

Conventions: samples are float32 with full scale at ±1; "native" means the sample rate of the file. Nothing
here grows with the length of a recording except one number per 0.4 s.

The level rule, the same in training and here, is stated in `runtime.sound.level`; its functions are offered here too.

Headers are not believed: the frame count is what was decoded, a promise that was not kept is a warning.
A wrong sample rate in a header cannot be seen: the recording is then heard at the wrong speed and pitch.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import soundfile as sf
import soxr

from runtime.errors import AudioError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound.decoders import Decoder, file_of, open_recording
from runtime.sound.level import (
    LEVEL_RULE,
    SILENCE_DBFS,
    LevelMeter,
    Samples,
    gain_for_level,
    level_of,
    measure_level_dbfs,
)
from runtime.sound.mix import ChannelsCompared, mono
from runtime.sound.spool import LEAD_S, RESAMPLER_QUALITY, PartWriter, Spool

__all__ = [
    "LEVEL_RULE",
    "SILENCE_DBFS",
    "AudioInfo",
    "LevelMeter",
    "Measured",
    "Samples",
    "gain_for_level",
    "level_of",
    "measure",
    "measure_level_dbfs",
    "n_resampled",
    "probe",
    "stream",
]

RATES_HZ = (1_000, 768_000)
MAX_DURATION_S = 24 * 3600.0  # where the caller names no other bound
BLOCK_S = 2.0
BLOCK_VALUES = 1 << 20  # most values (of all channels) in one read, 4 MB

PARALLEL_SCAN_S = 120.0  # shorter files are not worth a second reader
PARALLEL_READERS = 2
Tick = Callable[[int], None] | None


@dataclass(frozen=True)
class AudioInfo:
    """What a file's header says, before anything is decoded."""

    name: str
    """File name without folders."""
    rate_hz: int
    """Sample rate in the header."""
    channels: int
    """Number of channels."""
    format: str
    """Container: ``WAV``, ``FLAC``, ``MP3``, ``OGG`` … as libsndfile names it, ``M4A (AAC or ALAC)`` … by ffmpeg."""
    promised_frames: int | None
    """Frames per channel that the header promises; None where it names no number."""
    expected_frames: int | None
    """The promise, or an estimate where there is none, for progress and room; None where nothing is known."""
    header_warning: str
    """What was found missing while opening the file ("" when nothing)."""


@dataclass(frozen=True)
class Measured:
    """The first pass over a file: what was really decoded, and how loud it is."""

    info: AudioInfo
    n_frames_native: int
    """Decoded frames per channel at the native rate, > 0."""
    level_dbfs: float
    """Level by the level rule, -200 dBFS or more."""
    warnings: tuple[str, ...]

    @property
    def duration_s(self) -> float:
        """Decoded length in seconds."""
        return self.n_frames_native / self.info.rate_hz

    @property
    def silent(self) -> bool:
        """Whether the level rule calls this recording silence."""
        return self.level_dbfs < SILENCE_DBFS


def probe(path: str | os.PathLike[str]) -> AudioInfo:
    """Read a recording's header.

    Raises `AudioError` for anything that is not a readable audio file with at least one channel and a
    sample rate of 1,000..768,000 Hz.
    """
    path = Path(path)
    with open_recording(path) as file:
        return _info(path, file)


def _info(path: Path, file: Decoder) -> AudioInfo:
    if not RATES_HZ[0] <= file.rate_hz <= RATES_HZ[1]:
        raise AudioError(
            f"a sample rate of {file.rate_hz} Hz is outside {RATES_HZ[0]}..{RATES_HZ[1]} Hz",
            where=str(path),
            cause="a damaged header",
        )
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return AudioInfo(
        name=name,
        rate_hz=file.rate_hz,
        channels=file.channels,
        format=file.format,
        promised_frames=file.promised_frames,
        expected_frames=file.expected_frames,
        header_warning=file.header_warning,
    )


def _frames(path: Path, file: Decoder, longest_s: float) -> Iterator[Samples]:
    """Blocks of frames, shape (n, channels), at the native rate from the decoder's position to the end of what decodes.

    A block is valid until the next one.
    """
    size = max(1, min(int(BLOCK_S * file.rate_hz), BLOCK_VALUES // file.channels))
    buffer = np.empty((size, file.channels), np.float32)
    done = 0
    while n := file.read_into(buffer):
        done += n
        if done > longest_s * file.rate_hz:
            raise AudioError(
                f"the recording is longer than {longest_s / 3600:.3g} hours", where=str(path), advice="Cut it up"
            )
        yield buffer[:n]


def _is_inverted(path: Path) -> bool:
    """Whether one of two channels is upside down, by the first `runtime.sound.mix.LISTENING_S` of sound."""
    status = file_of(path).stat()
    return _is_inverted_now(path, status.st_ino, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _is_inverted_now(path: Path, *_: int) -> bool:
    with open_recording(path) as file:
        if file.channels != 2:
            return False
        compared = ChannelsCompared(file.rate_hz)
        for frames in _frames(path, file, MAX_DURATION_S):
            compared.push(frames)
            if compared.decided:
                break
        return compared.inverted


@dataclass(frozen=True)
class _Part:
    """Frames `start` to `stop` (None: to the end) of a recording at the native rate, of at most `longest_s`."""

    longest_s: float
    inverted: bool
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True)
class _Scanned:
    """A part's level, and what its decoder found wrong."""

    meter: LevelMeter
    warnings: tuple[str, ...]


def _scan(path: Path, rate_hz: int, part: _Part, tick: Tick = None, spool: Spool | None = None) -> _Scanned:
    """Decode a part into a level meter and, resampled, into a spool."""
    meter = LevelMeter(rate_hz)
    lead = min(part.start, LEAD_S * rate_hz) if spool else 0
    n = None if part.stop is None else part.stop - part.start
    writer = PartWriter(spool, rate_hz, part.start, lead, n) if spool else None
    tail = LEAD_S * rate_hz if spool and n is not None else 0
    with open_recording(path) as file:
        at = part.start - lead
        if at and file.seek(at) != at:
            raise AudioError("the file cannot be searched", where=str(path))
        for frames in _frames(path, file, part.longest_s):
            block = mono(frames, inverted=part.inverted)
            if writer:
                writer.push(block)
            own = block[max(0, part.start - at) : None if part.stop is None else max(0, part.stop - at)]
            at += block.size
            _meter(path, meter, own, part.start, rate_hz)
            if tick and own.size:
                tick(own.size)
            if part.stop is not None and at >= part.stop + tail:
                break
        warnings = file.warnings
    if writer:
        writer.push(np.empty(0, np.float32), last=True)
    return _Scanned(meter, warnings)


def _meter(path: Path, meter: LevelMeter, samples: Samples, start: int, rate_hz: int) -> None:
    bad = meter.push(samples)
    if bad is not None:
        raise AudioError(
            f"a sample at {(start + bad) / rate_hz:.3f} s is not a finite number (NaN or infinity)",
            where=str(path),
            cause="a faulty plug-in or export in the program that wrote the file",
            advice="Export it again, best as 24-bit PCM",
        )


class _Abandoned(Exception):
    """Ends the readers when their result is no longer wanted."""


def _parts(info: AudioInfo, whole: _Part) -> list[_Part]:
    """A long FLAC in parts, one per reader; anything else in one.

    FLAC because its decoding is most of the work and seeking in it is exact to the sample. Parts begin at whole
    seconds that are whole level blocks too.
    """
    frames = info.promised_frames or 0
    step = 2 * info.rate_hz
    whole_blocks = step % LevelMeter(info.rate_hz).block == 0
    if info.format != "FLAC" or not whole_blocks or not PARALLEL_SCAN_S <= frames / info.rate_hz <= whole.longest_s:
        return [whole]
    bounds = [frames * k // PARALLEL_READERS // step * step for k in range(PARALLEL_READERS)]
    return [replace(whole, start=start, stop=stop) for start, stop in zip(bounds, [*bounds[1:], None], strict=True)]


def _scan_in_parts(path: Path, info: AudioInfo, tick: Tick, spool: Spool | None, whole: _Part) -> list[_Scanned]:
    """Scan the parts of a recording side by side; anything unexpected is left to one reader from the start."""
    parts = _parts(info, whole)
    if len(parts) == 1:
        return [_scan(path, info.rate_hz, parts[0], tick, spool)]
    done: SimpleQueue[int] = SimpleQueue()
    abandoned = threading.Event()

    def report(n: int) -> None:
        if abandoned.is_set():
            raise _Abandoned
        done.put(n)

    with ThreadPoolExecutor(len(parts)) as pool:
        scans = [pool.submit(_scan, path, info.rate_hz, part, report, spool) for part in parts]
        try:
            while wait(scans, timeout=0.05, return_when=FIRST_EXCEPTION).not_done:
                _pass_on(done, tick)
            _pass_on(done, tick)
            return [scan.result() for scan in scans]
        except (AudioError, sf.SoundFileError):
            pass
        finally:
            abandoned.set()
    if spool:
        spool.clear()
    return [_scan(path, info.rate_hz, whole, tick, spool)]


def _pass_on(done: SimpleQueue[int], tick: Tick) -> None:
    """Call `tick` in this thread for what other threads reported."""
    while not done.empty():
        n = done.get()
        if tick:
            tick(n)


def measure(
    path: str | os.PathLike[str], tick: Tick = None, spool: Spool | None = None, longest_s: float | None = None
) -> Measured:
    """First pass: decode the whole file once, count its frames and measure its level.

    A `spool` gets what `stream` would give in a second pass (parts of a long file are resampled each for itself, so
    that at their seams the last bits may differ). `tick` is called with the number of native frames just decoded;
    what it raises ends the pass. Raises `AudioError` for what cannot be decoded, for NaN and infinity, for a recording
    of 0 samples or of more than `longest_s` seconds (None: 24 hours), which are counted while decoding.
    """
    path = Path(path)
    info = probe(path)
    whole = _Part(MAX_DURATION_S if longest_s is None else longest_s, info.channels == 2 and _is_inverted(path))
    parts = _scan_in_parts(path, info, tick, spool, whole)
    n_frames = sum(p.meter.n_samples for p in parts)
    if n_frames == 0:
        raise AudioError(
            "the recording has 0 samples",
            where=str(path),
            cause="the recorder or export stopped before it wrote any audio",
        )
    level = level_of(np.concatenate([p.meter.mean_squares() for p in parts]))
    turned = ("one channel is upside down against the other: it was turned over",) if whole.inverted else ()
    found = dict.fromkeys(warning for part in parts for warning in part.warnings)
    return Measured(info, n_frames, level, (*turned, *_length_warnings(info, n_frames), *found))


def _length_warnings(info: AudioInfo, n_frames: int) -> tuple[str, ...]:
    if info.header_warning:
        return (info.header_warning,)
    missing_s = ((info.promised_frames or 0) - n_frames) / info.rate_hz
    if missing_s > 0.1:  # less is the padding of an encoder
        promised_s = (info.promised_frames or 0) / info.rate_hz
        decoded_s = n_frames / info.rate_hz
        return (
            f"the header promises {promised_s:.1f} s, {decoded_s:.1f} s could be decoded: the file may be truncated",
        )
    return ()


def n_resampled(n_native: int, rate_hz: int) -> int:
    """How many samples `stream` gives for `n_native` frames at `rate_hz`: rounded half up."""
    return (2 * n_native * SAMPLE_RATE_HZ + rate_hz) // (2 * rate_hz)


def stream(path: str | os.PathLike[str], to_hz: int = SAMPLE_RATE_HZ) -> Iterator[Samples]:
    """Second pass: the mono mix at `to_hz` (22,050 Hz unless told) in blocks of any size, float32, not scaled.

    Resampled by soxr (HQ), at 22,050 Hz `n_resampled` samples in all; a file already at that rate passes unchanged.
    Raises `AudioError` as `measure` does, at the block concerned.
    """
    path = Path(path)
    with open_recording(path) as file:
        rate_hz = _info(path, file).rate_hz
        inverted = file.channels == 2 and _is_inverted(path)
        blocks = (mono(frames, inverted=inverted) for frames in _frames(path, file, MAX_DURATION_S))
        if rate_hz == to_hz:
            yield from blocks
            return
        resampler = soxr.ResampleStream(rate_hz, to_hz, 1, "float32", RESAMPLER_QUALITY)
        for block in blocks:
            resampled = resampler.resample_chunk(block)
            if resampled.size:
                yield resampled
        yield resampler.resample_chunk(np.empty(0, np.float32), last=True)
