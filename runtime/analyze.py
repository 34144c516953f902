"""Command line: recordings in, beats, downbeats, dynamics and change points out.

``mezzoforte analyze AUDIO [AUDIO …] [--out FILE|DIR] [--format json,csv,…]``, or ``python -m runtime.analyze``

One recording without ``--out`` prints JSON (schema 1) on stdout; everything for people goes to stderr. Exit
status: 0 all went well, 1 some recordings failed (each with one message), 2 nothing was tried because the
command, the model, the provider or the output place is wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from runtime.errors import AudioError, MezzoforteError, OutputError, say
from runtime.notes.signature import is_midi_file

# The heavy imports wait until they are needed: --help and a mistyped option answer at once.
if TYPE_CHECKING:
    from runtime.analysis import Analysis
    from runtime.corrections import Corrections
    from runtime.model import Model, Provider
    from runtime.pipeline import Heard
    from runtime.progress import Cancel, Progress
    from runtime.thorough import Quality
    from runtime.transcribe.transcription import Transcriber

    ScoreCommand = Callable[[Heard, Callable[[str], None]], Analysis | None]

STDIN = Path("-")
EXIT_OK, EXIT_SOME_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130


def analyse_file(
    path: str | os.PathLike[str],
    *,
    model: str | Path | Model | None = None,
    provider: Provider = "auto",
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    longest_s: float | None = None,
    quality: Quality | None = None,
    score: str | os.PathLike[str] | None = None,
) -> Analysis:
    """Analyse one recording, or the MIDI of a performance, under `corrections` when somebody knows better.

    With the `score` that it plays, the beats are the written ones as they were played (`runtime.marks.on_score`); then
    `ScoreError` is raised too.

    `model` is a shipped model's name, a path to a card or ONNX file, a model already loaded (`provider` is
    then not used), or None for the shipped default. `progress` is called with the finished fraction 0..1,
    `cancel` is asked between blocks and windows; both from the calling thread. More than `longest_s`
    seconds (None: 24 hours) are refused while decoding. `quality` ``best`` (the default where the model has a use for
    notes) hears the notes too, which tell beats and bars better (see `runtime.thorough`). Raises `AudioError`,
    `ModelError`, or `runtime.progress.Cancelled` when `cancel` returned True.
    """
    from runtime.model import Model, load_model
    from runtime.thorough import hear_with, listener_for

    ready = model if isinstance(model, Model) else load_model(model, provider)
    heard = hear_with(path, ready, listener_for(path, ready, quality), progress, cancel, corrections, longest_s)
    if score is None:
        return heard.analysis
    from runtime.marks.on_score import heard_on_score

    return heard_on_score(Path(path), heard, Path(score))


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte analyze",
        description="Find beats, downbeats, dynamic levels and change points in piano recordings.",
        epilog="Exit status: 0 ok, 1 some recordings failed, 2 nothing was tried, 130 interrupted.",
    )
    add = parser.add_argument
    add(
        "audio",
        nargs="+",
        type=Path,
        metavar="AUDIO",
        help="recordings (WAV, FLAC, MP3, OGG, AIFF, M4A, …), or folders with all below them; a performance that was "
        "recorded as MIDI alone; - reads stdin",
    )
    add("--out", metavar="FILE|DIR", help="where to write; without it one recording's JSON goes to stdout")
    add(
        "--format",
        default="",
        metavar="LIST",
        help="json, csv, midi, labels, jams, png, …, with commas between; with --score also score and plan",
    )
    add("--provider", choices=("auto", "cpu", "cuda", "coreml"), default="auto", help="what computes (default: auto)")
    add("--model", metavar="NAME|PATH", help="shipped weights (mezzoforte, mezzoforte-free), or the path of others")
    add("--quality", choices=("fast", "best"),
        help="best (default) hears the notes too, which tell beats and bars better; fast is for archives")  # fmt: skip
    add("--listener", type=_transcriber, metavar="NAME",
        help="who hears the notes for --quality best: own (default), transkun, hpt, basic-pitch or madmom")  # fmt: skip
    add(
        "--skip-existing",
        action="store_true",
        help="leave out recordings whose results are there: same content, model, options",
    )
    add("--jobs", type=_jobs, default=1, metavar="N", help="recordings analysed at the same time (default: 1)")
    add("--quiet", action="store_true", help="no progress and no tables, only errors")
    add("--correct", action="append", default=[], metavar="WORD",
        help="x2, /2, offbeat, metre=N, shift=N, bar@TIME, beat@TIME, beatN@TIME, taps=FILE; for a passage x2@A..B, "
        "/2@A..B, offbeat@A..B, metre=N@A..B; may be repeated")  # fmt: skip
    add("--corrections", type=Path, metavar="FILE", help="corrections from a JSON file, before those of --correct")
    add("--tuning", type=float, metavar="HZ",
        help="the pitch of the piano's a', where it is not within half a semitone of 440 (which is found)")  # fmt: skip
    add("--osc", metavar="HOST:PORT", help="also deliver to a listener over OSC (needs an installation with [bridge])")
    add_score_options(parser)
    return parser


def add_score_options(parser: argparse.ArgumentParser) -> None:
    """The options that only matter with `--score`, `--notes` or `--transcribe`."""
    add = parser.add_argument_group("with a score").add_argument
    add(
        "--score",
        type=Path,
        metavar="FILE",
        help="MusicXML, mxl, mscx, mscz or MIDI: gets the dynamics, and its beats are the beats of every --format",
    )
    add("--density", choices=("sparse", "normal", "detailed"), help="how many marks (default: normal)")
    add("--existing", choices=("keep", "replace", "compare"), help="marks in the score: what to do (default: keep)")
    add("--second-time", choices=("tell", "words"), default="tell",
        help="a repeat that was played otherwise: tell (in the table) or words (written too: 2nd time p)")  # fmt: skip
    add("--dry-run", action="store_true", help="print the plan as a table and write nothing")
    add = parser.add_argument_group("without a score").add_argument
    add("--notes", type=Path, metavar="FILE",
        help="MIDI of this performance: makes a score of it (needs --out), with --score chooses the marks")  # fmt: skip
    add("--transcribe", nargs="?", const="own", type=_transcriber, metavar="NAME",
        help="hears the notes too and makes a score (--out X.musicxml) or MIDI (--out X.mid) of them; "
        "by own (default), transkun, hpt, basic-pitch or madmom")  # fmt: skip
    add("--transcriber-path", type=Path, metavar="PATH",
        help="where it lies: a model card (own, transkun, hpt), nmp.onnx (basic-pitch), a Python (madmom)")  # fmt: skip


def _transcriber(text: str) -> str:
    from runtime.transcribe.registry import NAMES

    if text not in NAMES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not one of {', '.join(NAMES)} (write the recording before --transcribe)"
        )
    return text


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Do what the options say; returns the exit status. Raises `KeyboardInterrupt`."""
    if STDIN not in options.audio:
        return _run(options, None)
    from runtime.sound.stdin import kept

    try:
        with kept(sys.stdin.buffer) as path:
            options.audio = [path if audio == STDIN else audio for audio in options.audio]
            return _run(options, path)
    except AudioError as e:
        say(f"error: {e}")
        return EXIT_SOME_FAILED


