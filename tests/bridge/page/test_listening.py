"""Listening and looking: loop, half speed, clicks, zoom down to milliseconds, marks that are dragged."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.open import address
from runtime.corrections import read_file
from tests.bridge.page.browser import ActionChains, Browser, Keys, browser, needs_browser
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import Bridge, write_recording

pytestmark = [needs_browser, pytest.mark.slow]
VIEW = "const { from, to } = document.querySelector('#lane').dataset; return [Number(from), Number(to)]"


@pytest.fixture
def page(bridge: Bridge, tmp_path: Path) -> Iterator[Browser]:
    """A recording of 24 s with two beats a second, opened by its path."""
    path = write_recording(tmp_path / "take.wav", 24.0)
    work = bridge.call("POST", "/v1/works", {"recording": {"path": str(path)}})[1]["work"]["id"]
    assert finished(bridge, work)["state"] == "done"
    (tmp_path / "downloads").mkdir()
    with browser(tmp_path / "downloads") as opened:
        opened.open(address(bridge.connection, work))
        opened.until(lambda: opened.visible("#heard"))
        yield opened


def select(page: Browser, start_s: float, end_s: float) -> None:
    """Drag over the picture."""
    (a, y), (b, _) = page.on_lane(start_s, 0.4), page.on_lane(end_s, 0.4)
    drag = ActionChains(page.driver).move_to_element_with_offset(page.find("#lane"), a, y)
    drag.click_and_hold().move_by_offset(b - a, 0).release().perform()


def test_a_selection_is_played_again_and_again(page: Browser) -> None:
    select(page, 5.2, 6.7)
    page.keys("l")
    page.keys(" ")
    seen: list[float] = []
    end = time.monotonic() + 6
    while time.monotonic() < end:
        seen.append(page.time_s())
    page.keys(" ")
    assert min(seen) >= 5.1 and max(seen) <= 7.0
    assert sum(b < a for a, b in itertools.pairwise(seen)) >= 2, "it came round more than once"


def test_half_speed_takes_twice_as_long(page: Browser) -> None:
    page.keys("h")
    assert page.attribute("#half", "aria-pressed") == "true"
    page.keys(" ")
    page.until(lambda: page.time_s() > 0.5)
    begin, begin_s = time.monotonic(), page.time_s()
    page.until(lambda: page.time_s() > begin_s + 2)
    assert 3 < time.monotonic() - begin < 6


def test_clicks_sound_on_the_beats_of_the_list(page: Browser) -> None:
    page.js("""
        window.clicks = [];
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) {
            window.clicks.push([at - this.context.currentTime, this.frequency.value]);
            return start.call(this, at);
        };""")
    page.keys("k")
    page.keys(" ")
    page.until(lambda: page.time_s() > 6)
    page.keys(" ")
    clicks = page.js("return window.clicks")
    beats = json.loads(page.take("json", ".json").read_text())["beats"]
    assert len(clicks) == pytest.approx(sum(b["time_s"] < page.time_s() for b in beats), abs=2)
    assert all(-0.01 <= ahead_s < 0.5 for ahead_s, _ in clicks)
    assert len({hz for _, hz in clicks}) == 2, "the first beat of a bar sounds otherwise"


def test_the_picture_goes_from_the_whole_recording_to_milliseconds_and_stays_in_it(page: Browser) -> None:
    page.keys("0")
    page.until(lambda: page.js(VIEW) == pytest.approx([0, 24], abs=0.01))
    page.place(12.0)
    for _ in range(12):
        page.keys("+")
    first, last = page.until(lambda: v if (v := page.js(VIEW))[1] - v[0] < 0.06 else None)
    assert last - first == pytest.approx(0.05, abs=1e-6) and first < 12.1 and last > 11.9
    wheel = "document.querySelector('#lane').dispatchEvent(new WheelEvent('wheel', arguments[0]))"
    page.js(wheel, {"deltaX": 1000, "bubbles": True})
    page.until(lambda: page.js(VIEW)[0] > first)
    for _ in range(14):
        page.keys("-")
    page.until(lambda: page.js(VIEW) == pytest.approx([0, 24], abs=0.01))
    page.js(wheel, {"deltaX": -10000, "bubbles": True})
    assert page.until(lambda: page.js(VIEW))[0] == 0


def test_a_mark_is_dragged_to_another_beat_changed_deleted_and_all_is_undone(page: Browser) -> None:
    corrections = page.downloads.parent / "take.corrections.json"
    page.place(12.0)
    page.choose("#new-value", "ff")
    page.keys("m")
    revision = page.saved_after(0)
    (x, y), (to, _) = page.on_lane(read_file(corrections).marks[-1].time_s, 0.9), page.on_lane(16.0, 0.9)
    drag = ActionChains(page.driver).move_to_element_with_offset(page.find("#lane"), x, y)
    drag.click_and_hold().move_by_offset(to - x - 5, 0).move_by_offset(5, 0).release().perform()
    revision = page.saved_after(revision)
    assert read_file(corrections).marks[-1].time_s == pytest.approx(16.0, abs=0.3)
    page.keys(Keys.ARROW_DOWN)
    revision = page.saved_after(revision)
    assert read_file(corrections).marks[-1].value == "f"
    page.keys(Keys.DELETE)
    revision = page.saved_after(revision)
    assert not page.js("return document.querySelectorAll('#marks tr.chosen').length")
    while page.find("#undo").is_enabled():
        page.keys(Keys.CONTROL, "z", Keys.CONTROL)
    page.until(lambda: not read_file(corrections))
