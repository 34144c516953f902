"""A port for a test: nobody listens on it, over UDP or TCP, and the system gives it to no connection by itself."""

from __future__ import annotations

import contextlib
import random
import socket

_FIRST, _LAST = 20_000, 32_000
"""Below the ports that Linux (from 32768), macOS and Windows (from 49152) hand out: a port found by binding to 0 can
be taken by any connection of another program before the test uses it."""

_random = random.Random()


def free_port() -> int:
    """A port of 127.0.0.1 that could be bound a moment ago."""
    for _ in range(200):
        port = _random.randrange(_FIRST, _LAST)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", port))
            with socket.create_server(("127.0.0.1", port)):
                return port
    raise RuntimeError(f"no free port between {_FIRST} and {_LAST}")
