"""The page when something comes in between: it is loaded again, its bridge is killed, another window is beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridge.open import address
from runtime.corrections import read_file
from tests.bridge.page.browser import Browser, Keys, browser, needs_browser
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import Bridge, running

pytestmark = [needs_browser, pytest.mark.slow]


def work_of(bridge: Bridge, recording: Path) -> str:
    """A work of a recording named by its path, heard to the end."""
    status, answer = bridge.call("POST", "/v1/works", {"recording": {"path": str(recording)}})
    assert status == 201, answer
    return str(finished(bridge, answer["work"]["id"])["id"])


def open_work(page: Browser, bridge: Bridge, work: str) -> None:
    """The page with this work on show."""
    page.open(address(bridge.connection, work))
    page.until(lambda: page.visible("#heard"))


def marks(page: Browser) -> list[str]:
    """The signs in the list of marks."""
    return list(page.js("return [...document.querySelectorAll('#marks .sign')].map(s => s.textContent)"))


def put(page: Browser, sign: str, time_s: float) -> None:
    """Put in a mark."""
    page.place(time_s)
    page.choose("#new-value", sign)
    page.keys("m")


def test_a_page_that_is_loaded_again_can_still_undo_and_redo(bridge: Bridge, recording: Path, tmp_path: Path) -> None:
    shutil.copy(recording, tmp_path / "take.wav")
    with browser(tmp_path) as page:
        open_work(page, bridge, work_of(bridge, tmp_path / "take.wav"))
        heard, revision = marks(page), page.saved()
        for sign, time_s in (("ppp", 1.0), ("fff", 2.0), ("mp", 3.0)):
            put(page, sign, time_s)
            revision = page.saved_after(revision)
        said = marks(page)
        page.click("#undo")
        page.saved_after(revision)
        page.driver.refresh()
        page.until(lambda: page.visible("#heard") and page.find("#redo").is_enabled())
        assert "mp" not in marks(page)
        page.click("#redo")
        page.until(lambda: marks(page) == said)
        for _ in range(3):
            page.click("#undo")
        page.until(lambda: marks(page) == heard)
        assert not page.find("#undo").is_enabled() and not page.faults()
        page.until(lambda: not read_file(tmp_path / "take.corrections.json"))


def test_what_was_done_while_the_bridge_was_away_is_saved_when_it_is_back(
    tmp_path: Path, stub: Path, recording: Path
) -> None:
    shutil.copy(recording, tmp_path / "take.wav")
    with browser(tmp_path) as page:
        with running(tmp_path / "home", stub) as first:
            work = work_of(first, tmp_path / "take.wav")
            open_work(page, first, work)
            put(page, "ppp", 1.0)
            page.saved_after(0)
            first.process.kill()
            first.process.wait()
            put(page, "fff", 2.0)
            page.until(lambda: page.visible("#banner") and page.text("#banner-command") == "mezzoforte open")
            assert "fff" in marks(page), "the page keeps its work"
        with running(tmp_path / "home", stub) as again:
            page.until(lambda: "started anew" in page.text("#banner-text"))
            old = page.driver.current_window_handle
            page.driver.switch_to.new_window("tab")
            page.open(address(again.connection))
            page.driver.switch_to.window(old)
            page.until(lambda: not page.visible("#banner"))
            corrections = tmp_path / "take.corrections.json"
            page.until(lambda: [m.value for m in read_file(corrections).marks] == ["ppp", "fff"])
            page.click("#play")
            page.until(lambda: page.time_s() > 2.2)  # from its new address


def test_two_windows_on_one_recording_show_the_same_and_lose_nothing(
    bridge: Bridge, recording: Path, tmp_path: Path
) -> None:
    shutil.copy(recording, tmp_path / "take.wav")
    with browser(tmp_path) as page:
        work = work_of(bridge, tmp_path / "take.wav")
        open_work(page, bridge, work)
        first = page.driver.current_window_handle
        page.driver.switch_to.new_window("tab")
        open_work(page, bridge, work)
        put(page, "ppp", 1.0)
        page.saved_after(0)
        page.driver.switch_to.window(first)
        page.until(lambda: "ppp" in marks(page))
        put(page, "fff", 2.0)
        page.saved_after(0)
        page.driver.switch_to.window(page.driver.window_handles[1])
        page.until(lambda: {"ppp", "fff"} <= set(marks(page)))
        page.keys(Keys.CONTROL, "z", Keys.CONTROL)
        page.until(lambda: "fff" not in marks(page))
        corrections = tmp_path / "take.corrections.json"
        page.until(lambda: [m.value for m in read_file(corrections).marks] == ["ppp"])
        assert not page.faults()


def test_a_page_outlives_its_bridge_and_says_what_to_do(tmp_path: Path, slow_stub: Path, long_recording: Path) -> None:
    with browser(tmp_path) as page:
        with running(tmp_path / "home", slow_stub) as first:
            page.open(address(first.connection))
            page.drop(long_recording)
            page.until(lambda: "Listening" in page.text("#state-text"), 300)
            page.driver.refresh()  # in the middle of it
            page.until(lambda: "Listening" in page.text("#state-text"), 300)
            first.process.kill()
            first.process.wait()
            page.until(lambda: page.visible("#banner") and page.text("#banner-command") == "mezzoforte open")
        with running(tmp_path / "home", slow_stub) as again:
            page.until(lambda: "started anew" in page.text("#banner-text"))
            old = page.driver.current_window_handle
            page.driver.switch_to.new_window("tab")
            page.open(address(again.connection))
            page.driver.switch_to.window(old)
            page.until(lambda: not page.visible("#banner"))
            page.until(lambda: "stopped before" in page.text("#state-text") and page.visible("#state-again"))
            page.click("#state-again")
            page.until(lambda: "Listening" in page.text("#state-text"), 300)
            page.click("#state-cancel")
            page.until(lambda: page.text("#state-text") == "cancelled", 60)
