"""Live events leave in order and in time with start, stop, seek and loop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.osc.net import Hub, Peer
from bridge.osc.schema import decode, encode
from bridge.osc.server import OscBridge
from bridge.osc.transport import Transport
from bridge.play import Player, live_events
from tests.runtime.write.takes import empty, take

TAKE = take(30.0)
REPOSITORY = Path(__file__).resolve().parents[2]


class Rig:
    """A player whose clock the test turns by hand and whose packets it collects."""

    def __init__(self, analysis=TAKE):
        self.now_s = 100.0
        self.sent: list[tuple[float, str, tuple]] = []
        rig = self

        class Recorder(OscBridge):
            def broadcast(self, packet: bytes) -> None:
                ((address, args, _),) = decode(packet)
                rig.sent.append((rig.now_s, address.removeprefix("/piano/live/"), args))

        self.hub = Hub()
        self.player = Player(analysis, Recorder(self.hub), clock=lambda: self.now_s)

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()

    def say(self, address: str, *args: float) -> None:
        self.player.bridge.receive(Peer("127.0.0.1", 1), encode("/piano/hello", "x", 1, 0))
        self.player.bridge.receive(Peer("127.0.0.1", 1), encode(address, *args))

    def run(self, seconds: float, step_s: float = 0.01) -> None:
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            self.player._send_due()

    def of(self, kind: str) -> list[tuple[float, tuple]]:
        return [(t, args) for t, k, args in self.sent if k == kind]


def test_from_start_to_end_every_event_leaves_once_and_at_its_moment():
    with Rig() as rig:
        rig.say("/piano/play", 0.0)
        rig.run(31)
        beats = rig.of("beat")
        assert [a[0] for _, a in beats] == list(range(len(TAKE.beats)))
        assert all(0 <= t - 100 - b.time_s < 0.011 for (t, _), b in zip(beats, TAKE.beats, strict=True))
        assert len(rig.of("loudness")) == len(TAKE.loudness.ntot_sone)
        assert [a[0] for _, a in rig.of("state")] == [1, 0]
        assert not rig.player.transport.playing


def test_stop_is_silent_and_play_goes_on_from_there():
    with Rig() as rig:
        rig.say("/piano/play", 0.0)
        rig.run(5)
        rig.say("/piano/stop")
        count = len(rig.sent)
        rig.run(5)
        assert len(rig.sent) == count
        rig.say("/piano/play", -1.0)
        rig.run(26)
        assert [a[0] for _, a in rig.of("beat")] == list(range(len(TAKE.beats)))


def test_seek_skips_says_what_holds_and_goes_on():
    analysis = take(100.0)
    with Rig(analysis) as rig:
        rig.say("/piano/play", 0.0)
        rig.run(2)
        rig.say("/piano/seek", 60.0)
        assert rig.of("dynamic")[-1][1][2] == [d.level for d in analysis.dynamics if d.time_s < 60][-1]
        rig.run(10)
        later = [a[1] for t, a in rig.of("beat") if t > 102.05]
        assert later[0] >= 60 and len(later) == sum(60 <= b.time_s <= 70 for b in analysis.beats)


def test_a_loop_repeats_its_beats_without_drift():
    with Rig() as rig:
        rig.say("/piano/loop", 5.0, 9.0)
        rig.say("/piano/play", 5.0)
        rig.run(40.5, 0.007)
        inside = [i for i, b in enumerate(TAKE.beats) if 5 <= b.time_s < 9]
        beats = rig.of("beat")
        assert [a[0] for _, a in beats][: 10 * len(inside)] == inside * 10
        for n, (t, args) in enumerate(beats):
            assert 0 <= t - 100 - 4 * (n // len(inside)) - (args[1] - 5) < 0.02
        rig.say("/piano/loop", -1.0, 0.0)
        rig.run(31)
        assert [a[0] for _, a in rig.of("beat")][-1] == len(TAKE.beats) - 1


def test_a_loop_that_is_none_changes_nothing():
    with Rig() as rig:
        rig.say("/piano/loop", 9.0, 5.0)
        rig.say("/piano/loop", 5.0, 5.01)
        assert rig.player.transport.loop is None


def test_silence_plays_to_its_end():
    with Rig(empty(3.0)) as rig:
        rig.say("/piano/play", 0.0)
        rig.run(3.1)
        assert [k for _, k, _ in rig.sent] == ["state", "state"]


def test_events_are_in_order_of_time():
    times = [t for t, _ in live_events(take(60.0))]
    assert times == sorted(times)


_moves = st.lists(
    st.tuples(st.sampled_from(["play", "stop", "seek", "loop"]), st.floats(-5, 40), st.floats(0, 40)), max_size=15
)


@given(_moves)
def test_the_position_stays_inside_the_recording_whatever_one_does(moves):
    transport, now_s = Transport(30.0), 1000.0
    for kind, a, b in moves:
        now_s += 0.25
        if kind == "play":
            transport.play(now_s, a if a >= 0 else None)
        elif kind == "stop":
            transport.stop(now_s)
        elif kind == "seek":
            transport.seek(now_s, a)
        else:
            try:
                transport.set_loop(now_s, a, b)
            except ValueError:
                continue
        if not transport.playing:
            assert 0 <= transport.position_s(now_s) <= 30
        assert transport.end_s <= 30


def test_a_loop_must_last():
    with pytest.raises(ValueError, match="is none"):
        Transport(30.0).set_loop(0, 10, 10.01)


PRIORITY = """
import os, subprocess, sys
from bridge.play import raise_priority
print(raise_priority())
policy = "import os; print(os.sched_getscheduler(0) if hasattr(os, 'sched_getscheduler') else 0)"
print(subprocess.run([sys.executable, "-c", policy], capture_output=True, text=True).stdout)
"""


def test_priority_is_asked_for_and_programs_started_from_here_do_not_inherit_real_time():
    said, child_policy = subprocess.run(
        [sys.executable, "-c", PRIORITY], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    assert said in ("real-time", "raised", "ordinary")
    assert child_policy == "0"
