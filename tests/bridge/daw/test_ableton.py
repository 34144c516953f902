"""Cue points through AbletonOSC, against a stand-in that moves its playhead late and toggles, as Live does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.daw.ableton import Cue, Live, LiveError, write_cues
from bridge.osc.schema import decode
from runtime.write.marks import marks
from tests.runtime.write.takes import take

TAKE = take(200.0)
BPM = 100.0


class LiveStandIn:
    """AbletonOSC's answers from tables; the playhead arrives two questions after it was sent."""

    def __init__(self) -> None:
        self.cues: list[tuple[str, float]] = [("Verse", 7.0)]
        self._playhead, self._goal, self._late = 0.0, 0.0, 0
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._sock.settimeout(0.05)
        self.port = int(self._sock.getsockname()[1])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        self._sock.close()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                packet, peer = self._sock.recvfrom(65_536)
            except TimeoutError:
                continue
            for address, args, _ in decode(packet):
                answer = self._act(address, args)
                if answer is not None:
                    builder = OscMessageBuilder(address=address)
                    for value in answer:
                        builder.add_arg(value, "s" if isinstance(value, str) else "f")
                    self._sock.sendto(builder.build().dgram, peer)

    def _act(self, address: str, args: tuple) -> list | None:
        name = address.removeprefix("/live/song/")
        if name == "get/tempo":
            return [BPM]
        if name == "get/cue_points":
            return [v for cue in self.cues for v in cue]
        if name == "get/current_song_time":
            self._late -= 1
            if self._late < 0:
                self._playhead = self._goal
            return [self._playhead]
        if name == "set/current_song_time":
            if args[0] != self._goal:
                self._goal, self._late = args[0], 2
        elif name == "cue_point/add_or_delete":
            here = [c for c in self.cues if abs(c[1] - self._playhead) < 1e-3]
            self.cues = sorted(
                [c for c in self.cues if c not in here] + ([] if here else [("1", self._playhead)]), key=lambda c: c[1]
            )
        elif name == "cue_point/set/name":
            self.cues[int(args[0])] = (args[1], self.cues[int(args[0])][1])
        return None


@pytest.fixture
def stand_in() -> Iterator[LiveStandIn]:
    live = LiveStandIn()
    yield live
    live.stop()


def names(stand_in: LiveStandIn) -> list[str]:
    return [name for name, _ in stand_in.cues]


def test_every_mark_becomes_a_named_cue_point_and_a_second_run_changes_nothing(stand_in):
    wanted = [m for m in marks(TAKE) if m.kind != "hairpin"]
    with Live(port=stand_in.port, answer_port=0) as live:
        assert write_cues(TAKE, live) == len(wanted)
        first = list(stand_in.cues)
        assert live.cues()[0] == Cue("mf: mf", pytest.approx(wanted[0].time_s * BPM / 60, abs=1e-3))
        assert write_cues(TAKE, live) == 0
    assert stand_in.cues == first
    assert names(stand_in) == ["mf: mf", "Verse"] + [f"mf: {m.label}" for m in wanted[1:]]


def test_marks_of_another_take_go_and_the_users_stay(stand_in):
    other = take(150.0, seed=3, first_s=0.9)
    with Live(port=stand_in.port, answer_port=0) as live:
        write_cues(TAKE, live)
        write_cues(other, live)
    wanted = [f"mf: {m.label}" for m in marks(other) if m.kind != "hairpin"]
    assert [n for n in names(stand_in) if n.startswith("mf: ")] == wanted and "Verse" in names(stand_in)


def test_nobody_there_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr("bridge.daw.ableton.ANSWER_S", 0.02)
    with Live(port=9, answer_port=0) as live, pytest.raises(LiveError, match="Install AbletonOSC"):
        write_cues(TAKE, live)
