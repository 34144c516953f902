"""Real recordings with a stronger transcriber's notes as labels: `python -m train.notes.taught OUT.h5 RECORDING …`.

Nobody knows what was played there, so a label counts only where it is to be believed: a note of which the teacher is
sure, or one that the score has too, at its pitch and where the recording is aligned with it (`--score RECORDING
SCORE`). Beside a score, what only the teacher hears has to be surer (ornaments are such notes), and what only the
score has may have been played. What is doubtful is in `NoteTable.doubtful` and costs nothing in training.

One group per recording: `samples` (int16, 22,050 Hz), the columns of `NoteTable`, and the attributes gain, teacher
(with the licence of its weights), credit (who plays, and the recording's licence: `--credit`), sources (recording and
teacher, `train.sources`), sure (the share of its notes that count). What is there is kept. Recordings of test pieces
must not be named: see `train.data.splits.REAL_AUDIO_PIECES`.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, fields
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import soundfile as sf

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align.recording import align
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.sound import read as audio
from runtime.sound.level import gain_for_level, measure_level_dbfs
from runtime.transcribe import Setting, Transcriber, Transcription, load
from runtime.transcribe.own import OwnTranscriber
from train.fitting.command import Command
from train.fitting.hdf5 import open_hdf5
from train.notes.labels import NoteTable
from train.sources import UNKNOWN, Sources, add_data_option, of_card, of_recording, taken, union

SURE, SURE_AGAINST_SCORE = 0.9, 0.98
"""How sure the teacher has to be of a note: alone, and where the score does not have it."""
_SAME_S = 0.1
_BEFORE_S, _AFTER_S = 0.1, 0.5
_COLUMNS = tuple(f.name for f in fields(NoteTable))
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Taught:
    """One recording, at the level of the level rule, with its labels."""

    key: str
    samples: npt.NDArray[np.float32]
    notes: NoteTable
    teacher: str
    credit: str
    sources: Sources = (UNKNOWN,)


def read_taught(path: Path) -> list[Taught]:
    """What this module wrote. Raises `MezzoforteError` when it is another file."""
    try:
        with open_hdf5(path, "r") as file:
            return [_taught(key, group) for key, group in file.items() if group.attrs.get("complete")]
    except (OSError, KeyError) as e:
        raise MezzoforteError("not a file of train.notes.taught", where=str(path)) from e


def _taught(key: str, group: h5py.Group) -> Taught:
    samples = group["samples"][()] * np.float32(group.attrs["gain"] / 32768)
    notes = NoteTable(*(group[c][()] for c in _COLUMNS))
    return Taught(key, samples, notes, group.attrs["teacher"], group.attrs["credit"],
                  tuple(group.attrs.get("sources", UNKNOWN).split(",")))  # fmt: skip


def excerpt(path: Path, from_s: float, seconds: float, out: Path) -> float:
    """Write a part of a recording, one channel; how long it is in seconds."""
    rate_hz = sf.info(path).samplerate
    samples, _ = sf.read(path, start=round(from_s * rate_hz), frames=round(seconds * rate_hz), always_2d=True)
    if not len(samples):
        raise MezzoforteError(f"the recording ends before {from_s:g} s", where=str(path))
    sf.write(out, samples.mean(axis=1), rate_hz, subtype="FLOAT")
    return len(samples) / rate_hz


def score_times(score: Score, samples: npt.NDArray[np.float32], length_s: float) -> tuple[Floats, Ints]:
    """Seconds and pitches of the score's notes as the recording plays them, by the aligner, up to `length_s`.

    `samples` are mono at 22,050 Hz. Notes that two voices share are one. Raises `ScoreError` when they do not match.
    """
    found = align(score, [samples])
    rows = set()
    by_measure: dict[int, list[tuple[float, int]]] = {}
    for note in score.notes:
        if not note.tied and not note.grace:
            at = float(note.onset - score.measures[note.measure].start)
            by_measure.setdefault(note.measure, []).append((at, note.pitch))
    for n, index in enumerate(found.measures):
        for at, pitch in by_measure.get(index, []):
            time_s = float(found.times_of(float(found.starts[n]) + at))
            rows.add((round(time_s, 4), pitch))
    kept = sorted(r for r in rows if 0 <= r[0] < length_s)
    return np.array([r[0] for r in kept]), np.array([r[1] for r in kept], np.int64)


def labels_of(heard: Transcription, written: tuple[Floats, Ints] | None) -> NoteTable:
    """What the teacher heard as labels; `written` are the score's notes, times in seconds and pitches."""
    notes = heard.notes
    offset_s = notes.sounding_until_s() if heard.ends == "key" else notes.offset_s
    in_score = np.zeros(len(notes.pitch), bool)
    needed = np.full(len(notes.pitch), SURE)
    doubtful = np.empty((0, 3))
    if written is not None:
        in_score, is_heard = _shared(notes.onset_s, notes.pitch, *written)
        needed[:] = SURE_AGAINST_SCORE
        times_s, pitch = (column[~is_heard] for column in written)
        doubtful = np.column_stack((times_s - _BEFORE_S, times_s + _AFTER_S, pitch))
    sure = in_score | (heard.confidence >= needed)
    guessed = np.column_stack((notes.onset_s, offset_s, notes.pitch))[~sure] + (-_BEFORE_S, _BEFORE_S, 0)
    return NoteTable(
        notes.onset_s[sure], offset_s[sure], notes.offset_s[sure], notes.pitch[sure], notes.velocity[sure],
        np.array(notes.pedal, np.float64).reshape(-1, 2), np.concatenate((doubtful, guessed)),
    )  # fmt: skip


