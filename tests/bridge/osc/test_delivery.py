"""A result arrives whole, over UDP and TCP, through loss, stalls, restarts and nonsense."""

from __future__ import annotations

import random
import socket
import threading
import time
from dataclasses import replace

import pytest

from bridge.osc.client import OscListener, Receiver
from bridge.osc.data import analysis_from_items, items, make_transfer
from bridge.osc.net import BadPacketError, Hub, NetworkError, Peer, StreamDecoder, frame
from bridge.osc.schema import PROTO, bundle, decode, encode
from bridge.osc.server import MOST_LISTENERS, OscBridge, send_analysis
from runtime.analysis import LADDER, Analysis, ChangePoint, Dynamic
from tests.bridge.osc.net import LossyPath, serving, until
from tests.ports import free_port
from tests.runtime.write.takes import empty, take

TEN_MINUTES = take(600.0)
SHORT = take(30.0)


def same(received: Analysis | None, sent: Analysis) -> bool:
    """Equal in everything that the schema carries, times to float32."""
    assert received is not None
    times = [abs(a.time_s - b.time_s) for a, b in zip(received.beats, sent.beats, strict=True)]
    assert max(times, default=0) < 1e-4
    assert [(b.bar, b.position) for b in received.beats] == [(b.bar, b.position) for b in sent.beats]
    assert received.beat_levels == sent.beat_levels
    assert [(d.beat, d.level) for d in received.dynamics] == [(d.beat, d.level) for d in sent.dynamics]
    assert [c.beat for c in received.change_points] == [c.beat for c in sent.change_points]
    assert [h.kind for h in received.hairpins] == [h.kind for h in sent.hairpins]
    assert received.loudness.ntot_sone == pytest.approx(sent.loudness.ntot_sone, rel=1e-6)
    assert (received.loudness.hop_s, received.source.name) == (sent.loudness.hop_s, sent.source.name)
    return True


@pytest.mark.parametrize("framing", [None, "slip", "length"])
@pytest.mark.parametrize("analysis", [TEN_MINUTES, empty()], ids=["take", "empty"])
def test_a_late_joiner_gets_everything(framing, analysis):
    with serving(analysis) as bridge, OscListener("127.0.0.1", bridge.hub.port, framing=framing) as listener:
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        assert same(listener.receiver.analysis, replace(analysis, metre=analysis.metre))
        assert listener.receiver.bad_packets == bridge.bad_packets == 0


@pytest.mark.slow
def test_ten_percent_loss_repeats_and_a_stall_of_a_second_lose_nothing():
    with Hub() as receiver_hub:
        receiver = Receiver()
        with LossyPath(receiver_hub.port, loss=0.1, repeat=0.1, seed=3, stall_s=1.0) as path:
            over = threading.Event()

            def listen() -> None:
                while not over.is_set():
                    for peer, packet in receiver_hub.poll(0.02):
                        for answer in receiver.receive(packet):
                            receiver_hub.send(peer, answer)

            thread = threading.Thread(target=listen)
            thread.start()
            sent = send_analysis(TEN_MINUTES, "127.0.0.1", path.port, bind_port=0)
            over.set()
            thread.join()
        assert path.lost > 0 and sent.resent > 0
        assert same(receiver.analysis, TEN_MINUTES)


@pytest.mark.parametrize("framing", ["slip", "length"])
def test_a_result_is_pushed_over_tcp(framing):
    receiver, over = Receiver(), threading.Event()
    with Hub(tcp=True) as hub:

        def listen() -> None:
            while not over.is_set():
                for peer, packet in hub.poll(0.02):
                    for answer in receiver.receive(packet):
                        hub.send(peer, answer)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            assert send_analysis(SHORT, "127.0.0.1", hub.port, transport=framing).resent == 0
        finally:
            over.set()
            thread.join()
    assert same(receiver.analysis, SHORT)


