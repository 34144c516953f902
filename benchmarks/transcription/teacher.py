"""Real recordings without labels: our notes beside those of a stronger transcriber, and how far to believe ours.

``python -m benchmarks.transcription.teacher RECORDING … [--teacher transkun] [--teacher-path CARD] [--from-s S]``
``[--seconds N]``

Notes at the same pitch within 50 ms are the same. *Confidence* is the mean of ours, to be read beside P, the share that
the teacher has too; the last line has the expected calibration error over all notes, as they come and without the
card's calibration. The teacher errs as well: what it misses counts here as our invention.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mir_eval
import numpy as np
import numpy.typing as npt

from benchmarks.transcription.measure import ONSET_S, heard_in
from runtime.decode.probability import probability
from runtime.notes.played import PlayedNotes
from runtime.transcribe import Setting, load
from runtime.transcribe.own import OwnTranscriber, logit
from train.fitting.command import Command
from train.measure.metrics import calibration_error
from train.notes.taught import excerpt


def shared(ours: PlayedNotes, theirs: PlayedNotes, length_s: float) -> npt.NDArray[np.bool_]:
    """Whether each of our notes before the end is one of theirs."""
    mine, other = heard_in(ours, length_s), heard_in(theirs, length_s)
    pairs = mir_eval.transcription.match_notes(
        other.spans_s, other.hz, mine.spans_s, mine.hz, onset_tolerance=ONSET_S, offset_ratio=None
    )
    found = np.zeros(len(mine.pitch), bool)
    found[[j for _, j in pairs]] = True
    return found


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--teacher", default="transkun")
    parser.add_argument("--teacher-path", type=Path)
    parser.add_argument("--model", type=Path, help="card of our transcriber (default: the shipped one)")
    parser.add_argument("--from-s", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=24.0)


def run(args: Namespace) -> None:
    """Hear each with both and print a table row when it is done."""
    ear, teacher = load("own", Setting(args.model, "cpu")), load(args.teacher, Setting(args.teacher_path, "cpu"))
    assert isinstance(ear, OwnTranscriber)
    told, right = [], []
    print("| recording | teacher | ours | both | P | R | confidence |\n|---|---:|---:|---:|---:|---:|---:|")
    for path in args.recordings:
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "part.wav"
            length_s = excerpt(path, args.from_s, args.seconds, part)
            mine, other = ear.transcribe(part), teacher.transcribe(part)
        found = shared(mine.notes, other.notes, length_s)
        confidence = mine.confidence[: len(found)]  # notes are in the order of their onsets
        n_theirs = len(heard_in(other.notes, length_s).pitch)
        p, r = found.mean(), found.sum() / max(1, n_theirs)
        counts = f"{n_theirs} | {len(found)} | {found.sum()}"
        print(f"| {path.stem} | {counts} | {p:.3f} | {r:.3f} | {confidence.mean():.3f} |", flush=True)
        told.append(confidence)
        right.append(found)
    confidence, found = np.concatenate(told), np.concatenate(right)
    print(f"\n{len(found)} notes, {found.mean():.3f} of them the teacher's; calibration error of our confidence "
          f"{calibration_error(confidence, found):.3f}{_before(confidence, found, ear)}")  # fmt: skip


def _before(confidence: npt.NDArray[np.float64], found: npt.NDArray[np.bool_], ear: OwnTranscriber) -> str:
    """The same without the calibration of the card, where it has one."""
    thresholds = ear.card.thresholds
    if "confidence_scale" not in thresholds:
        return ", which is not calibrated"
    scale, offset = thresholds["confidence_scale"], thresholds["confidence_offset"]
    plain = probability((logit(confidence) - offset) / scale, 1.0, 0.0)
    return f", {calibration_error(plain, found):.3f} without its calibration"


main = Command(add_options, run)

if __name__ == "__main__":
    main()
