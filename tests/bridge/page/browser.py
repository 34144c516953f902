"""A real headless Chromium for the page: what is installed, never downloaded."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="the page is tried in a browser by selenium (group: test)")
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException  # noqa: E402
from selenium.webdriver import ActionChains  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
DRIVER = shutil.which("chromedriver")
__all__ = ["ActionChains", "Browser", "Keys", "browser", "needs_browser"]
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="the page is tried in Chromium with chromedriver (Debian: chromium-driver)"
)
T = TypeVar("T")
# Where the cursor is in the picture, from its middle, at the height where beats are gripped; and its time.
CURSOR = """
    const lane = document.querySelector('#lane'), { from, to, time } = lane.dataset;
    return [((time - from) / (to - from) - 0.5) * lane.clientWidth, 0.2 * lane.clientHeight, Number(time)]"""


@contextmanager
def browser(downloads: Path, size: tuple[int, int] = (1400, 1000), language: str = "en") -> Iterator[Browser]:
    """A fresh browser that saves what it downloads in this folder."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-sync",
                 "--autoplay-policy=no-user-gesture-required",
                 "--disable-background-networking", "--disable-component-update", "--no-first-run",
                 "--mute-audio", f"--lang={language}", f"--window-size={size[0]},{size[1]}"):  # fmt: skip
        options.add_argument(word)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "intl.accept_languages": language}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(60)
    try:
        yield Browser(driver, downloads)
    finally:
        driver.quit()


class Browser:
    """A driver with the few moves that the tests make."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads
        self._asked: list[str] = []

    def open(self, address: str) -> None:
        """Load the page and wait until it is ready."""
        self.driver.get(address)
        self.until(lambda: self.js("return document.body.dataset.ready") == "yes")

    def js(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> Any:
        """The first element."""
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        """What an element says."""
        return str(self.js("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def click(self, selector: str) -> None:
        """Click an element, brought into sight."""
        self.js("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.find(selector).click()

    def keys(self, *keys: str) -> None:
        """Press keys with the focus on the lane."""
        self.find("#lane").send_keys(*keys)

    def visible(self, selector: str) -> bool:
        """Whether an element can be seen."""
        script = "const e = document.querySelector(arguments[0]); return Boolean(e && e.getClientRects().length)"
        return bool(self.js(script, selector))

    def until(self, what: Callable[[], T], within_s: float = 120.0) -> T:
        """Wait until something is true; returns it."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            try:
                found = what()
            except (StaleElementReferenceException, WebDriverException):
                found = None
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {within_s:g} s; the page says {self.text('body')[:600]!r}, {self.faults()}")

    def drop(self, *files: Path) -> None:
        """Give files to the page as a user does."""
        self.find("#files").send_keys("\n".join(map(str, files)))

    def choose(self, selector: str, value: str) -> None:
        """Choose a value of a list."""
        script = "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
        self.js(f"{script} e.dispatchEvent(new Event('change'))", selector, value)

    def value(self, selector: str) -> str:
        """What is chosen in a list."""
        return str(self.js("return document.querySelector(arguments[0]).value", selector))

    def attribute(self, selector: str, name: str) -> str:
        """An attribute of an element."""
        return str(self.js("return document.querySelector(arguments[0]).getAttribute(arguments[1])", selector, name))

    def time_s(self) -> float:
        """Where the cursor is, in tenths of a second."""
        return float(self.attribute("#lane", "aria-valuenow"))

    def saved(self) -> int:
        """The revision of the corrections that the bridge has confirmed last."""
        return int(self.js("return document.body.dataset.saved") or 0)

    def saved_after(self, revision: int) -> int:
        """The next revision, when the bridge has confirmed it."""
        return self.until(lambda: found if (found := self.saved()) > revision else None)

    def take(self, format: str, ends_with: str) -> Path:
        """A file that is taken home, nothing else left in the folder of downloads."""
        for old in self.downloads.iterdir():
            old.unlink()
        self.click(f'[data-format="{format}"]')
        return self.downloaded(ends_with)

    def on_lane(self, time_s: float, height: float = 0.15) -> tuple[int, int]:
        """A place in the picture of the whole recording, in pixels from its middle; `height` is a share, from above."""
        self.js("document.querySelector('#lane').scrollIntoView({block: 'center'})")
        self.keys("0")
        box = self.js("const b = document.querySelector('#lane').getBoundingClientRect(); return [b.width, b.height]")
        duration_s = float(self.attribute("#lane", "aria-valuemax"))
        return round(time_s / duration_s * box[0] - box[0] / 2), round((height - 0.5) * box[1])

    def drag_beat(self, by_px: int) -> float:
        """Drag the beat that is under the cursor; where it was, in seconds."""
        x, y, time_s = self.until(lambda: self.js(CURSOR))
        drag = ActionChains(self.driver).move_to_element_with_offset(self.find("#lane"), round(x), round(y))
        drag.click_and_hold().move_by_offset(by_px - 5, 0).move_by_offset(5, 0).release().perform()
        return float(time_s)

    def place(self, time_s: float) -> None:
        """Put the cursor somewhere, without a sound."""
        x, y = self.on_lane(time_s)
        ActionChains(self.driver).move_to_element_with_offset(self.find("#lane"), x, y).click().perform()

    def downloaded(self, ends_with: str, within_s: float = 60.0) -> Path:
        """The file that was saved under a name with this end."""
        return self.until(
            lambda: next((p for p in self.downloads.iterdir() if p.name.endswith(ends_with)), None), within_s
        )

    def faults(self) -> list[str]:
        """What the browser's console has of errors, reports of the content policy among them."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]

    def addresses(self) -> list[str]:
        """Every address that was asked for so far."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                parameters = message["params"]
                self._asked.append(parameters.get("request", parameters)["url"])
        return self._asked
