"""The page in a real browser: what a user does with a recording and its score, from dropping it to taking it home."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.open import address
from runtime.corrections import read_file
from runtime.score.read.files import read_score
from tests.bridge.page.browser import Browser, browser, needs_browser
from tests.bridge.serve.server import ROOT, Bridge, running

pytest.importorskip("verovio", reason="the score is engraved by Verovio (extra: page)")
pytestmark = [needs_browser, pytest.mark.slow]

DATA = Path(os.environ.get("MEZZOFORTE_DATA", "/nowhere"))
RECORDING = DATA / "real_audio" / "bwv846_prelude_ishizaka.ogg"
SCORE = DATA / "asap" / "Bach" / "Prelude" / "bwv_846" / "xml_score.musicxml"
HOSTILE = '<img src=x onerror="document.title=`run`">'


@pytest.fixture(scope="module")
def real_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge with the shipped model."""
    if not RECORDING.exists():
        pytest.skip("BWV 846 is not there: set MEZZOFORTE_DATA")
    bridge = Bridge(tmp_path_factory.mktemp("real") / "home", "mezzoforte")
    yield bridge
    bridge.stop()


@pytest.fixture(scope="module")
def page(real_bridge: Bridge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The page with BWV 846 and its score dropped on it, heard to the end."""
    folder = tmp_path_factory.mktemp("dropped")
    recording, score = folder / "prelude.ogg", folder / "prelude.musicxml"
    shutil.copy(RECORDING, recording)
    shutil.copy(SCORE, score)
    with browser(tmp_path_factory.mktemp("downloads")) as opened:
        opened.open(address(real_bridge.connection))
        if opened.js("return document.querySelector('#best').checked"):
            opened.click("#best")
        opened.drop(recording, score)
        opened.until(lambda: opened.visible("#open"), 900)
        opened.until(lambda: opened.js("return document.querySelectorAll('.over .mark').length") > 0)
        yield opened


def saved(page: Browser) -> int:
    """The revision that the bridge has confirmed last."""
    return int(page.js("return document.body.dataset.saved") or 0)


def beats(page: Browser) -> list[float]:
    """The beats that the bridge keeps, as the picture has them, through the file that can be taken home."""
    for old in page.downloads.iterdir():
        old.unlink()
    page.click('[data-format="json"]')
    analysis = json.loads(page.downloaded(".json").read_text())
    return [b["time_s"] for b in analysis["beats"]]


def place(page: Browser, time_s: float) -> None:
    """Put the cursor somewhere, without a sound."""
    page.js("document.querySelector('#lane').focus()")
    page.js("window.scrollTo(0, 0)")
    page.keys("0")
    box = page.js("const b = document.querySelector('#lane').getBoundingClientRect(); return [b.width, b.height]")
    duration = float(page.js("return document.querySelector('#lane').getAttribute('aria-valuemax')"))
    from selenium.webdriver import ActionChains

    x = round(time_s / duration * box[0] - box[0] / 2)
    ActionChains(page.driver).move_to_element_with_offset(
        page.find("#lane"), x, round(-box[1] / 2 + 40)
    ).click().perform()


def test_the_recording_can_be_heard_and_the_cursor_is_in_the_right_bar_of_the_score(page: Browser) -> None:
    start = page.js("return document.querySelector('#clock').textContent")
    page.click("#play")
    page.until(lambda: page.text("#clock") != start and page.text("#play") == "Pause")
    page.click("#play")
    page.keys("\ue011")  # Home
    for _ in range(5):  # from the beginning to the first bar, and on to the fifth
        page.keys("\ue008", "\ue014", "\ue008")  # Shift and arrow
    page.until(lambda: page.js("return document.body.dataset.bar") == "5")
    now = float(page.js("return document.querySelector('#lane').getAttribute('aria-valuenow')"))
    labels = csv.DictReader((ROOT / "benchmarks" / "labels" / "real_audio" / "bwv846_prelude.csv").open())
    (begins,) = [float(row["time_s"]) for row in labels if (row["bar"], row["beat"]) == ("5", "1")]
    assert now == pytest.approx(begins, abs=0.1)
    script = """
        const c = document.querySelector('.over .cursor').getBoundingClientRect();
        const m = [...document.querySelectorAll('.sheet g.measure')][4].getBoundingClientRect();
        return c.left >= m.left - 5 && c.right <= m.right + 5 && c.bottom > m.top && c.top < m.bottom"""
    assert page.js(script)


def test_a_beat_that_is_moved_is_shown_first_and_then_in_every_file(page: Browser) -> None:
    before, revision = beats(page), saved(page)
    place(page, before[12])
    page.keys("\ue00a", "\ue014", "\ue00a")  # Alt and arrow
    page.until(lambda: page.visible("#preview"))
    assert beats(page) == before, "nothing changes before it is accepted"
    page.click("#accept")
    page.until(lambda: saved(page) > revision)
    page.click('[data-format="corrections"]')
    said = read_file(page.downloaded(".corrections.json"))
    assert len(said.pins) == 1
    assert any(abs(t - said.pins[0].time_s) < 1e-3 for t in beats(page))
    page.click("#undo")
    page.until(lambda: saved(page) > revision + 1)
    assert beats(page) == before


def test_eight_beats_are_tapped_and_all_is_undone(page: Browser) -> None:
    before, revision = beats(page), saved(page)
    place(page, 30.0)
    page.click("#play")
    page.until(lambda: page.text("#play") == "Pause")
    for _ in range(8):
        page.keys("t")
        time.sleep(0.4)
    page.keys("\ue007")  # Enter
    page.until(lambda: page.visible("#preview"))
    assert "8" in page.text("#preview-text")
    page.click("#accept")
    page.until(lambda: saved(page) > revision)
    page.click('[data-format="corrections"]')
    assert len(read_file(page.downloaded(".corrections.json")).pins) == 8
    while page.find("#undo").is_enabled():
        page.click("#undo")
    page.until(lambda: saved(page) > revision + 1)
    assert beats(page) == before


def test_a_mark_is_put_in_made_louder_and_stands_in_the_score_taken_home(page: Browser) -> None:
    revision = saved(page)
    place(page, 60.0)
    page.click("#add-mark")
    page.keys("\ue013")  # up
    page.until(lambda: saved(page) > revision)
    by_hand = page.js("return [...document.querySelectorAll('#marks tr.chosen td')].map(c => c.textContent)")
    assert by_hand[2] == "f" and by_hand[3] == "by hand"
    page.click('[data-format="score"]')
    path = page.downloaded("_marked.musicxml")
    bar = by_hand[0].split(" ")[0]
    score = read_score(path)
    ours = [(m.value, score.measures[m.measure].number) for m in score.marks if m.ours]
    assert ("f", bar) in ours
    if musescore := shutil.which("musescore3") or shutil.which("mscore3"):
        out = path.with_suffix(".mscz")
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run([musescore, "-o", out, path], env=environment, check=True, capture_output=True, timeout=300)
        assert ("f", bar) in [(m.value, read_score(out).measures[m.measure].number) for m in read_score(out).marks]


def test_nothing_left_this_computer_and_the_content_policy_reports_nothing(page: Browser) -> None:
    asked = [a for a in page.addresses() if not a.startswith(("data:", "blob:", "chrome:", "about:"))]
    port = page.js("return location.port")
    assert asked and all(a.startswith(f"http://127.0.0.1:{port}/") for a in asked), asked
    assert page.js("return location.hash") == ""
    assert not page.faults()


def test_a_phone_has_room_for_it(page: Browser) -> None:
    metrics: dict[str, Any] = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert page.until(lambda: page.js("return innerWidth") == 360)
        assert page.js("return document.documentElement.scrollWidth") <= 360
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_names_that_look_like_markup_are_names(tmp_path: Path, stub: Path, recording: Path) -> None:
    hostile = tmp_path / f"{HOSTILE.replace('/', '')}.wav"
    shutil.copy(recording, hostile)
    score = tmp_path / f"{hostile.stem}.musicxml"
    text = SCORE.read_text() if SCORE.exists() else (Path("examples") / "minuet.musicxml").read_text()
    evil = "&lt;script&gt;document.title='run'&lt;/script&gt;&lt;img src=x onerror=run()&gt;"
    title = f"<work><work-title>{evil}</work-title></work>"
    score.write_text(text.replace("<part-list>", f"{title}<part-list>", 1))
    with running(tmp_path / "home", stub) as bridge, browser(tmp_path) as page:
        page.open(address(bridge.connection))
        page.drop(hostile, score)
        page.until(lambda: page.visible("#open"), 300)
        assert HOSTILE in page.text("#name") and page.js("return document.title") == "Mezzoforte"
        assert not page.js("return document.querySelectorAll('img, script:not([src]), iframe, [onerror]').length")
        page.click('[data-format="html"]')
        report = page.downloaded(".html")
        page.driver.get(report.as_uri())
        page.until(lambda: page.js("return document.querySelectorAll('canvas').length") > 0)
        assert HOSTILE in page.driver.title and not page.js("return document.querySelectorAll('img').length")
        assert not [f for f in page.faults() if "Content Security" in f]


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
