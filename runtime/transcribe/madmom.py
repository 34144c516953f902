"""madmom's networks for piano notes, run by the Python of an environment that has madmom.

Released versions (0.16) have a recurrent network (Böck and Schedl, ICASSP 2012), newer ones from its repository a
convolutional one (Kelz et al., ICASSP 2019), which is taken where it is; both with madmom's own defaults. The models
are for non-commercial use (CC BY-NC-SA 4.0). They hear pitches and onsets only: a note ends at the next onset of its
key, or after 0.6 s as madmom itself has it, and every velocity is 64.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from runtime.errors import ModelError
from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.notes.played import Floats, PlayedNotes
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.transcribe.registry import Setting
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription

PYTHON_VARIABLE = "MEZZOFORTE_MADMOM_PYTHON"
LICENCE = "CC-BY-NC-SA-4.0"
_RATE_HZ = 44_100
_LENGTH_S, _VELOCITY = 0.6, 64
_ASK_EVERY_S, _START_LIMIT_S = 0.1, 120

# What the other Python is told to do. madmom 0.16 reads names that collections and numpy no longer have.
_PRELUDE = """
import collections, collections.abc, json, sys
import numpy as np
for name in ("MutableSequence", "Iterable", "Mapping"):
    setattr(collections, name, getattr(collections.abc, name))
for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
    if name not in np.__dict__:
        setattr(np, name, kind)
import madmom
from madmom.features import notes as n
"""
_ASK = (
    _PRELUDE
    + """
kind = "CNNPianoNoteProcessor" if hasattr(n, "CNNPianoNoteProcessor") else "RNNPianoNoteProcessor"
print(json.dumps(getattr(madmom, "__version__", "") + " " + kind))
"""
)
_HEAR = (
    _PRELUDE
    + """
if hasattr(n, "CNNPianoNoteProcessor"):
    fps, act = 50, n.CNNPianoNoteProcessor()(sys.argv[1])
    found = n.ADSRNoteTrackingProcessor()(act)
    act = act[:, :, 0] if act.ndim == 3 else act
else:
    fps, act = 100, n.RNNPianoNoteProcessor()(sys.argv[1])
    found = n.NotePeakPickingProcessor(threshold=0.35, smooth=0.09, combine=0.05, fps=fps, pitch_offset=21)(act)
rows = []
for time_s, pitch in np.asarray(found).reshape(len(found), -1)[:, :2]:
    t = int(round(time_s * fps))
    rows.append([float(time_s), int(pitch), float(act[max(0, t - 3) : t + 4, int(pitch) - 21].max())])
print(json.dumps(rows))
"""
)


@dataclass(frozen=True)
class Madmom:
    """An environment in which madmom was found."""

    python: Path
    version: str
    name = "madmom"

    @property
    def identity(self) -> TranscriberIdentity:
        """See `Transcriber`."""
        return TranscriberIdentity(self.name, self.version, "", LICENCE)

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`; of the progress only the end is known."""
        measured = audio.measure(path, lambda _: check(cancel))
        rows: list[list[float]] = []
        if not measured.silent:
            with tempfile.TemporaryDirectory(prefix="mezzoforte-") as folder:
                copy = Path(folder) / "take.wav"
                with soundfile.SoundFile(copy, "w", _RATE_HZ, 1, "PCM_16") as file:
                    for block in audio.stream(path, _RATE_HZ):
                        check(cancel)
                        file.write(block)
                rows = _run(self.python, _HEAR, (str(copy),), cancel)
        told = f"madmom's models are for non-commercial use ({LICENCE})"
        notes, confidence = _notes(rows, (*measured.warnings, told))
        if progress:
            progress(1.0)
        return Transcription(notes, confidence, self.identity, "sound")


def _notes(rows: list[list[float]], warnings: tuple[str, ...]) -> tuple[PlayedNotes, Floats]:
    """Notes and confidences from rows (onset_s, pitch, activation)."""
    table = np.array(sorted((r for r in rows if 0 <= r[1] - LOWEST_PITCH < N_PITCHES), key=lambda r: (r[0], r[1])))
    onset_s, pitch, sure = table.reshape(-1, 3).T.astype(np.float64)
    offset_s = onset_s + _LENGTH_S
    for p in np.unique(pitch):
        mine = np.flatnonzero(pitch == p)
        offset_s[mine[:-1]] = np.minimum(offset_s[mine[:-1]], onset_s[mine[1:]])
    velocity = np.full(len(onset_s), _VELOCITY, np.int64)
    notes = PlayedNotes(onset_s, offset_s, pitch.astype(np.int64), velocity, warnings=warnings)
    return notes, np.clip(sure, 0.0, 1.0)


def _run(
    python: Path,
    program: str,
    arguments: tuple[str, ...] = (),
    cancel: Cancel | None = None,
    limit_s: float | None = None,
) -> Any:
    """What a program prints as JSON. Raises `ModelError` when it fails, `Cancelled` when `cancel` said so."""
    command = [str(python), "-W", "ignore", "-c", program, *arguments]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    except OSError as e:
        raise ModelError(f"the Python of madmom cannot be run ({e.strerror or e})", where=str(python)) from e
    until = None if limit_s is None else time.monotonic() + limit_s
    try:
        while True:
            check(cancel)
            try:
                out, err = process.communicate(timeout=_ASK_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                if until is not None and time.monotonic() > until:
                    raise ModelError("madmom does not answer", where=str(python)) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    try:
        if process.returncode:
            raise ValueError((err.decode(errors="replace").strip().splitlines() or ["no message"])[-1][:300])
        return json.loads(out.splitlines()[-1])
    except (ValueError, IndexError) as e:
        raise ModelError("madmom failed", where=str(python), cause=str(e), advice=_HOW) from e


_HOW = "docs/transcription.md says how to make an environment for madmom"


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`. The Python is that of the setting, or of the environment variable."""
    named = os.environ.get(PYTHON_VARIABLE)
    python = setting.path or (Path(named) if named else None)
    if python is None:
        raise ModelError(
            "madmom needs a Python of its own",
            advice=f"Name it with --transcriber-path, or in {PYTHON_VARIABLE}; {_HOW}",
        )
    version = _run(python, _ASK, limit_s=_START_LIMIT_S)
    return Madmom(python, str(version))
