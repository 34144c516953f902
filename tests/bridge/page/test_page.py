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
from mezzoforte import analyse
from runtime.analysis import Beat
from runtime.analysis import from_json as read_analysis
from runtime.corrections import read_file
from runtime.score.read.files import read_score
from runtime.words.doubts import doubt
from tests.bridge.page.browser import Browser, Keys, browser, needs_browser
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
    bridge = Bridge(tmp_path_factory.mktemp("real") / "home", "mezzoforte")
    yield bridge
    bridge.stop()


@pytest.fixture(scope="module")
def page(real_bridge: Bridge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The page with BWV 846 and its score dropped on it, heard to the end."""
    if not RECORDING.exists():
        pytest.skip("BWV 846 is not there: set MEZZOFORTE_DATA")
    folder = tmp_path_factory.mktemp("dropped")
    recording, score = folder / "prelude.ogg", folder / "prelude.musicxml"
    shutil.copy(RECORDING, recording)
    shutil.copy(SCORE, score)
    with browser(tmp_path_factory.mktemp("downloads")) as opened:
        opened.open(address(real_bridge.connection))
        if opened.js("return document.querySelector('#best').checked"):
            opened.click("#best")
        opened.drop(recording, score)
        opened.until(lambda: opened.visible("#heard"), 900)
        opened.until(lambda: opened.js("return document.querySelectorAll('.over .mark').length") > 0)
        yield opened


def beats(page: Browser) -> list[float]:
    """The beats of a file that is taken home."""
    return [b["time_s"] for b in json.loads(page.take("json", ".json").read_text())["beats"]]


def to_bar(page: Browser, number: int) -> None:
    """Put the cursor on a bar line, by the keyboard."""
    page.keys(Keys.HOME)
    for _ in range(number):  # from the beginning to the first bar, and on
        page.keys(Keys.SHIFT, Keys.ARROW_RIGHT, Keys.SHIFT)
    page.until(lambda: page.js("return document.body.dataset.bar") == str(number))


def test_the_recording_can_be_heard_and_the_cursor_is_in_the_right_bar_of_the_score(page: Browser) -> None:
    page.click("#play")
    page.until(lambda: page.text("#play") == "Pause" and page.time_s() > 0)
    begins_s, before_s = time.monotonic(), page.time_s()
    page.until(lambda: page.time_s() > before_s + 1.5)
    assert 1 < time.monotonic() - begins_s < 6, "it is played at its own speed"
    page.click("#play")
    to_bar(page, 5)
    labels = csv.DictReader((ROOT / "benchmarks" / "labels" / "real_audio" / "bwv846_prelude.csv").open())
    (begins,) = [float(row["time_s"]) for row in labels if (row["bar"], row["beat"]) == ("5", "1")]
    assert page.time_s() == pytest.approx(begins, abs=0.1)
    script = """
        const c = document.querySelector('.over .cursor').getBoundingClientRect();
        const m = [...document.querySelectorAll('.sheet g.measure')][4].getBoundingClientRect();
        return c.left >= m.left - 5 && c.right <= m.right + 5 && c.bottom > m.top && c.top < m.bottom"""
    assert page.js(script)


def test_a_beat_that_is_dragged_is_shown_first_and_then_in_every_file(page: Browser) -> None:
    before, revision = beats(page), page.saved()
    to_bar(page, 4)
    for key in "0+++++":  # so close that a pixel is a few milliseconds
        page.keys(key)
    at = page.drag_beat(25)
    page.until(lambda: page.visible("#preview"))
    assert beats(page) == before, "nothing changes before it is accepted"
    page.click("#accept")
    page.saved_after(revision)
    said = read_file(page.take("corrections", ".corrections.json"))
    (pin,) = said.pins
    assert 0.03 < pin.time_s - at < 0.4
    assert any(abs(t - pin.time_s) < 1e-3 for t in beats(page))
    page.click("#undo")
    page.saved_after(revision + 1)
    assert beats(page) == before


def test_eight_beats_are_tapped_and_all_is_undone(page: Browser) -> None:
    before, revision = beats(page), page.saved()
    page.place(30.0)
    page.click("#play")
    page.until(lambda: page.text("#play") == "Pause")
    for _ in range(8):
        page.keys("t")
        time.sleep(0.4)
    page.keys(Keys.ENTER)
    page.until(lambda: page.visible("#preview"))
    assert "8" in page.text("#preview-text")
    page.click("#accept")
    page.saved_after(revision)
    assert len(read_file(page.take("corrections", ".corrections.json")).taps) == 8
    while page.find("#undo").is_enabled():
        page.click("#undo")
    page.saved_after(revision + 1)
    assert beats(page) == before


def test_a_mark_is_put_in_made_louder_and_stands_in_the_score_taken_home(page: Browser) -> None:
    revision = page.saved()
    page.place(60.0)
    page.click("#add-mark")
    page.keys(Keys.ARROW_UP)
    page.saved_after(revision)
    by_hand = page.js("return [...document.querySelectorAll('#marks tr.chosen td')].map(c => c.textContent)")
    assert by_hand[2] == "f" and by_hand[3] == "by hand"
    path = page.take("score", "_marked.musicxml")
    bar = by_hand[0].split(" ")[0]
    assert ("f", bar) in levels(path)
    musescore = shutil.which("musescore3") or shutil.which("mscore3")
    if musescore is None:
        pytest.skip("that MuseScore opens the file is tried with MuseScore 3 (Debian: musescore3)")
    out = path.with_suffix(".mscz")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([musescore, "-o", out, path], env=environment, check=True, capture_output=True, timeout=300)
    assert ("f", bar) in levels(out)


def levels(path: Path) -> list[tuple[str, str]]:
    """Sign and bar of every mark in a score."""
    score = read_score(path)
    return [(m.value, score.measures[m.measure].number) for m in score.marks]


def test_how_many_marks_is_saved_and_honoured_in_the_score_taken_home(page: Browser) -> None:
    revision = page.saved()
    few, many = (int(page.attribute("#density", name)) for name in ("min", "max"))
    counts = []
    for step in (few, many):
        page.choose("#density", str(step))
        revision = page.saved_after(revision)
        counts.append(len([m for m in read_score(page.take("score", "_marked.musicxml")).marks if m.ours]))
        assert str(page.js("return document.querySelectorAll('#marks tr').length")) in page.text("#density-name")
    assert counts[0] < counts[1]
    page.choose("#policy", "replace")
    page.saved_after(revision)
    said = read_file(page.take("corrections", ".corrections.json"))
    assert (said.density, said.existing) == ("detailed", "replace")
    page.driver.refresh()
    page.until(lambda: page.visible("#density-frame"))
    assert (int(page.value("#density")), page.value("#policy")) == (many, "replace")


def test_nothing_left_this_computer_and_the_content_policy_reports_nothing(page: Browser) -> None:
    asked = [a for a in page.addresses() if not a.startswith(("data:", "blob:", "chrome:", "about:"))]
    port = page.js("return location.port")
    assert asked and all(a.startswith(f"http://127.0.0.1:{port}/") for a in asked), asked
    assert page.js("return location.hash") == ""
    assert not page.faults()


def test_the_notes_are_heard_too_when_asked_for_and_stay_known(real_bridge: Bridge, tmp_path: Path) -> None:
    take = tmp_path / "take.ogg"
    shutil.copy(ROOT / "examples" / "minuet.ogg", take)
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with browser(downloads) as page:
        page.open(address(real_bridge.connection))
        if not page.js("return document.querySelector('#best').checked"):
            page.click("#best")
        page.drop(take)
        page.until(lambda: page.text("#name") == "take.ogg" and page.visible("#heard"), 600)
        found = read_analysis(page.take("json", ".json").read_text()).beats
        assert found == heard(take, quality="best") != heard(take, quality="fast")
        told = page.js("return [...document.querySelectorAll('#warnings li')].map(l => l.firstChild.data)")
        doubts = analyse(take, quality="best").doubts
        assert told == [doubt(d.remedy.key, d.remedy.values) for d in doubts]
        for n, unsure in enumerate(doubts, 1):  # each shows what would follow, or the place in question
            page.click(f"#warnings li:nth-child({n}) button")
            if unsure.corrections:
                page.until(lambda: page.visible("#preview"))
                page.click("#refuse")
            else:
                assert page.text("#clock").startswith(str(unsure.remedy.values["first"]))
        page.keys(Keys.ESCAPE)  # nothing is selected any more: everywhere
        page.click("#twice")
        page.until(lambda: page.visible("#preview"))
        page.click("#accept")
        page.saved_after(0)
        found = read_analysis(page.take("json", ".json").read_text()).beats
        assert found == heard(take, quality="best", corrections=["x2"])


def heard(take: Path, **options: Any) -> tuple[Beat, ...]:
    """The beats of a recording as a file of them has them."""
    return read_analysis(analyse(take, **options).to_json()).beats


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
        page.until(lambda: page.visible("#heard"), 300)
        assert HOSTILE in page.text("#name") and page.js("return document.title") == "Mezzoforte"
        assert not page.js("return document.querySelectorAll('img, script:not([src]), iframe, [onerror]').length")
        page.click('[data-format="html"]')
        report = page.downloaded(".html")
        page.driver.get(report.as_uri())
        page.until(lambda: page.js("return document.querySelectorAll('canvas').length") > 0)
        assert HOSTILE in page.driver.title and not page.js("return document.querySelectorAll('img').length")
        assert not [f for f in page.faults() if "Content Security" in f]
