"""Corrections of beats and bars by the page's buttons: of everything, of a passage, one by one taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.open import address
from runtime.corrections import Corrections, Passage, read_file
from tests.bridge.page.browser import ActionChains, Browser, browser, needs_browser
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import Bridge, write_recording

pytestmark = [needs_browser, pytest.mark.slow]


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


def said(page: Browser) -> Corrections:
    """What is saved beside the recording."""
    return read_file(page.downloads.parent / "take.corrections.json")


def accepted(page: Browser) -> Corrections:
    """What is saved when the proposal is taken."""
    revision = page.saved()
    page.until(lambda: page.visible("#preview"))
    page.click("#accept")
    page.saved_after(revision)
    return said(page)


def select(page: Browser, start_s: float, end_s: float) -> tuple[float, float]:
    """Drag over the picture; what was selected."""
    (a, y), (b, _) = page.on_lane(start_s, 0.4), page.on_lane(end_s, 0.4)
    drag = ActionChains(page.driver).move_to_element_with_offset(page.find("#lane"), a, y)
    drag.click_and_hold().move_by_offset(b - a, 0).release().perform()
    return start_s, end_s


def bars(page: Browser) -> list[float]:
    """Where bars begin, in a file that is taken home."""
    data = json.loads(page.take("json", ".json").read_text())
    return [b["time_s"] for b in data["beats"] if b["position"] == 1]


def test_a_passage_gets_twice_the_beats_and_another_metre_and_each_is_taken_back_alone(page: Browser) -> None:
    before = len(json.loads(page.take("json", ".json").read_text())["beats"])
    start_s, end_s = select(page, 6.2, 12.2)
    page.click("#twice")
    (passage,) = accepted(page).passages
    assert (passage.start_s, passage.end_s) == pytest.approx((start_s, end_s), abs=0.1)
    assert passage == Passage(passage.start_s, passage.end_s, "double")
    after = [b["time_s"] for b in json.loads(page.take("json", ".json").read_text())["beats"]]
    assert len(after) > before and len([t for t in after if 6.5 < t < 12]) == pytest.approx(22, abs=2)
    page.choose("#metre", "3")
    (passage,) = accepted(page).passages
    assert (passage.tempo, passage.beats_per_bar) == ("double", 3)
    assert page.text("#said-title").endswith(": 2")
    page.click("#said-title")
    page.click("#said li:nth-child(1) button")
    (passage,) = accepted(page).passages
    assert (passage.tempo, passage.beats_per_bar) == ("same", 3)
    page.click("#said li button")
    assert accepted(page) == Corrections()
    assert not page.visible("#said-frame")


def test_bars_move_by_a_beat_everywhere_or_between_two_bar_lines(page: Browser) -> None:
    before = bars(page)
    page.click("#shift")
    assert accepted(page).shift_beats == 1
    assert min(abs(bars(page)[1] - b) for b in before) > 0.3
    page.click("#undo")
    page.until(lambda: not said(page))
    select(page, before[2] - 0.2, before[4] + 0.2)
    page.click("#shift")
    assert accepted(page).pins
    now = bars(page)
    moved = [b for b in before if min(abs(b - n) for n in now) > 0.1]
    assert before[3] in moved and before[-1] not in moved and before[0] not in moved


def test_one_bar_line_carries_to_the_others(page: Browser) -> None:
    before = bars(page)
    page.place(before[2] + 0.5)
    page.keys("b")
    (pin,) = accepted(page).pins
    assert pin.position == 1
    now = bars(page)
    assert len([b for b in now if min(abs(b - t) for t in before) > 0.1]) > 0.7 * len(now)


def test_what_was_tapped_has_nothing_between(page: Browser) -> None:
    page.place(3.0)
    page.click("#play")
    page.until(lambda: page.text("#play") == "Pause")
    for tap_s in (4.0, 4.9, 5.8, 6.7):
        page.until(lambda tap_s=tap_s: page.time_s() > tap_s)
        page.keys("t")
    page.click("#taps-done")
    found = accepted(page)
    assert len(found.taps) == 4 and not found.pins
    beats = [b["time_s"] for b in json.loads(page.take("json", ".json").read_text())["beats"]]
    inside = [t for t in beats if found.taps[0].time_s - 0.01 < t < found.taps[-1].time_s + 0.01]
    assert inside == pytest.approx([p.time_s for p in found.taps], abs=0.002)
    page.click("#forget")
    assert accepted(page) == Corrections()
