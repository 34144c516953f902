"""The ready-made receivers get every item, in the real programs where those are installed."""

from __future__ import annotations

import ctypes.util
import json
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.osc.data import items, make_transfer
from bridge.osc.schema import MESSAGES, encode
from bridge.osc.server import send_analysis
from tests.bridge.osc.net import LossyPath, serving
from tests.bridge.osc.receiver_rig import RECEIVERS, Programs, start_liblo, start_pd, start_sclang, wait_for
from tests.bridge.osc.test_fuzz import mutated
from tests.ports import free_port
from tests.runtime.write.takes import take

TEN_MINUTES = take(600.0)
SHORT = take(30.0)
TRANSFER = make_transfer(SHORT, 5)
PACKETS = [TRANSFER.begin, *TRANSFER.chunks, TRANSFER.end, encode("/piano/welcome", "v", 1, 5)]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    with Programs(tmp_path) as started:
        yield started


@needs("pd")
@pytest.mark.slow
def test_pure_data_gets_every_item_through_loss_and_a_stall(programs):
    port = free_port()
    with LossyPath(port, loss=0.1, seed=5, stall_s=1.0) as path:
        # Both directions go through the lossy path, the answer to hello too.
        log = start_pd(programs, port, path.back_port, path.port)
        sent = send_analysis(TEN_MINUTES, "127.0.0.1", path.port, bind_port=0)
    out = wait_for(log, "complete: ")
    rows = [line.split()[2:] for line in out.splitlines() if line.startswith("item: list")]
    wanted = items(TEN_MINUTES)
    assert sent.resent > 0 and [r[0] for r in rows] == [a.rsplit("/", 1)[1] for a, _ in wanted]
    for row, (_, args) in zip(rows, wanted, strict=True):
        numbers = [float(v) for v, a in zip(row[1:], args, strict=True) if not isinstance(a, str)]
        assert numbers == pytest.approx([a for a in args if not isinstance(a, str)], rel=1e-4, abs=1e-4)


@needs("sclang")
@pytest.mark.slow
def test_supercollider_gets_every_item_through_loss_and_a_stall(programs):
    port = free_port()
    kinds = ("meter", "beat", "tempo", "dynamic", "change", "hairpin", "loudness")
    counts = " ".join("%" for _ in kinds)
    sizes = ", ".join(f"r[\\{k}].size" for k in kinds)
    done = f'"DONE {counts} %".format({sizes}, r[\\beat][700][1]).postln'
    with LossyPath(port, loss=0.1, seed=6, stall_s=1.0) as path:
        log = start_sclang(programs, port, path.back_port, path.port, done)
        sent = send_analysis(TEN_MINUTES, "127.0.0.1", path.port, bind_port=0)
    line = next(li for li in wait_for(log, "DONE").splitlines() if "DONE" in li).split()
    assert sent.resent > 0
    assert [int(n) for n in line[1:8]] == [len(items(TEN_MINUTES, k)) for k in kinds]
    assert float(line[8]) == pytest.approx(TEN_MINUTES.beats[700].time_s, abs=1e-4)


def meets_two_bridges(log: Path, bridge_port: int, first: str, second: str) -> None:
    """A bridge comes after the receiver, goes, and comes again with another result."""
    for analysis, text in ((SHORT, first), (take(40.0, seed=8), second)):
        time.sleep(2.5)
        with serving(analysis, port=bridge_port):
            wait_for(log, text)


def broken(rng: random.Random) -> bytes:
    """Random bytes, or a packet of a delivery with some bytes changed."""
    return mutated(rng, PACKETS)


def strange(rng: random.Random) -> bytes:
    """A well-formed message of the schema with too few, too many or absurd arguments."""
    specs = [s for s in MESSAGES.values() if s.direction == "bridge to listener"]
    builder = OscMessageBuilder(address=rng.choice(specs).address)
    for _ in range(rng.randrange(9)):
        kind = rng.choice("iiffs")
        number = rng.choice([0, 1, -1, 5, 9_999, 2**30, -(2**31)])
        builder.add_arg("x" if kind == "s" else number, kind)
    return bytes(builder.build().dgram)


def bad_datagrams(port: int, make: Callable[[random.Random], bytes]) -> None:
    """Two thousand of them, paced so that they are read and not dropped before."""
    rng = random.Random(11)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _ in range(200):
            for _ in range(10):
                sock.sendto(make(rng), ("127.0.0.1", port))
            time.sleep(0.01)


@needs("pd")
@pytest.mark.slow
@pytest.mark.parametrize("make", [broken, strange])
def test_bad_datagrams_do_not_stop_pure_data(programs, make):
    port, bridge_port = free_port(), free_port()
    log = start_pd(programs, port, bridge_port, port)
    bad_datagrams(port, make)
    with serving(TEN_MINUTES, port=bridge_port):
        wait_for(log, f"item: list beat {len(TEN_MINUTES.beats) - 1} ")
        wait_for(log, "complete: ")


# Malformed packets are left out: sclang 3.13 itself ends on some, whatever script it runs.
@needs("sclang")
@pytest.mark.slow
def test_strange_messages_do_not_stop_supercollider(programs):
    port, bridge_port = free_port(), free_port()
    log = start_sclang(programs, port, bridge_port, port, '"DONE %".format(r[\\beat].size).postln')
    bad_datagrams(port, strange)
    with serving(TEN_MINUTES, port=bridge_port):
        wait_for(log, f"DONE {len(TEN_MINUTES.beats)}")


