"""The part of the command line that has several recordings, folders or patterns: a batch with a line for each."""

from __future__ import annotations

import argparse
import glob
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runtime.errors import OutputError

if TYPE_CHECKING:
    from runtime.analysis import Analysis


def is_several(options: argparse.Namespace) -> bool:
    """Whether the command line means more than one recording, or a folder of results that is gone on with."""
    paths: list[Path] = list(dict.fromkeys(options.audio))
    many = len(paths) > 1 or any(p.is_dir() or (glob.has_magic(str(p)) and not p.exists()) for p in paths)
    return many or bool(options.skip_existing)


def run_several(options: argparse.Namespace) -> int:
    """Do what the options say; returns the exit status. Raises `MezzoforteError` when nothing was tried."""
    if options.out is None:
        if len(options.audio) == 1 and options.skip_existing:
            raise OutputError("--skip-existing needs --out")
        raise OutputError("several recordings need a folder for their results", advice="Add --out DIR")
    if (
        len(options.audio) == 1
        and not options.audio[0].is_dir()
        and Path(options.out).suffix
        and not options.out.endswith("/")
    ):
        raise OutputError("--skip-existing needs a folder", advice="End --out with a slash")
    # Not before it is certain that there are several: the writers take a tenth of the time of a short recording.
    from runtime.batch.command import Request, run
    from runtime.batch.jobs import Options
    from runtime.batch.manifest import checked_formats

    return run(
        Request(
            tuple(map(str, dict.fromkeys(options.audio))), options.out,
            Options(_quality(options), checked_formats(options.format), _said(options)),
            options.model, options.provider,
            options.jobs, time_limit_s=0.0, redo="failed" if options.skip_existing else "everything", tables=False,
            quiet=options.quiet, each=True, deliver=_deliverer(options),
        )
    )  # fmt: skip


def _said(options: argparse.Namespace) -> tuple[str, ...]:
    """The corrections of the one recording that results may be there of, as words."""
    words = [*options.correct, *([] if options.tuning is None else [f"tuning={options.tuning:g}"])]
    if (words or options.corrections is not None) and not options.audio[0].is_file():
        raise OutputError("corrections belong to one recording", advice="Give one recording at a time")
    if options.corrections is not None or any(w.startswith("taps=") for w in words):
        raise OutputError("corrections in a file do not go with --skip-existing, which does not look into it",
                          advice="Leave it out, or say them with --correct")  # fmt: skip
    return tuple(words)


def _quality(options: argparse.Namespace) -> Literal["fast", "best"]:
    """What was asked for, else the best that the model knows."""
    if options.listener is not None:
        raise OutputError("--listener goes with one recording", advice="Leave it out, or give one recording")
    if options.quality is not None:
        return "best" if options.quality == "best" else "fast"
    from runtime.model import find_card
    from runtime.network.card import load_card
    from runtime.thorough import listens

    return "best" if listens(load_card(find_card(options.model))) else "fast"


def _deliverer(options: argparse.Namespace) -> Callable[[Analysis], str] | None:
    if options.osc is None:
        return None
    from runtime.commands.destinations import destination

    send = destination("osc")
    return lambda analysis: send(analysis, options.osc)
