"""The browser's own trace of what it does, taken over its debugging socket."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import websocket

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline.frame"]
Event = dict[str, Any]


def traced(driver: Any, work: Callable[[], object]) -> list[Event]:
    """The events that the browser notes while `work` is done."""
    where = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{where}/json/version") as answer:
        address = json.load(answer)["webSocketDebuggerUrl"]
    socket = websocket.create_connection(address, suppress_origin=True)
    try:
        _ask(socket, 1, "Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES}})
        work()
        _ask(socket, 2, "Tracing.end", {})
        return _collected(socket)
    finally:
        socket.close()


def _ask(socket: websocket.WebSocket, number: int, method: str, params: dict[str, Any]) -> None:
    socket.send(json.dumps({"id": number, "method": method, "params": params}))
    answer = json.loads(socket.recv())
    if answer.get("id") != number or "error" in answer:
        raise RuntimeError(f"the browser does not trace: {answer}")


def _collected(socket: websocket.WebSocket) -> list[Event]:
    events: list[Event] = []
    while True:
        message = json.loads(socket.recv())
        if message.get("method") == "Tracing.dataCollected":
            events += message["params"]["value"]
        elif message.get("method") == "Tracing.tracingComplete":
            return events
