"""The listening side: collects a transfer, acknowledges, asks again for what is missing, and checks the sum."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.osc.data import Items, analysis_from_items
from bridge.osc.net import Framing, Hub, Peer
from bridge.osc.schema import (
    ACK_BEGIN,
    ACK_END,
    ALIVE_EVERY_S,
    ITEM_ADDRESSES,
    MESSAGES,
    PROTO,
    RESEND_AFTER_S,
    Arg,
    BadPacketError,
    checked,
    decode,
    encode,
)
from runtime.analysis import Analysis

MOST_CHUNKS = 20_000
MOST_RESENDS_AT_ONCE = 64
SUM_FAILURES = 3
HELLO_EVERY_S = 1.0
LOST_AFTER_S = 3 * ALIVE_EVERY_S
# Six resends: a bridge that still delivers would have been heard.
ASK_AGAIN_S = 6 * RESEND_AFTER_S
Live = Callable[[str, tuple[Arg, ...]], None]


@dataclass
class Receiver:
    """State of one listener without sockets: give it packets, send what it answers.

    `on_live` is given every live event. `analysis` is the last complete and verified result.
    """

    on_live: Live | None = None
    rid: int = 0
    begin: tuple[Arg, ...] | None = None
    begin_bytes: bytes = b""
    chunks: dict[int, list[bytes]] = field(default_factory=dict)
    items: Items = field(default_factory=dict)
    complete: bool = False
    analysis: Analysis | None = None
    welcome: tuple[Arg, ...] | None = None
    bridge_rid: int = 0
    error: str = ""
    bad_packets: int = 0
    sum_failures: int = 0

    def receive(self, packet: bytes) -> list[bytes]:
        """Act on one packet and return the answers; a bad one is counted and changes nothing."""
        try:
            messages = [(a, checked(a, args), raw) for a, args, raw in decode(packet)]
            if any(MESSAGES[a].direction != "bridge to listener" for a, _, _ in messages):
                raise BadPacketError("meant for the bridge")
            if messages and messages[0][0] == "/piano/chunk":
                return self._chunk(messages[0][1], messages[1:])
            return [answer for a, args, raw in messages for answer in self._single(a, args, raw)]
        except BadPacketError:
            self.bad_packets += 1
            return []

    def _single(self, address: str, args: tuple[Arg, ...], raw: bytes) -> list[bytes]:
        if address == "/piano/begin":
            return self._begin(args, raw)
        if address == "/piano/end":
            return self._end(args)
        if address.startswith("/piano/live/"):
            if self.on_live is not None:
                self.on_live(address, args)
        elif address == "/piano/welcome":
            if args[1] != PROTO:
                self.error = f"the bridge speaks proto {args[1]}, this listener {PROTO}"
            self.welcome, self.bridge_rid = args, int(args[2])
        elif address == "/piano/alive":
            self.bridge_rid = int(args[0])
        elif address == "/piano/error":
            self.error = str(args[1])
        elif address != "/piano/pong":
            # Items count only inside the bundle that numbers them.
            raise BadPacketError(f"{address} outside a chunk")
        return []

    def _begin(self, args: tuple[Arg, ...], raw: bytes) -> list[bytes]:
        if not 0 <= int(args[4]) <= MOST_CHUNKS:
            raise BadPacketError(f"{args[4]} chunks are announced")
        if raw != self.begin_bytes:
            if args[0] != self.rid:
                self.items = {}
            self.rid, self.begin, self.begin_bytes = int(args[0]), args, raw
            self.chunks, self.complete = {}, False
        return [encode("/piano/ack", self.rid, ACK_BEGIN)]

    def _chunk(self, args: tuple[Arg, ...], items: list[tuple[str, tuple[Arg, ...], bytes]]) -> list[bytes]:
        rid, seq, n_chunks, n_msgs = (int(a) for a in args)
        if self.begin is None or rid != self.rid:
            # We began to listen in the middle: ask for everything.
            return [encode("/piano/get", "all")]
        wrong_place = n_chunks != self.begin[4] or not 0 <= seq < n_chunks
        if wrong_place or n_msgs != len(items) or any(a not in ITEM_ADDRESSES for a, _, _ in items):
            raise BadPacketError(f"chunk {seq} does not belong here")
        if seq not in self.chunks:
            self.chunks[seq] = [raw for _, _, raw in items]
            for address, values, _ in items:
                self.items.setdefault(address, {})[int(values[0])] = values
        return [encode("/piano/ack", rid, seq)]

    def _end(self, args: tuple[Arg, ...]) -> list[bytes]:
        rid, n_chunks, n_items, high, low = (int(a) for a in args)
        if self.begin is None or rid != self.rid:
            return [encode("/piano/get", "all")]
        if n_chunks != self.begin[4] or n_items != self.begin[5]:
            raise BadPacketError("the end does not fit the beginning")
        missing = [seq for seq in range(n_chunks) if seq not in self.chunks]
        if missing:
            return [encode("/piano/resend", rid, seq) for seq in missing[:MOST_RESENDS_AT_ONCE]]
        crc = count = 0
        for seq in range(n_chunks):
            for raw in self.chunks[seq]:
                crc = zlib.crc32(raw, crc)
                count += 1
        if crc != (high << 16 | low) or count != n_items:
            return self._sum_failed()
        if not self.complete:
            self._finish()
        return [encode("/piano/ack", rid, ACK_END)]

    def _sum_failed(self) -> list[bytes]:
        self.sum_failures += 1
        self.chunks, self.begin_bytes = {}, b""
        if self.sum_failures >= SUM_FAILURES:
            self.error = "the checksum was wrong three times"
            return []
        return [encode("/piano/get", "all")]

    def _finish(self) -> None:
        assert self.begin is not None
        self.complete, self.sum_failures = True, 0
        try:
            self.analysis = analysis_from_items(self.begin, self.items)
        except ValueError as e:
            self.error = f"the result does not hold together: {e}"


class OscListener:
    """A `Receiver` on sockets: says hello until welcomed, catches up, notices a lost or restarted bridge.

    Use as a context manager and call `step`. `framing` None is UDP. With UDP only packets from `host` count.
    Raises `NetworkError` when the port is taken or, over TCP, nobody answers.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        listen_port: int = 0,
        listen_host: str = "127.0.0.1",
        framing: Framing | None = None,
        name: str = "mezzoforte.listen",
        on_live: Live | None = None,
    ) -> None:
        self.receiver = Receiver(on_live)
        self.hub = Hub(listen_host, listen_port)
        try:
            self.bridge = Peer(host, port) if framing is None else self.hub.connect(host, port, framing)
        except Exception:
            self.hub.close()
            raise
        self._reply_port = self.hub.port if framing is None else 0
        self._name = name
        self._next_hello_s = 0.0
        self._heard_s = 0.0
        self._asked_rid = 0
        self._got = (0, 0, False)
        self._ask_again_s = 0.0

    def __enter__(self) -> OscListener:
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()

    @property
    def lost(self) -> bool:
        """Whether the bridge was there and has been silent for three signs of life."""
        return self._heard_s > 0 and time.monotonic() - self._heard_s > LOST_AFTER_S

    def send(self, address: str, *args: Arg) -> None:
        """Send one message of the schema to the bridge."""
        self.hub.send(self.bridge, encode(address, *args))

    def step(self, timeout_s: float) -> None:
        """Wait at most this long for packets, answer them, and keep in touch."""
        for peer, packet in self.hub.poll(timeout_s):
            if self.bridge.connection is None and peer.host != self.bridge.host:
                self.receiver.bad_packets += 1
                continue
            self._heard_s = time.monotonic()
            answer_to = self.bridge if self.bridge.connection is not None else peer
            for answer in self.receiver.receive(packet):
                self.hub.send(answer_to, answer)
        self._keep_in_touch()

    def _keep_in_touch(self) -> None:
        now, receiver = time.monotonic(), self.receiver
        if (receiver.welcome is None or self.lost) and now >= self._next_hello_s:
            self._next_hello_s = now + HELLO_EVERY_S
            self.send("/piano/hello", self._name, PROTO, self._reply_port)
        got = (receiver.rid, len(receiver.chunks), receiver.complete)
        if got != self._got:
            self._got, self._ask_again_s = got, now + ASK_AGAIN_S
        if receiver.welcome is None or receiver.bridge_rid == 0:
            return
        other = receiver.bridge_rid != receiver.rid
        incomplete = not receiver.complete and receiver.sum_failures < SUM_FAILURES
        fresh = other and self._asked_rid != receiver.bridge_rid
        if fresh or ((other or incomplete) and now >= self._ask_again_s):
            self._asked_rid, self._ask_again_s = receiver.bridge_rid, now + ASK_AGAIN_S
            self.send("/piano/get", "all")
