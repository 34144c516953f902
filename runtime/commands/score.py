"""The part of the command line that has a score: `--score`, from the recording to the marked score, plan or table."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from runtime.errors import OutputError
from runtime.marks import MarkOptions, MarkReport, mark_file
from runtime.marks.annotate import options_of
from runtime.marks.files import with_alignment
from runtime.pipeline import Heard
from runtime.standard_out import write_out
from runtime.transcribe.transcription import Transcriber
from runtime.write.atomic import write_bytes

FORMATS = ("json", "plan")


def check_score_options(options: argparse.Namespace) -> None:
    """Raises `OutputError` for combinations that mean nothing, before any work is done."""
    if len(options.audio) > 1:
        raise OutputError("a score goes with one recording", advice="Give one recording with --score")
    if options.format not in ("", *FORMATS):
        raise OutputError(f"with --score the format is json or plan, not {options.format!r}",
                          advice="Without --format, --out names the marked score")  # fmt: skip
    if not options.out and not options.dry_run and not options.format:
        raise OutputError("where shall the marked score go?", advice="Add --out FILE, --dry-run or --format plan")


def mark_command(
    options: argparse.Namespace, notes: Transcriber | None, heard: Heard, say: Callable[[str], None]
) -> None:
    """Mark the score with what was heard, or print the plan; `notes` tells those of a digital piano that was recorded.

    Raises `MezzoforteError`; then nothing was written.
    """
    if notes is not None and heard.again is not None:
        heard = heard.again(notes.transcribe(options.audio[0]).notes, True)
    plan_only = options.dry_run or bool(options.format)
    report = mark_file(
        options.audio[0],
        options.score,
        None if plan_only else options.out,
        heard.analysis,
        MarkOptions(
            options_of(options.density, options.existing, heard.said, options.second_time),
            dry_run=plan_only,
            said=heard.said.marks if heard.said else (),
        ),
        evidence=heard.evidence,
    )
    if not options.quiet:
        for warning in (*heard.analysis.warnings, *report.warnings):
            say(f"warning: {warning}")
    text = _result(options, heard, report)
    if plan_only and options.out:
        write_bytes(Path(options.out), text.encode("utf-8"))
    elif plan_only:
        write_out(text)
    elif not options.quiet:
        say(report.text().rstrip())
        if report.backup:
            say(f"the score as it was: {report.backup}")
        say(f"written: {report.written}")


def _result(options: argparse.Namespace, heard: Heard, report: MarkReport) -> str:
    if options.format == "json":
        return with_alignment(heard.analysis, report).to_json() + "\n"
    return report.text("plan" if options.format == "plan" else "table")
