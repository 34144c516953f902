"""Command line: the page, on this computer and for its user alone.

``mezzoforte open [RECORDING] [SCORE]`` starts the bridge, or finds the one that runs, and opens the page in the
browser. Exit status: 0 opened, 1 it could not be opened, 2 usage.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import Any

from bridge.api import home as homes
from bridge.api.recording import SUFFIXES
from bridge.page.static import PREFIX
from runtime import own_process
from runtime.errors import MezzoforteError, command
from runtime.score.read.files import SUFFIXES as SCORE_SUFFIXES

EXIT_OK = 0
ADDRESS = "127.0.0.1"
_START_S = 60.0


class OpenError(MezzoforteError):
    """The page cannot be opened."""


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte open",
        description="Open the page: see a recording's beats and marks, hear them, correct them, take them home.",
        epilog="Exit status: 0 opened, 1 it could not be opened, 2 usage.",
    )
    add = parser.add_argument
    add("files", nargs="*", type=Path, metavar="FILE", help="a recording, and its score if there is one")
    add("--home", type=Path, default=None, metavar="DIR", help="the bridge's folder (default: ~/.mezzoforte)")
    add(
        "--model",
        metavar="NAME|PATH",
        help="shipped weights (mezzoforte, mezzoforte-free); the path of others for a bridge that does not run yet",
    )
    add("--no-browser", action="store_true", help="print the address instead of opening the browser")
    return parser


def sorted_files(files: list[Path]) -> tuple[Path | None, Path | None]:
    """Which of the files is the recording and which the score. Raises `OpenError`."""
    recording = score = None
    for path in files:
        suffix = path.suffix.lower()
        if not path.is_file():
            raise OpenError("there is no such file", where=str(path))
        if suffix in SUFFIXES and recording is None:
            recording = path.resolve()
        elif suffix in SCORE_SUFFIXES and score is None:
            score = path.resolve()
        else:
            raise OpenError("this is neither the one recording nor its score", where=str(path),
                            advice="Give one recording and its score; drop more of them on the page")  # fmt: skip
    if score is not None and recording is None:
        raise OpenError("a score alone cannot be heard", where=str(score), advice="Give its recording, too")
    return recording, score


def connect(home: Path, model: str | None) -> homes.Connection:
    """The running bridge, started when there is none. Raises `OpenError`."""
    found = homes.read_connection(home)
    if found is not None and _answers(found):
        return found
    words = [*own_process.command("bridge.serve"), "--home", str(home), *(["--model", model] if model else [])]
    log = home.parent / f".{home.name}.start.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, env=own_process.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out,
            **_detached(),
        )  # fmt: skip
    try:
        return _started(home, process, log)
    finally:
        log.unlink(missing_ok=True)


def _detached() -> dict[str, Any]:
    """The bridge outlives the terminal that it was started from."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    return {"start_new_session": True}


def _started(home: Path, process: subprocess.Popen[bytes], log: Path) -> homes.Connection:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        found = homes.read_connection(home)
        if found is not None and _answers(found):
            return found  # perhaps one that somebody else started in between
        if process.poll() is not None and found is None:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise OpenError("the bridge did not start", cause=said[-1] if said else "", advice="Try: mezzoforte serve")
        time.sleep(0.1)
    raise OpenError(f"the bridge did not answer within {_START_S:g} s", advice="Try: mezzoforte serve")


def _answers(connection: homes.Connection) -> bool:
    try:
        return ask(connection, "GET", "/v1/page")[0] == 200
    except OSError:
        return False


def ask(connection: homes.Connection, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One request to the bridge: status and JSON. Raises `OSError`."""
    talk = http.client.HTTPConnection(ADDRESS, connection.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {connection.token}", "Content-Type": "application/json"}
        talk.request(method, path, None if body is None else json.dumps(body), headers)
        answer = talk.getresponse()
        data = answer.read()
        return answer.status, json.loads(data)
    except (ValueError, http.client.HTTPException) as e:
        raise OSError(f"not an answer of the bridge: {e}") from e
    finally:
        talk.close()


def address(connection: homes.Connection, work: str = "") -> str:
    """The page's address. What stands after ``#`` is never sent anywhere, and the page takes it off at once."""
    return f"http://{ADDRESS}:{connection.port}{PREFIX}#token={connection.token}" + (f"&work={work}" if work else "")


@command
def main(arguments: list[str] | None = None) -> int:
    """Parse and open; returns the exit status."""
    options = build_parser().parse_args(arguments)
    home = options.home or homes.default_home()
    recording, score = sorted_files(options.files)
    home.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(home.absolute(), options.model)
    url = address(connection, _work(connection, recording, score, options.model) if recording else "")
    if options.no_browser:
        print(url)
    elif not webbrowser.open(url):
        print(url)
        raise OpenError("no browser was found", advice="Open the address above in one, on this computer")
    return EXIT_OK


def _work(connection: homes.Connection, recording: Path, score: Path | None, model: str | None) -> str:
    body: dict[str, Any] = {
        "recording": {"path": str(recording)},
        "score": None if score is None else {"path": str(score)},
    }
    body |= {"model": chosen} if (chosen := _name(model)) else {}
    try:
        status, answer = ask(connection, "POST", "/v1/works", body)
    except OSError as e:
        raise OpenError("the bridge does not answer", cause=str(e), advice="Stop it and try again") from e
    if status != 201:
        said = answer["error"]
        raise OpenError(said["message"], where=recording.name, advice=said["advice"])
    return str(answer["work"]["id"])


def _name(model: str | None) -> str | None:
    """The name of the weights that are asked for, also of a bridge that runs already."""
    if model is None or not (model.endswith((".json", ".onnx")) or "/" in model or "\\" in model):
        return model
    from runtime.network.card import load_card
    from runtime.network.parts import find_card

    return load_card(find_card(model)).name


if __name__ == "__main__":
    sys.exit(main())
