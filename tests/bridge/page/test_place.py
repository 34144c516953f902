"""The page opens at the place that its address names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.open import address
from tests.bridge.page.browser import browser, needs_browser
from tests.bridge.serve.server import Bridge

pytestmark = [needs_browser, pytest.mark.slow]


def test_a_recording_is_open_at_the_asked_second(bridge: Bridge, done: dict[str, Any], tmp_path: Path) -> None:
    with browser(tmp_path / "downloads") as page:
        page.open(f"{address(bridge.connection, done['id'])}&at=1.5")
        page.until(lambda: page.visible("#heard"), 60)
        now = "return Number(document.querySelector('#lane').getAttribute('aria-valuenow'))"
        page.until(lambda: abs(page.js(now) - 1.5) < 0.1)
        assert page.driver.current_url.endswith("/page")
