"""The choices of `WriteOptions` as command-line options, the same wherever files are written."""

from __future__ import annotations

import argparse

from runtime.write.options import WriteOptions


def add_tempo_options(parser: argparse.ArgumentParser) -> None:
    """Options for the tempo map and for what the dynamics lane follows."""
    add = parser.add_argument
    tempo = "tempo map: a tempo per beat, per bar, or as few as keep every beat within --tolerance-ms (%(default)s)"
    add("--tempo", choices=("beat", "bar", "adaptive"), default="beat", help=tempo)
    add("--tolerance-ms", type=float, default=20.0, help="most that --tempo adaptive may be off (%(default)s)")
    add("--lane", choices=("loudness", "levels"), default="loudness", help="what the dynamics lane follows")


def add_write_options(parser: argparse.ArgumentParser) -> None:
    """Those, and the controller of the MIDI lane."""
    add_tempo_options(parser)
    parser.add_argument("--cc", type=int, default=11, help="controller of the MIDI lane (%(default)s)")
    parser.add_argument("--cc-range", type=int, nargs=2, default=(1, 127), metavar=("LOW", "HIGH"),
                        help="its values for the softest and the loudest (1 127)")  # fmt: skip


def chosen(options: argparse.Namespace) -> WriteOptions:
    """What was chosen with `add_write_options` or `add_tempo_options`. Raises `OutputError` for impossible choices."""
    choices = {"tempo_mode": options.tempo, "tolerance_ms": options.tolerance_ms, "lane": options.lane}
    if hasattr(options, "cc"):
        choices |= {"cc_number": options.cc, "cc_low": options.cc_range[0], "cc_high": options.cc_range[1]}
    return WriteOptions(**choices)
