"""The part of the command line that has notes but no score: `--notes`, from recording and MIDI to MusicXML."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from runtime import audio
from runtime.engrave.engrave import Engraved, engrave
from runtime.errors import OutputError
from runtime.notes import read_notes
from runtime.pipeline import Heard
from runtime.score.annotate import AnnotateOptions
from runtime.transcribe.sync import on_recording_time
from runtime.write.atomic import write_bytes

SUFFIXES = (".musicxml", ".xml")


def check_notes_options(options: argparse.Namespace) -> None:
    """Raises `MezzoforteError` for what cannot work, the MIDI file included, before any work is done."""
    if options.score is not None:
        raise OutputError("--score and --notes exclude each other",
                          advice="With a score the notes are not needed: leave out --notes")  # fmt: skip
    if len(options.audio) > 1:
        raise OutputError("notes go with one recording", advice="Give one recording with --notes")
    if options.format:
        raise OutputError("with --notes there is no --format", advice="Name the score with --out NAME.musicxml")
    if not options.out and not options.dry_run:
        raise OutputError("where shall the score go?", advice="Add --out NAME.musicxml, or --dry-run")
    if options.out and Path(options.out).suffix.lower() not in SUFFIXES:
        advice = "Name the output *.musicxml; a notation program makes other formats of it"
        raise OutputError("a new score is written as MusicXML", where=str(options.out), advice=advice)
    read_notes(options.notes)


def notes_command(options: argparse.Namespace, heard: Heard, say: Callable[[str], None]) -> None:
    """Write the score of the notes, or print its plan of marks. Raises `MezzoforteError`; then nothing was written."""
    recording = Path(options.audio[0])
    notes = read_notes(options.notes)
    if heard.analysis.beats:
        notes = on_recording_time(notes, audio.stream(recording))
    made = engrave(notes, heard.analysis, recording.stem, AnnotateOptions(options.density))
    if not options.quiet:
        for warning in (*heard.analysis.warnings, *made.warnings):
            say(f"warning: {warning}")
    if options.dry_run:
        sys.stdout.buffer.write(made.annotation.plan.to_table().encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    write_bytes(Path(options.out), made.data)
    if not options.quiet:
        _tell(made, say)
        say(f"written: {options.out}")


def _tell(made: Engraved, say: Callable[[str], None]) -> None:
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
