"""How well results travel: ``python -m benchmarks.osc [--seconds 60] [--json FILE]``.

Delivery of a ten-minute take over UDP and TCP; the same through 10 % loss and a stall of 1 s; the same to Pure Data,
sclang and liblo where they are installed; and the jitter of `bridge.play` against the clock that the events are due
by: when the kernel has a packet at the receiver's socket, and when the receiving program has read it, once with the
priority that the player asks for and once without. The lines after it say what the machine allowed meanwhile: how late
a program was that does nothing but sleep, at the player's priority and in another process, and the share of processor
time that a host kept from a virtual machine (`stolen`). What stops the sleeper too, no player can make up for.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.osc.live import live
from benchmarks.osc.receivers import receivers
from bridge.osc.client import OscListener, Receiver
from bridge.osc.net import Framing, Hub
from bridge.osc.server import OscBridge, send_analysis
from runtime.analysis import Analysis, Beat, Dynamic, Loudness, Metre, ModelIdentity, Source, Tempo
from train.fitting.command import Command


def made_up_take(duration_s: float, hop_s: float = 0.1) -> Analysis:
    """Rubato beats, one dynamic every 48 beats, a loudness curve; equal for equal arguments."""
    rng = np.random.default_rng(1)
    gaps = np.clip(
        0.86 + 0.2 * np.sin(np.arange(4 * duration_s) / 9) + 0.1 * rng.standard_normal(int(4 * duration_s)), 0.5, 1.3
    )
    times = 1.0 + np.cumsum(gaps)
    times = times[times < duration_s - 0.5]
    beats = tuple(Beat(float(t), 1 + i // 3, 1 + i % 3, 0.9) for i, t in enumerate(times))
    sone = 8 + 6 * np.sin(np.arange(int(duration_s / hop_s)) * hop_s / 5)
    return Analysis(
        Source("made up", duration_s, 44_100),
        ModelIdentity("none", "0", "", "cpu"),
        beats=beats,
        metre=(Metre(beats[0].time_s, 3, 1.0),),
        tempo=tuple(Tempo(float(t), float(60 / g)) for t, g in zip(times, gaps, strict=False)),
        dynamics=tuple(Dynamic(beats[i].time_s, i, "mf", 0.5) for i in range(0, len(beats), 48)),
        loudness=Loudness(hop_s, tuple(float(v) for v in sone)),
    )


def delivery(analysis: Analysis, framing: Framing | None) -> dict[str, float]:
    """Time for a late joiner to have everything, checksum included."""
    with Hub(tcp=True) as hub:
        bridge = OscBridge(hub)
        bridge.publish(analysis)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                bridge.step(0.02)

        thread = threading.Thread(target=serve)
        thread.start()
        started_s = time.monotonic()
        with OscListener("127.0.0.1", hub.port, framing=framing) as listener:
            while not listener.receiver.complete and time.monotonic() - started_s < 60:
                listener.step(0.02)
            took_s = time.monotonic() - started_s
            chunks = listener.receiver.chunks
        over.set()
        thread.join()
    n_bytes = sum(len(raw) for items in chunks.values() for raw in items)
    return {"chunks": len(chunks), "seconds": took_s, "kbit_s": n_bytes * 8 / 1000 / took_s}


def rough_delivery(analysis: Analysis, loss: float, stall_s: float) -> dict[str, float]:
    """The same to a receiver that loses packets both ways and once does nothing for a while."""
    rng = random.Random(4)
    over = threading.Event()
    receiver = Receiver()
    lost = 0
    with Hub() as hub:

        def listen() -> None:
            nonlocal lost
            seen, stalled = 0, False
            while not over.is_set():
                for peer, packet in hub.poll(0.02):
                    seen += 1
                    if seen == 20 and not stalled:
                        stalled = True
                        time.sleep(stall_s)
                    if rng.random() < loss:
                        lost += 1
                        continue
                    for answer in receiver.receive(packet):
                        if rng.random() < loss:
                            lost += 1
                        else:
                            hub.send(peer, answer)

        thread = threading.Thread(target=listen)
        thread.start()
        sent = send_analysis(analysis, "127.0.0.1", hub.port, bind_port=0)
        over.set()
        thread.join()
    return {"chunks": sent.chunks, "seconds": sent.seconds, "lost": lost, "sent_again": sent.resent,
            "complete": float(receiver.complete)}  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--seconds", type=float, default=60.0, help="of live playback (%(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here too")


def run(options: Namespace) -> None:
    """Run everything, print a table on stderr and, when asked, write JSON."""
    ten_minutes = made_up_take(600.0)
    framings: tuple[tuple[str, Framing | None], ...] = (("udp", None), ("tcp slip", "slip"), ("tcp length", "length"))
    figures: dict[str, object] = {f"delivery {name}": delivery(ten_minutes, framing) for name, framing in framings}
    figures["delivery udp, 10 % lost both ways, 1 s stall"] = rough_delivery(ten_minutes, 0.1, 1.0)
    short = replace(ten_minutes, source=replace(ten_minutes.source, duration_s=options.seconds))
    figures |= receivers(ten_minutes)
    figures |= live(short, options.seconds)
    for name, row in figures.items():
        assert isinstance(row, dict)
        print(f"{name:49s}", "  ".join(f"{k} {v:.3f}".rstrip("0").rstrip(".") for k, v in row.items()), file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


main = Command(add_options, run)
