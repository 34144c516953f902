"""Stream an analysis in time with playback: ``mezzoforte play FILE.json|AUDIO [--osc HOST:PORT]``.

Beats, dynamics, changes and loudness leave at their moment for lights, visuals and DAW listeners. Listeners steer
with /piano/play, /piano/stop, /piano/seek and /piano/loop, or the command line does. Makes no sound itself.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.load import add_analysis_options, analysis_options, load_analysis, parse_target
from bridge.osc.data import items
from bridge.osc.net import Hub
from bridge.osc.schema import BRIDGE_PORT, Arg, encode
from bridge.osc.server import OscBridge
from bridge.osc.transport import Transport
from runtime.analysis import Analysis
from runtime.errors import InputError, command

IDLE_S = 0.1
# epoll rounds its timeout up to a millisecond; the rest of the wait is slept.
POLL_GRAIN_S = 0.0015
# Below every audio thread: JACK asks for 10 and gives its clients 5.
REAL_TIME_PRIORITY = 2
NICE = -10


def raise_priority() -> str:
    """Put this process before ordinary ones, as audio programs are, as far as the system allows; says how far.

    Real time where permitted (Linux: root, CAP_SYS_NICE or an rtprio limit), else a better nice value, else nothing.
    Waiting costs no processor time and programs started from here do not inherit it.
    """
    # Nothing that is alive now is ever looked at again by the garbage collector.
    gc.freeze()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(REAL_TIME_PRIORITY))
            return "real-time"
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICE)
            return "raised"
    return "ordinary"


def live_events(analysis: Analysis) -> list[tuple[float, bytes]]:
    """(seconds, packet) of everything that happens, in time order."""
    events = [
        (float(args[1]), encode(f"/piano/live/{kind}", *args))
        for kind in ("dynamic", "change", "beat")
        for _, args in items(analysis, kind)
    ]
    hop_s = analysis.loudness.hop_s
    events += [
        (i * hop_s, encode("/piano/live/loudness", i * hop_s, sone))
        for i, sone in enumerate(analysis.loudness.ntot_sone)
    ]
    return sorted(events, key=lambda e: e[0])


class Player:
    """Sends the live events of an analysis through a bridge as a transport passes them."""

    def __init__(self, analysis: Analysis, bridge: OscBridge, clock: Callable[[], float] = time.monotonic) -> None:
        self.bridge, self.clock = bridge, clock
        self.transport = Transport(analysis.source.duration_s)
        self._events = live_events(analysis)
        self._times_s = [t for t, _ in self._events]
        self._next = 0
        self._dynamics = [(float(args[1]), args) for _, args in items(analysis, "dynamic")]
        bridge.control = self.control

    def control(self, address: str, args: tuple[Arg, ...]) -> None:
        """Act on play, stop, seek or loop; a loop that is none is ignored."""
        now_s, numbers = self.clock(), [float(a) for a in args]
        if address == "/piano/play":
            self.transport.play(now_s, numbers[0] if numbers[0] >= 0 else None)
        elif address == "/piano/stop":
            self.transport.stop(now_s)
        elif address == "/piano/seek":
            self.transport.seek(now_s, numbers[0])
        elif address == "/piano/loop":
            if numbers[0] < 0:
                self.transport.loop = None
            else:
                with contextlib.suppress(ValueError):
                    self.transport.set_loop(now_s, numbers[0], numbers[1])
        else:
            return
        self._relocate()

    def _relocate(self) -> None:
        """After a jump: tell the state and the dynamic that holds, and go on with the next event."""
        at_s = self.transport.position_s(self.clock())
        self._next = bisect_left(self._times_s, at_s)
        start_s, end_s = self.transport.loop or (-1.0, -1.0)
        self.bridge.broadcast(encode("/piano/live/state", int(self.transport.playing), at_s, start_s, end_s))
        holding = [args for t, args in self._dynamics if t < at_s]
        if holding:
            self.bridge.broadcast(encode("/piano/live/dynamic", *holding[-1]))

    def step(self) -> None:
        """Wait for the next event or packet, at most 100 ms, then send what is due."""
        wait_s = self._due_clock_s() - self.clock()
        if wait_s > POLL_GRAIN_S:
            self.bridge.step(min(IDLE_S, wait_s - POLL_GRAIN_S))
            wait_s = self._due_clock_s() - self.clock()
        if 0 < wait_s <= POLL_GRAIN_S:
            time.sleep(wait_s)
        self._send_due()

    def _due_clock_s(self) -> float:
        if not self.transport.playing:
            return self.clock() + IDLE_S
        due_s = self._times_s[self._next] if self._next < len(self._times_s) else self.transport.end_s
        return self.transport.clock_s(min(due_s, self.transport.end_s))

    def _send_due(self) -> None:
        if not self.transport.playing:
            return
        at_s, end_s = self.transport.position_s(self.clock()), self.transport.end_s
        while self._next < len(self._events) and self._times_s[self._next] < min(at_s, end_s) + 1e-6:
            if self._times_s[self._next] >= end_s and self.transport.loop:
                break
            self.bridge.broadcast(self._events[self._next][1])
            self._next += 1
        if at_s < end_s:
            return
        if self.transport.loop:
            self.transport.turn()
            self._next = bisect_left(self._times_s, self.transport.loop[0])
        else:
            self.transport.stop(self.clock())
        start_s, loop_end_s = self.transport.loop or (-1.0, -1.0)
        at_s = self.transport.position_s(self.clock())
        self.bridge.broadcast(encode("/piano/live/state", int(self.transport.playing), at_s, start_s, loop_end_s))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mezzoforte play", description=__doc__)
    parser.add_argument("input", type=Path, help="analysis (.json) or recording")
    add_analysis_options(parser)
    parser.add_argument(
        "--osc", action="append", default=[], metavar="HOST:PORT", help="send the result there, then the stream"
    )
    parser.add_argument(
        "--live-only",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="send the stream there, to what does not answer",
    )
    parser.add_argument("--port", type=int, default=BRIDGE_PORT, help="port that listeners say hello to (%(default)s)")
    parser.add_argument("--bind", default="127.0.0.1", metavar="HOST", help="address to listen on (%(default)s)")
    parser.add_argument("--from", type=float, default=0.0, dest="from_s", metavar="S", help="start here")
    parser.add_argument("--loop", type=float, nargs=2, metavar=("START", "END"), help="repeat this stretch (s)")
    parser.add_argument("--wait", action="store_true", help="do not start until a listener sends /piano/play")
    parser.add_argument("--stay", action="store_true", help="go on serving after the end")
    return parser.parse_args(argv)


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0, or 1 after a problem told on stderr."""
    options = _arguments(argv)
    acknowledging, live_only = (list(map(parse_target, texts)) for texts in (options.osc, options.live_only))
    analysis = load_analysis(options.input, analysis_options(options))
    with Hub(options.bind, options.port, tcp=True) as hub:
        bridge = OscBridge(hub)
        bridge.publish(analysis)
        for target in acknowledging:
            bridge.push(target)
        for target in live_only:
            bridge.follow(target)
        _run(Player(analysis, bridge), options)
    return 0


def _run(player: Player, options: argparse.Namespace) -> None:
    if options.loop:
        try:
            player.transport.set_loop(player.clock(), *options.loop)
        except ValueError as e:
            raise InputError(str(e)) from e
    while any(li.delivery and li.delivery.state == "running" for li in player.bridge.listeners.values()):
        player.bridge.step(IDLE_S)
    listeners, port = len(player.bridge.listeners), player.bridge.hub.port
    print(f"playing to {listeners} listeners, port {port}, {raise_priority()} priority", file=sys.stderr)
    if not options.wait:
        player.control("/piano/play", (options.from_s,))
    while player.transport.playing or options.stay or options.wait:
        player.step()


if __name__ == "__main__":
    raise SystemExit(main())
