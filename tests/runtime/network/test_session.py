"""How many windows are worked on side by side: as many as there are cores for, and no more than memory allows."""

from __future__ import annotations

import pytest

from runtime.network import session
from runtime.network.session import limit_windows_at_once, windows_at_once


@pytest.mark.parametrize(("cores", "expected"), [(1, 1), (2, 2), (64, 2)])
def test_one_core_works_on_one_window_and_many_on_two(
    cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_cpu_windows_at_once", None)
    monkeypatch.setattr(session.os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    assert windows_at_once("cpu") == expected and windows_at_once("cuda") == 1


def test_who_shares_the_cores_sets_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_cpu_windows_at_once", None)
    for n, expected in ((0, 1), (1, 1), (3, 3)):
        limit_windows_at_once(n)
        assert windows_at_once("cpu") == expected
