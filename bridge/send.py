"""Deliver an analysis to a listener: ``mezzoforte send FILE.json|AUDIO --osc HOST:PORT``.

The runtime itself opens no sockets; this is where results leave over OSC.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bridge.load import add_analysis_options, analysis_options, load_analysis, parse_target
from bridge.osc.schema import BRIDGE_PORT
from bridge.osc.server import Sent, send_analysis
from runtime.analysis import Analysis
from runtime.errors import command


class _Destination:
    """The destination ``osc`` of `runtime.commands.destinations`."""

    def check(self, target: str) -> None:
        """Raises `MezzoforteError` for what is not HOST:PORT, and for a host that nobody knows."""
        parse_target(target)

    def __call__(self, analysis: Analysis, target: str) -> str:
        """Deliver to the listener at HOST:PORT over UDP; returns what to tell people.

        Raises `MezzoforteError` when nobody acknowledges.
        """
        where = parse_target(target)
        return _told(send_analysis(analysis, where.host, where.port), target)


deliver = _Destination()


def _told(sent: Sent, target: str) -> str:
    return (
        f"result {sent.rid} delivered to {target}: {sent.chunks} chunks in {sent.seconds:.3f} s, "
        f"{sent.resent} sent again"
    )


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0, or 1 after a problem told on stderr."""
    parser = argparse.ArgumentParser(prog="mezzoforte send", description=__doc__)
    parser.add_argument("input", type=Path, help="analysis (.json) or recording")
    add_analysis_options(parser)
    parser.add_argument("--osc", required=True, metavar="HOST:PORT", help="where the listener waits")
    parser.add_argument("--tcp", choices=("slip", "length"), help="use TCP with this framing instead of UDP")
    parser.add_argument(
        "--reply-port", type=int, default=BRIDGE_PORT, help="port that acknowledgements come to (%(default)s)"
    )
    parser.add_argument("--bind", default="127.0.0.1", metavar="HOST", help="own address (%(default)s)")
    options = parser.parse_args(argv)
    target = parse_target(options.osc)  # before the work, not after it
    sent = send_analysis(
        load_analysis(options.input, analysis_options(options)),
        target.host,
        target.port,
        transport=options.tcp,
        bind_port=options.reply_port,
        bind_host=options.bind,
    )
    print(_told(sent, options.osc), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
