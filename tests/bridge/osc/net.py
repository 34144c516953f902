"""Bridges in a thread and a lossy path between two ports, for the bridge tests."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator

from bridge.osc.net import Hub
from bridge.osc.server import OscBridge
from runtime.analysis import Analysis


@contextlib.contextmanager
def serving(analysis: Analysis | None = None, *, port: int = 0) -> Iterator[OscBridge]:
    """A bridge that is stepped in a thread until the block ends."""
    with Hub(port=port, tcp=True) as hub:
        bridge = OscBridge(hub)
        if analysis is not None:
            bridge.publish(analysis)
        over = threading.Event()

        def run() -> None:
            while not over.is_set():
                bridge.step(0.02)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield bridge
        finally:
            over.set()
            thread.join()


def until(condition: Callable[[], bool], step: Callable[[], object], timeout_s: float = 60.0) -> bool:
    """Call `step` until the condition holds; False when it does not in time."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        step()
    return True


class LossyPath:
    """Passes datagrams between a bridge and a listener, losing, repeating and reordering some, with one stall."""

    def __init__(
        self, listener_port: int, *, loss: float = 0.0, repeat: float = 0.0, seed: int = 0, stall_s: float = 0.0
    ) -> None:
        self._random, self._loss, self._repeat, self._stall_s = random.Random(seed), loss, repeat, stall_s
        self._front = self._socket()
        self._back = self._socket()
        self.port, self.back_port = self._front.getsockname()[1], self._back.getsockname()[1]
        self._listener = ("127.0.0.1", listener_port)
        self._bridge: tuple[str, int] | None = None
        self.lost = self.passed = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._forward), threading.Thread(target=self._backward)]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _socket() -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        return sock

    def __enter__(self) -> LossyPath:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._front.close()
        self._back.close()

    def _forward(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                packet, self._bridge = self._front.recvfrom(65536)
                self._pass(self._back, packet, self._listener)

    def _backward(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                packet, _ = self._back.recvfrom(65536)
                if self._bridge is not None:
                    self._pass(self._front, packet, self._bridge)

    def _pass(self, sock: socket.socket, packet: bytes, to: tuple[str, int]) -> None:
        if self.passed == 20 and self._stall_s:
            stall_s, self._stall_s = self._stall_s, 0.0
            time.sleep(stall_s)
        if self._random.random() < self._loss:
            self.lost += 1
            return
        for _ in range(2 if self._random.random() < self._repeat else 1):
            sock.sendto(packet, to)
        self.passed += 1