def _run(options: argparse.Namespace, kept: Path | None) -> int:
    """As `run`; `kept` is the file in which stdin was kept."""
    options.from_stdin = kept is not None
    try:
        corrections = _corrections(options)
        if options.osc is not None:
            from runtime.commands.destinations import check

            check("osc", options.osc)  # what is missing is told before the work, not after it
        command = _score_command(options)
        if command is None:
            from runtime.commands.several import is_several, run_several

            if is_several(options):
                if kept is not None:
                    raise OutputError("stdin is one recording", advice="Give - alone, without --skip-existing")
                return run_several(options)
        files = _plan(options) if command is None else {}
        from runtime.model import find_card, load_model

        model = load_model(find_card(options.model), options.provider)
        model.parts.check()
        transcriber = _transcriber_of(options, model)
    except MezzoforteError as e:
        say(f"error: {e}")
        return EXIT_USAGE
    if not options.quiet:
        for warning in model.warnings:
            say(f"warning: {warning}")
    try:
        _analyse(options, model, files, corrections, command, transcriber, kept)
    except MezzoforteError as e:
        say(f"error: {e if kept is None else str(e).replace(str(kept), kept.name)}")
        return EXIT_SOME_FAILED
    except MemoryError:
        say(f"error: {options.audio[0]}: there is not enough memory for this recording.")
        return EXIT_SOME_FAILED
    return EXIT_OK


def _transcriber_of(options: argparse.Namespace, model: Model) -> Transcriber | None:
    """Who hears the notes, for the best quality. Raises `MezzoforteError` where that has no use."""
    if is_midi_file(options.audio[0]):
        _refuse_listening(options)
        return None
    for name in ("notes", "transcribe"):
        for option in ("quality", "listener"):
            if getattr(options, name) is not None and getattr(options, option) is not None:
                raise OutputError(
                    f"--{option} has no use with --{name}", advice="Leave it out: the notes are known there"
                )
    if options.notes is not None or options.transcribe is not None:
        return None
    from runtime.thorough import listens, load_listener

    if options.listener is None and (options.quality == "fast" or (options.quality is None and not listens(model))):
        return None
    if options.quality == "fast":
        raise OutputError(
            "with --quality fast nobody listens for notes", advice="Leave out --listener, or --quality fast"
        )
    return load_listener(model, options.listener or "own", options.transcriber_path)


def _refuse_listening(options: argparse.Namespace) -> None:
    """Raises `OutputError` for what only a recording can be asked for."""
    for option in ("quality", "listener", "transcribe", "tuning"):
        if getattr(options, option) is not None:
            raise OutputError(
                f"--{option} needs a recording, and this is the MIDI of a performance", where=str(options.audio[0]),
                advice="Leave it out: the notes are known. --notes with the same file makes a score of them"
            )  # fmt: skip


