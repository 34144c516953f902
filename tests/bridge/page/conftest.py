"""The bridge's own fixtures, and works that the tests look at."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.bridge.serve.conftest import bridge, long_recording, recording, slow_stub, stub
from tests.bridge.serve.server import Bridge

__all__ = ["bridge", "long_recording", "recording", "slow_stub", "stub"]


def finished(bridge: Bridge, work: str, within_s: float = 240) -> dict[str, Any]:
    """The work when its analysis has ended."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        status, answer = bridge.call("GET", f"/v1/works/{work}?wait=5&after=0")
        assert status == 200, answer
        if answer["work"]["state"] not in ("queued", "running"):
            return dict(answer["work"])
        time.sleep(0.1)
    raise AssertionError("the analysis did not end")


@pytest.fixture
def done(bridge: Bridge, recording: Any) -> dict[str, Any]:
    """A finished work of a recording named by its path."""
    status, answer = bridge.call("POST", "/v1/works", {"recording": {"path": str(recording)}})
    assert status == 201, answer
    work = finished(bridge, answer["work"]["id"])
    assert work["state"] == "done", work
    return work