def test_a_new_result_replaces_the_old_one_at_every_listener():
    with serving(SHORT) as bridge, OscListener("127.0.0.1", bridge.hub.port) as listener:
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        first = listener.receiver.rid
        new = bridge.publish(take(40.0, seed=8))
        assert new != first
        assert until(lambda: listener.receiver.rid == new and listener.receiver.complete, lambda: listener.step(0.02))
        assert same(listener.receiver.analysis, take(40.0, seed=8))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener that misses the bridge after half a second."""
    monkeypatch.setattr("bridge.osc.client.LOST_AFTER_S", 0.5)
    monkeypatch.setattr("bridge.osc.client.ASK_AGAIN_S", 0.3)
    monkeypatch.setattr("bridge.osc.client.HELLO_EVERY_S", 0.1)


def test_a_bridge_that_was_restarted_with_another_result_is_found_again(impatient, unused_udp_port):
    other = take(40.0, seed=8)
    with OscListener("127.0.0.1", unused_udp_port) as listener:
        for analysis in (SHORT, other):
            with serving(analysis, port=unused_udp_port) as bridge:
                whole = lambda bridge=bridge: listener.receiver.rid == bridge.rid and listener.receiver.complete  # noqa: E731
                assert until(whole, lambda: listener.step(0.02))
        assert same(listener.receiver.analysis, other)


def test_a_listener_that_was_forgotten_in_the_middle_of_a_delivery_asks_again(impatient):
    with serving(TEN_MINUTES) as bridge, OscListener("127.0.0.1", bridge.hub.port) as listener:
        assert until(lambda: len(listener.receiver.chunks) > 5, lambda: listener.step(0.02))
        bridge.listeners.clear()
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        assert same(listener.receiver.analysis, TEN_MINUTES)


def test_a_question_that_was_lost_is_asked_again(impatient, monkeypatch):
    with serving(SHORT) as bridge, OscListener("127.0.0.1", bridge.hub.port) as listener:
        asked, send = [], listener.send

        def lose_the_first(address, *args):
            asked.append(address)
            if address != "/piano/get" or asked.count(address) > 1:
                send(address, *args)

        monkeypatch.setattr(listener, "send", lose_the_first)
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        assert asked.count("/piano/get") >= 2


def test_a_section_arrives_alone():
    with serving(SHORT) as bridge, OscListener("127.0.0.1", bridge.hub.port) as listener:
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        listener.send("/piano/get", "beat")
        listener.receiver.complete = False
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        assert listener.receiver.begin is not None and listener.receiver.begin[5] == len(SHORT.beats)


def test_ping_is_answered_and_life_is_shown():
    with serving(SHORT) as bridge, Hub() as hub:
        hub.send(Peer("127.0.0.1", bridge.hub.port), encode("/piano/ping", 77))
        ((_, answer),) = hub.poll(60)
        assert answer.startswith(b"/piano/pong")
        hub.send(Peer("127.0.0.1", bridge.hub.port), encode("/piano/hello", "x", PROTO, 0))
        packets: list[bytes] = []
        assert until(
            lambda: any(p.startswith(b"/piano/alive") for p in packets),
            lambda: packets.extend(p for _, p in hub.poll(0.1)),
        )


def test_another_proto_is_refused_and_not_remembered():
    with serving(SHORT) as bridge, Hub() as hub:
        hub.send(Peer("127.0.0.1", bridge.hub.port), encode("/piano/hello", "x", PROTO + 1, 0))
        ((_, answer),) = hub.poll(60)
        assert answer == encode("/piano/error", 2, f"this bridge speaks proto 1 to {PROTO}, not {PROTO + 1}")
        assert not bridge.listeners


LADDER_TAKE = replace(
    SHORT,
    dynamics=tuple(Dynamic(SHORT.beats[i].time_s, i, level, 0.7) for i, level in enumerate(LADDER)),
    beat_levels=(*LADDER, *["fff"] * (len(SHORT.beats) - len(LADDER))),
    change_points=tuple(ChangePoint(SHORT.beats[i].time_s, i, 0.6) for i in range(1, len(LADDER))),
)


def told_dynamics(transfer) -> list[tuple[str, float]]:
    messages = [m for chunk in transfer.chunks for m in decode(chunk)]
    return [(str(args[2]), round(float(args[3]), 4)) for a, args, _ in messages if a == "/piano/dynamic"]


@pytest.mark.parametrize("proto", [1, PROTO])
def test_each_listener_is_told_levels_in_the_words_of_its_proto(proto):
    five = [("pp", 0.0)] * 2 + [("p", 0.25)] * 2 + [("mf", 0.5), ("f", 0.75)] + [("ff", 1.0)] * 2
    expected = five if proto == 1 else [(x, round(i / 7, 4)) for i, x in enumerate(LADDER)]
    with Hub() as hub, Hub() as mine:
        bridge = OscBridge(hub)
        bridge.publish(LADDER_TAKE)
        peer = Peer("127.0.0.1", mine.port)
        bridge.receive(peer, encode("/piano/hello", "x", proto, 0))
        ((_, welcome),) = mine.poll(2)
        assert decode(welcome)[0][1][1] == proto
        bridge.receive(peer, encode("/piano/get", "all"))
        delivery = bridge.listeners[peer].delivery
        assert delivery is not None and told_dynamics(delivery.transfer) == expected
        mine.poll(1)
        bridge.broadcast(encode("/piano/live/dynamic", 0, 1.0, "mp", 3 / 7, 2.0, 0.5))
        live = [p for _, p in mine.poll(1)]
        assert [decode(p)[0][1][2:4] for p in live] == [("p", 0.25) if proto == 1 else ("mp", pytest.approx(3 / 7))]


def test_a_listener_of_the_older_proto_still_hears_which_way_levels_change():
    changes = [args[2] for a, args in items(LADDER_TAKE, "change", 1)]
    assert changes == ["louder"] * 7


def test_all_eight_levels_arrive():
    with serving(LADDER_TAKE) as bridge, OscListener("127.0.0.1", bridge.hub.port) as listener:
        assert until(lambda: listener.receiver.complete, lambda: listener.step(0.02))
        assert same(listener.receiver.analysis, LADDER_TAKE)


def test_strangers_get_no_answer_to_anything_but_hello_and_ping():
    with serving(SHORT) as bridge, Hub() as hub:
        for packet in (encode("/piano/get", "all"), encode("/piano/resend", 1, 1), encode("/piano/ack", 1, -1), b"x"):
            hub.send(Peer("127.0.0.1", bridge.hub.port), packet)
        assert until(lambda: bridge.bad_packets == 4, lambda: time.sleep(0.01))
        assert hub.poll(0.1) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [(encode("/piano/get", "fugue"), 4), (encode("/piano/resend", 1, 9999), 6), (encode("/piano/get", "all"), 3)],
)
def test_a_known_listener_is_told_what_is_wrong(asked, code):
    with Hub() as hub, Hub() as mine:
        bridge = OscBridge(hub)
        peer = Peer("127.0.0.1", mine.port)
        bridge.receive(peer, encode("/piano/hello", "x", PROTO, 0))
        bridge.receive(peer, asked)
        answers = [p for p in [p for _, p in mine.poll(1)] + [p for _, p in mine.poll(0.05)]]
        assert any(p.startswith(encode("/piano/error", code, "")[:24]) for p in answers)


def test_there_is_an_end_to_the_listeners_and_silent_ones_make_room():
    now = [0.0]
    with Hub() as hub:
        bridge = OscBridge(hub, clock=lambda: now[0])
        for i in range(MOST_LISTENERS + 5):
            bridge.receive(Peer("127.0.0.1", 20_000 + i), encode("/piano/hello", "x", PROTO, 0))
        assert len(bridge.listeners) == MOST_LISTENERS
        now[0] = 11.0
        bridge.receive(Peer("127.0.0.1", 30_000), encode("/piano/hello", "x", PROTO, 0))
        assert len(bridge.listeners) == MOST_LISTENERS and Peer("127.0.0.1", 30_000) in bridge.listeners


def test_a_listener_that_restarts_on_another_sending_port_is_still_one_listener():
    with Hub() as hub:
        bridge = OscBridge(hub)
        for port in (20_000, 20_001, 20_002):
            bridge.receive(Peer("127.0.0.1", port), encode("/piano/hello", "pd", PROTO, 7_999))
        assert [li.target.port for li in bridge.listeners.values()] == [7_999]


def test_nobody_there_is_told_with_what_to_do(unused_udp_port):
    with pytest.raises(NetworkError, match="Start it first"):
        send_analysis(SHORT, "127.0.0.1", unused_udp_port, bind_port=0)
    with pytest.raises(NetworkError, match="nobody answers"):
        send_analysis(SHORT, "127.0.0.1", unused_udp_port, transport="slip")


def test_a_listener_that_asks_in_the_middle_of_a_delivery_still_gets_it_and_the_sender_ends():
    with Hub() as hub:
        receiver, asked, over = Receiver(), [], threading.Event()

        def listen() -> None:
            while not over.is_set():
                for peer, packet in hub.poll(0.02):
                    if not asked:
                        asked.append(hub.send(peer, encode("/piano/hello", "x", PROTO, 0)))
                        hub.send(peer, encode("/piano/get", "all"))
                    for answer in receiver.receive(packet):
                        hub.send(peer, answer)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            send_analysis(SHORT, "127.0.0.1", hub.port, bind_port=0)
        finally:
            over.set()
            thread.join()
        assert same(receiver.analysis, SHORT)


@pytest.fixture
def unused_udp_port() -> int:
    return free_port()


def test_any_port_means_one_that_is_free_for_udp_and_tcp(monkeypatch):
    """The system hands out ports that are free for UDP; the first three of these are taken for TCP."""
    real, taken = socket.create_server, []

    def create_server(address, **options):
        if len(taken) < 3:
            taken.append(address)
            raise OSError(98, "Address already in use")
        return real(address, **options)

    monkeypatch.setattr("bridge.osc.net.socket.create_server", create_server)
    with Hub(tcp=True) as hub:
        assert len(taken) == 3 and hub.port not in (port for _, port in taken)


def test_a_taken_port_is_told():
    with Hub() as hub, pytest.raises(NetworkError, match="another program"):
        Hub(port=hub.port)


def feed(receiver: Receiver, packets: list[bytes]) -> list[bytes]:
    return [answer for packet in packets for answer in receiver.receive(packet)]


def test_reordered_and_repeated_chunks_make_the_same_result():
    transfer = make_transfer(SHORT, 5)
    shuffled = [*transfer.chunks, *transfer.chunks]
    random.Random(1).shuffle(shuffled)
    receiver = Receiver()
    answers = feed(receiver, [transfer.begin, *shuffled, transfer.begin, transfer.end, transfer.end])
    assert answers[-1] == encode("/piano/ack", 5, -2)
    assert same(receiver.analysis, SHORT)


def test_missing_chunks_are_asked_for_before_the_end_is_acknowledged():
    transfer = make_transfer(SHORT, 5)
    receiver = Receiver()
    feed(receiver, [transfer.begin, *transfer.chunks[:1], *transfer.chunks[2:]])
    assert receiver.receive(transfer.end) == [encode("/piano/resend", 5, 1)]
    assert not receiver.complete
    assert feed(receiver, [transfer.chunks[1], transfer.end])[-1] == encode("/piano/ack", 5, -2)


def test_chunks_of_another_result_do_not_mix_in():
    mine, other = make_transfer(SHORT, 5), make_transfer(take(30.0, seed=9), 6)
    receiver = Receiver()
    answers = feed(receiver, [mine.begin, mine.chunks[0], other.chunks[1]])
    assert answers[-1] == encode("/piano/get", "all")
    feed(receiver, [*mine.chunks, mine.end])
    assert same(receiver.analysis, SHORT)
    feed(receiver, [other.begin])
    assert receiver.chunks == {} and receiver.items == {}


def test_a_wrong_checksum_starts_again_and_is_told_after_three_times():
    transfer = make_transfer(SHORT, 5)
    wrong = encode("/piano/end", 5, len(transfer.chunks), receiver_items(transfer), 1, 2)
    receiver = Receiver()
    for _ in range(2):
        assert feed(receiver, [transfer.begin, *transfer.chunks, wrong])[-1] == encode("/piano/get", "all")
    assert feed(receiver, [transfer.begin, *transfer.chunks, wrong])[-1] != encode("/piano/ack", 5, -2)
    assert "checksum" in receiver.error and receiver.analysis is None


def receiver_items(transfer) -> int:
    receiver = Receiver()
    receiver.receive(transfer.begin)
    assert receiver.begin is not None
    return int(receiver.begin[5])


def test_an_impossible_result_is_told_not_raised():
    begin = (1, "x", 10.0, 44_100, 1, 1, "m", "all")
    items = {"/piano/beat": {0: (0, 1.0, 1, 1, 0.5)}, "/piano/dynamic": {0: (0, 1.0, "loud", 0.0, 2.0, 0.5)}}
    with pytest.raises(ValueError, match="not a level"):
        analysis_from_items(begin, items)


@pytest.mark.parametrize("framing", ["slip", "length"])
@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_streams_cut_anywhere_give_the_same_packets(framing, size):
    packets = [bytes([0xC0, 0xDB, 0xDC, 0xDD] * 5), encode("/piano/stop"), bundle([encode("/piano/ping", 1)])]
    packets = [p + b"\0" * (-len(p) % 4) for p in packets]
    stream = b"".join(frame(p, framing) for p in packets)
    decoder, found = StreamDecoder(), []
    for at in range(0, len(stream), size):
        found += decoder.feed(stream[at : at + size])
    assert found == packets and decoder.framing == framing


def test_a_stream_that_never_ends_is_cut_off():
    decoder = StreamDecoder()
    with pytest.raises(BadPacketError):
        for _ in range(100):
            decoder.feed(b"x" * 65_536)
    with pytest.raises(BadPacketError):
        StreamDecoder().feed(b"\x00\xff\xff\xff")
