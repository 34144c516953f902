"""What a transcription is measured by: notes against a render's MIDI, and notes against a score."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
import numpy.typing as npt
import soundfile as sf
from mir_eval.transcription_velocity import precision_recall_f1_overlap as with_velocity

from runtime.notes.played import Floats, Ints, PlayedNotes
from train.notes.labels import notes_of_render

EDGE_S = 0.1
"""Notes that begin so near the cut are in neither list: their attack is only half there."""
ONSET_S, SCORE_S = 0.05, 0.1
VELOCITY_SPAN_S = 0.5


@dataclass(frozen=True, eq=False)
class Notes:
    """Notes to compare: seconds [n, 2], MIDI pitches and velocities [n]."""

    spans_s: Floats
    pitch: Ints
    velocity: Ints

    def before(self, end_s: float) -> Notes:
        """Those that begin before `end_s`, none longer than that."""
        kept = self.spans_s[:, 0] < end_s
        spans_s = np.minimum(self.spans_s[kept], end_s)
        return Notes(spans_s, self.pitch[kept], self.velocity[kept])

    @property
    def hz(self) -> Floats:
        """Pitches as mir_eval wants them."""
        return np.asarray(440.0 * 2.0 ** ((self.pitch - 69) / 12))


@dataclass(frozen=True)
class Scores:
    """Note measures of one recording, 0..1: onset within 50 ms; and the end within 50 ms or 20 % of the length; and
    the velocity within 0.1 after mir_eval's fit of the scale. `late_s` is the median of the onsets found. `velocity_r`
    correlates the mean velocity of what begins in the same half second, about a beat, with the truth; NaN where there
    are too few."""

    onset_p: float
    onset_r: float
    onset_f: float
    offset_f: float
    velocity_f: float
    late_s: float
    velocity_r: float


def truth_of(midi_dir: Path, render: Path, length_s: float) -> Notes:
    """The notes of a file of `train.rendering.render`, ends with the pedal, up to `length_s`."""
    notes = notes_of_render(midi_dir, render)
    ends_s = np.maximum(notes.offset_s, notes.onset_s + 0.01)
    return Notes(np.column_stack((notes.onset_s, ends_s)), notes.pitch, notes.velocity).before(length_s - EDGE_S)


def heard_in(notes: PlayedNotes, length_s: float) -> Notes:
    """Transcribed notes up to `length_s`."""
    ends_s = np.maximum(notes.offset_s, notes.onset_s + 0.01)
    return Notes(np.column_stack((notes.onset_s, ends_s)), notes.pitch, notes.velocity).before(length_s - EDGE_S)


def compare(truth: Notes, heard: Notes) -> Scores:
    """mir_eval's note measures."""
    if not len(truth.pitch) or not len(heard.pitch):
        return Scores(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, np.nan)
    both = (truth.spans_s, truth.hz, heard.spans_s, heard.hz)
    pairs = mir_eval.transcription.match_notes(*both, onset_tolerance=ONSET_S, offset_ratio=None)
    late_s = [heard.spans_s[j, 0] - truth.spans_s[i, 0] for i, j in pairs]
    precision, recall = len(pairs) / len(heard.pitch), len(pairs) / len(truth.pitch)
    offset_f = mir_eval.transcription.precision_recall_f1_overlap(*both, onset_tolerance=ONSET_S)[2]
    full = (truth.spans_s, truth.hz, truth.velocity, heard.spans_s, heard.hz, heard.velocity)
    velocity_f = with_velocity(*full, onset_tolerance=ONSET_S)[2] if pairs else 0.0
    return Scores(
        precision, recall, 2 * len(pairs) / (len(heard.pitch) + len(truth.pitch)), float(offset_f), float(velocity_f),
        float(np.median(late_s)) if late_s else 0.0, velocity_r(truth, heard),
    )  # fmt: skip


def velocity_r(truth: Notes, heard: Notes) -> float:
    """Correlation of mean velocities over half seconds in which both have notes; NaN under three."""
    n = 1 + int(max(notes.spans_s[:, 0].max() for notes in (truth, heard)) / VELOCITY_SPAN_S)
    means = []
    for notes in (truth, heard):
        span = (notes.spans_s[:, 0] / VELOCITY_SPAN_S).astype(int)
        count = np.bincount(span, minlength=n)
        means.append(np.divide(np.bincount(span, notes.velocity, n), count, out=np.full(n, np.nan), where=count > 0))
    both = np.isfinite(means[0]) & np.isfinite(means[1])
    return float(np.corrcoef(means[0][both], means[1][both])[0, 1]) if both.sum() > 2 else np.nan


@dataclass(frozen=True)
class Plausibility:
    """A real recording's notes against its score: found within 100 ms at the same pitch, in the score only
    (`missing`), heard only (`extra`; ornaments that the player added are among them)."""

    found: int
    missing: int
    extra: int

    @property
    def f(self) -> float:
        """2 found / (2 found + missing + extra)."""
        return 2 * self.found / max(1, 2 * self.found + self.missing + self.extra)


def against_score(times_s: Floats, pitch: Ints, heard: Notes) -> Plausibility:
    """Count the notes of a score that were heard, those that were not, and those that are not in it."""
    written = Notes(np.column_stack((times_s, times_s + 0.1)), pitch, np.full(len(pitch), 64))
    pairs = mir_eval.transcription.match_notes(
        written.spans_s, written.hz, heard.spans_s, heard.hz, onset_tolerance=SCORE_S, offset_ratio=None
    )
    return Plausibility(len(pairs), len(pitch) - len(pairs), len(heard.pitch) - len(pairs))


@contextmanager
def beginning_of(audio: Path, length_s: float) -> Iterator[tuple[Path, float]]:
    """The first `length_s` seconds as a file of their own, and how long that is."""
    rate_hz = sf.info(audio).samplerate
    frames, _ = sf.read(audio, frames=round(length_s * rate_hz), dtype="float32", always_2d=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beginning.wav"
        sf.write(path, frames, rate_hz, subtype="PCM_16")
        yield path, len(frames) / rate_hz


def mono_22k(path: Path) -> npt.NDArray[np.float32]:
    """A file's samples as the aligner takes them."""
    from runtime.sound import read as audio

    return np.concatenate(list(audio.stream(path)))
