"""Command line: the bridge, a local server that analyses recordings for programs on this computer.

``mezzoforte serve [--port N]`` listens on 127.0.0.1 only. Port and token of the running bridge are in
``~/.mezzoforte/bridge.json``, which only its owner can read. ``--at-login`` lets it start with the user's session from
now on, ``--not-at-login`` takes that back. Exit status: 0 stopped as asked (or done), 1 it could not start, 2 usage,
3 a bridge is already running.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import logging.handlers
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.api import home as homes
from bridge.api.limits import Limits
from runtime.errors import MezzoforteError, command, say

if TYPE_CHECKING:
    from bridge.api.models import Models

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_ALREADY = 0, 1, 2, 3
ADDRESS = "127.0.0.1"
log = logging.getLogger("mezzoforte.bridge")


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte serve",
        description="Analyse recordings for MuseScore and other programs on this computer, and for nobody else.",
        epilog="Exit status: 0 stopped as asked, 1 could not start, 2 usage, 3 a bridge is already running.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=0, metavar="N", help="port on 127.0.0.1 (default: any free one)")
    add("--home", type=Path, default=None, metavar="DIR", help="the bridge's folder (default: ~/.mezzoforte)")
    add("--model", metavar="NAME|PATH", help="shipped weights (mezzoforte, mezzoforte-free), or the path of others")
    add("--provider", choices=("auto", "cpu", "cuda", "coreml"), default="auto", help="what computes (default: auto)")
    add(
        "--quality",
        choices=("fast", "best"),
        default="best",
        help="best hears the notes too, which tell beats and how hard they were struck (default: best)",
    )
    add("--idle-minutes", type=float, default=120.0, metavar="N", help="stop after so long without work (default: 120)")
    login = parser.add_mutually_exclusive_group()
    login.add_argument(
        "--at-login", action="store_true", help="start the bridge, with these options, at every login from now on"
    )
    login.add_argument("--not-at-login", action="store_true", help="no longer start the bridge at login")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def run(options: argparse.Namespace, limits: Limits | None = None) -> int:
    """Serve until asked to stop; returns the exit status."""
    limits = limits or Limits()
    home = options.home or homes.default_home()
    try:
        homes.prepare(home)
        from bridge.api.models import Models

        models = Models(options.model)  # without a model nothing can be analysed: say so now, not at the first job
        with homes.lock(home), _listen_again(options.port, homes.last_port(home)) as listener:
            _log_to(home / "bridge.log")
            port = listener.getsockname()[1]
            homes.remember_port(home, port)
            token = homes.new_token()
            homes.publish(home, port, token)
            try:
                say(f"listening on {ADDRESS}:{port}; stop with Ctrl-C")
                asyncio.run(_serve(listener, home, token, options, limits, models))
            finally:
                homes.withdraw(home)
    except homes.HomeError as e:
        say(f"error: {e}")
        return EXIT_ALREADY if "already running" in e.what else EXIT_FAILED
    except MezzoforteError as e:
        say(f"error: {e}")
        return EXIT_FAILED
    except KeyboardInterrupt:
        pass
    return EXIT_OK


def _listen_again(asked: int, last: int) -> socket.socket:
    """On the port that was asked for, else on that of last time while it is free: open pages find the bridge there."""
    if not asked and last:
        with contextlib.suppress(homes.HomeError):
            return _listen(last)
    return _listen(asked)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there the option would let another program take over the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except OSError as e:
        listener.close()
        raise homes.HomeError(f"port {port} cannot be used ({e.strerror})", advice="Leave out --port") from e
    return listener


async def _serve(
    listener: socket.socket, home: Path, token: str, options: argparse.Namespace, limits: Limits, models: Models
) -> None:
    import uvicorn

    from bridge.api.app import make_app
    from bridge.api.guard import Guard
    from bridge.api.jobs import Jobs
    from bridge.api.player import Player
    from bridge.api.protocol import impatient
    from bridge.api.store import Store
    from bridge.api.uploads import Uploads
    from bridge.page import static
    from bridge.page.routes import ROUTES, Page
    from bridge.page.works import Works

    runner = _runner(options, limits)
    jobs = Jobs(Store(home / "jobs", limits.kept_jobs), runner, limits.waiting_jobs)
    player = Player(home / "uploads", lambda task: runner(task, lambda _: None))

    def stop() -> None:
        jobs.closing.set()
        server.should_exit = True

    uploads = Uploads(home / "uploads", limits)
    works = Works(home / "works", limits)
    page = Page(works, jobs, uploads, lambda task: runner(task, lambda _: None), limits, options.quality, models)
    more = [(method, path, getattr(page, name)) for method, path, name in ROUTES]
    more += [("GET", address, page.static) for address in static.FILES]
    app = make_app(jobs, uploads, player, limits, models, stop, more)
    config = uvicorn.Config(
        Guard(app, listener.getsockname()[1], token, static.FILES),
        http=impatient(limits.head_s, limits.connections),
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=16 * 1024,
    )
    server = uvicorn.Server(config)
    idle = asyncio.create_task(_stop_when_idle(jobs, options.idle_minutes * 60, stop))
    try:
        await server.serve(sockets=[listener])
    finally:
        idle.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await idle


def _runner(
    options: argparse.Namespace, limits: Limits
) -> Callable[[dict[str, Any], Callable[[float], None]], Awaitable[dict[str, Any]]]:
    from bridge.api.child import run_in_child

    async def runner(request: dict[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
        asked = {
            **request,
            "model": request.get("model") or options.model,
            "provider": options.provider,
            "quality": request.get("quality") or options.quality,
            "recording_s": limits.recording_s,
            "cpu_s": limits.job_cpu_s,
            "memory_bytes": limits.job_memory_bytes,
        }
        result = await run_in_child(asked, limits.job_s, progress)
        return {**result, "fingerprint": request.get("fingerprint", "")}

    return runner


async def _stop_when_idle(jobs: Any, after_s: float, stop: Callable[[], None]) -> None:
    while not (jobs.idle and time.monotonic() - jobs.last_used_s > after_s):
        await asyncio.sleep(min(10.0, max(0.1, after_s / 4)))
    log.info("nothing to do for %g minutes", after_s / 60)
    stop()


def _log_to(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=256 * 1024, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    path.chmod(0o600)


def main(arguments: list[str] | None = None) -> int:
    """Parse and serve; returns the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated bridge tidies up like an interrupted one
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser().parse_args(words)
    if options.at_login or options.not_at_login:
        return _at_login([w for w in words if w != "--at-login"], options.at_login)
    return run(options)


@command
def _at_login(words: list[str], install: bool) -> int:
    """Install or remove the start at login; returns the exit status."""
    from bridge import at_login

    for line in at_login.install(words) if install else at_login.remove():
        say(line)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
