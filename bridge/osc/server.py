"""The sending side: who listens, what they have acknowledged, what must be sent again.

Stop and wait, window 1: the next packet goes out when the last one is acknowledged; without acknowledgement it is
sent again every 250 ms, 12 times at most (loss was measured: pacing alone loses more than half of 5,000 packets).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.osc.data import VERSION, Transfer, in_proto, make_transfer
from bridge.osc.net import Framing, Hub, NetworkError, Peer, address_of
from bridge.osc.schema import (
    ACK_BEGIN,
    ACK_END,
    ALIVE_EVERY_S,
    BRIDGE_PORT,
    ERRORS,
    LARGEST_RID,
    MESSAGES,
    OLDEST_PROTO,
    PROTO,
    RESEND_AFTER_S,
    RESENDS,
    SECTIONS,
    Arg,
    BadPacketError,
    checked,
    decode,
    encode,
)
from runtime.analysis import Analysis

MOST_LISTENERS = 32
EVICT_AFTER_S = 10.0
GIVE_UP_S = 120.0
Control = Callable[[str, tuple[Arg, ...]], None]


@dataclass
class Delivery:
    """One transfer to one listener."""

    transfer: Transfer
    seq: int = ACK_BEGIN
    resends_left: int = RESENDS
    resent: int = 0
    deadline_s: float = 0.0
    state: str = "running"

    def following(self) -> int:
        """Sequence number after the present one: begin, chunks, end."""
        after = 0 if self.seq == ACK_BEGIN else self.seq + 1
        return after if after < len(self.transfer.chunks) else ACK_END


@dataclass
class Listener:
    """Somebody known: by hello, or because we were told to send there (then taken to speak the present proto)."""

    name: str
    target: Peer
    pushed: bool
    seen_s: float
    delivery: Delivery | None = None
    proto: int = PROTO


@dataclass
class OscBridge:
    """Serves one result at a time to every listener; call `step` again and again from one thread.

    `control` is given well-formed play, stop, seek and loop messages.
    """

    hub: Hub
    control: Control | None = None
    clock: Callable[[], float] = time.monotonic
    rid: int = 0
    bad_packets: int = 0
    listeners: dict[Peer, Listener] = field(default_factory=dict)
    _analysis: Analysis | None = None
    _next_alive_s: float = 0.0
    _started_s: float = 0.0
    _transfers: dict[tuple[str, int], Transfer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started_s = self.clock()
        self._next_alive_s = self._started_s + ALIVE_EVERY_S

    def publish(self, analysis: Analysis) -> int:
        """Make this the result, under a new number, and send it to everybody known. Returns the number."""
        fresh = random.SystemRandom().randint(1, LARGEST_RID)
        self.rid = fresh if fresh != self.rid else fresh % LARGEST_RID + 1
        self._analysis = analysis
        self._transfers = {}
        for listener in self.listeners.values():
            self._deliver(listener, "all")
        return self.rid

    def push(self, peer: Peer) -> Delivery:
        """Send the present result to somebody who has not asked. Raises `ValueError` when there is none."""
        if self._analysis is None:
            raise ValueError("nothing has been published")
        listener = Listener(f"{peer.host}:{peer.port}", peer, True, self.clock())
        self.listeners[peer] = listener
        return self._deliver(listener, "all")

    def follow(self, peer: Peer) -> None:
        """Send live events to somebody who acknowledges nothing, such as a lighting desk."""
        self.listeners[peer] = Listener(f"{peer.host}:{peer.port}", peer, True, self.clock())

    def broadcast(self, packet: bytes) -> None:
        """Send once, unacknowledged, to everybody known (live events: late would be worse than lost)."""
        for listener in self.listeners.values():
            self.hub.send(listener.target, in_proto(packet, listener.proto))

    def step(self, timeout_s: float) -> None:
        """Wait at most this long for packets, act on them, then do what is due."""
        now = self.clock()
        due = [li.delivery.deadline_s for li in self.listeners.values() if li.delivery and self._running(li)]
        wait_s = min([timeout_s, *(d - now for d in due), self._next_alive_s - now])
        for peer, packet in self.hub.poll(wait_s):
            self.receive(peer, packet)
        self._resend()
        self._say_alive()

    def receive(self, peer: Peer, packet: bytes) -> None:
        """Act on one packet; a bad one is counted and forgotten."""
        try:
            messages = decode(packet)
        except BadPacketError:
            self.bad_packets += 1
            return
        for address, args, _ in messages:
            spec = MESSAGES.get(address)
            if spec is None or spec.direction != "listener to bridge":
                self.bad_packets += 1
                continue
            try:
                self._act(peer, address, checked(address, args))
            except BadPacketError as e:
                self.bad_packets += 1
                self._refuse(peer, 1, str(e))

    def _act(self, peer: Peer, address: str, args: tuple[Arg, ...]) -> None:
        if address == "/piano/hello":
            self._hello(peer, str(args[0]), int(args[1]), int(args[2]))
            return
        listener = self._who(peer, address, args)
        if listener is not None:
            listener.seen_s = self.clock()
        if address == "/piano/ping":
            target = listener.target if listener else peer
            self.hub.send(target, encode("/piano/pong", args[0], VERSION, self.rid))
        elif listener is None:
            # Strangers get no answer: a forged sender address must not make this a reflector.
            self.bad_packets += 1
        elif address == "/piano/ack":
            self._acknowledged(listener, int(args[0]), int(args[1]))
        elif address == "/piano/get":
            self._get(listener, str(args[0]))
        elif address == "/piano/resend":
            self._resend_one(listener, int(args[0]), int(args[1]))
        elif self.control is not None:
            self.control(address, args)

    def _who(self, peer: Peer, address: str, args: tuple[Arg, ...]) -> Listener | None:
        """The listener behind a packet; one that we sent to unasked may acknowledge from another port."""
        if peer in self.listeners:
            return self.listeners[peer]
        for listener in self.listeners.values():
            same_place = listener.target.host == peer.host and listener.target.connection is peer.connection is None
            if same_place and (listener.target.port == peer.port or listener.pushed):
                return listener
        return None

    def _hello(self, peer: Peer, name: str, proto: int, reply_port: int) -> None:
        if peer.connection is not None or reply_port == 0:
            target = peer
        elif 0 < reply_port < 65536:
            target = Peer(peer.host, reply_port)
        else:
            self._refuse(peer, 1, f"reply port {reply_port} is no port")
            return
        if not OLDEST_PROTO <= proto <= PROTO:
            spoken = f"this bridge speaks proto {OLDEST_PROTO} to {PROTO}, not {proto}"
            self.hub.send(target, encode("/piano/error", 2, spoken))
            return
        self._make_room()
        known = self.listeners.get(peer)
        if known is None and len(self.listeners) >= MOST_LISTENERS:
            self.hub.send(target, encode("/piano/error", 5, f"{MOST_LISTENERS} listeners are known already"))
            return
        if known is None or known.target != target or known.proto != proto:
            # One place, one listener: it may have restarted with another sending port.
            delivery = known.delivery if known else None
            for other in [p for p, li in self.listeners.items() if li.target == target]:
                delivery = self.listeners.pop(other).delivery
            self.listeners[peer] = Listener(name[:100], target, False, self.clock(), delivery, proto)
        self.hub.send(target, encode("/piano/welcome", VERSION, proto, self.rid))

    def _make_room(self) -> None:
        gone = [p for p, li in self.listeners.items() if not self.hub.connected(li.target)]
        for peer in gone:
            del self.listeners[peer]
        if len(self.listeners) >= MOST_LISTENERS:
            silent = min(self.listeners, key=lambda p: self.listeners[p].seen_s)
            if self.clock() - self.listeners[silent].seen_s > EVICT_AFTER_S:
                del self.listeners[silent]

    def _get(self, listener: Listener, section: str) -> None:
        if section not in SECTIONS:
            self._refuse(listener.target, 4, f"sections are {', '.join(SECTIONS)}")
        elif self._analysis is None:
            self._refuse(listener.target, 3, "nothing has been analysed yet")
        else:
            self._deliver(listener, section)

    def _deliver(self, listener: Listener, section: str) -> Delivery:
        assert self._analysis is not None
        kind = section, listener.proto
        if kind not in self._transfers:
            self._transfers[kind] = make_transfer(self._analysis, self.rid, *kind)
        transfer = self._transfers[kind]
        delivery = listener.delivery
        if delivery is None or delivery.state != "running":
            delivery = listener.delivery = Delivery(transfer)
        # A listener may ask in the middle of a delivery: it begins again, and who waits for it goes on waiting.
        delivery.transfer, delivery.seq, delivery.resends_left = transfer, ACK_BEGIN, RESENDS
        self._send(listener, delivery)
        return delivery

    def _send(self, listener: Listener, delivery: Delivery) -> None:
        delivery.deadline_s = self.clock() + RESEND_AFTER_S
        self.hub.send(listener.target, delivery.transfer.packet(delivery.seq))

    def _acknowledged(self, listener: Listener, rid: int, seq: int) -> None:
        delivery = listener.delivery
        if delivery is None or delivery.state != "running" or delivery.transfer.rid != rid or delivery.seq != seq:
            return
        delivery.resends_left = RESENDS
        if seq == ACK_END:
            delivery.state = "done"
            return
        delivery.seq = delivery.following()
        self._send(listener, delivery)

    def _resend_one(self, listener: Listener, rid: int, seq: int) -> None:
        delivery = listener.delivery
        if delivery is None or delivery.transfer.rid != rid or not 0 <= seq < len(delivery.transfer.chunks):
            self._refuse(listener.target, 6, f"no chunk {seq} of result {rid}")
            return
        delivery.resent += 1
        self.hub.send(listener.target, delivery.transfer.packet(seq))

    @staticmethod
    def _running(listener: Listener) -> bool:
        return listener.delivery is not None and listener.delivery.state == "running"

    def _resend(self) -> None:
        now = self.clock()
        for key, listener in list(self.listeners.items()):
            delivery = listener.delivery
            if delivery is None or delivery.state != "running" or delivery.deadline_s > now:
                continue
            if delivery.resends_left == 0 or not self.hub.connected(listener.target):
                delivery.state = "failed"
                del self.listeners[key]
                continue
            delivery.resends_left -= 1
            if listener.target.connection is None:
                delivery.resent += 1
                self._send(listener, delivery)
            else:
                delivery.deadline_s = now + RESEND_AFTER_S

    def _say_alive(self) -> None:
        now = self.clock()
        if now < self._next_alive_s:
            return
        self._next_alive_s = now + ALIVE_EVERY_S
        self.broadcast(encode("/piano/alive", self.rid, int(now - self._started_s) % 2**23))

    def _refuse(self, peer: Peer, code: int, text: str) -> None:
        """Tell a known listener what is wrong; strangers get no answer."""
        known = any(peer in (key, li.target) for key, li in self.listeners.items())
        if known:
            self.hub.send(peer, encode("/piano/error", code, f"{ERRORS[code]}: {text}"[:300]))


@dataclass(frozen=True)
class Sent:
    """What a delivery took."""

    rid: int
    chunks: int
    seconds: float
    resent: int


def send_analysis(
    analysis: Analysis,
    host: str,
    port: int,
    *,
    transport: Framing | None = None,
    bind_port: int = BRIDGE_PORT,
    bind_host: str = "127.0.0.1",
) -> Sent:
    """Deliver an analysis to one listener and return when it has acknowledged everything.

    `transport` None is UDP, else the framing over TCP. `bind_port` is where acknowledgements are awaited.
    Raises `NetworkError` when the port is taken, nobody listens, the listener falls silent for 3 s or has not finished
    after two minutes.
    """
    with Hub(bind_host, bind_port if transport is None else 0) as hub:
        peer = Peer(address_of(host), port) if transport is None else hub.connect(host, port, transport)
        bridge = OscBridge(hub)
        rid = bridge.publish(analysis)
        started_s = time.monotonic()
        delivery = bridge.push(peer)
        while delivery.state == "running" and time.monotonic() - started_s < GIVE_UP_S:
            bridge.step(0.1)
        if delivery.state != "done":
            raise NetworkError(
                f"no answer to packet {delivery.seq} within {RESEND_AFTER_S * RESENDS:g} s",
                where=f"{host}:{port}",
                cause="the listener is not running, or acknowledges to another port",
                advice=f"Start it first and let it answer to port {hub.port}",
            )
        return Sent(rid, len(delivery.transfer.chunks), time.monotonic() - started_s, delivery.resent)
