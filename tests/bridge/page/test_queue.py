"""Several recordings: they are heard one after another, with progress, and can be cancelled and deleted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bridge.open import address
from tests.bridge.page.browser import Browser, browser, needs_browser
from tests.bridge.serve.server import ROOT, running, write_recording

pytestmark = [needs_browser, pytest.mark.slow]


def line(page: Browser, name: str) -> str:
    """What the list says of a recording; nothing when it is not there."""
    script = """
        const all = [...document.querySelectorAll('#queue li')];
        return all.find(l => l.querySelector('.name')?.textContent === arguments[0])?.innerText ?? ''"""
    return str(page.js(script, name))


def press(page: Browser, button: str) -> None:
    """Press a button of the list by its name for a screen reader."""
    selector = f'#queue [aria-label="{button}"]'
    page.until(lambda: page.visible(selector))
    page.js("document.querySelector(arguments[0]).click()", selector)


def test_recordings_dropped_together_wait_run_end_and_go(tmp_path: Path, slow_stub: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    files = [write_recording(folder / f"{name}.wav", 120.0) for name in ("a", "b", "c")]
    for name in ("b", "other"):
        shutil.copy(ROOT / "examples" / "minuet.musicxml", folder / f"{name}.musicxml")
        files.append(folder / f"{name}.musicxml")
    with running(tmp_path / "home", slow_stub) as bridge, browser(tmp_path) as page:
        page.open(address(bridge.connection))
        page.drop(*files)
        page.until(lambda: "other.musicxml: a score needs its recording" in page.text("#status"))
        page.until(lambda: "Waiting for other analyses (2)" in line(page, "c.wav"))
        assert "b.musicxml" in line(page, "b.wav") and "musicxml" not in line(page, "a.wav")
        page.until(lambda: re.search(r"Listening \d+ %, about \d+:\d\d left", line(page, "a.wav")))
        assert page.js("return document.querySelector('#queue progress').value") > 0
        press(page, "Cancel: c.wav")
        page.until(lambda: "cancelled" in line(page, "c.wav"))
        page.until(lambda: "Listening" in line(page, "b.wav"), 300)
        assert "2:00" in line(page, "a.wav")
        press(page, "Cancel: b.wav")
        page.until(lambda: "cancelled" in line(page, "b.wav"), 60)
        assert bridge.is_childless()
        for name in ("a", "b", "c"):
            press(page, f"Delete: {name}.wav")
            page.until(lambda: page.driver.switch_to.alert or True).accept()
            page.until(lambda name=name: not line(page, f"{name}.wav"))
        assert not list((bridge.home / "works").iterdir())
        page.until(lambda: page.visible("#nothing"))


def test_what_cannot_be_heard_says_why_in_the_pages_language(tmp_path: Path, stub: Path) -> None:
    (tmp_path / "text.wav").write_text("this is a text")
    with running(tmp_path / "home", stub) as bridge, browser(tmp_path, language="de") as page:
        page.open(address(bridge.connection))
        page.drop(tmp_path / "text.wav")
        page.until(lambda: page.text("#status") == "text.wav: der Inhalt der Datei ist kein Ton")
        assert not page.js("return document.querySelectorAll('#queue li').length")
