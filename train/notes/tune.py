"""Choose the transcriber's thresholds: `python -m train.notes.tune --model CARD --pack VALID.h5 --renders MIDI AUDIO`.

By coordinate search on the first `--longest-s` of the validation recordings (test pieces are not read): the onset
threshold for the F-measure of onsets (50 ms), the thresholds of frames and offsets for that of onset and offset, both
as mir_eval has them, mean over recordings; the latency is the median error of matched onsets. The card is rewritten.
Its ``again_threshold`` stays: sampled pianos have no strings that others stir, and cannot choose it. Last the
confidence is calibrated: a logistic curve from how sure the rolls are to how likely the note was played (onset within
50 ms), with its expected calibration error before, and after by fits that saw no recording of the group they are
measured on. ``--confidence-only`` does that alone and keeps the other options: no note changes.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import mir_eval.transcription as evaluation
import numpy as np
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.model import find_card
from runtime.network import windows
from runtime.notes.played import PlayedNotes
from runtime.sound.level import Samples
from runtime.transcribe import Setting, load
from runtime.transcribe.events import notes_of
from runtime.transcribe.own import OwnTranscriber, logit, options_of, rolls_of
from runtime.transcribe.rolls import RollOptions, Rolls, Values
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.frames.segments import Pack, Recording, pack_sources
from train.measure.metrics import calibration_error
from train.measure.tune import fit_logistic, held_out_probability
from train.notes.labels import NoteTable, notes_of_render
from train.rendering.render import audio_path_of
from train.sources import add_data_option, chosen_on, crediting

_GROUPS = 5
ONSET_GRID = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
END_GRID = {
    "frame_threshold": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "offset_threshold": (0.15, 0.25, 0.35, 0.45, 0.6, 0.9),
}


@dataclass(frozen=True)
class Case:
    """The first part of a recording: what the network says of it, and the notes that were played (as intervals)."""

    rolls: Rolls
    intervals_s: np.ndarray
    pitches_hz: np.ndarray


def case_of(
    pack: Pack, recording: Recording, notes: NoteTable, model: Callable[[Samples], Values], longest_s: float
) -> Case:
    """Listen to the first `longest_s` of a recording; `model` gives columns as `OwnTranscriber` does."""
    n = min(recording.n_samples, round(longest_s * SAMPLE_RATE_HZ))
    samples = pack.samples(recording, 0, n)
    rolls = rolls_of(windows.run(model, iter([samples])))
    inside = notes.onset_s < n / SAMPLE_RATE_HZ - 0.05
    ends_s = np.minimum(np.maximum(notes.offset_s, notes.onset_s + 0.02), n / SAMPLE_RATE_HZ)
    intervals = np.column_stack([notes.onset_s, ends_s])[inside]
    return Case(rolls, intervals, _hz(notes.pitch[inside]))


def validation_cases(
    pack: Pack, fold: int | None, renders: list[tuple[Path, Path]], model: Callable[[Samples], Values], longest_s: float
) -> list[Case]:
    """The validation recordings of a pack whose renders are in these folders of MIDI and audio.

    Raises `MezzoforteError` when there is none.
    """
    cases = []
    for recording in tqdm(pack.split("valid", fold), unit="recording"):
        for midi_dir, audio_dir in renders:
            audio_path = audio_path_of(audio_dir, recording.source)
            if audio_path.with_suffix(".json").is_file() and (midi_dir / recording.source).is_file():
                cases.append(case_of(pack, recording, notes_of_render(midi_dir, audio_path), model, longest_s))
                break
    if not cases:
        raise MezzoforteError("no validation recording has its render in these folders")
    return cases


def _hz(pitch: np.ndarray) -> np.ndarray:
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def _found(case: Case, options: RollOptions) -> tuple[np.ndarray, np.ndarray, PlayedNotes]:
    notes, _ = notes_of(case.rolls, options)
    ends_s = np.maximum(notes.offset_s, notes.onset_s + 0.02)
    return np.column_stack([notes.onset_s, ends_s]), _hz(notes.pitch), notes


def note_f(cases: list[Case], options: RollOptions, *, with_offsets: bool) -> float:
    """F-measure of notes, mean over recordings; 0 for a recording in which nothing was found."""
    scores = []
    for case in cases:
        intervals, pitches, _ = _found(case, options)
        ratio = 0.2 if with_offsets else None
        scores.append(
            evaluation.precision_recall_f1_overlap(
                case.intervals_s, case.pitches_hz, intervals, pitches, offset_ratio=ratio
            )[2]
            if len(intervals)
            else 0.0
        )
    return float(np.mean(scores))


def latency_s(cases: list[Case], options: RollOptions) -> float:
    """Median of found minus true onset over matched notes."""
    late = []
    for case in cases:
        intervals, pitches, _ = _found(case, options)
        if len(intervals):
            matched = evaluation.match_notes(case.intervals_s, case.pitches_hz, intervals, pitches, offset_ratio=None)
            late.extend(intervals[j, 0] - case.intervals_s[i, 0] for i, j in matched)
    if not late:
        raise MezzoforteError("no note was found in any recording", advice="Train longer")
    return float(np.median(late))


def choose(cases: list[Case], options: RollOptions) -> tuple[RollOptions, float, float]:
    """The best options, with the F-measures of onsets and of onsets with offsets."""
    by_onset = {v: note_f(cases, replace(options, onset_threshold=v), with_offsets=False) for v in ONSET_GRID}
    best = max(by_onset, key=lambda v: by_onset[v])
    options = replace(options, onset_threshold=best)
    score = note_f(cases, options, with_offsets=True)
    for name, values in END_GRID.items():
        for value in values:
            candidate = replace(options, **{name: value})
            if (new := note_f(cases, candidate, with_offsets=True)) > score + 1e-6:
                options, score = candidate, new
    late = latency_s(cases, options)
    return replace(options, latency_s=options.latency_s + late), by_onset[best], score


def calibrate(cases: list[Case], options: RollOptions) -> tuple[dict[str, float], str]:
    """The curve of the confidence by its names in the card, and what was measured in a sentence.

    Raises `MezzoforteError` when all notes are right, or none.
    """
    sure, right, groups = [], [], []
    for k, case in enumerate(cases):
        notes, sureness = notes_of(case.rolls, options)
        ends_s = np.maximum(notes.offset_s, notes.onset_s + 0.02)
        found = np.column_stack([notes.onset_s, ends_s]), _hz(notes.pitch)
        matched = evaluation.match_notes(case.intervals_s, case.pitches_hz, *found, offset_ratio=None)
        is_right = np.zeros(len(sureness), bool)
        is_right[[j for _, j in matched]] = True
        sure.append(sureness)
        right.append(is_right)
        groups.append(np.full(len(sureness), k % _GROUPS))
    p, y, of = np.concatenate(sure), np.concatenate(right), np.concatenate(groups)
    if y.all() or not y.any():
        raise MezzoforteError("the confidence cannot be calibrated: all notes are right, or none is")
    x = logit(p)
    scale, offset = fit_logistic(x, y)
    before, after = calibration_error(p, y), calibration_error(held_out_probability(x, y, of), y)
    told = f"{len(y)} notes, {y.mean():.3f} right; calibration error {before:.3f} before, {after:.3f} after"
    return {"confidence_scale": round(scale, 4), "confidence_offset": round(offset, 4)}, told


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", type=Path, required=True, help="path of the transcriber's card; it is rewritten")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument(
        "--renders", nargs=2, type=Path, action="append", required=True, metavar=("MIDI_DIR", "AUDIO_DIR")
    )
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--longest-s", type=float, default=30.0)
    add_data_option(parser)
    parser.add_argument("--confidence-only", action="store_true", help="calibrate the confidence, leave the rest")


def run(args: Namespace) -> None:
    """Tune on the validation pieces of the pack and rewrite the card."""
    ear, pack = load("own", Setting(args.model, "cpu")), Pack(args.pack)
    assert isinstance(ear, OwnTranscriber)
    sources = chosen_on(ear.card, pack_sources(pack.split("valid", args.fold)), args.data)
    cases = validation_cases(pack, args.fold, [(m, a) for m, a in args.renders], ear.columns, args.longest_s)
    options = options_of(ear.card)
    chosen: dict[str, float] = {}
    if not args.confidence_only:
        options, onset_f, both_f = choose(cases, options)
        names = ("onset_threshold", "frame_threshold", "offset_threshold", "latency_s")
        chosen = {k: round(float(getattr(options, k)), 5) for k in names}
        print(f"{len(cases)} validation recordings: onset F {onset_f:.3f}, onset and offset F {both_f:.3f}")
    curve, told = calibrate(cases, options)
    chosen |= curve
    card = crediting(replace(ear.card, thresholds={**ear.card.thresholds, **chosen}), sources)
    write_bytes(find_card(args.model), card.to_json().encode())
    print(told)
    for name, value in chosen.items():
        print(f"  {name} = {value:g}")


main = Command(add_options, run)

if __name__ == "__main__":
    main()
