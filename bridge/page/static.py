"""The files of the page, read once, and the policy under which a browser runs them."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from runtime.write import report

PREFIX = "/page"
FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def _files() -> dict[str, Path]:
    """Address of every file: those of this folder, and the drawing code that reports are made of as well."""
    found = {f"{PREFIX}/{p.name}": p for p in (*FOLDER.iterdir(), report.FOLDER / "view.js") if p.is_file()}
    return {**found, PREFIX: found[f"{PREFIX}/index.html"]}


FILES = {address: (path.read_bytes(), _TYPES[path.suffix]) for address, path in _files().items()}


def answer(address: str) -> Response:
    """The file at an address of `FILES`."""
    data, kind = FILES[address]
    return Response(data, headers={"Content-Type": kind, **HEADERS})
