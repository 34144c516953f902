"""Nobody but a program of this user that knows the token gets anything out of the bridge."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
import time
from pathlib import Path

import pytest

from bridge.api.errors import Refusal
from bridge.api.home import publish, read_connection
from bridge.api.recording import check_recording
from tests.bridge.serve.server import Bridge, running, write_recording

HOSTS = [
    "",
    ":{port}",
    "localhost",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:0{port}",
    "LOCALHOST:{port}",
    "localhost.:{port}",
    "localhost.evil.com:{port}",
    "evil.com:{port}",
    "127.0.0.1.evil.com:{port}",
    "127.0.0.1:{port}.evil.com",
    "evil.com#127.0.0.1:{port}",
    "user@127.0.0.1:{port}",
    "127.1:{port}",
    "0.0.0.0:{port}",
    "2130706433:{port}",
    "[::ffff:127.0.0.1]:{port}",
    " 127.0.0.1:{port}x",
]
ORIGINS = [
    "null",
    "https://evil.com",
    "http://localhost",
    "http://127.0.0.1:{port}",
    "file://",
    "moz-extension://x",
    "",
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/ping", "/v1/openapi.json"])
def test_any_other_host_is_refused_even_with_the_token(bridge: Bridge, host: str, path: str) -> None:
    given = host.format(port=bridge.connection.port)
    status, headers, body = bridge.raw("GET", path, {**bridge.authorised(), "Host": given})
    assert status in (400, 403)
    assert not any(name.startswith("access-control") for name in headers)
    assert b"mezzoforte" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}"])
def test_the_three_loopback_names_are_served(bridge: Bridge, host: str) -> None:
    assert bridge.raw("GET", "/ping", {"Host": host.format(port=bridge.connection.port)})[0] == 200


def test_two_hosts_or_none_are_refused(bridge: Bridge) -> None:
    port = bridge.connection.port
    good = f"Host: 127.0.0.1:{port}\r\n"
    for hosts in ("", good + "Host: evil.com\r\n", good + good):
        answer = _send(port, f"GET /ping HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403"))


def test_an_absolute_target_does_not_stand_in_for_the_host(bridge: Bridge) -> None:
    port = bridge.connection.port
    request = f"GET http://127.0.0.1:{port}/ping HTTP/1.1\r\nHost: evil.com\r\nConnection: close\r\n\r\n"
    assert _send(port, request.encode()).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(("method", "path"), [("GET", "/ping"), ("POST", "/v1/shutdown"), ("OPTIONS", "/v1/analyse")])
def test_any_origin_is_refused_even_with_the_token(bridge: Bridge, origin: str, method: str, path: str) -> None:
    given = {"Origin": origin.format(port=bridge.connection.port), "Content-Type": "application/json"}
    status, headers, _ = bridge.raw(method, path, {**bridge.authorised(), **given}, b"{}" if method == "POST" else None)
    assert status == 403
    assert not any(name.startswith("access-control") for name in headers)


def test_what_a_page_embeds_is_refused_though_it_carries_no_origin(bridge: Bridge) -> None:
    for site in ("cross-site", "same-site", "none", "", "Same-Origin", "same-origin, same-origin"):
        assert bridge.raw("GET", "/ping", {"Sec-Fetch-Site": site})[0] == 403


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "text/plain; application/json", "application/x-www-form-urlencoded",
     "multipart/form-data; boundary=x", "application/jsonp", "application/octet-stream", "json"],
)  # fmt: skip
def test_only_json_is_taken(bridge: Bridge, kind: str | None, recording: Path) -> None:
    body = json.dumps({"recording": {"path": str(recording)}}).encode()
    headers = bridge.authorised() if kind is None else {**bridge.authorised(), "Content-Type": kind}
    assert bridge.raw("POST", "/v1/analyse", headers, body)[0] == 415
    assert bridge.raw("POST", "/v1/shutdown", headers, b"{}")[0] == 415


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic {token}", "bearer {token}",
                                   "Bearer {token}x", "{token}", "Bearer  {token}"])  # fmt: skip
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/openapi.json"), ("POST", "/v1/shutdown"), ("GET", "/v1/x"),
                                              ("GET", "/../ping"), ("POST", "/ping")])  # fmt: skip
def test_without_the_exact_token_everything_but_ping_answers_the_same(
    bridge: Bridge, token: str | None, method: str, path: str
) -> None:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = token.format(token=bridge.connection.token)
    status, _, body = bridge.raw(method, path, headers, b"{}" if method == "POST" else None)
    assert status == 401
    assert json.loads(body)["error"]["code"] == "unauthorised"
    assert bridge.process.poll() is None


def test_a_stranger_learns_nothing_about_files(bridge: Bridge, recording: Path, tmp_path: Path) -> None:
    headers = {"Content-Type": "application/json"}
    answers = {
        bridge.raw("POST", "/v1/analyse", headers, json.dumps({"recording": {"path": str(p)}}).encode())[2]
        for p in (recording, tmp_path / "missing.wav", tmp_path)
    }
    assert len(answers) == 1
    assert str(tmp_path).encode() not in answers.pop()


def test_the_server_listens_on_loopback_alone(bridge: Bridge) -> None:
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{bridge.process.pid}/net/{table}").read_text().splitlines()[1:]:
            place, state = line.split()[1], line.split()[3]
            address, port = place.split(":")
            if state == "0A" and int(port, 16) == bridge.connection.port:
                listening.append(address)
    assert listening == ["0100007F"]


def test_the_token_is_for_the_owner_alone_and_new_at_every_start(bridge: Bridge, tmp_path: Path, stub: Path) -> None:
    assert stat.S_IMODE((bridge.home / "bridge.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(bridge.home.stat().st_mode) == 0o700
    assert len(bridge.connection.token) >= 43  # 256 bits in base 64
    with running(tmp_path / "home", stub) as other:
        assert other.connection.token != bridge.connection.token


def test_a_link_laid_in_the_way_of_the_token_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / f".bridge.json.{os.getpid()}.part").symlink_to(tmp_path / "stolen")
    with pytest.raises(OSError, match="symbolic"):
        publish(tmp_path, 1, "secret")
    assert not (tmp_path / "stolen").exists()
    assert read_connection(tmp_path) is None


def test_a_second_bridge_does_not_start(bridge: Bridge, stub: Path) -> None:
    import subprocess

    command = [sys.executable, "-m", "bridge.serve", "--home", str(bridge.home), "--model", str(stub)]
    again = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 3
    assert "already running" in again.stderr
    assert bridge.raw("GET", "/ping")[0] == 200


def test_paths_that_are_no_plain_audio_file_are_refused(tmp_path: Path) -> None:
    good = write_recording(tmp_path / "good.wav", 1.0)
    link, fifo, folder = tmp_path / "link.wav", tmp_path / "pipe.wav", tmp_path / "folder.wav"
    link.symlink_to(good)
    os.mkfifo(fifo)
    folder.mkdir()
    (tmp_path / "text.wav").write_text("root:x:0:0")
    (tmp_path / "playlist.mp3").write_text("#EXTM3U\nfile:///etc/passwd\n")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "good.txt").write_bytes(good.read_bytes())
    bad = ["", "\0", f"{good}\0.wav", "good.wav", str(link), str(fifo), str(folder), "/dev/zero", "/etc/passwd",
           f"{tmp_path}/x/../good.wav", f"/{good}", "\\\\server\\share\\a.wav", "//server/a.wav", "http://x/a.wav",
           "~/a.wav", f"{tmp_path}/text.wav", f"{tmp_path}/playlist.mp3", f"{tmp_path}/empty.wav",
           f"{tmp_path}/good.txt", f"{tmp_path}/missing.wav", "/" + "a" * 5000 + ".wav", "/" + "a" * 300 + ".wav",
           "/\ud800.wav", 5, None, ["/a.wav"]]  # fmt: skip
    for path in bad:
        with pytest.raises(Refusal) as refused:
            check_recording(path, 10**9)
        assert str(tmp_path) not in refused.value.message + refused.value.advice
    assert check_recording(str(good), 10**9) == good
    with pytest.raises(Refusal) as refused:
        check_recording(str(good), 100)
    assert refused.value.status == 413


def test_a_header_that_lies_about_its_length_ends_the_job_not_the_bridge(
    bridge: Bridge, recording: Path, tmp_path: Path
) -> None:
    data = bytearray(recording.read_bytes())
    data[40:44] = b"\xff\xff\xff\x7f"
    liar = tmp_path / "liar.wav"
    liar.write_bytes(data)
    state = bridge.finished(bridge.analyse(liar))["state"]
    assert state in ("done", "failed")
    assert bridge.raw("GET", "/ping")[0] == 200


def test_a_recording_longer_than_allowed_is_refused_while_decoding(tmp_path: Path, stub: Path, recording: Path) -> None:
    with running(tmp_path / "home", stub, recording_s=2.0) as bridge:
        job = bridge.finished(bridge.analyse(recording))
        assert (job["state"], job["error"]["code"]) == ("failed", "audio_error")
        assert "longer than" in job["error"]["message"]


def test_damaged_files_fail_with_a_message_without_their_place(bridge: Bridge, recording: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC" + b"\xff" * 5000)
    job = bridge.finished(bridge.analyse(broken))
    assert (job["state"], job["error"]["code"]) == ("failed", "audio_error")
    assert "broken.flac" in job["error"]["message"]
    everything = json.dumps(job) + bridge.log() + (bridge.home / "jobs" / f"{job['id']}.json").read_text()
    assert str(tmp_path) not in everything


def test_too_much_too_slow_and_cut_off_requests_are_dropped(bridge: Bridge) -> None:
    port, token = bridge.connection.port, bridge.connection.token
    head = f"POST /v1/shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    head += "Content-Type: application/json\r\n"
    assert b" 413 " in _send(port, head.encode() + b"Content-Length: 70000\r\n\r\n" + b" " * 70000)[:20]
    started = time.monotonic()
    assert b" 408 " in _send(port, head.encode() + b"Content-Length: 10\r\n\r\n{", keep_open=True)[:20]
    assert _send(port, head.encode()[:30], keep_open=True) == b""  # the head never ends: dropped without an answer
    assert _send(port, b"", keep_open=True) == b""
    assert b" 400 " in _send(port, b"\x00\xff nonsense\r\n\r\n")[:20]
    assert b" 4" in _send(port, head.encode() + b"X: " + b"a" * 40000 + b"\r\n\r\n")[:12]
    assert time.monotonic() - started < 60
    assert bridge.raw("GET", "/ping")[0] == 200


def test_a_client_that_drips_its_request_is_dropped(bridge: Bridge) -> None:
    with socket.create_connection(("127.0.0.1", bridge.connection.port), 30) as client, pytest.raises(OSError):
        for letter in b"GET /ping HTTP/1.1\r\n" + b"X-Slow: " + b"a" * 600:
            client.sendall(bytes([letter]))
            time.sleep(0.05)
    assert bridge.raw("GET", "/ping")[0] == 200


def _send(port: int, data: bytes, *, keep_open: bool = False) -> bytes:
    """Send bytes, return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        try:
            client.sendall(data)
            if not keep_open:
                client.shutdown(socket.SHUT_WR)
        except OSError:
            return b""
        got = b""
        try:
            while part := client.recv(65536):
                got += part
        except ConnectionResetError:
            pass
        return got
