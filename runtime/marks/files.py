"""One call for the command line: a recording, its analysis and a score become the marked score."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from runtime.analysis import Analysis
from runtime.corrections import MarkEdit
from runtime.decode.on_beats import SoundEvidence
from runtime.marks import compare
from runtime.marks.annotate import AnnotateOptions, Annotation, annotate
from runtime.marks.heard import evidence_of, hear
from runtime.marks.said import with_said_marks
from runtime.marks.table import second_times, table
from runtime.network.parts import Parts, parts_named
from runtime.notes.played import read_notes
from runtime.notes.signature import is_midi_file
from runtime.score.align import recording as alignment_of
from runtime.score.align.fine import Evidence
from runtime.score.align.in_notes import heard_in_notes
from runtime.score.align.recording import Alignment, AnotherPitch
from runtime.score.plan import Plan, from_json
from runtime.score.read.files import Source, open_source, parse
from runtime.score.table import LEVEL_SIGNS, Score
from runtime.score.write import files as write
from runtime.score.write.midi import MidiMode
from runtime.sound import read as audio
from runtime.sound.tuning import STANDARD_HZ, estimated, retuned, speed_for

TUNED_SEMITONES = (-2, -1, 1)
"""How far from 440 Hz pianos are tuned, besides the half semitone that is heard: 392, 415 and 466 Hz."""


@dataclass(frozen=True)
class MarkOptions:
    """`annotate`: density and policy; `dry_run`: plan but write nothing; `midi_mode`: what a MIDI score gets; `said`:
    what somebody changed among the marks afterwards."""

    annotate: AnnotateOptions = field(default_factory=AnnotateOptions)
    dry_run: bool = False
    midi_mode: MidiMode = "velocity"
    said: tuple[MarkEdit, ...] = ()


@dataclass(frozen=True)
class MarkReport:
    """What was decided and done. `written` and `backup` are None when nothing was written there; `reading`: what was
    left out of the score when it was read; `compared`: whether the comparison was asked for."""

    plan: Plan
    score: Score
    alignment: Alignment
    annotation: Annotation
    score_summary: dict[str, Any]
    written: Path | None
    backup: Path | None
    reading: tuple[str, ...] = ()
    compared: bool = False

    def text(self, form: Literal["table", "plan"] = "table") -> str:
        """The plan for people (`table`, or the comparison where that was asked for) or as JSON (`plan`)."""
        if form == "plan":
            return self.plan.to_json() + "\n"
        if self.compared:
            return second_times(self.score, self.annotation.second) + compare.table(self.annotation.comparison)
        return table(self.plan, self.score, self.annotation.second)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should be told, in full sentences' worth of words."""
        return (*self.reading, *tuning_warning(self.alignment), *self.annotation.warnings)


def load(path: str | Path) -> tuple[Source, Score]:
    """A score file in memory and its note table. Raises `ScoreError`."""
    source = open_source(Path(path))
    score = parse(source)
    return source, replace(score, hidden=write.hidden_marks(source, score))


def align_file(
    audio_path: str | Path, score: Score, analysis: Analysis | None = None, parts: Parts | None = None
) -> Alignment:
    """Align a recording, or the MIDI of a performance, with a score; beats of an analysis serve as evidence when they
    are given. The transcriber among the model's `parts` (None: the analysis', else the shipped ones) hears which keys
    are struck.

    A piano that is not tuned to a' = 440 Hz is allowed for: what the analysis says of it (an estimate without one), and
    as many semitones more as `TUNED_SEMITONES` has when the score is found there.
    Raises `AudioError` for an unreadable recording, `ScoreError` when it does not play this score.
    """
    path = Path(audio_path)
    if is_midi_file(path):
        return alignment_of.align_features(score, heard_in_notes(read_notes(path)), _evidence(analysis, 1.0))
    if parts is None and analysis is not None:
        parts = parts_named(analysis.model.name, analysis.model.licence)
    ears = None if parts is None else parts.path("notes")
    tuning_hz = estimated(path) if analysis is None else analysis.source.tuning_hz
    try:
        return _aligned(path, score, analysis, tuning_hz, ears)
    except AnotherPitch as e:
        if e.semitones not in TUNED_SEMITONES:
            raise
        return _aligned(path, score, analysis, (tuning_hz or STANDARD_HZ) * 2 ** (e.semitones / 12), ears)


