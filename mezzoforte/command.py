"""The command ``mezzoforte``: which subcommands there are, and where each is done."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from mezzoforte import __version__


class Subcommand(NamedTuple):  # importing dataclasses takes longer than all the rest here
    """What is behind a word of the command line."""

    main: str
    """``module:function``; the function takes the words after the subcommand and returns the exit status."""
    about: str
    """One line for the list."""


# To add a subcommand, add a line here.
SUBCOMMANDS = {
    "analyze": Subcommand("runtime.analyze:program", "beats, bars, dynamics of recordings → JSON, MIDI, CSV, picture"),
    "batch": Subcommand("runtime.batch.command:main", "whole archives, here or on a cluster → results and tables"),
    "score": Subcommand("mezzoforte.score:main", "dynamics of a recording into its score, and out of it again"),
    "open": Subcommand("bridge.open:main", "a page on this computer: see, hear, correct, take home"),
    "write": Subcommand("runtime.write.__main__:main", "a finished analysis into other formats"),
    "plugin": Subcommand("bridge.install_plugin:main", "put the plugin into MuseScore, or take it out"),
    "serve": Subcommand("bridge.serve:main", "the local server that MuseScore's plugin asks"),
    "send": Subcommand("bridge.send:main", "an analysis to a listener over OSC"),
    "play": Subcommand("bridge.play:main", "an analysis over OSC in time with playback"),
    "live": Subcommand("bridge.live.command:main", "beats, bars and levels while it is played, on screen and over OSC"),
    "listen": Subcommand("bridge.listen:main", "receive over OSC: show, verify, write files"),
    "ardour": Subcommand("bridge.daw.ardour:main", "an analysis into an Ardour session"),
    "ableton": Subcommand("bridge.daw.ableton:main", "an analysis as cue points into Ableton Live"),
    "transcriber": Subcommand("mezzoforte.transcriber.command:main", "list the transcribers, add transkun or another"),
}
EXAMPLES = """examples:
  mezzoforte analyze take.flac                              JSON on stdout, a summary for people
  mezzoforte analyze take.flac --out take.png               a picture to check by eye
  mezzoforte analyze *.flac --out results --format json,midi
  mezzoforte batch archive/ --out results                   a run that was ended goes on
  mezzoforte score take.flac piece.musicxml --out piece_marked.musicxml
  mezzoforte analyze take.flac --transcribe --out take.musicxml
  mezzoforte open take.flac piece.musicxml                  see it, hear it, correct it
  mezzoforte plugin install                                 then look into MuseScore's menu

`mezzoforte COMMAND --help` tells the options of each."""
EXTRAS = {"pythonosc": "bridge", "starlette": "bridge", "uvicorn": "bridge", "h11": "bridge", "matplotlib": "plot"}
"""Which extra brings a package that may be missing."""


def build_parser() -> argparse.ArgumentParser:
    """The first word of the command line; the rest belongs to the subcommand."""
    width = max(map(len, SUBCOMMANDS))
    rows = [f"  {name:<{width}}  {sub.about}" for name, sub in SUBCOMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="mezzoforte",
        usage="mezzoforte COMMAND …",
        description="Listens to piano recordings and writes dynamics, beats and bars into scores, DAWs and files.",
        epilog="\n".join(["commands:", *rows, "", EXAMPLES]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mezzoforte {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=SUBCOMMANDS, help="one of those below")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; returns its exit status, 2 for wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else "--help"
    if name not in SUBCOMMANDS:
        name = build_parser().parse_args([name]).command
    module, _, function = SUBCOMMANDS[name].main.partition(":")
    try:
        run = cast(Callable[[list[str]], int], getattr(importlib.import_module(module), function))
        return run(words[1:])
    except ModuleNotFoundError as e:
        if e.name is None or e.name.partition(".")[0] not in EXTRAS:
            raise
        extra = EXTRAS[e.name.partition(".")[0]]
        print(f"error: {e.name} is not installed. Install it with: pip install 'mezzoforte[{extra}]'", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
