"""The bridge's OSC commands do what their help says, and tell what is wrong in one line."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bridge import listen, play, send
from bridge.load import add_analysis_options, analysis_options, load_analysis, parse_target
from bridge.osc.schema import decode
from runtime.analysis import from_json
from runtime.errors import InputError
from tests.ports import free_port
from tests.runtime.write.takes import take

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "minuet.ogg"
SCORE = REPOSITORY / "examples" / "minuet.musicxml"
TAKE = take(30.0)


@pytest.fixture
def take_file(tmp_path: Path) -> Path:
    path = tmp_path / "take.json"
    path.write_text(TAKE.to_json())
    return path


def test_send_delivers_to_listen_which_writes_the_files(take_file, tmp_path):
    port, out = free_port(), tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "bridge.listen", "--once", "--timeout", "60", "--listen-port", str(port)]
    listener = subprocess.Popen(
        [*command, "--port", str(free_port()), "--format", "json,csv,midi,daw", "--out", str(out), "--tempo", "bar"],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert listener.stderr is not None and "listening" in listener.stderr.readline()
        assert send.main([str(take_file), "--osc", f"127.0.0.1:{port}", "--reply-port", "0"]) == 0
        said, _ = listener.communicate(timeout=60)
    finally:
        listener.kill()
        listener.wait()
    assert listener.returncode == 0 and f"{len(TAKE.beats)} beats" in said
    stem = Path(TAKE.source.name).stem
    assert sorted(p.name for p in out.iterdir()) == sorted(f"{stem}{s}" for s in (".json", ".csv", ".mid", ".daw.json"))
    assert len(from_json((out / f"{stem}.json").read_text()).beats) == len(TAKE.beats)


def test_play_streams_to_a_device_that_acknowledges_nothing(tmp_path):
    path = tmp_path / "short.json"
    path.write_text(take(1.5, first_s=0.2).to_json())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(60)
        target = f"127.0.0.1:{sock.getsockname()[1]}"
        began_s = time.monotonic()
        assert play.main([str(path), "--live-only", target, "--port", "0", "--from", "0.1"]) == 0
        assert time.monotonic() - began_s >= 1.3
        seen = [decode(sock.recv(2048))[0] for _ in range(16)]
    kinds = [address.removeprefix("/piano/live/") for address, _, _ in seen]
    assert kinds[0] == "state" and {"beat", "dynamic", "loudness"} <= set(kinds)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (lambda f: send.main([str(f), "--osc", "nowhere"]), "HOST:PORT"),
        (lambda f: send.main(["none.json", "--osc", "127.0.0.1:9"]), "no such file"),
        (lambda f: play.main([str(f), "--loop", "5", "4", "--port", "0"]), "is none"),
        (lambda f: listen.main(["--once", "--timeout", "0.2", "--listen-port", "0", "--port", "9"]), "no result"),
    ],
    ids=["target", "file", "loop", "silence"],
)
def test_a_problem_is_one_line_and_exit_code_1(command, words, take_file, capsys):
    assert command(take_file) == 1
    assert words in capsys.readouterr().err


def test_an_unknown_format_is_a_usage_error():
    with pytest.raises(SystemExit) as e:
        listen.main(["--format", "pdf"])
    assert e.value.code == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', "\x00"])
def test_a_file_that_is_no_analysis_is_told(text, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError, match="analyze AUDIO"):
        load_analysis(path)


def test_corrections_are_passed_on_to_the_analysis_of_the_recording_and_refused_for_a_finished_one(take_file, capfd):
    said = ["--correct", "x2", "--correct", "metre=3"]
    plain, doubled = load_analysis(EXAMPLE), load_analysis(EXAMPLE, said)
    assert len(doubled.beats) > 1.8 * len(plain.beats) and {m.beats_per_bar for m in doubled.metre} == {3}
    with pytest.raises(InputError, match="recording itself"):
        load_analysis(take_file, said)
    with pytest.raises(InputError, match="could not be analysed"):
        load_analysis(EXAMPLE, ["--correct", "faster"])
    assert "faster" in capfd.readouterr().err
    assert send.main([str(take_file), "--osc", "127.0.0.1:9", *said]) == 1
    assert "recording itself" in capfd.readouterr().err


@pytest.mark.parametrize("text", ["", "host", "host:", ":9", "host:0", "host:65536", "host:x"])
def test_targets_that_are_none_are_told(text):
    with pytest.raises(InputError, match="HOST:PORT"):
        parse_target(text)


def test_weights_are_passed_on():
    parser = argparse.ArgumentParser()
    add_analysis_options(parser)
    assert analysis_options(parser.parse_args(["--model", "mezzoforte-free"])) == ["--model", "mezzoforte-free"]


def test_a_score_and_the_quality_are_passed_on_and_refused_for_a_finished_analysis(take_file):
    parser = argparse.ArgumentParser()
    add_analysis_options(parser)
    said = analysis_options(parser.parse_args(["--score", str(SCORE), "--quality", "fast"]))
    found = load_analysis(EXAMPLE, said)
    assert found.score is not None and found.beats[0].measure is not None and not found.model.transcriber
    with pytest.raises(InputError, match="needs the recording itself"):
        load_analysis(take_file, said)
