"""One bridge for the tests that do not change it, and what they send it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the bridge's server needs uvicorn and starlette (extra: bridge)")
pytest.importorskip("starlette", reason="the bridge's server needs uvicorn and starlette (extra: bridge)")
from tests.bridge.serve.server import Bridge, running, write_recording
from tests.stub_model import write_stub


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Card of a model that follows the energy."""
    return write_stub(tmp_path_factory.mktemp("stub"))


@pytest.fixture(scope="session")
def slow_stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but a minute of audio takes it several seconds."""
    return write_stub(tmp_path_factory.mktemp("slow"), name="slow", cost=1500)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds."""
    return write_recording(tmp_path_factory.mktemp("audio") / "take.wav")


@pytest.fixture(scope="session")
def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five minutes."""
    return write_recording(tmp_path_factory.mktemp("audio") / "long.wav", 300.0)


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, stub: Path) -> Iterator[Bridge]:
    """A bridge with the stub model."""
    with running(tmp_path_factory.mktemp("bridge") / "home", stub, body_s=2.0, head_s=2.0) as started:
        yield started
