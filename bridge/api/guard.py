"""The gate before every request: who may speak to the bridge, and how large and slow a request may be.

Measures 1 and 3 of the threat table: a web page that reaches 127.0.0.1 (by CSRF or DNS rebinding) is refused by
its Host, its Origin, its content type and its missing token, each of which suffices alone. The one page that is let in
is the bridge's own.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection
from hmac import compare_digest

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.api.errors import Refusal, bad_request

OPEN_PATHS = ("/ping",)
UPLOAD_PATH = "/v1/recording"
SCORE_PATH = "/v1/score"
SOUND_PREFIX = "/sound/"
_PATH = re.compile(rb"(/[A-Za-z0-9._-]{1,64}){1,6}")
log = logging.getLogger("mezzoforte.bridge")


# Made anew each time: an exception that is raised again keeps every earlier traceback, and with it memory.
def _forbidden() -> Refusal:
    return Refusal(403, "forbidden", "refused")


def _unauthorised() -> Refusal:
    return Refusal(401, "unauthorised", "refused", "Send the token of the running bridge")


class Guard:
    """ASGI middleware that refuses before anything else sees the request."""

    def __init__(self, app: ASGIApp, port: int, token: str, static: Collection[str] = ()) -> None:
        """`static`: the addresses of the page's own files, which hold no secret and need no token."""
        self._app = app
        self._static = frozenset(static)
        self._hosts = frozenset(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]"))
        self._credential = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # websockets: closed without a word
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
            await send(message)

        try:
            self.check(scope)
            await self._app(scope, receive, answer)
        except Refusal as refusal:
            await JSONResponse(refusal.body(), refusal.status, {"Connection": "close"})(scope, receive, answer)
        finally:
            known = status not in (401, 403)  # what a stranger wrote does not enter the log
            log.info("%s %s %d", scope["method"] if known else "?", scope["path"] if known else "?", status)

    def check(self, scope: Scope) -> None:
        """Raises `Refusal` unless the request comes from a program of this user that knows the token."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value)
        hosts = headers.get(b"host", [])
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            raise _forbidden()
        path = scope.get("raw_path") or scope["path"].encode("latin-1", "replace")
        text = path.decode("latin-1")
        reads = scope["method"] == "GET"
        static = reads and text in self._static
        if not _comes_from_here(headers, hosts[0], reads, static):
            raise _forbidden()
        # A recording is played from an address that nobody can guess: an element that plays sends no token.
        open_path = static or (reads and (text in OPEN_PATHS or text.startswith(SOUND_PREFIX)))
        if not open_path:
            given = headers.get(b"authorization", [b""])
            if len(given) != 1 or not compare_digest(given[0], self._credential):
                raise _unauthorised()
        if not _PATH.fullmatch(path):
            raise Refusal(404, "not_found", "there is nothing here")
        if scope["method"] not in ("GET", "POST"):
            raise Refusal(405, "method_not_allowed", "only GET and POST are used")
        if scope["method"] == "POST":
            _check_type(headers.get(b"content-type", []), path.decode("ascii"))


def _comes_from_here(headers: dict[bytes, list[bytes]], host: bytes, reads: bool, static: bool) -> bool:
    """Whether a program sent this, or the bridge's own page.

    Browsers send Sec-Fetch-Site with everything, and Origin with everything but a page's GETs of its own server;
    neither can be forged by a page, and programs send neither. ``none`` is a user who opens an address.
    """
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
    if origin is None and site is None:
        return True
    if origin is None and site == [b"none"]:
        return static
    if site != [b"same-origin"]:
        return False
    return origin == [b"http://" + host] or (origin is None and reads)


def _check_type(given: list[bytes], path: str) -> None:
    """Only types that a web page cannot send without asking first (not text/plain, not a form)."""
    wanted = b"application/octet-stream" if path in (UPLOAD_PATH, SCORE_PATH) else b"application/json"
    kind = given[0].split(b";")[0].strip().lower() if len(given) == 1 else b""
    if kind != wanted:
        raise Refusal(415, "wrong_type", f"Content-Type must be {wanted.decode()}")


async def read_body(receive: Receive, most_bytes: int, within_s: float) -> bytes:
    """A request's whole body. Raises `Refusal` when it is too large, too slow or cut off."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(within_s):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise bad_request("the request ended before its body did")
                size += len(message.get("body", b""))
                if size > most_bytes:
                    raise Refusal(413, "too_large", f"the request is larger than {most_bytes} bytes")
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as e:
        raise Refusal(408, "too_slow", f"the request did not arrive within {within_s:g} s") from e
