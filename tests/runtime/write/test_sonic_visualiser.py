"""A real Sonic Visualiser opens the layers and saves them in its session."""

from __future__ import annotations

import bz2
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lxml import etree

from runtime.write import save
from tests.runtime.write.takes import take

TAKE = take(30.0)
missing = [p for p in ("sonic-visualiser", "Xvfb") if shutil.which(p) is None]


def osc(address: str, *texts: str) -> bytes:
    def padded(text: str) -> bytes:
        raw = text.encode() + b"\0"
        return raw + b"\0" * (-len(raw) % 4)

    return padded(address) + padded("," + "s" * len(texts)) + b"".join(padded(t) for t in texts)


def port_of(process: subprocess.Popen[bytes], timeout_s: float = 60) -> int:
    """The UDP port that the program opened for OSC, from the kernel's table."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        open_files = Path(f"/proc/{process.pid}/fd")
        inodes = set()
        for fd in open_files.iterdir():
            try:
                inodes.add(str(fd.readlink()))
            except OSError:
                continue
        for line in Path(f"/proc/{process.pid}/net/udp").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in inodes:
                return int(fields[1].split(":")[1], 16)
        time.sleep(0.2)
    raise AssertionError("Sonic Visualiser opened no OSC port")


@pytest.mark.slow
@pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
def test_sonic_visualiser_opens_the_layers_and_saves_them(tmp_path):
    audio, layers, session = tmp_path / "a.wav", tmp_path / "a.svl", tmp_path / "a.sv"
    soundfile.write(audio, np.zeros(44_100 * 30, dtype=np.float32), 44_100)
    save(TAKE, layers, "svl")
    read_end, write_end = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-nolisten", "tcp"], pass_fds=[write_end], **quiet)
    display = os.read(read_end, 16).decode().strip()
    env = {**os.environ, "DISPLAY": f":{display}", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "c")}
    env["QT_QPA_PLATFORM"] = "xcb"
    settings = tmp_path / "c" / "sonic-visualiser"
    settings.mkdir(parents=True)
    said = subprocess.run(["sonic-visualiser", "--version"], env=env, capture_output=True, text=True, timeout=60)
    version = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    assert version is not None
    # It asks on its first start whether it may use the network, and OSC counts as that.
    allowed = f"[Preferences]\nnetwork-permission-{version[0]}=true\n"
    (settings / "Sonic Visualiser.conf").write_text(allowed)
    process = subprocess.Popen(["sonic-visualiser", "--no-splash"], env=env, **quiet)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(("127.0.0.1", port_of(process)))
            for message in (osc("/open", str(audio)), osc("/openadditional", str(layers)), osc("/save", str(session))):
                time.sleep(3)
                sock.send(message)
            deadline_s = time.monotonic() + 30
            while not session.exists() or session.stat().st_size == 0:
                assert time.monotonic() < deadline_s, "no session was saved"
                time.sleep(0.2)
            time.sleep(1)
    finally:
        for program in (process, screen):
            program.kill()
            program.wait()
        os.close(read_end)
        os.close(write_end)
    root = etree.fromstring(bz2.decompress(session.read_bytes()))
    names = {layer.get("name", "") for layer in root.iter("layer")}
    assert {"Mezzoforte beats", "Mezzoforte dynamics", "Mezzoforte loudness (sone)"} <= names
    sizes = sorted(len(d) for d in root.iter("dataset"))
    assert {len(TAKE.beats), len(TAKE.loudness.ntot_sone)} <= set(sizes)
