"""``python -m benchmarks.page.pictures --data DIR [--out docs/pictures/page]``: the page in six states.

Bach's prelude BWV 846 with its score (DIR is the folder of data sets), dropped on the page in a headless Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image

from bridge.open import address
from tests.bridge.page.browser import Browser, Keys, browser
from tests.bridge.serve.server import ROOT, Bridge

RECORDING = Path("real_audio") / "bwv846_prelude_ishizaka.ogg"
SCORE = Path("asap") / "Bach" / "Prelude" / "bwv_846" / "xml_score.musicxml"
SIZE = (1280, 960)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
COLOURS = 160
SETTLED_S = 1.0


def save(page: Browser, path: Path) -> None:
    """What is in sight, as a small PNG."""
    time.sleep(SETTLED_S)
    picture = Image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def show(page: Browser, selector: str) -> None:
    """Scroll so that an element is at the top."""
    page.js("document.querySelector(arguments[0]).scrollIntoView({block: 'start'})", selector)


def draw(page: Browser, out: Path) -> None:
    """The six pictures."""
    page.js("scrollTo(0, 0)")
    save(page, out / "look.png")
    page.place(45.0)
    page.keys("+", "+", "+")
    page.click("#play")
    page.until(lambda: page.time_s() > 47)
    page.click("#play")
    show(page, "#score-section")
    save(page, out / "score.png")
    page.keys(Keys.ARROW_RIGHT)
    page.drag_beat(14)
    page.until(lambda: page.visible("#preview"))
    show(page, "#listen-title")
    save(page, out / "preview.png")
    page.keys(Keys.ESCAPE)
    page.click("#marks tr:nth-child(3) button")
    show(page, "#marks-title")
    save(page, out / "marks.png")
    page.choose("#theme", "dark")
    page.choose("#language", "de")
    page.js("scrollTo(0, 0)")
    save(page, out / "dark.png")
    page.choose("#theme", "light")
    page.choose("#language", "en")
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    show(page, "#listen-title")
    save(page, out / "phone.png")


def main() -> None:
    """Parse and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page.pictures")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures" / "page")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = folder / "prelude.ogg", folder / "prelude.musicxml"
        for source, file in zip((RECORDING, SCORE), files, strict=True):
            shutil.copy(options.data / source, file)
        bridge = Bridge(folder / "home", "mezzoforte", "--quality", "best")
        try:
            with browser(folder, SIZE) as page:
                page.open(address(bridge.connection))
                page.drop(*files)
                page.until(lambda: page.visible("#heard"), 900)
                page.until(lambda: page.js("return document.querySelectorAll('.over .mark').length") > 0)
                draw(page, options.out)
        finally:
            bridge.stop()


if __name__ == "__main__":
    main()
