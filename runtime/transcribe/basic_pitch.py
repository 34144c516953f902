"""basic-pitch (Bittner et al., ICASSP 2022): the model file of Spotify's package in onnxruntime, nothing else of it.

The file ``nmp.onnx`` takes windows [n, 43844, 1] at 22,050 Hz and gives notes and onsets [n, 172, 88], one frame per
256 samples, frame i of a window centred on its sample 256 i. Windows start every 142 frames, and the 15 frames at each
end are left out: all that is kept lies on one grid of frames. Notes come from `events` with thresholds for
piano. It hears no velocities and no pedal, so a velocity is how strongly the frames say "note".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from runtime.errors import ModelError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.network import session as onnx_session
from runtime.network.session import first_line
from runtime.notes.keys import N_PITCHES
from runtime.progress import Cancel, Progress, check, part
from runtime.sound.level import Samples
from runtime.sound.recording import Recording, opened
from runtime.transcribe.events import EventDecoder
from runtime.transcribe.hearing import SCAN_SHARE, blocks, warnings_of
from runtime.transcribe.registry import Setting
from runtime.transcribe.rolls import RollOptions, Rolls, Values
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription

HOP_SAMPLES = 256
FRAME_S = HOP_SAMPLES / SAMPLE_RATE_HZ
WINDOW_SAMPLES, WINDOW_FRAMES = 43_844, 172
BORDER_FRAMES = 15
KEPT_FRAMES = WINDOW_FRAMES - 2 * BORDER_FRAMES
# The package's own are onset 0.5, frame 0.3, notes and silences of at least 11 frames. On piano a higher onset
# threshold and shorter notes are better: chosen on validation pieces of ASAP, beside the package's own in the tables of
# `benchmarks.transcription.report`.
OPTIONS = RollOptions(
    onset_threshold=0.6,
    frame_threshold=0.3,
    shortest_s=5 * FRAME_S,
    drop_short=True,
    silent_s=11 * FRAME_S,
)
PACKAGE_OPTIONS = replace(OPTIONS, onset_threshold=0.5, shortest_s=11 * FRAME_S)
"""The package's own thresholds."""
_INPUT, _ONSET, _FRAME = "serving_default_input_2:0", "StatefulPartitionedCall:2", "StatefulPartitionedCall:1"
_AT_ONCE = 8
_LOUD_FRAMES = 8
_MAX_BYTES = 20 << 20
# Which release of the package a model file is of.
_VERSIONS = {"2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec": "0.4.0"}