def _aligned(
    path: Path, score: Score, analysis: Analysis | None, tuning_hz: float | None, ears: Path | None
) -> Alignment:
    with retuned(path, tuning_hz) as (there, speed):
        found = alignment_of.align(score, audio.stream(there), _evidence(analysis, speed), ears)
    return replace(found.slower(speed), tuning_hz=tuning_hz)


def _evidence(analysis: Analysis | None, speed: float) -> Evidence | None:
    if analysis is None or not analysis.beats:
        return None
    return Evidence(
        np.array([b.time_s for b in analysis.beats]) / speed, np.array([b.time_s for b in analysis.downbeats]) / speed
    )


def tuning_warning(alignment: Alignment) -> tuple[str, ...]:
    """That the piano is not tuned as others are, when that was allowed for."""
    if alignment.tuning_hz is None or speed_for(alignment.tuning_hz) == 1.0:
        return ()
    return (f"the piano is taken to be tuned to a' = {alignment.tuning_hz:.0f} Hz",)


def score_summary(score: Score, alignment: Alignment, decided: Annotation) -> dict[str, Any]:
    """Alignment, and levels and hairpins in the score's terms, as plain data for `Analysis.score`."""
    marks = decided.plan.marks
    return alignment.summary(score) | {
        "levels": [
            {**_place(score, m.measure, m.offset), "level": m.value, "confidence": round(m.confidence, 4)}
            for m in marks if m.kind == "dynamic" and m.value in LEVEL_SIGNS
        ],
        "hairpins": [
            {"start": _place(score, m.measure, m.offset), "end": _place(score, m.end_measure, m.end_offset),
             "kind": m.value, "confidence": round(m.confidence, 4)}
            for m in marks if m.kind == "hairpin"
        ],
    }  # fmt: skip


def _place(score: Score, measure: int, offset: Fraction) -> dict[str, Any]:
    m = score.measures[measure]
    return {"measure": m.number, "beat_in_bar": round(float(1 + (m.offset + offset) / m.time.beat_quarters), 3)}


def mark_file(
    audio_path: str | Path,
    score_path: str | Path,
    out_path: str | Path | None,
    analysis: Analysis,
    options: MarkOptions | None = None,
    alignment: Alignment | None = None,
    evidence: SoundEvidence | None = None,
) -> MarkReport:
    """Write the dynamics of an analysis into a copy of a score (or over it, with a backup beside it).

    With `dry_run` or without `out_path` nothing is written. `alignment` saves aligning again when it is known. With
    the `evidence` of the recording (`runtime.pipeline.Heard`) marks are chosen by what its frames and notes say;
    without, by the loudness curve of the analysis alone.
    Raises `ScoreError`, `AudioError` or `OutputError`; then nothing was written.
    """
    options = options or MarkOptions()
    source, score = load(score_path)
    out = None if options.dry_run or out_path is None else Path(out_path)
    if out is not None:
        write.check_output(source, out)
    evidence = evidence or evidence_of(analysis)
    alignment = alignment or align_file(audio_path, score, analysis, evidence.parts)
    heard = hear(score, alignment, evidence)
    decided = annotate(score, alignment, analysis, heard, options.annotate)
    decided = replace(decided, plan=with_said_marks(decided.plan, score, alignment, options.said))
    if options.annotate.policy == "compare":  # what stands in the file stays as it is, ours included
        data = source.packed(source.text)
    else:
        data = write.marked(source, decided.plan, options.midi_mode)
    written = backup = None
    if out is not None:
        backup, written = write.save(out, data, Path(score_path)), out
    summary, compared = score_summary(score, alignment, decided), options.annotate.policy == "compare"
    return MarkReport(decided.plan, score, alignment, decided, summary, written, backup, score.warnings, compared)


def apply_plan(
    score_path: str | Path, plan_text: str, out_path: str | Path, midi_mode: MidiMode = "velocity"
) -> Path | None:
    """Write a plan (JSON of `--format plan`, edited by hand perhaps). Returns the backup's path if one was made.

    Raises `ScoreError` when the plan is damaged or the score's music has changed since.
    """
    source, score = load(score_path)
    out = Path(out_path)
    write.check_output(source, out)
    return write.save(out, write.marked(source, from_json(plan_text, score), midi_mode), Path(score_path))


def remove_marks(score_path: str | Path, out_path: str | Path) -> Path | None:
    """Take every mark of ours out of a score and bring back those that we hid.

    Returns the backup's path when the score was overwritten. Raises `ScoreError` or `OutputError`.
    """
    source = open_source(Path(score_path))
    parse(source)
    out = Path(out_path)
    write.check_output(source, out)
    return write.save(out, write.unmarked(source), Path(score_path))
