"""The part of the command line that has a score: `--score`, from the recording to the marked score, plan, table, and to
every other format on the score's beats."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from runtime.analysis import Analysis
from runtime.commands import outputs
from runtime.errors import OutputError
from runtime.marks import MarkOptions, MarkReport, mark_file
from runtime.marks.annotate import options_of
from runtime.marks.files import load
from runtime.marks.on_score import aligned, on_score
from runtime.pipeline import Heard
from runtime.score.write.files import check_output
from runtime.standard_out import write_out
from runtime.transcribe.transcription import Transcriber
from runtime.write import WRITERS
from runtime.write.atomic import make_folder, write_bytes

SCORE: Final = "score"
PLAN: Final = "plan"


def check_score_options(options: argparse.Namespace) -> None:
    """Raises `OutputError` for combinations that mean nothing, before any work is done."""
    if len(options.audio) > 1:
        raise OutputError("a score goes with one recording", advice="Give one recording with --score")
    _files(options)


def mark_command(
    options: argparse.Namespace, notes: Transcriber | None, heard: Heard, say: Callable[[str], None]
) -> Analysis:
    """Mark the score with what was heard, write the analysis on its beats, or print the plan; `notes` tells those of a
    digital piano that was recorded.

    Returns that analysis. Raises `MezzoforteError`; then nothing was written.
    """
    if notes is not None and heard.again is not None:
        heard = heard.again(notes.transcribe(options.audio[0]).notes, True)
    files = _files(options)
    report, analysis = _marked(options, heard, None if options.dry_run else files.get(SCORE))
    if not options.quiet:
        for warning in analysis.warnings:
            say(f"warning: {warning}")
    texts = {PLAN: report.text(PLAN), "json": analysis.to_json() + "\n"}
    if options.out is None:
        write_out(texts.get(options.format, report.text()))
        return analysis
    if options.dry_run and not options.format:
        make_folder(Path(options.out).parent)
        write_bytes(Path(options.out), report.text().encode("utf-8"))
        return analysis
    written = {name: path for name, path in files.items() if name in WRITERS}
    outputs.write(replace(heard, analysis=analysis), None if options.from_stdin else options.audio[0], written)
    if PLAN in files:
        make_folder(files[PLAN].parent)
        write_bytes(files[PLAN], texts[PLAN].encode("utf-8"))
    if not options.quiet:
        if SCORE in files:
            say(report.text().rstrip())
        if report.backup:
            say(f"the score as it was: {report.backup}")
        for path in files.values():
            say(f"written: {path}")
    return analysis


def _marked(options: argparse.Namespace, heard: Heard, out: Path | None) -> tuple[MarkReport, Analysis]:
    """What is done to the score (written to `out`, unless that is None), and the analysis on its beats."""
    recording, said = options.audio[0], heard.said
    source, score = load(options.score)
    if out is not None:
        check_output(source, out)
        make_folder(out.parent)
    alignment = aligned(recording, score, heard)
    marks = MarkOptions(
        options_of(options.density, options.existing, said, options.second_time),
        dry_run=out is None,
        said=said.marks if said else (),
    )
    report = mark_file(recording, options.score, out, heard.analysis, marks, alignment, heard.evidence)
    found = on_score(heard, score, alignment, report.score_summary)
    return report, replace(found, warnings=tuple(dict.fromkeys((*found.warnings, *report.warnings))))


def _files(options: argparse.Namespace) -> Mapping[str, Path]:
    """What is to be written, by format; nothing when something is printed. Raises `OutputError`."""
    formats = list(dict.fromkeys(f.strip() for f in options.format.split(",") if f.strip()))
    if options.out is None:
        if len(formats) > 1 or formats not in ([], [PLAN], ["json"]):
            raise OutputError(
                "without --out there is only json or plan, on stdout", advice="Add --out FILE or --out DIR"
            )
        if not formats and not options.dry_run:
            raise OutputError("where shall the marked score go?",
                              advice="Add --out FILE, --dry-run or --format plan")  # fmt: skip
        return {}
    if not formats and options.dry_run:
        return {}
    if not formats and Path(options.out).suffix:
        return {SCORE: Path(options.out)}
    named = {SCORE: f"{options.audio[0].stem}.marked{options.score.suffix}", PLAN: f"{options.audio[0].stem}.plan.json"}
    return outputs.plan(options.audio[0], options.out, formats or [SCORE], named)
