"""The report: one file that opens from disk in a browser, without any connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bridge.page.browser import browser, needs_browser
from tests.bridge.page.test_works import taken
from tests.bridge.serve.server import Bridge

pytestmark = [needs_browser, pytest.mark.slow]
INKED = """
    const c = document.querySelector('canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    const first = d.slice(0, 4).join();
    let other = 0;
    for (let i = 0; i < d.length; i += 4)
        other += d.slice(i, i + 4).join() !== first;
    return other / (d.length / 4)"""


@pytest.mark.parametrize("with_audio", [False, True])
def test_a_report_draws_lists_and_plays_from_disk(
    bridge: Bridge, done: dict[str, Any], tmp_path: Path, with_audio: bool
) -> None:
    status, data = taken(bridge, done["id"], "html", with_audio=with_audio)
    assert status == 200
    path = tmp_path / "report.html"
    path.write_bytes(data)
    with browser(tmp_path) as page:
        page.driver.get(path.as_uri())
        page.until(lambda: page.js(INKED) > 0.01)
        assert page.js("return document.querySelectorAll('#marks tr').length") > 0 and "4" in page.text("#about")
        assert bool(page.js("return document.querySelector('audio')")) == with_audio
        if with_audio:
            page.js("document.querySelector('audio').play()")
            page.until(lambda: page.js("return document.querySelector('audio').currentTime") > 0.5)
            page.until(lambda: page.js("return !document.querySelector('.cursor').hidden"))
        paper = page.driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
        assert len(paper) > 5000
        asked = [a for a in page.addresses() if not a.startswith(("data:", "blob:", "chrome:", "about:"))]
        assert asked == [path.as_uri()] and not page.faults()
