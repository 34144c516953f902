"""Recordings in, blocks of 22,050 Hz mono out: anything libsndfile reads, streamed, with one level rule.

Conventions: samples are float32 with full scale at ±1; "native" means the sample rate of the file. Nothing
here grows with the length of a recording except one number per 0.4 s.

The level rule, the same in training and here, is stated in `runtime.sound.level`; its functions are offered here too.

Headers are not believed: the frame count is what was decoded, a promise that was not kept is a warning.
A wrong sample rate in a header cannot be seen: the recording is then heard at the wrong speed and pitch.
"""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import soundfile as sf
import soxr

from runtime.errors import AudioError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound.level import (
    LEVEL_RULE,
    SILENCE_DBFS,
    LevelMeter,
    Samples,
    gain_for_level,
    level_of,
    measure_level_dbfs,
)
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


class _Reader(sf.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A `SoundFile` that is only read forward.

    soundfile seeks to its own position after every read of a seekable file; on a FLAC without a length in
    its header that seek fails and the last block is lost, so this reader says that it cannot seek.
    """

    def seekable(self) -> bool:
        return False


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
    """Container as libsndfile names it: ``WAV``, ``FLAC``, ``MP3``, ``OGG``, …"""
    promised_frames: int | None
    """Frames per channel that the header promises; None where it names no number."""
    header_warning: str
    """What libsndfile's parser found missing while opening the file ("" when nothing)."""


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


def _open(path: Path) -> _Reader:
    """Open a regular audio file, or say in one `AudioError` why that is not possible."""
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
        with path.open("rb"):
            pass
    except OSError as e:
        raise AudioError(
            "the file cannot be read", where=where, cause=e.strerror or str(e), advice="Check its permissions"
        ) from e
    try:
        # As bytes, because soundfile refuses names that are not UTF-8.
        return _Reader(os.fsencode(path) if os.name == "posix" else path)
    except (sf.SoundFileError, TypeError, ValueError) as e:
        reason = str(e).rpartition(": ")[2].rstrip(".") if isinstance(e, sf.SoundFileError) else "headerless"
        raise AudioError(
            "this is not audio that can be read",
            where=where,
            cause=f"another kind of file, a damaged header or an unsupported codec ({reason})",
            advice="Convert it to WAV or FLAC first",
        ) from e


def probe(path: str | os.PathLike[str]) -> AudioInfo:
    """Read a recording's header.

    Raises `AudioError` for anything that is not a readable audio file with at least one channel and a
    sample rate of 1,000..768,000 Hz.
    """
    path = Path(path)
    with _open(path) as file:
        return _info(path, file)


_CHUNK_SIZE = re.compile(r"^\s*(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
_OGG_CUT = re.compile(r"lacks an end-of-stream bit|without an End-Of-Stream flag")


def _info(path: Path, file: _Reader) -> AudioInfo:
    rate_hz = int(file.samplerate)
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise AudioError(
            f"a sample rate of {rate_hz} Hz is outside {RATES_HZ[0]}..{RATES_HZ[1]} Hz",
            where=str(path),
            cause="a damaged header",
        )
    frames = int(file.frames)
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return AudioInfo(
        name=name,
        rate_hz=rate_hz,
        channels=int(file.channels),
        format=str(file.format),
        # libsndfile says 2^63-1 when a stream's header leaves the length open.
        promised_frames=frames if frames < 1 << 62 else None,
        header_warning=_header_warning(str(file.extra_info)),
    )


def _header_warning(parser_log: str) -> str:
    """What libsndfile's log says about missing data; it clamps WAV and AIFF lengths without telling."""
    match = _CHUNK_SIZE.search(parser_log)
    if match:
        declared, present = int(match[1]), int(match[2])
        # Programs that write to a pipe leave the largest number their header can hold.
        placeholder = declared >= 0xFFFF_F000 or 0x7FFF_F000 <= declared <= 0x7FFF_FFFF
        if declared > present and not placeholder:
            return f"the header promises {declared} bytes of audio, the file holds {present}"
    if _OGG_CUT.search(parser_log):
        return "the Ogg stream has no end"
    return ""


def _mono(frames: Samples) -> Samples:
    """Mean of the channels, shape (n, channels) to (n,)."""
    mix = frames[:, 0].copy()
    # Added one by one: a matrix product would wake a pool of threads for a few microseconds of work.
    for channel in range(1, frames.shape[1]):
        mix += frames[:, channel]
    if frames.shape[1] > 1:
        mix *= np.float32(1.0 / frames.shape[1])
    return mix


def _blocks(path: Path, file: _Reader, rate_hz: int, longest_s: float) -> Iterator[Samples]:
    """Mono blocks at the native rate from the reader's position to the end of what decodes."""
    size = min(int(BLOCK_S * rate_hz), BLOCK_VALUES // file.channels)
    buffer = np.empty((size, file.channels), np.float32)
    done = 0
    while True:
        try:
            n = file.buffer_read_into(buffer, "float32")
        except sf.SoundFileError as e:
            raise AudioError(
                f"the {file.format} data breaks off after about {done / rate_hz:.1f} s",
                where=str(path),
                cause=f"a truncated or damaged file ({str(e).rpartition(': ')[2].rstrip('.')})",
                advice="Copy or download it again, or re-encode the part that plays",
            ) from e
        if n == 0:
            return
        done += n
        if done > longest_s * rate_hz:
            raise AudioError(
                f"the recording is longer than {longest_s / 3600:.3g} hours", where=str(path), advice="Cut it up"
            )
        yield _mono(buffer[:n])


@dataclass(frozen=True)
class _Part:
    """Frames `start` to `stop` (None: to the end) of a recording at the native rate, of at most `longest_s`."""

    longest_s: float
    start: int = 0
    stop: int | None = None


def _scan(path: Path, rate_hz: int, part: _Part, tick: Tick = None, spool: Spool | None = None) -> LevelMeter:
    """Decode a part into a level meter and, resampled, into a spool."""
    meter = LevelMeter(rate_hz)
    lead = min(part.start, LEAD_S * rate_hz) if spool else 0
    n = None if part.stop is None else part.stop - part.start
    writer = PartWriter(spool, rate_hz, part.start, lead, n) if spool else None
    tail = LEAD_S * rate_hz if spool and n is not None else 0
    with _open(path) as file:
        at = part.start - lead
        if at and file.seek(at) != at:
            raise AudioError("the file cannot be searched", where=str(path))
        for block in _blocks(path, file, rate_hz, part.longest_s):
            if writer:
                writer.push(block)
            own = block[max(0, part.start - at) : None if part.stop is None else max(0, part.stop - at)]
            at += block.size
            _meter(path, meter, own, part.start, rate_hz)
            if tick and own.size:
                tick(own.size)
            if part.stop is not None and at >= part.stop + tail:
                break
    if writer:
        writer.push(np.empty(0, np.float32), last=True)
    return meter


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


def _parts(info: AudioInfo, longest_s: float) -> list[_Part]:
    """A long FLAC in parts, one per reader; anything else in one.

    FLAC because its decoding is most of the work and seeking in it is exact to the sample. Parts begin at whole
    seconds that are whole level blocks too.
    """
    frames = info.promised_frames or 0
    step = 2 * info.rate_hz
    whole_blocks = step % LevelMeter(info.rate_hz).block == 0
    if info.format != "FLAC" or not whole_blocks or not PARALLEL_SCAN_S <= frames / info.rate_hz <= longest_s:
        return [_Part(longest_s)]
    bounds = [frames * k // PARALLEL_READERS // step * step for k in range(PARALLEL_READERS)]
    return [_Part(longest_s, start, stop) for start, stop in zip(bounds, [*bounds[1:], None], strict=True)]


def _scan_in_parts(path: Path, info: AudioInfo, tick: Tick, spool: Spool | None, longest_s: float) -> list[LevelMeter]:
    """Scan the parts of a recording side by side; anything unexpected is left to one reader from the start."""
    parts = _parts(info, longest_s)
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
    return [_scan(path, info.rate_hz, _Part(longest_s), tick, spool)]


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
    meters = _scan_in_parts(path, info, tick, spool, MAX_DURATION_S if longest_s is None else longest_s)
    n_frames = sum(m.n_samples for m in meters)
    if n_frames == 0:
        raise AudioError(
            "the recording has 0 samples",
            where=str(path),
            cause="the recorder or export stopped before it wrote any audio",
        )
    level = level_of(np.concatenate([m.mean_squares() for m in meters]))
    return Measured(info, n_frames, level, _length_warnings(info, n_frames))


def _length_warnings(info: AudioInfo, n_frames: int) -> tuple[str, ...]:
    cut = "the file may be truncated"
    if info.header_warning:
        return (f"{info.header_warning}: {cut}",)
    missing_s = ((info.promised_frames or 0) - n_frames) / info.rate_hz
    if missing_s > 0.1:  # MP3 headers without a frame count are estimates, good to a few frames
        promised_s = (info.promised_frames or 0) / info.rate_hz
        decoded_s = n_frames / info.rate_hz
        return (f"the header promises {promised_s:.1f} s, {decoded_s:.1f} s could be decoded: {cut}",)
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
    with _open(path) as file:
        rate_hz = _info(path, file).rate_hz
        blocks = _blocks(path, file, rate_hz, MAX_DURATION_S)
        if rate_hz == to_hz:
            yield from blocks
            return
        resampler = soxr.ResampleStream(rate_hz, to_hz, 1, "float32", RESAMPLER_QUALITY)
        for block in blocks:
            resampled = resampler.resample_chunk(block)
            if resampled.size:
                yield resampled
        yield resampler.resample_chunk(np.empty(0, np.float32), last=True)
