"""How well results travel: ``python -m benchmarks.osc [--seconds 60] [--json FILE]``.

Three tables: delivery of a ten-minute take over UDP and TCP, the same through 10 % loss and a stall of 1 s, and the
jitter of `bridge.play` at a receiver in another process, against the clock that the events are due by: when the
kernel has the packet at the receiver's socket, and when the receiving program, which has no priority, has read it.
The last line says how busy the machine was meanwhile; `stolen` is the share of processor time that a host kept from a
virtual machine, which no program inside can make up for.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bridge.osc import decode
from bridge.osc_client import OscListener, Receiver
from bridge.osc_net import Framing, Hub, Peer
from bridge.osc_server import OscBridge, send_analysis
from bridge.play import Player, raise_priority
from runtime.analysis import Analysis, Beat, Dynamic, Loudness, Metre, ModelIdentity, Source, Tempo

# SO_TIMESTAMPNS: the kernel says by its clock when a packet reached the socket.
RECEIVER = """
import socket, struct, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
sock.setsockopt(socket.SOL_SOCKET, 35, 1)
print(sock.getsockname()[1], flush=True)
taken, packet = [], b""
while packet != b"over":
    packet, told, _, _ = sock.recvmsg(65536, 64)
    now, ago = time.monotonic(), time.time()
    seconds, nanoseconds = struct.unpack("qq", told[0][2])
    taken.append((now - (ago - seconds - nanoseconds / 1e9), now, packet))
for at_socket, now, packet in taken[:-1]:
    sys.stdout.buffer.write(struct.pack(">ddI", at_socket, now, len(packet)) + packet)
"""
Arrival = tuple[float, float, float]


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


def jitter_ms(analysis: Analysis, seconds: float) -> dict[str, float]:
    """Lateness of live events at a receiver in another process (the monotonic clock is the same for both)."""
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE)
    assert receiver.stdout is not None
    port = int(receiver.stdout.readline())
    with Hub() as hub:
        bridge = OscBridge(hub)
        bridge.follow(Peer("127.0.0.1", port))
        player = Player(analysis, bridge)
        player.control("/piano/play", (0.0,))
        origin_s = player.transport.clock_s(0.0)
        while player.transport.playing and time.monotonic() - origin_s < seconds:
            player.step()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"over", ("127.0.0.1", port))
    taken = receiver.stdout.read()
    receiver.wait()
    arrivals = np.array(_arrivals(taken))
    socket_ms, program_ms = (1000 * (arrivals[:, :2] - origin_s - arrivals[:, 2:])).T
    found = {"events": float(len(arrivals)), "earliest_ms": float(socket_ms.min())}
    for name, late_ms in (("socket", socket_ms), ("program", program_ms)):
        p50, p99 = np.percentile(late_ms, [50, 99])
        found |= {f"{name}_p50_ms": p50, f"{name}_p99_ms": p99, f"{name}_worst_ms": late_ms.max()}
    return {k: float(v) for k, v in found.items()}


def _arrivals(data: bytes) -> list[Arrival]:
    """(at the socket, in the program, time due in the recording) of every event with a time of its own."""
    found, at = [], 0
    while at < len(data):
        socket_s, program_s, size = struct.unpack_from(">ddI", data, at)
        ((address, args, _),) = decode(data[at + 20 : at + 20 + size])
        at += 20 + size
        if address == "/piano/live/loudness":
            found.append((socket_s, program_s, float(args[0])))
        elif address in ("/piano/live/beat", "/piano/live/dynamic", "/piano/live/change"):
            found.append((socket_s, program_s, float(args[1])))
    return found


def processor_ticks() -> tuple[int, int]:
    """All ticks of all processors so far, and those that a host kept for itself (Linux; else none are known)."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return 0, 0
    ticks = [int(n) for n in stat.read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks), ticks[7]


def main(argv: Sequence[str] | None = None) -> int:
    """Run everything, print a table on stderr and, when asked, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.osc", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of live playback (%(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args(argv)
    ten_minutes = made_up_take(600.0)
    framings: tuple[tuple[str, Framing | None], ...] = (("udp", None), ("tcp slip", "slip"), ("tcp length", "length"))
    figures: dict[str, object] = {f"delivery {name}": delivery(ten_minutes, framing) for name, framing in framings}
    figures["delivery udp, 10 % lost both ways, 1 s stall"] = rough_delivery(ten_minutes, 0.1, 1.0)
    live = replace(ten_minutes, source=replace(ten_minutes.source, duration_s=options.seconds))
    before = processor_ticks()
    priority = raise_priority()
    figures[f"live, {options.seconds:g} s, {priority} priority"] = jitter_ms(live, options.seconds)
    ticks, stolen = (now - then for now, then in zip(processor_ticks(), before, strict=True))
    figures["machine while live"] = {
        "cores": float(os.cpu_count() or 0), "load_1min": os.getloadavg()[0], "stolen": stolen / max(1, ticks),
    }  # fmt: skip
    for name, row in figures.items():
        assert isinstance(row, dict)
        print(f"{name:45s}", "  ".join(f"{k} {v:.3f}".rstrip("0").rstrip(".") for k, v in row.items()), file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
