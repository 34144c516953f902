"""Listen while it is played: ``mezzoforte live [--osc HOST:PORT] [--pcm RATE:CHANNELS:FORMAT]``.

From a microphone, or raw PCM on stdin (``ffmpeg -i X -f s16le -ac 2 -ar 44100 - | mezzoforte live --pcm 44100:2:s16``).
Beats, bars and levels stand on the terminal and leave over OSC (/piano/live/…) a fixed time after they sounded. When
the sound ends, or with Ctrl-C, the whole recording is analysed as `mezzoforte analyze` does it; JSON goes to stdout or
--out. Exit status: 0 ok, 1 it went wrong while listening or analysing, 2 nothing was heard at all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import MezzoforteError, say

if TYPE_CHECKING:
    from runtime.live import Heard, LoudnessNow


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte live", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--pcm", metavar="RATE:CHANNELS:FORMAT", help="raw samples on stdin; formats s16, s32, f32")
    add("--device", metavar="NAME|N", help="microphone (default: the system's; extra: live)")
    add("--devices", action="store_true", help="list the microphones and end")
    add("--osc", action="append", default=[], metavar="HOST:PORT", help="send there; may be repeated (extra: bridge)")
    add("--look-ahead", type=float, default=0.5, metavar="S",
        help="how long after a beat it is told, 0.1 to 2.5; longer is surer (default: %(default)s)")  # fmt: skip
    add("--record", type=Path, metavar="FILE", help="keep the recording as FLAC")
    add("--out", metavar="FILE|DIR", help="where the full analysis goes (default: JSON on stdout)")
    add("--format", default="", metavar="LIST", help="its formats: json, midi, …")
    add("--quality", choices=("fast", "best"), default="best", help="of the full analysis (default: best)")
    add("--no-analysis", action="store_true", help="end without the full analysis")
    add("--model", metavar="NAME|PATH", help="shipped weights (mezzoforte, mezzoforte-free), or the path of others")
    add("--quiet", action="store_true", help="nothing on the terminal")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    options = build_parser().parse_args(argv)
    try:
        if options.devices:
            from bridge.live.sound import devices

            print(devices())
            return 0
        with tempfile.TemporaryDirectory(prefix="mezzoforte-") as folder:
            kept = options.record or Path(folder) / "live.flac"
            try:
                heard_s = _listen(options, kept)
            except MezzoforteError as e:
                say(f"error: {e}")
                return 1 if kept.exists() else 2
            if not heard_s:
                say("error: no sound came.")
                return 2
            return 0 if options.no_analysis else _analyse(options, kept)
    except MezzoforteError as e:
        say(f"error: {e}")
        return 2


def _listen(options: argparse.Namespace, kept: Path) -> float:
    from bridge.live.session import Session
    from bridge.live.sound import Pcm, from_pipe, microphone
    from bridge.load import parse_target
    from bridge.osc.net import Hub
    from bridge.osc.server import OscBridge
    from runtime.errors import InputError
    from runtime.live import LiveTracker
    from runtime.model import load_model

    if not 0.1 <= options.look_ahead <= 2.5:
        raise InputError(f"a look-ahead of {options.look_ahead:g} s is outside 0.1..2.5 s")
    targets = [parse_target(text) for text in options.osc]
    pcm = Pcm.of(options.pcm) if options.pcm else None
    session = Session(LiveTracker(load_model(options.model, "cpu"), options.look_ahead))
    with ExitStack() as stack:
        if targets:
            bridge = OscBridge(stack.enter_context(Hub()))
            for target in targets:
                bridge.follow(target)
            session.packet, session.idle = bridge.broadcast, lambda: bridge.step(0.0)
        line = stack.enter_context(_Line(shown=not options.quiet))
        session.beat, session.loudness = line.beat, line.loudness
        # Without Python's buffer, whose lock the reading thread would hold for ever when Ctrl-C ends the session.
        source = nullcontext(from_pipe(FileIO(0, closefd=False), pcm)) if pcm else microphone(options.device)
        sound = stack.enter_context(source)
        if not options.quiet:
            say(f"listening at {sound.rate_hz} Hz; beats are told {options.look_ahead:g} s after they sound")
        return session.run(sound, kept)


def _analyse(options: argparse.Namespace, kept: Path) -> int:
    from runtime import analyze

    words = [str(kept), "--quality", options.quality]
    words += ["--model", options.model] if options.model else []
    words += ["--out", options.out] if options.out else []
    words += ["--format", options.format] if options.format else []
    words += ["--quiet"] if options.quiet else []
    return analyze.main(words)


class _Line:
    """What is heard now, in one line of a terminal; a line per bar where there is none."""

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._tty = shown, shown and sys.stderr is not None and sys.stderr.isatty()
        self._text = ""

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tty:
            sys.stderr.write("\r\x1b[K")

    def beat(self, heard: Heard) -> None:
        pulse = "".join("●" if k == heard.position else "·" for k in range(1, max(4, heard.position) + 1))
        self._text = f"bar {heard.bar:>3} {pulse}  {heard.level:<2}  {heard.bpm:5.0f} bpm"
        if self._shown and not self._tty and heard.position == 1:
            say(f"{heard.time_s:8.2f} s  {self._text}")

    def loudness(self, heard: LoudnessNow) -> None:
        if self._tty:
            bar = "█" * min(30, round(heard.sone / 2))
            sys.stderr.write(f"\r\x1b[K{heard.time_s:7.1f} s  {self._text}  {bar}")
            sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
