"""Whatever arrives, nothing stops, nothing grows, and the next good packet is understood."""

from __future__ import annotations

import random
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.osc.client import Receiver
from bridge.osc.data import make_transfer
from bridge.osc.net import BadPacketError, Hub, Peer, StreamDecoder
from bridge.osc.schema import MESSAGES, encode
from bridge.osc.server import MOST_LISTENERS, OscBridge
from tests.runtime.write.takes import empty, take

SHORT = take(30.0)


def mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Random bytes, or a real packet with some bytes changed, cut or repeated."""
    if rng.random() < 0.2:
        return rng.randbytes(rng.randrange(0, 120))
    packet = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(packet))
        action = rng.random()
        if action < 0.6:
            packet[at] = rng.randrange(256)
        elif action < 0.8:
            del packet[at : at + rng.randrange(1, 9)]
        else:
            packet[at:at] = packet[at : at + 8]
        if not packet:
            return b""
    return bytes(packet)


def fuzz(count: int, seed: int) -> None:
    rng = random.Random(seed)
    transfer = make_transfer(SHORT, 5)
    to_listener = [transfer.begin, *transfer.chunks[:3], transfer.end, encode("/piano/welcome", "v", 1, 5)]
    to_bridge = [
        encode(s.address, *({"i": 1, "f": 1.0, "s": "beat"}[p.type] for p in s.params))
        for s in MESSAGES.values()
        if s.direction == "listener to bridge"
    ]
    receiver = Receiver()
    with Hub() as hub:
        bridge = OscBridge(hub)
        bridge.publish(empty())
        sink = Peer("127.0.0.1", hub.port)
        for i in range(count):
            receiver.receive(mutated(rng, to_listener))
            bridge.receive(sink, mutated(rng, to_bridge))
            if i % 50 == 0:
                while hub.poll(0):
                    pass
        assert len(bridge.listeners) <= MOST_LISTENERS
    assert len(receiver.chunks) <= 20_000
    # Still of use afterwards.
    receiver = Receiver(rid=receiver.rid, items=receiver.items)
    for packet in (transfer.begin, *transfer.chunks, transfer.end):
        receiver.receive(packet)
    assert receiver.complete


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), max_size=20))
def test_any_stream_is_cut_into_packets_or_refused(pieces):
    decoder = StreamDecoder()
    try:
        found = [packet for piece in pieces for packet in decoder.feed(piece)]
    except BadPacketError:
        return
    assert sum(map(len, found)) <= sum(map(len, pieces))


def test_two_thousand_mutated_packets_do_no_harm():
    fuzz(1_000, 1)


@pytest.mark.slow
def test_a_hundred_thousand_mutated_packets_do_no_harm():
    fuzz(10_000, 2)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fuzz(50_000, 3)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 4_000