@needs("pd")
@pytest.mark.slow
def test_pure_data_finds_a_bridge_that_comes_later_and_one_that_was_restarted(programs):
    port, bridge_port = free_port(), free_port()
    log = start_pd(programs, port, bridge_port, port)
    meets_two_bridges(log, bridge_port, "complete: ", f"item: list beat {len(take(40.0, seed=8).beats) - 1} ")


@needs("sclang")
@pytest.mark.slow
def test_supercollider_finds_a_bridge_that_comes_later_and_one_that_was_restarted(programs):
    port, bridge_port = free_port(), free_port()
    log = start_sclang(programs, port, bridge_port, port, '"DONE %".format(r[\\beat].size).postln')
    meets_two_bridges(log, bridge_port, f"DONE {len(SHORT.beats)}", f"DONE {len(take(40.0, seed=8).beats)}")


@needs("oscdump")
def test_liblo_reads_every_message_with_the_types_of_the_schema(programs):
    port, transfer = free_port(), make_transfer(SHORT, 1)
    log = programs.start("oscdump", "-L", str(port))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        deadline_s = time.monotonic() + 60
        while "/piano/stop" not in log.read_text():
            assert time.monotonic() < deadline_s
            sock.sendto(encode("/piano/stop"), ("127.0.0.1", port))
            time.sleep(0.05)
        for packet in (transfer.begin, *transfer.chunks, transfer.end):
            sock.sendto(packet, ("127.0.0.1", port))
            time.sleep(0.002)
    out = wait_for(log, "/piano/end")
    rows = [line.split(" ", 3)[1:3] for line in out.splitlines() if "/piano/" in line and "/stop" not in line]
    seen = [r for r in rows if r[0] not in ("/piano/begin", "/piano/chunk", "/piano/end")]
    assert [r[0] for r in seen] == [a for a, _ in items(SHORT)]
    assert {r[1] for r in seen if r[0] == "/piano/beat"} == {"ifiif"}


@pytest.mark.skipif(ctypes.util.find_library("lo") is None, reason="liblo is not installed")
@pytest.mark.slow
def test_liblo_gets_every_item_through_loss_and_a_stall(programs):
    port = free_port()
    with LossyPath(port, loss=0.1, seed=7, stall_s=1.0) as path:
        log = start_liblo(programs, port)
        sent = send_analysis(TEN_MINUTES, "127.0.0.1", path.port, bind_port=0)
    rows = json.loads(wait_for(log, "]]").splitlines()[1])
    wanted = items(TEN_MINUTES)
    assert sent.resent > 0 and path.lost > 0
    assert [row[0] for row in rows] == [address for address, _ in wanted]
    for row, (_, args) in zip(rows, wanted, strict=True):
        assert row[1] == "".join({int: "i", str: "s"}.get(type(a), "f") for a in args)
        assert row[2:] == [a if isinstance(a, str) else pytest.approx(a, rel=1e-6) for a in args]


NODE_STAND_IN = """
const fs = require("fs"), vm = require("vm");
const packets = JSON.parse(fs.readFileSync(0, "utf8")), said = [[], [], []];
const max = { jsarguments: ["x", 7771], outlet: (n, list) => said[n].push(list),
              arrayfromargs: (a) => Array.from(a), messagename: "" };
vm.createContext(max);
vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), max);
max.bang();
for (const [name, ...args] of packets) {
    vm.runInContext(`messagename = ${JSON.stringify(name)}; anything(...${JSON.stringify(args)})`, max);
}
max.bang();
console.log(JSON.stringify(said));
"""


@needs("node")
def test_the_max_script_collects_and_acknowledges_in_a_stand_in_of_max(tmp_path):
    from bridge.osc.schema import decode

    transfer = make_transfer(SHORT, 7)
    packets = [transfer.begin, *transfer.chunks[:1], *transfer.chunks[2:], transfer.end]
    packets += [transfer.chunks[1], transfer.chunks[1], transfer.end, encode("/piano/welcome", "v", 1, 0)]
    fed = [[a, *args] for p in packets for a, args, _ in decode(p)]
    (tmp_path / "max.js").write_text(NODE_STAND_IN)
    command = ["node", str(tmp_path / "max.js"), str(RECEIVERS / "mezzoforte_max.js")]
    out = subprocess.run(command, input=json.dumps(fed), capture_output=True, text=True, check=True, timeout=30)
    answers, found, _ = json.loads(out.stdout)
    assert answers[:3] == [["/piano/hello", "max", 2, 7771], ["/piano/ack", 7, -1], ["/piano/ack", 7, 0]]
    assert ["/piano/resend", 7, 1] in answers and answers[-1] == ["/piano/ack", 7, -2]
    assert found[-1] == ["complete", 7] and len(found) == len(items(SHORT)) + 1


def test_the_max_patch_connects_boxes_that_exist():
    patcher = json.loads((RECEIVERS / "mezzoforte.maxpat").read_text())["patcher"]
    boxes = {b["box"]["id"]: b["box"] for b in patcher["boxes"]}
    for line in (entry["patchline"] for entry in patcher["lines"]):
        assert line["source"][1] < boxes[line["source"][0]]["numoutlets"]
        assert line["destination"][1] < boxes[line["destination"][0]]["numinlets"]
