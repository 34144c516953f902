"""The page for everyone: by keyboard alone, for screen readers, in five languages, light and dark, narrow and wide."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bridge.open import address
from bridge.page.words import words
from runtime.corrections import read_file
from tests.bridge.page.browser import ActionChains, Browser, Keys, browser, needs_browser
from tests.bridge.page.conftest import finished
from tests.bridge.serve.server import ROOT, Bridge

pytestmark = [needs_browser, pytest.mark.slow]
LANGUAGES = [code for code in words()["languages"] if code != "en"]
AXE = "axe-core@4"
RUN_AXE = """
    const done = arguments[0];
    axe.run(document, { resultTypes: ["violations"] }).then(found => done(JSON.stringify(found.violations)),
                                                            error => done(String(error)));"""
SAME_EVERYWHERE = re.compile(
    r"[\d:.,\s%·–▲▼←→⇄✕<>+-]*|[mpf]{1,3}|.*\.(wav|musicxml)|JSON|CSV|JAMS|MIDI|DAWproject|Sonic Visualiser|MIT"
)


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker's script, installed from npm for these tests alone."""
    folder = tmp_path_factory.mktemp("npm")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core comes from npm, which is not here")
    command = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), AXE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as e:
        pytest.skip(f"axe-core cannot be had from npm: {e}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def work(bridge: Bridge, recording: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A work with a score that does not belong to it: everything is on the page, an error too."""
    folder = tmp_path_factory.mktemp("work")
    shutil.copy(recording, folder / "take.wav")
    shutil.copy(ROOT / "examples" / "minuet.musicxml", folder / "take.musicxml")
    body = {"recording": {"path": str(folder / "take.wav")}, "score": {"path": str(folder / "take.musicxml")}}
    status, answer = bridge.call("POST", "/v1/works", body)
    assert status == 201, answer
    return {**finished(bridge, answer["work"]["id"]), "folder": folder}


@contextmanager
def opened(bridge: Bridge, work: dict[str, Any], folder: Path, **options: Any) -> Iterator[Browser]:
    """The page with the work on show."""
    with browser(folder, **options) as page:
        page.open(address(bridge.connection, work["id"]))
        page.until(lambda: page.visible("#heard"))
        yield page


def faults(page: Browser, axe: str) -> list[str]:
    """What the checker finds that is serious or critical."""
    page.js(axe)
    found = json.loads(page.driver.execute_async_script(RUN_AXE))
    return [f"{v['id']}: {v['nodes'][0]['target']}" for v in found if v["impact"] in ("serious", "critical")]


def narrow(page: Browser, width: int) -> None:
    """As a telephone shows it."""
    metrics = {"width": width, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.until(lambda: page.js("return innerWidth") == width)


def test_the_checker_finds_no_serious_fault_in_any_state(
    bridge: Bridge, work: dict[str, Any], axe: str, tmp_path: Path
) -> None:
    with browser(tmp_path) as page:
        page.open(address(bridge.connection))
        assert not faults(page, axe), "empty"
        page.open(address(bridge.connection, work["id"]))
        page.until(lambda: page.visible("#heard"))
        assert not faults(page, axe), "light"
        page.choose("#theme", "dark")
        assert not faults(page, axe), "dark"
        page.place(1.3)
        page.keys("b")
        page.until(lambda: page.visible("#preview"))
        assert not faults(page, axe), "a proposal"
        narrow(page, 360)
        assert not faults(page, axe), "a telephone"


def test_a_report_has_no_serious_fault(bridge: Bridge, work: dict[str, Any], axe: str, tmp_path: Path) -> None:
    with opened(bridge, work, tmp_path) as page:
        page.click("#with-audio")
        report = page.take("html", ".html")
        page.driver.get(report.as_uri())
        page.until(lambda: page.js("return document.querySelectorAll('canvas').length") > 0)
        assert not faults(page, axe)


@pytest.mark.parametrize("width", [360, 768, 2560])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_width(
    bridge: Bridge, work: dict[str, Any], tmp_path: Path, width: int, theme: str
) -> None:
    with opened(bridge, work, tmp_path, size=(max(width, 500), 900)) as page:
        if width < 500:
            narrow(page, width)
        page.choose("#theme", theme)
        assert page.js("return document.documentElement.scrollWidth <= innerWidth")
        cut = page.js("""
            return [...document.querySelectorAll('button, select, h1, h2, h3, label')].filter(e => {
                const box = e.getBoundingClientRect();
                return box.width && !e.closest('.table, .skip') && (box.left < 0 || box.right > innerWidth + 1
                    || e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).overflow !== 'visible');
            }).map(e => e.id || e.textContent)""")
        assert not cut
        paper, ink = (page.js(f"return getComputedStyle(document.querySelector('main')).{name}")
                      for name in ("backgroundColor", "color"))  # fmt: skip
        assert (light(paper) > light(ink)) == (theme == "light")


def light(colour: str) -> float:
    """How light a colour of the browser is, 0 to 255."""
    return sum(float(v) for v in re.findall(r"[\d.]+", colour)[:3]) / 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_is_left_in_another_language(
    bridge: Bridge, work: dict[str, Any], tmp_path: Path, language: str
) -> None:
    english = page_texts(bridge, work, tmp_path, "en")
    other = page_texts(bridge, work, tmp_path, language)
    texts = words()["texts"]
    alike = {text for text in english & other if not SAME_EVERYWHERE.fullmatch(text)}
    assert len(other) > 60
    assert not {text for text in alike if texts.get(text, {}).get(language) != text}


def page_texts(bridge: Bridge, work: dict[str, Any], folder: Path, language: str) -> set[str]:
    """Everything that the page says, to the eye and to a screen reader, but names: of files, languages, weights."""
    with opened(bridge, work, folder, language=language) as page:
        assert page.js("return document.documentElement.lang") == language
        found = page.js("""
            const names = '#language, #weights, #keys dt, script, noscript, code, #score';
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
            while (walker.nextNode())
                if (!walker.currentNode.parentElement.closest(names))
                    found.push(walker.currentNode.data);
            for (const e of document.querySelectorAll('[aria-label]'))
                found.push(e.getAttribute('aria-label'));
            return found""")
    return {text.strip() for text in found} - {"", "Mezzoforte"}


def focused(page: Browser) -> str:
    """Id, format or text of what has the focus."""
    script = "const e = document.activeElement; return e.id || e.dataset.format || e.dataset.name || e.textContent"
    return str(page.js(script))


def tab_to(page: Browser, wanted: str) -> None:
    """Press Tab until something has the focus; whatever has it on the way can be seen to have it."""
    for _ in range(80):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        outline = page.js("""
            const e = document.activeElement, shown = e.classList.contains('hidden-input') ? e.labels[0] : e;
            return getComputedStyle(shown).outlineStyle""")
        assert outline != "none", focused(page)
        if focused(page) == wanted:
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_the_keyboard_alone_is_enough(bridge: Bridge, work: dict[str, Any], tmp_path: Path) -> None:
    def press(*keys: str) -> None:
        page.driver.switch_to.active_element.send_keys(*keys)

    with opened(bridge, work, tmp_path) as page:
        page.js("document.activeElement.blur()")
        tab_to(page, "files")
        tab_to(page, "play")
        press(Keys.SPACE)
        page.until(lambda: page.text("#play") == "Pause" and page.time_s() > 0.3)
        press(Keys.SPACE)
        tab_to(page, "lane")
        press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        at = page.time_s()
        assert at > 0 and "bar" in page.attribute("#lane", "aria-valuetext")
        press(Keys.ALT, Keys.ARROW_RIGHT, Keys.ALT)
        page.until(lambda: page.visible("#preview"))
        press(Keys.ENTER)
        revision = page.saved_after(0)
        press("m", Keys.ARROW_UP)
        page.saved_after(revision)
        assert page.js("return document.querySelector('#marks tr.chosen .sign').textContent") == "f"
        press(Keys.DELETE)
        page.until(lambda: not page.js("return document.querySelector('#marks tr.chosen')"))
        press(Keys.CONTROL, "z", Keys.CONTROL)
        for old in tmp_path.iterdir():
            old.unlink()
        tab_to(page, "corrections")
        press(Keys.ENTER)
        said = read_file(page.downloaded(".corrections.json"))
        assert len(said.pins) == 1 and "f" in [m.value for m in said.marks]


def test_the_list_of_marks_is_one_stop_and_arrows_go_through_it(
    bridge: Bridge, done: dict[str, Any], tmp_path: Path
) -> None:
    with opened(bridge, done, tmp_path) as page:
        for time_s in (1.0, 2.0, 3.0):
            page.place(time_s)
            page.keys("m")
        rows = page.until(
            lambda: n if (n := page.js("return document.querySelectorAll('#marks tr').length")) > 2 else 0
        )
        page.js("document.querySelector('#marks button').focus()")
        names = [focused(page)]
        for _ in range(rows - 1):
            page.driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
            names.append(focused(page))
        assert len(set(names)) == rows and all(n.startswith("go ") for n in names)
        reached = page.js("return [...document.querySelectorAll('#marks button')].filter(b => b.tabIndex === 0).length")
        assert reached <= 6