def _corrections(options: argparse.Namespace) -> Corrections | None:
    """What `--corrections` and `--correct` say together. Raises `MezzoforteError`."""
    if not options.correct and options.corrections is None and options.tuning is None:
        return None
    if len(options.audio) > 1:
        raise OutputError("corrections belong to one recording", advice="Give one recording at a time")
    from runtime.corrections import merge, parse_words, read_file

    tuning = [] if options.tuning is None else [f"tuning={options.tuning:g}"]
    words = parse_words([*options.correct, *tuning])
    return words if options.corrections is None else merge(read_file(options.corrections), words)


def _check_options_of_marks(options: argparse.Namespace) -> None:
    """Raises `OutputError` for what says how a score is marked when there will be none."""
    anew = options.transcribe is not None or options.notes is not None
    for name, given, belongs in (
        ("--existing", options.existing is not None, False),
        ("--second-time", options.second_time != "tell", False),
        ("--density", options.density is not None, anew),
        ("--dry-run", options.dry_run, anew),
    ):
        if given and not belongs and options.score is None:
            raise OutputError(f"{name} belongs to --score", advice="Add --score FILE, or leave it out")


def _score_command(options: argparse.Namespace) -> ScoreCommand | None:
    """What is made of the recording instead of files in several formats, checked before any work is done."""
    _check_options_of_marks(options)
    if options.transcribe is not None or (options.notes is not None and options.score is None):
        from runtime.commands.notes import prepare

        return prepare(options)
    if options.transcriber_path is not None and options.listener is None:
        raise OutputError(
            "--transcriber-path belongs to --transcribe or --listener",
            advice="Add --transcribe NAME or --listener NAME",
        )
    if options.score is None:
        return None
    from runtime.commands.score import check_score_options, mark_command

    check_score_options(options)
    if options.skip_existing:
        raise OutputError("with --score there is no --skip-existing", advice="Leave it out")
    if options.notes is not None:
        from runtime.commands.notes import given_notes

        return partial(mark_command, options, given_notes(options))
    return partial(mark_command, options, None)


def _plan(options: argparse.Namespace) -> Mapping[str, Path]:
    """The file of each format; none means stdout."""
    formats = list(dict.fromkeys(f.strip() for f in options.format.split(",") if f.strip()))
    if options.out is not None:
        from runtime.commands.outputs import plan

        return plan(options.audio[0], options.out, formats)
    if formats not in ([], ["json"]):
        raise OutputError("without --out there is only JSON, on stdout", advice="Add --out FILE or --out DIR")
    return {}


def _analyse(
    options: argparse.Namespace,
    model: Model,
    files: Mapping[str, Path],
    corrections: Corrections | None,
    command: ScoreCommand | None,
    transcriber: Transcriber | None,
    kept: Path | None,
) -> None:
    """Analyse one recording and write, print or deliver what was heard. Raises `MezzoforteError`."""
    from runtime.progress import TerminalProgress
    from runtime.thorough import hear_with

    path = options.audio[0]
    with TerminalProgress(sys.stderr, path.name, enabled=not options.quiet) as bar:
        heard = hear_with(path, model, transcriber, bar, corrections=corrections)
        bar.wipe()
        analysis: Analysis | None = heard.analysis
        if command is not None:
            analysis = command(heard, say)
        elif files:
            from runtime.commands.outputs import write

            write(heard, None if path == kept or not heard.channels else path, files)
        else:
            from runtime.standard_out import write_out

            write_out(heard.analysis.to_json() + "\n")
        if options.osc is not None:
            from runtime.commands.destinations import destination

            say(destination("osc")(analysis or heard.analysis, options.osc))
    if command is None and not options.quiet:
        from runtime.commands.summary import tell

        tell(heard.analysis, path.name if path == kept else str(path), files)


def _private_stderr() -> TextIO:
    """Keep stderr for this program's messages: decoders and onnxruntime print theirs to nowhere."""
    own = os.fdopen(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    faulthandler.enable(own)  # a crash in a library must still be seen
    return own


def main(arguments: Sequence[str] | argparse.Namespace | None = None) -> int:
    """Parse, unless that is done, and run; returns the exit status."""
    options = arguments if isinstance(arguments, argparse.Namespace) else build_parser().parse_args(arguments)
    try:
        return run(options)
    except KeyboardInterrupt:
        say("interrupted: results not yet written are lost, those written are whole.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout went away; nothing can be told it, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SOME_FAILED


def program(arguments: Sequence[str] | argparse.Namespace | None = None) -> int:
    """`main` for a process that does nothing else: what libraries print does not get between our messages."""
    options = arguments if isinstance(arguments, argparse.Namespace) else build_parser().parse_args(arguments)
    if sys.stderr is not None:
        sys.stderr = _private_stderr()
    return main(options)


if __name__ == "__main__":
    sys.exit(program())
