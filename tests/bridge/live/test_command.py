"""`mezzoforte live` with PCM on stdin, as a process: datagrams while it goes on, the full analysis at the end."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pythonosc", reason="needs python-osc (extra: bridge)")

from bridge.live.sound import Pcm, from_pipe, microphone
from bridge.osc.schema import decode
from runtime.analysis import from_json
from runtime.errors import InputError
from tests import stub_model
from tests.runtime.audio_files import plucks
from tests.runtime.command import environment


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "bridge.live.command", *map(str, words)]


def test_beats_leave_while_the_sound_still_comes_and_the_analysis_follows(tmp_path: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    samples = plucks(12.0, 44_100, 2)
    data = (samples * 32_767).astype("<i2").tobytes()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(60.0)
        words = ["--pcm", "44100:2:s16", "--osc", f"127.0.0.1:{sink.getsockname()[1]}", "--model", card]
        process = subprocess.Popen(
            command(*words, "--quality", "fast", "--record", tmp_path / "kept.flac"), cwd=tmp_path, env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert [a for a, _, _ in decode(sink.recv(4_096))] == ["/piano/live/state"]
        process.stdin.write(data[: len(data) * 3 // 4 + 1])  # and half a sample
        process.stdin.flush()
        found: list[str] = []
        while found.count("/piano/live/beat") < 8:  # before the rest is given
            found += [a for a, _, _ in decode(sink.recv(4_096))]
        process.stdin.write(data[len(data) * 3 // 4 + 1 :])
        out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    assert set(found) >= {"/piano/live/beat", "/piano/live/dynamic", "/piano/live/loudness"}
    analysis = from_json(out.decode())
    assert analysis.source.duration_s == pytest.approx(12.0) and analysis.source.sample_rate_hz == 44_100
    assert (tmp_path / "kept.flac").is_file() and b"bar   1" in said and b"Traceback" not in said


def test_ctrl_c_ends_listening_and_what_was_heard_is_analysed(tmp_path: Path) -> None:
    import os
    import signal

    card = stub_model.write_stub(tmp_path)
    words = ["--pcm", "22050:1:f32", "--model", card, "--quality", "fast", "--out", tmp_path / "take.json"]
    process = subprocess.Popen(
        command(*words), cwd=tmp_path, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(plucks(8.0)[:, 0].astype("<f4").tobytes())
    process.stdin.flush()
    told = b""
    while b"bar   2" not in told:
        line = process.stderr.readline()
        assert line, told.decode()
        told += line
    os.kill(process.pid, signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(120) == 0 and b"Traceback" not in said, said.decode()
    assert 3.0 < from_json((tmp_path / "take.json").read_text()).source.duration_s <= 8.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--pcm", "44100"], "is not RATE:CHANNELS:FORMAT"),
        (["--pcm", "44100:2:s24"], "is not RATE:CHANNELS:FORMAT"),
        (["--pcm", "22050:1:f32", "--look-ahead", "9"], "outside 0.1..2.5"),
        (["--pcm", "22050:1:f32", "--osc", "nowhere"], "is not HOST:PORT"),
        (["--pcm", "22050:1:f32", "--model", "nowhere"], "no model named"),
        (["--pcm", "22050:1:f32"], "no sound came"),
    ],
)
def test_what_cannot_work_is_one_sentence(tmp_path: Path, words: list[str], told: str) -> None:
    done = subprocess.run(
        command(*words, "--quiet"), cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and told in done.stderr.decode(), done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())


class FakePortAudio:
    """The parts of sounddevice that are used, with a device that plays 0.2 s."""

    class PortAudioError(Exception):
        pass

    def query_devices(self, device: object = None, kind: str = "") -> object:
        if device == "none":
            raise ValueError("No input device matching 'none'")
        return {"default_samplerate": 48_000.0, "max_input_channels": 4}

    def InputStream(self, *, callback: object, channels: int, **_: object) -> object:
        class Stream:
            def __enter__(self) -> None:
                for _ in range(4):
                    callback(np.full((2_400, channels), 0.5, np.float32), 2_400, None, None)  # type: ignore[operator]

            def __exit__(self, *_: object) -> None:
                pass

        return Stream()


def test_a_microphone_is_opened_with_what_it_has_and_one_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", FakePortAudio())  # type: ignore[arg-type]
    with microphone(None) as sound:
        assert (sound.rate_hz, sound.channels) == (48_000, 2)
        frames = sound.read(1.0)
        assert frames is not None and frames.shape == (9_600, 2)
        assert len(sound.read(0.01)) == 0  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be opened"), microphone("none"):
        pass
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"mezzoforte\[live\]"):
        microphone(None)


@given(st.binary(max_size=400), st.sampled_from(["8000:1:s16", "44100:2:s16", "48000:3:f32", "8000:1:s32"]))
def test_any_bytes_are_whole_frames_within_full_scale(data: bytes, spec: str) -> None:
    import io

    pcm = Pcm.of(spec)
    sound, found = from_pipe(io.BytesIO(data), pcm), 0
    until = time.monotonic() + 60.0
    while (frames := sound.read(0.01)) is not None and time.monotonic() < until:
        assert np.isfinite(frames).all() and np.abs(frames).max(initial=0.0) <= 1.0
        found += len(frames)
    assert found == len(data) // pcm.frame_bytes
    assert threading.active_count() < 50
