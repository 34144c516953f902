"""Jitter of `bridge.play` at receivers in other processes, for ``python -m benchmarks.osc``."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bridge.osc.net import Hub, Peer
from bridge.osc.schema import decode
from bridge.osc.server import OscBridge
from bridge.play import Player, raise_priority
from runtime.analysis import Analysis

REPOSITORY = Path(__file__).resolve().parents[2]
# SO_TIMESTAMPNS: the kernel says by its clock when a packet reached the socket.
RECEIVER = """
import socket, struct, sys, time
if sys.argv[1] == "raised":
    from bridge.play import raise_priority
    raise_priority()
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
SLEEPER = """
import sys, time
from bridge.play import raise_priority
raise_priority()
late, end = [], time.monotonic() + float(sys.argv[1])
while (now := time.monotonic()) < end:
    time.sleep(0.01)
    late.append(1000 * (time.monotonic() - now - 0.01))
late.sort()
print(late[len(late) // 2], late[len(late) * 99 // 100], late[-1])
"""
Figures = dict[str, float]
Arrival = tuple[float, float, float]


def live(analysis: Analysis, seconds: float) -> dict[str, Figures]:
    """Lateness of live events at two receivers, and what the machine allowed meanwhile."""
    sleeper = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, str(seconds)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    before = processor_ticks()
    receivers = {name: _receiver(name) for name in ("raised", "ordinary")}
    priority = raise_priority()
    origin_s = _play(analysis, seconds, [port for _, port in receivers.values()])
    rows: dict[str, Figures] = {}
    for name, (process, _) in receivers.items():
        arrivals = np.array(_arrivals(process.communicate()[0]))
        at_socket_ms, in_program_ms = (1000 * (arrivals[:, :2] - origin_s - arrivals[:, 2:])).T
        if name == "raised":
            rows[f"live, {seconds:g} s, {priority} priority: at the socket"] = _summary(at_socket_ms)
        rows[f"  in a receiving program of {name} priority"] = _summary(in_program_ms)
    slept_ms = [float(ms) for ms in sleeper.communicate()[0].split()]
    rows["  a program that only sleeps, meanwhile"] = dict(zip(("p50_ms", "p99_ms", "worst_ms"), slept_ms, strict=True))
    ticks, stolen = (now - then for now, then in zip(processor_ticks(), before, strict=True))
    rows["machine while live"] = {
        "cores": float(os.cpu_count() or 0),
        "load_1min": os.getloadavg()[0],
        "stolen": stolen / max(1, ticks),
    }
    return rows


def _receiver(name: str) -> tuple[subprocess.Popen[bytes], int]:
    process = subprocess.Popen([sys.executable, "-c", RECEIVER, name], cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _play(analysis: Analysis, seconds: float, ports: list[int]) -> float:
    """Play to the ports and return when on the clock the recording began (the monotonic clock is everybody's)."""
    with Hub() as hub:
        bridge = OscBridge(hub)
        for port in ports:
            bridge.follow(Peer("127.0.0.1", port))
        player = Player(analysis, bridge)
        player.control("/piano/play", (0.0,))
        origin_s = player.transport.clock_s(0.0)
        while player.transport.playing and time.monotonic() - origin_s < seconds:
            player.step()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for port in ports:
                sock.sendto(b"over", ("127.0.0.1", port))
    return origin_s


def _summary(late_ms: np.ndarray) -> Figures:
    p50, p99 = np.percentile(late_ms, [50, 99])
    figures = {"events": len(late_ms), "p50_ms": p50, "p99_ms": p99, "worst_ms": late_ms.max()}
    return {name: float(figure) for name, figure in figures.items()}


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
