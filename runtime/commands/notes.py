"""The part of the command line that has no score: notes from a MIDI file or a transcriber, to MusicXML or MIDI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from runtime.commands.doubts import lines
from runtime.engrave.engrave import Engraved, engrave
from runtime.engrave.grid import check_beats
from runtime.errors import OutputError, ScoreError
from runtime.marks.annotate import options_of
from runtime.network.parts import parts_of
from runtime.pipeline import Heard
from runtime.progress import TerminalProgress
from runtime.standard_out import write_out
from runtime.transcribe.registry import Setting, load
from runtime.transcribe.releases import for_score
from runtime.transcribe.transcription import Transcriber, Transcription
from runtime.transcribe.tuned import transcribe_tuned
from runtime.transcribe.write_midi import to_midi
from runtime.write.atomic import write_bytes

SCORE_SUFFIXES = (".musicxml", ".xml")
MIDI_SUFFIXES = (".mid", ".midi")

Say = Callable[[str], None]


def prepare(options: argparse.Namespace) -> Callable[[Heard, Say], None]:
    """What is to be done with the recording, its transcriber ready; `options` has `notes` or `transcribe`.

    Raises `MezzoforteError` for what cannot work, a transcriber or a MIDI file included, before any work is done.
    """
    _check(options)
    ears = parts_of(options.model).path("notes")
    if options.notes is not None:
        transcriber = load("midi", Setting(options.notes, ears=ears))
    else:
        transcriber = load(options.transcribe, Setting(options.transcriber_path, options.provider, ears))
    return partial(_deliver, options, transcriber)


def given_notes(options: argparse.Namespace) -> Transcriber:
    """The notes of `--notes` beside `--score`. Raises `MezzoforteError` for what cannot work, before any work is
    done."""
    if options.transcriber_path is not None:
        raise OutputError("--transcriber-path belongs to --transcribe", advice="Leave it out")
    return load("midi", Setting(options.notes, ears=parts_of(options.model).path("notes")))


def _check(options: argparse.Namespace) -> None:
    option = "--notes" if options.notes is not None else "--transcribe"
    if options.notes is not None and options.transcribe is not None:
        raise OutputError("--notes and --transcribe exclude each other",
                          advice="With the MIDI of the performance there is nothing to transcribe")  # fmt: skip
    if options.score is not None:
        raise OutputError("--score and --transcribe exclude each other",
                          advice="With a score the notes are heard anyway: leave out --transcribe")  # fmt: skip
    if options.notes is not None and options.transcriber_path is not None:
        raise OutputError("--transcriber-path belongs to --transcribe", advice="Leave it out")
    if len(options.audio) > 1:
        raise OutputError(f"notes go with one recording, {len(options.audio)} were given",
                          advice=f"Give one recording with {option}")  # fmt: skip
    if options.format:
        raise OutputError(f"with {option} there is no --format",
                          advice="Name the score with --out NAME.musicxml")  # fmt: skip
    if options.skip_existing:
        raise OutputError(f"with {option} there is no --skip-existing", advice="Leave it out")
    if not options.out and not options.dry_run:
        raise OutputError("where shall the score go?", advice="Add --out NAME.musicxml, or --dry-run")
    if options.out:
        _check_out(options, Path(options.out))


def _check_out(options: argparse.Namespace, out: Path) -> None:
    suffix = out.suffix.lower()
    if suffix in MIDI_SUFFIXES and options.notes is None:
        for name, given in (
            ("--dry-run", options.dry_run),
            ("--density", options.density is not None),
            ("--correct", options.correct or options.corrections is not None),
        ):
            if given:
                raise OutputError(f"{name} changes nothing in a MIDI file", where=str(out),
                                  advice="Name a score with --out NAME.musicxml, or leave it out")  # fmt: skip
    elif suffix not in SCORE_SUFFIXES:
        midi = "" if options.notes is not None else ", a transcription also as MIDI"
        advice = "Name the output *.musicxml; a notation program makes other formats of it"
        raise OutputError(f"a new score is written as MusicXML{midi}", where=str(out), advice=advice)
    if out.exists() and out.samefile(options.audio[0]):
        raise OutputError("the result would overwrite the recording", where=str(out), advice="Choose another --out")


def _deliver(options: argparse.Namespace, transcriber: Transcriber, heard: Heard, say: Say) -> None:
    """Write the score or the MIDI file, or print the plan of marks.

    Raises `MezzoforteError`; then nothing was written.
    """
    as_midi = bool(options.out) and Path(options.out).suffix.lower() in MIDI_SUFFIXES
    if heard.again is None and not as_midi:
        check_beats(heard.analysis.beats)
    recording = Path(options.audio[0])
    with TerminalProgress(sys.stderr, f"notes of {recording.name}", enabled=not options.quiet) as bar:
        # A digital piano's own notes have no tuning: their pitches are those of its keys.
        tuning_hz = None if options.notes is not None else heard.analysis.source.tuning_hz
        found = transcribe_tuned(transcriber, recording, tuning_hz, bar)
    if not found.notes.onset_s.size:
        raise ScoreError(
            "no notes were heard", where=str(recording), cause="; ".join(found.notes.warnings) or "not a piano",
            advice="Give a recording of a piano, or try another transcriber",
        )  # fmt: skip
    if heard.again is not None and not as_midi:
        heard = heard.again(found.notes, found.identity.name == "midi")
    analysis = heard.analysis
    if as_midi:
        _tell_of(options, (*analysis.warnings, *found.notes.warnings), found, say)
        write_bytes(Path(options.out), to_midi(found.notes, recording.stem))
    else:
        check_beats(analysis.beats)
        options_of_marks = options_of(options.density, said=heard.said)
        made = engrave(for_score(found), analysis, recording.stem, options_of_marks, heard.evidence)
        _tell_of(options, (*analysis.warnings, *made.warnings), found, say)
        if not options.quiet:
            for line in lines(analysis.doubts):
                say(line)
        if options.dry_run:
            write_out(made.table())
            return
        write_bytes(Path(options.out), made.data)
        if not options.quiet:
            _tell(made, say)
    if not options.quiet:
        say(f"written: {options.out}")


def _tell_of(options: argparse.Namespace, warnings: tuple[str, ...], found: Transcription, say: Say) -> None:
    if options.quiet:
        return
    for warning in dict.fromkeys(warnings):
        say(f"warning: {warning}")
    if options.notes is None:
        who = " ".join(v for v in (found.identity.name, found.identity.version) if v)
        pedal = f", {len(found.notes.pedal)} pedals" if found.notes.pedal else ""
        say(f"    heard  {found.notes.onset_s.size} notes{pedal} by {who}")


def _tell(made: Engraved, say: Say) -> None:
    page = made.sheet
    first = page.bars[0]
    metres = dict.fromkeys((b.full_beats * 3, 8) if b.bar.compound else (b.full_beats, 4) for b in page.bars)
    sharps = first.key.fifths
    for name, value in (
        ("bars", str(len(page.bars))),
        ("metre", ", ".join(f"{a}/{b}" for a, b in metres)),
        ("key", f"{abs(sharps)} {'sharps' if sharps > 0 else 'flats'}" if sharps else "no sharps or flats"),
        ("notes", f"{len(page.staff)}, {sum(page.quantised.grace)} of them grace notes"),
        ("marks", str(len(made.annotation.plan.marks))),
    ):
        say(f"{name:>9}  {value}")