def _shared(
    onset_s: Floats, pitch: Ints, times_s: Floats, written: Ints
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which heard notes are near a written one of their pitch, and which written ones near a heard one."""
    near = (np.abs(onset_s[:, None] - times_s[None]) < _SAME_S) & (pitch[:, None] == written[None])
    return near.any(axis=1), near.any(axis=0)


@dataclass(frozen=True)
class Part:
    """A stretch of recordings to be learned from, and who is to be credited for them."""

    from_s: float
    seconds: float
    credit: str


def teach(path: Path, score: Path | None, teacher: Transcriber, wanted: Part, file: h5py.File) -> str:
    """Add a part of a recording; one line of what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.wav"
        length_s = excerpt(path, wanted.from_s, wanted.seconds, part)
        heard = teacher.transcribe(part)
        samples = np.concatenate(list(audio.stream(part)))
    labels = labels_of(heard, _written(score, path, wanted.from_s, length_s) if score else None)
    group = file.create_group(path.name)
    group["samples"] = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    for name in _COLUMNS:
        group[name] = getattr(labels, name)
    share = len(labels.pitch) / max(1, len(heard.notes.pitch))
    gain = gain_for_level(measure_level_dbfs(samples, SAMPLE_RATE_HZ))
    who = f"{heard.identity.name} {heard.identity.version} ({heard.identity.licence})"
    sources = ",".join(_sources(path, score, teacher))
    group.attrs.update(gain=gain, teacher=who, credit=wanted.credit, sources=sources, sure=share, complete=True)
    file.flush()
    return f"{path.name}: {len(heard.notes.pitch)} notes, {share:.3f} of them count, {len(labels.doubtful)} doubts"


def _sources(recording: Path, score: Path | None, teacher: Transcriber) -> Sources:
    """Recording, teacher with all that it learned from, and a score, which nobody knows the licence of."""
    heard_by = of_card(teacher.card) if isinstance(teacher, OwnTranscriber) else (f"network/{teacher.name}",)
    return union([of_recording(recording)], heard_by, [f"score/{score.name}"] if score else ())


def _written(score: Path, recording: Path, from_s: float, length_s: float) -> tuple[Floats, Ints]:
    """The score's notes in a part of a recording, times from its beginning on."""
    times_s, pitch = score_times(read_score(score), np.concatenate(list(audio.stream(recording))), np.inf)
    inside = (times_s >= from_s) & (times_s < from_s + length_s)
    return times_s[inside] - from_s, pitch[inside]


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("out", type=Path)
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--score", nargs=2, type=Path, action="append", default=[], metavar=("RECORDING", "SCORE"))
    parser.add_argument("--teacher", default="transkun")
    parser.add_argument("--teacher-path", type=Path)
    add_data_option(parser)
    parser.add_argument("--credit", required=True, help="who plays these recordings, and their licence")
    parser.add_argument("--from-s", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=40.0)


def run(args: Namespace) -> None:
    """Hear each recording and print what came of it."""
    wanted = Part(args.from_s, args.seconds, args.credit)
    teacher, scores = load(args.teacher, Setting(args.teacher_path, "cpu")), dict(args.score)
    taken(union(*(_sources(path, scores.get(path), teacher) for path in args.recordings)), args.data)
    with open_hdf5(args.out, "a") as file:
        for path in args.recordings:
            if path.name in file and not file[path.name].attrs.get("complete"):
                del file[path.name]
            if path.name not in file:
                print(teach(path, scores.get(path), teacher, wanted, file), flush=True)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
