"""The bridge's page is let in, and nothing else that a browser could be made to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.page import static
from tests.bridge.serve.server import Bridge

JSON = {"Content-Type": "application/json"}


def own(bridge: Bridge) -> str:
    """The page's origin."""
    return f"http://127.0.0.1:{bridge.connection.port}"


def status_of(bridge: Bridge, method: str, path: str, headers: dict[str, str], token: bool = True) -> int:
    """The status of a request, a POST with an empty object."""
    body = b"{}" if method == "POST" else None
    more = {**JSON} if method == "POST" else {}
    given = {**(bridge.authorised() if token else {}), **more, **headers}
    return bridge.raw(method, path, given, body)[0]


def test_the_page_reads_with_the_site_alone_and_writes_with_its_origin(bridge: Bridge) -> None:
    same = {"Sec-Fetch-Site": "same-origin"}
    assert status_of(bridge, "GET", "/v1/works", same) == 200
    assert status_of(bridge, "GET", "/v1/works", {**same, "Origin": own(bridge)}) == 200
    assert status_of(bridge, "POST", "/v1/play", {**same, "Origin": own(bridge)}) == 200


def test_a_page_that_writes_without_its_origin_is_refused(bridge: Bridge) -> None:
    assert status_of(bridge, "POST", "/v1/play", {"Sec-Fetch-Site": "same-origin"}) == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "origin",
    ["null", "", "https://127.0.0.1:{port}", "http://localhost:{port}", "http://127.0.0.1:1", "http://127.0.0.1",
     "http://127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}", "http://127.0.0.1:{port}.evil.com", "http://evil.com"],
)  # fmt: skip
def test_another_origin_is_refused_whatever_its_site_says(bridge: Bridge, origin: str, method: str) -> None:
    given = {"Origin": origin.format(port=bridge.connection.port), "Sec-Fetch-Site": "same-origin"}
    assert status_of(bridge, method, "/v1/play" if method == "POST" else "/v1/works", given) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin "])
def test_another_site_is_refused_even_with_our_origin(bridge: Bridge, site: str) -> None:
    given = {"Origin": own(bridge), "Sec-Fetch-Site": site}
    if site != "same-origin ":  # white space around a value is not part of it
        assert status_of(bridge, "GET", "/v1/works", given) == 403
        assert status_of(bridge, "POST", "/v1/play", given) == 403


def test_our_origin_without_a_site_is_refused_as_a_browser_always_tells_it(bridge: Bridge) -> None:
    assert status_of(bridge, "POST", "/v1/play", {"Origin": own(bridge)}) == 403


@pytest.mark.parametrize("address", sorted(static.FILES))
def test_the_page_can_be_opened_by_its_user_without_a_token(bridge: Bridge, address: str) -> None:
    for site in ("none", "same-origin"):
        assert status_of(bridge, "GET", address, {"Sec-Fetch-Site": site}, token=False) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
def test_no_other_page_embeds_or_links_the_page(bridge: Bridge, site: str) -> None:
    for address in static.FILES:
        assert status_of(bridge, "GET", address, {"Sec-Fetch-Site": site}, token=False) == 403


@pytest.mark.parametrize(
    "path", ["/ping", "/v1/works", "/v1/openapi.json", "/page/nothing.js", "/page/../page", "/sound/x"]
)
def test_a_typed_address_reaches_nothing_but_the_page(bridge: Bridge, path: str) -> None:
    assert status_of(bridge, "GET", path, {"Sec-Fetch-Site": "none"}) == 403
    assert status_of(bridge, "POST", "/page", {"Sec-Fetch-Site": "none"}) == 403


def test_the_page_needs_the_token_for_everything_of_the_user(bridge: Bridge, done: dict[str, Any]) -> None:
    same = {"Sec-Fetch-Site": "same-origin", "Origin": own(bridge)}
    work = f"/v1/works/{done['id']}"
    for path in ("/v1/page", "/v1/works", work, f"{work}/peaks?scale=0&from=0&to=1", f"{work}/corrections"):
        assert status_of(bridge, "GET", path, same, token=False) == 401
    for path in ("/v1/works", f"{work}/delete", f"{work}/take", f"{work}/corrections", "/v1/score"):
        assert status_of(bridge, "POST", path, same, token=False) == 401