@dataclass(frozen=True)
class BasicPitch:
    """The model file, ready to run on the CPU."""

    session: Any
    sha256: str
    version: str
    options: RollOptions = OPTIONS
    name = "basic-pitch"

    @property
    def identity(self) -> TranscriberIdentity:
        """See `Transcriber`."""
        return TranscriberIdentity(self.name, self.version, self.sha256, "Apache-2.0")

    def rolls(self, windows: list[Samples]) -> Rolls:
        """Rolls of the kept frames of consecutive windows, each of shape (43844,). Raises `ModelError`."""
        try:
            values = self.session.run([_ONSET, _FRAME], {_INPUT: np.stack(windows)[:, :, None]})
        except Exception as e:  # onnxruntime has no common base class for its errors
            raise ModelError("the model failed while running", where=self.name, cause=first_line(e)) from e
        shape = (len(windows), WINDOW_FRAMES, N_PITCHES)
        if any(v.shape != shape or not np.isfinite(v).all() for v in values):
            raise ModelError(
                f"the model gave shapes {[v.shape for v in values]} or values that are not finite, expected {shape}",
                where=self.name,
                cause="another version of basic-pitch",
            )
        kept = (v[:, BORDER_FRAMES:-BORDER_FRAMES].reshape(-1, N_PITCHES) for v in values)
        onset, frame = (np.clip(v, 0.0, 1.0).astype(np.float32) for v in kept)
        return Rolls(onset, frame, _loudness(frame))

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`."""
        with opened(Path(path), part(progress, 0.0, SCAN_SHARE), cancel) as recording:
            return self.transcribe_open(recording, part(progress, SCAN_SHARE, 1.0), cancel)

    def transcribe_open(
        self, recording: Recording, progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `runtime.transcribe.hearing.TakesOpen`."""
        decoder = EventDecoder(self.options, FRAME_S)
        if not recording.measured.silent:
            left = 1 + recording.n_samples // HOP_SAMPLES
            for windows in _several(cut(blocks(recording, progress, cancel)), _AT_ONCE):
                check(cancel)
                rolls = self.rolls(windows)
                decoder.push(Rolls(rolls.onset[:left], rolls.frame[:left], rolls.velocity[:left]))
                left -= len(windows) * KEPT_FRAMES
        notes, confidence = decoder.finish()
        if progress:
            progress(1.0)
        notes = replace(notes, warnings=warnings_of(recording.measured))
        return Transcription(notes, confidence, self.identity, "sound")


def _loudness(frame: Values) -> Values:
    """The highest of each frame and those soon after it: the beginning of a note as a velocity."""
    padded = np.concatenate((frame, np.zeros((_LOUD_FRAMES, frame.shape[1]), np.float32)))
    loudest = frame.copy()
    for k in range(1, _LOUD_FRAMES + 1):
        np.maximum(loudest, padded[k : k + len(frame)], out=loudest)
    return loudest


def cut(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Windows of 43,844 samples every 142 frames, the first with 15 frames of silence before the recording.

    The last ones are filled up with silence; the kept frames of all reach beyond the recording's end.
    """
    hop, border = KEPT_FRAMES * HOP_SAMPLES, BORDER_FRAMES * HOP_SAMPLES
    held = np.zeros(border, np.float32)
    given, length = 0, 0
    for block in blocks:
        held = np.concatenate((held, block))
        length += block.size
        while held.size >= WINDOW_SAMPLES:
            yield held[:WINDOW_SAMPLES]
            held, given = held[hop:], given + 1
    while given * KEPT_FRAMES < 1 + length // HOP_SAMPLES:
        yield np.pad(held[:WINDOW_SAMPLES], (0, max(0, WINDOW_SAMPLES - held.size)))
        held, given = held[hop:], given + 1


def _several(windows: Iterable[Samples], count: int) -> Iterator[list[Samples]]:
    batch: list[Samples] = []
    for window in windows:
        batch.append(window)
        if len(batch) == count:
            yield batch
            batch = []
    if batch:
        yield batch


def usual_place() -> Path:
    """``~/.mezzoforte/models/basic-pitch.onnx``, where ``mezzoforte transcriber add basic-pitch`` puts it."""
    return Path.home() / ".mezzoforte" / "models" / "basic-pitch.onnx"


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`; it runs on the CPU whatever the provider."""
    path = setting.path or usual_place()
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelError("too large for the model of basic-pitch (nmp.onnx, 230 KB)", where=str(path))
        data = path.read_bytes()
    except FileNotFoundError as e:
        raise ModelError(
            "the model of basic-pitch is not there", where=str(path),
            advice="Run: mezzoforte transcriber add basic-pitch, or name its nmp.onnx with --transcriber-path",
        ) from e  # fmt: skip
    except OSError as e:
        raise ModelError(f"the model cannot be read ({e.strerror or e})", where=str(path)) from e
    session = onnx_session.plain_session(onnx_session.onnxruntime_package(), data, "cpu", str(path))
    names = {i.name for i in session.get_inputs()} | {o.name for o in session.get_outputs()}
    if not {_INPUT, _ONSET, _FRAME} <= names:
        raise ModelError(
            "this is not the model of basic-pitch", where=str(path), advice="Give nmp.onnx of basic-pitch 0.4"
        )
    sha256 = hashlib.sha256(data).hexdigest()
    return BasicPitch(session, sha256, _VERSIONS.get(sha256, ""))
