"""The reference listener: ``mezzoforte listen`` receives results, verifies them, shows and writes them.

By default it says hello to a bridge on this machine and also takes results that are sent to it unasked.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bridge.osc.client import OscListener
from bridge.osc.schema import BRIDGE_PORT, LISTENER_PORT, Arg
from runtime.analysis import Analysis
from runtime.errors import command
from runtime.write import WRITERS, WriteOptions, save
from runtime.write.arguments import add_write_options, chosen
from runtime.write.atomic import make_folder
from runtime.write.tempo_map import tempo_map

POLL_S = 0.1


def summary(analysis: Analysis) -> str:
    """What arrived, in a few lines for people."""
    head = f"{analysis.source.name}: {analysis.source.duration_s:.1f} s, {len(analysis.beats)} beats"
    metre = ", ".join(f"{m.beats_per_bar} from {m.time_s:.2f} s" for m in analysis.metre) or "none"
    marks = [f"{d.time_s:8.2f} s  bar {analysis.beats[d.beat].bar:>4}  {d.level}" for d in analysis.dynamics]
    return "\n".join([head, f"metre: {metre}", *marks])


def write_all(analysis: Analysis, folder: Path, formats: Sequence[str], options: WriteOptions) -> list[Path]:
    """Write the named formats into a folder, named after the recording. Raises `OutputError`."""
    make_folder(folder)
    stem = Path(analysis.source.name.replace("\\", "/")).stem.strip(". ") or "result"
    return [save(analysis, folder / f"{stem}{WRITERS[f].suffix}", f, options) for f in formats]


def show_live(address: str, args: tuple[Arg, ...]) -> None:
    """Print one live event as a line."""
    print(address.rsplit("/", 1)[1], *(f"{a:.3f}" if isinstance(a, float) else a for a in args), flush=True)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mezzoforte listen", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where the bridge is (%(default)s)")
    parser.add_argument("--port", type=int, default=BRIDGE_PORT, help="its port (%(default)s)")
    parser.add_argument("--listen-port", type=int, default=LISTENER_PORT, help="own UDP port (%(default)s)")
    parser.add_argument("--bind", default="127.0.0.1", metavar="HOST", help="own address (%(default)s)")
    parser.add_argument("--tcp", choices=("slip", "length"), help="use TCP with this framing instead of UDP")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the files (the present one)")
    parser.add_argument("--format", default="", help=f"comma separated: {', '.join(WRITERS)}")
    add_write_options(parser)
    parser.add_argument("--live", action="store_true", help="print live events too")
    parser.add_argument("--once", action="store_true", help="end after the first result")
    parser.add_argument("--timeout", type=float, metavar="S", help="give up when no result has come by then")
    options = parser.parse_args(argv)
    options.formats = [f for f in options.format.split(",") if f]
    unknown = [f for f in options.formats if f not in WRITERS]
    if unknown:
        parser.error(f"no format {', '.join(unknown)}; there are {', '.join(WRITERS)}")
    return options


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0, 1 after a problem told on stderr, 130 when interrupted."""
    options = _arguments(argv)
    return _listen(options)


def _listen(options: argparse.Namespace) -> int:
    choices = chosen(options)
    with OscListener(
        options.host,
        options.port,
        listen_port=options.listen_port if options.tcp is None else 0,
        listen_host=options.bind,
        framing=options.tcp,
        on_live=show_live if options.live else None,
    ) as listener:
        print(f"listening on port {listener.hub.port}", file=sys.stderr)
        deadline_s = time.monotonic() + options.timeout if options.timeout else None
        shown: Analysis | None = None
        while True:
            listener.step(POLL_S)
            receiver = listener.receiver
            if receiver.error:
                print(receiver.error, file=sys.stderr)
                receiver.error = ""
                if options.once:
                    return 1
            if receiver.complete and receiver.analysis is not None and receiver.analysis is not shown:
                shown = receiver.analysis
                print(f"result {receiver.rid}: complete, checksum right", file=sys.stderr)
                print(summary(shown), flush=True)
                for path in write_all(shown, options.out, options.formats, choices):
                    print(f"wrote {path}", file=sys.stderr)
                if options.formats:
                    print(tempo_map(shown, choices.tempo_mode, choices.tolerance_ms).describe(), file=sys.stderr)
                if options.once:
                    listener.step(POLL_S)
                    return 0
            if deadline_s is not None and shown is None and time.monotonic() > deadline_s:
                print("no result has come", file=sys.stderr)
                return 1


if __name__ == "__main__":
    raise SystemExit(main())