def test_a_recording_is_played_from_an_address_that_nobody_can_guess(bridge: Bridge, done: dict[str, Any]) -> None:
    same = {"Sec-Fetch-Site": "same-origin"}
    assert len(done["sound"].removeprefix("/sound/")) >= 43  # 256 bits in base 64
    assert bridge.raw("GET", done["sound"], same)[0] == 200
    assert bridge.raw("GET", done["sound"][:-1] + ("x" if done["sound"][-1] != "x" else "y"), same)[0] == 404
    assert bridge.raw("GET", f"/sound/{done['id']}", same)[0] == 404
    for site in ("cross-site", "same-site", "none"):
        assert bridge.raw("GET", done["sound"], {"Sec-Fetch-Site": site})[0] == 403
    assert bridge.raw("POST", done["sound"], {**same, **JSON, "Origin": own(bridge)}, b"{}")[0] == 401


def test_a_recording_is_played_in_ranges(bridge: Bridge, done: dict[str, Any], recording: Path) -> None:
    whole = recording.read_bytes()
    status, headers, data = bridge.raw("GET", done["sound"], {"Range": "bytes=100-199"})
    assert (status, data) == (206, whole[100:200])
    assert headers["content-range"] == f"bytes 100-199/{len(whole)}" and headers["content-type"] == "audio/wav"
    assert bridge.raw("GET", done["sound"], {"Range": f"bytes={len(whole) + 5}-"})[0] == 416
    assert bridge.raw("GET", done["sound"])[2] == whole


def test_the_page_lets_nothing_in_from_outside(bridge: Bridge) -> None:
    _, headers, body = bridge.raw("GET", "/page")
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'" and policy["trusted-types"] == "'none'"
    assert not any("unsafe" in p or "http" in p or "*" in p or "data:" in p for p in policy.values())
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert b"<script>" not in body and b" style=" not in body and b" on" + b"click" not in body


def test_no_script_of_the_page_makes_markup_from_text() -> None:
    for path in static.FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "eval(",
            "new Function",
        ):
            assert way not in text, f"{path.name}: {way}"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"recording": {}}, {"recording": {"path": "/etc/passwd"}}, {"recording": {"upload": "x"}},
        {"recording": {"path": "relative.wav"}}, {"recording": "x"}, {"recording": {"path": "/a.wav", "upload": "x"}},
        {"recording": {"path": "/dev/zero"}}, {"recording": {"path": "//host/a.wav"}}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_recording_makes_no_work(bridge: Bridge, body: dict[str, Any]) -> None:
    before = bridge.call("GET", "/v1/works")[1]["works"]
    status, answer = bridge.call("POST", "/v1/works", body)
    assert status in (400, 404, 422) and "/etc" not in json.dumps(answer)
    assert bridge.call("GET", "/v1/works")[1]["works"] == before


def test_scores_that_are_links_devices_or_of_another_kind_are_refused(
    bridge: Bridge, recording: Path, tmp_path: Path
) -> None:
    real, link, text = tmp_path / "s.musicxml", tmp_path / "link.musicxml", tmp_path / "s.txt"
    real.write_text("<score-partwise/>")
    link.symlink_to(real)
    text.write_text("x")
    for path in (link, text, tmp_path, tmp_path / "none.mxl", Path("/dev/null"), Path("s.musicxml")):
        body = {"recording": {"path": str(recording)}, "score": {"path": str(path)}}
        status, answer = bridge.call("POST", "/v1/works", body)
        assert status == 422 and str(tmp_path) not in json.dumps(answer), path


def test_ids_and_pages_that_are_none_are_not_found(bridge: Bridge, done: dict[str, Any]) -> None:
    for work in ("0" * 32, "..", "x", done["id"].upper() + "0"):
        assert bridge.call("GET", f"/v1/works/{work}")[0] == 404
    assert bridge.call("GET", f"/v1/works/{done['id']}/picture")[0] == 422
    for query in ("", "?scale=0", "?scale=99&from=0&to=1", "?scale=0&from=-1&to=1", "?scale=0&from=x&to=1"):
        assert bridge.call("GET", f"/v1/works/{done['id']}/peaks{query}")[0] == 400
