"""Excerpts are cut out of recordings in the worker and played by the system, one at a time."""

from __future__ import annotations

import io
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tests.bridge.serve.server import Bridge, running
from tests.bridge.serve.test_api import conforms

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a player is a shell script")
_PLAYER = """#!/bin/sh
for last; do :; done
cp "$last" "$0.got.part"; mv "$0.got.part" "$0.got"
trap 'exit 0' TERM
sleep 20 &
wait
"""


def _program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """Ten seconds whose samples tell their time."""
    path = tmp_path / "ramp.wav"
    sf.write(path, np.linspace(0, 0.9, 10 * 8000), 8000)
    return path


def _bridge(tmp_path: Path, stub: Path, path: str) -> Iterator[Bridge]:
    with running(tmp_path / "home", stub, environment={"PATH": path}) as started:
        yield started


def _ask(recording: Path, from_s: float, seconds: float) -> dict[str, object]:
    return {"recording": {"path": str(recording)}, "from_s": from_s, "seconds": seconds}


def test_the_asked_seconds_are_played_and_the_next_request_stops_them(tmp_path: Path, stub: Path, ramp: Path) -> None:
    name = "afplay" if sys.platform == "darwin" else "pw-play"
    player = _program(tmp_path / "bin", name, _PLAYER)
    got = player.with_name(player.name + ".got")
    for bridge in _bridge(tmp_path, stub, f"{player.parent}:{os.environ['PATH']}"):
        request = _ask(ramp, 4.0, 2.0)
        conforms(request, "PlayRequest")
        status, answer = bridge.call("POST", "/v1/play", request)
        assert (status, answer["playing_s"]) == (200, pytest.approx(2.0, abs=0.01))
        conforms(answer, "Playing")
        samples, rate_hz = sf.read(io.BytesIO(got.read_bytes()))
        assert len(samples) == 2 * rate_hz
        assert samples[rate_hz] == pytest.approx(0.45, abs=0.01)  # the middle, of ten seconds up to 0.9
        assert len(bridge.children()) == 1
        status, answer = bridge.call("POST", "/v1/play", {})
        assert (status, answer) == (200, {"playing_s": 0.0})
        assert bridge.is_childless()
        assert list((bridge.home / "uploads").iterdir()) == []


def test_a_computer_without_sound_says_so(tmp_path: Path, stub: Path, ramp: Path) -> None:
    folder = tmp_path / "bin"
    names = ("afplay",) if sys.platform == "darwin" else ("pw-play", "paplay", "aplay", "ffplay")
    for name in names:
        _program(folder, name, "#!/bin/sh\nexit 1\n")
    for bridge in _bridge(tmp_path, stub, f"{folder}:{os.environ['PATH']}"):
        status, answer = bridge.call("POST", "/v1/play", _ask(ramp, 0, 1))
        assert (status, answer["error"]["code"]) == (422, "no_sound")
        assert "no sound device that works" in answer["error"]["message"]


def test_what_cannot_be_played_is_refused(bridge: Bridge, ramp: Path, tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"RIFF0000WAVEnothing")
    for request, expected in (
        (_ask(ramp, -1, 1), 400),
        (_ask(ramp, "0", 1), 400),  # type: ignore[arg-type]
        ({"recording": {"path": str(ramp)}}, 400),
        (_ask(tmp_path / "none.wav", 0, 1), 422),
        (_ask(Path("/etc/passwd"), 0, 1), 422),
        (_ask(ramp, 60, 1), 422),
        (_ask(tmp_path / "no.wav", 0, 1), 422),
    ):
        began_s = time.monotonic()
        status, answer = bridge.call("POST", "/v1/play", request)
        assert (status, bool(answer["error"]["message"])) == (expected, True), request
        assert str(tmp_path) not in answer["error"]["message"]
        assert time.monotonic() - began_s < 30
