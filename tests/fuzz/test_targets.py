"""Every door with bytes near to good ones: hypothesis looks for a broken promise in every test run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("pythonosc", reason="needs python-osc (extra: bridge)")
pytest.importorskip("starlette", reason="needs starlette (extra: bridge)")

from tests.fuzz.targets import TARGETS

FOUND = Path(__file__).parent / "found"
"""Inputs that broke a promise once, as TARGET-…; they never may again."""


def changed(rng: random.Random, seeds: list[bytes]) -> bytes:
    """A good input with bytes changed, cut, repeated or put together with another."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(5)
        if what == 0 and data:
            data[at % len(data)] = rng.randrange(256)
        elif what == 1:
            del data[at : at + rng.randrange(1, 40)]
        elif what == 2:
            data[at:at] = data[at : at + rng.randrange(1, 40)]
        elif what == 3:
            data[at:at] = rng.choice(
                [b"\0", b"\xff" * 4, b"1e999", b"NaN", b"-1", b"\r\n", b"{", b"9" * 20, b"\x7f\xff"]
            )
        else:
            data[at:] = rng.choice(seeds)[at:]
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_good_inputs_are_taken(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].feed(seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), raw=st.binary(max_size=300))
def test_no_bytes_break_a_promise(name: str, seed: int, raw: bytes) -> None:
    target = TARGETS[name]
    target.feed(raw)
    target.feed(changed(random.Random(seed), target.seeds()))


@pytest.mark.parametrize("path", sorted(FOUND.glob("*")) if FOUND.exists() else [], ids=lambda p: p.name)
def test_what_broke_a_promise_once_does_so_no_more(path: Path) -> None:
    TARGETS[path.name.partition("-")[0]].feed(path.read_bytes())
