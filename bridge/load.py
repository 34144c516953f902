"""Where the bridge's commands get their analysis: a JSON file, or a recording that the runtime analyses now."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bridge.osc.net import Peer, address_of
from runtime import own_process
from runtime.analysis import Analysis, from_json, read
from runtime.corrections import WORDS
from runtime.errors import InputError


def add_analysis_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``mezzoforte analyze`` that matter for one recording: its score, quality and weights, and what
    a listener knows better."""
    add = parser.add_argument_group("for recordings").add_argument
    add("--score", type=Path, metavar="FILE", help="the score that is played: its beats are the beats")
    add("--quality", choices=("fast", "best"), help="best (default) hears the notes too")
    add("--model", metavar="NAME|PATH", help="shipped weights (mezzoforte, mezzoforte-free), or the path of others")
    add("--correct", action="append", default=[], metavar="WORD", help=f"{WORDS}; may be repeated")
    add("--corrections", type=Path, metavar="FILE", help="corrections from a JSON file")


def analysis_options(options: argparse.Namespace) -> list[str]:
    """What was said with `add_analysis_options`, as arguments of ``mezzoforte analyze``."""
    said = [part for word in options.correct for part in ("--correct", word)]
    for name in ("corrections", "quality", "model"):
        if getattr(options, name) is not None:
            said += [f"--{name}", str(getattr(options, name))]
    return said if options.score is None else [*said, "--score", str(options.score), "--format", "json"]


def load_analysis(path: Path, options: Sequence[str] = ()) -> Analysis:
    """Read a schema-1 JSON file, or analyse a recording with ``mezzoforte analyze`` and these options.

    Raises `InputError` when the file is missing, not an analysis, or cannot be analysed, and for options with a
    JSON file: they are honoured by hearing the recording again.
    """
    if not path.is_file():
        raise InputError("no such file", where=str(path))
    if path.suffix.lower() != ".json":
        return _analyse(path, options)
    if options:
        raise InputError(
            f"{options[0]} needs the recording itself", where=str(path), advice="Give the recording instead"
        )
    return read(path)


def _analyse(path: Path, options: Sequence[str]) -> Analysis:
    command = [*own_process.command("runtime.analyze"), "--quiet", *options, "--", str(path)]
    run = subprocess.run(command, env=own_process.environment(), stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        raise InputError("could not be analysed (the reason is above)", where=str(path))
    return from_json(run.stdout.decode("utf-8"))


def parse_target(text: str) -> Peer:
    """``HOST:PORT`` as a UDP peer. Raises `InputError`, and `NetworkError` for a host that nobody knows."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"{text!r} is not HOST:PORT", advice="For example 127.0.0.1:7771")
    address_of(host)
    return Peer(host, int(port))
