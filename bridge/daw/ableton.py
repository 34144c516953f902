"""Cue points in Ableton Live through AbletonOSC: ``mezzoforte ableton FILE.json|AUDIO``.

What Live allows: cue points and one song tempo. There is no way to write a tempo map over its API, and a cue point
can only be made where the playhead stands, by a command that deletes one that is already there. So the playhead is
moved, its position is read back until it stands, and a point is only made where the list of points has none.
For bars that follow the playing import the MIDI file instead. Not run in Live: tested against a stand-in.
Source: https://github.com/ideoforms/AbletonOSC (ports 11000 and 11001, addresses under /live/song).
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.load import add_analysis_options, analysis_options, load_analysis
from bridge.osc.schema import Arg, BadPacketError, decode
from runtime.analysis import Analysis
from runtime.errors import MezzoforteError, command
from runtime.write.marks import marks

SEND_PORT, ANSWER_PORT = 11_000, 11_001
PREFIX = "mf: "
ANSWER_S = 1.0
TRIES = 5
SAME_QUARTERS = 0.01


class LiveError(MezzoforteError):
    """Live does not answer, or not as AbletonOSC should."""


@dataclass(frozen=True)
class Cue:
    """A cue point at a song position in quarters."""

    name: str
    quarters: float


class Live:
    """A conversation with AbletonOSC; use as a context manager."""

    def __init__(self, host: str = "127.0.0.1", port: int = SEND_PORT, answer_port: int = ANSWER_PORT) -> None:
        self._to = (host, port)
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._sock.bind(("127.0.0.1", answer_port))
        except OSError as e:
            self._sock.close()
            raise LiveError(f"port {answer_port} is taken", advice="Close the other program that talks to Live") from e

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def say(self, address: str, *args: Arg) -> None:
        """Send a message, each argument as what it is: int, float or string."""
        builder = OscMessageBuilder(address=address)
        for arg in args:
            builder.add_arg(arg, "s" if isinstance(arg, str) else "i" if isinstance(arg, int) else "f")
        self._sock.sendto(builder.build().dgram, self._to)

    def ask(self, address: str) -> tuple[Arg, ...]:
        """Send a question and return the arguments of its answer. Raises `LiveError` when none comes."""
        for _ in range(TRIES):
            self.say(address)
            deadline_s = time.monotonic() + ANSWER_S
            while (left_s := deadline_s - time.monotonic()) > 0:
                self._sock.settimeout(left_s)
                try:
                    messages = decode(self._sock.recv(65_536))
                except TimeoutError:
                    break
                except (BadPacketError, OSError):
                    continue
                found = [args for a, args, _ in messages if a == address]
                if found:
                    return found[0]
        raise LiveError(
            "Live does not answer", where=f"{self._to[0]}:{self._to[1]}",
            advice="Install AbletonOSC as a control surface and choose it in Live's settings",
        )  # fmt: skip

    def cues(self) -> list[Cue]:
        """The cue points of the song."""
        flat = self.ask("/live/song/get/cue_points")
        return [Cue(str(n), float(q)) for n, q in zip(flat[::2], flat[1::2], strict=False)]

    def go_to(self, quarters: float) -> None:
        """Move the playhead and wait until it stands there. Raises `LiveError` when it does not get there."""
        for _ in range(TRIES * 4):
            self.say("/live/song/set/current_song_time", quarters)
            (at,) = self.ask("/live/song/get/current_song_time")[:1]
            if abs(float(at) - quarters) < SAME_QUARTERS:
                return
            time.sleep(0.05)
        raise LiveError(f"the playhead does not move to {quarters:.2f}", advice="Stop playback first")


def write_cues(analysis: Analysis, live: Live) -> int:
    """Make a cue point for every dynamic and change; returns how many there were to make.

    Points stand at the song's own constant tempo. An earlier run is replaced only as far as Live allows: points at
    the same places stay, others of ours are removed by toggling them at their own position.
    """
    (bpm,) = live.ask("/live/song/get/tempo")[:1]
    wanted = {round(m.time_s * float(bpm) / 60, 3): m.label for m in marks(analysis) if m.kind != "hairpin"}
    for cue in live.cues():
        near = [q for q in wanted if abs(q - cue.quarters) < SAME_QUARTERS]
        if near and cue.name == PREFIX + wanted[near[0]]:
            del wanted[near[0]]
        elif near or cue.name.startswith(PREFIX):
            if not cue.name.startswith(PREFIX):
                # Somebody else's point is where ours would go: toggling would delete it.
                del wanted[near[0]]
                continue
            live.go_to(cue.quarters)
            live.say("/live/song/cue_point/add_or_delete")
    for quarters in sorted(wanted):
        live.go_to(quarters)
        live.say("/live/song/cue_point/add_or_delete")
        _name(live, quarters, PREFIX + wanted[quarters])
    return len(wanted)


def _name(live: Live, quarters: float, name: str) -> None:
    """Give the point its name, which needs its number in the list, and see that it has it."""
    for _ in range(TRIES):
        for index, cue in enumerate(live.cues()):
            if abs(cue.quarters - quarters) < SAME_QUARTERS:
                if cue.name == name:
                    return
                live.say("/live/song/cue_point/set/name", index, name)
        time.sleep(0.05)
    raise LiveError(f"no cue point appears at {quarters:.2f}", advice="Is AbletonOSC of 2023 or later installed?")


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0, or 1 after a problem told on stderr."""
    parser = argparse.ArgumentParser(prog="mezzoforte ableton", description=__doc__)
    parser.add_argument("input", type=Path, help="analysis (.json) or recording")
    add_analysis_options(parser)
    parser.add_argument("--port", type=int, default=SEND_PORT, help="AbletonOSC's port (%(default)s)")
    parser.add_argument("--answer-port", type=int, default=ANSWER_PORT, help="where it answers (%(default)s)")
    options = parser.parse_args(argv)
    analysis = load_analysis(options.input, analysis_options(options))
    with Live(port=options.port, answer_port=options.answer_port) as live:
        print(f"{write_cues(analysis, live)} cue points", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
