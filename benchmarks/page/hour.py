"""``python -m benchmarks.page.hour [--recording FILE] [--precedence]``: the page with a recording of an hour.

A FLAC as long as asked for is made of the recording (or of plucked tones), heard by a bridge with the shipped model
(quality fast), and looked at in a headless Chromium without a graphics card: how long after the analysis the first
picture is there, how many frames a second the browser draws while one scrolls, by its own trace, and the private memory
of the page's process. Needs chromium and chromedriver, and Linux's /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.page.trace import traced
from benchmarks.speed.recordings import one_tile, write_flac
from bridge.open import address
from tests.bridge.page.browser import Browser, browser
from tests.bridge.serve.server import Bridge

SCROLLED_S = 5.0
SPANS_S = (10.0, 60.0, 600.0)
"""How much of the recording is in sight while one scrolls."""
WHEEL_PX = 24
# Notes when the outline is on the canvas for the first time.
WATCH = """
    const wave = getComputedStyle(document.documentElement).getPropertyValue('--wave').trim().match(/[0-9a-f]{2}/gi)
        .map(v => parseInt(v, 16));
    window.drawn_ms = null;
    const look = () => {
        const c = document.querySelector('#lane');
        if (c.width && document.querySelector('#open').getClientRects().length) {
            const row = c.getContext('2d').getImageData(0, Math.round(c.height / 2) - 10, c.width, 1).data;
            for (let i = 0; i < row.length; i += 4)
                if (wave.every((v, k) => row[i + k] === v)) {
                    window.drawn_ms = Date.now();
                    return;
                }
        }
        requestAnimationFrame(look);
    };
    look();"""
# Turns the wheel over the picture once per frame.
SCROLL = """
    const [seconds, pixels, done] = arguments, lane = document.querySelector('#lane'), begin = performance.now();
    let frames = 0;
    const turn = now => {
        lane.dispatchEvent(new WheelEvent('wheel', { deltaX: pixels, bubbles: true, cancelable: true }));
        frames++;
        if (now - begin < 1000 * seconds)
            requestAnimationFrame(turn);
        else
            done({ frames, seconds: (now - begin) / 1000 });
    };
    requestAnimationFrame(turn);"""


@dataclass(frozen=True)
class Scrolled:
    """Frames that were drawn while scrolling, and what one costs the page's main thread."""

    span_s: float
    fps: float
    slowest_ms: float
    """The 99th percentile of the time from one frame to the next."""
    busy_ms: float
    """Processor time of the main thread per frame."""


def analysed(bridge: Bridge, recording: Path, page: Browser) -> tuple[str, float]:
    """Drop nothing, name the recording by its path; returns the work and the time at which its analysis had ended."""
    status, answer = bridge.call("POST", "/v1/works", {"recording": {"path": str(recording)}, "quality": "fast"})
    assert status == 201, answer
    work = str(answer["work"]["id"])
    page.open(address(bridge.connection, work))
    page.js(WATCH)
    while True:
        state = bridge.call("GET", f"/v1/works/{work}?wait=5&after={answer['work']['revision']}")[1]["work"]
        if state["state"] not in ("queued", "running"):
            assert state["state"] == "done", state
            return work, time.time()
        answer["work"] = state


def scrolled(page: Browser, span_s: float, duration_s: float) -> Scrolled:
    """Scroll with so much in sight, from the beginning."""
    page.keys("0")
    for _ in range(round(np.log2(duration_s / span_s))):
        page.keys("+")
    events = traced(page.driver, lambda: page.driver.execute_async_script(SCROLL, SCROLLED_S, WHEEL_PX))
    tasks = [e for e in events if e["name"] == "FireAnimationFrame" and "tdur" in e]
    ours = {e["pid"] for e in tasks}
    drawn_s = np.array(sorted(e["ts"] for e in events if e["name"] == "DrawFrame" and e["pid"] in ours)) / 1e6
    steps_ms = np.diff(drawn_s) * 1000
    busy_ms = sum(e["tdur"] for e in tasks) / 1000 / max(len(drawn_s), 1)
    return Scrolled(span_s, len(steps_ms) / (drawn_s[-1] - drawn_s[0]), float(np.percentile(steps_ms, 99)), busy_ms)


def descendants(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from descendants(int(child))


def give_precedence(page: Browser) -> None:
    """Let the browser's threads go before all that computes on this machine beside them. Needs root."""
    for pid in descendants(page.driver.service.process.pid):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(1))


def page_memory_bytes(page: Browser) -> int:
    """Private memory of the largest renderer, which is the page's."""
    sizes = [0]
    for pid in descendants(page.driver.service.process.pid):
        if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            sizes.append(1024 * sum(int(k) for k in re.findall(r"Private_\w+:\s+(\d+)", rollup)))
    return max(sizes)


def measure(recording: Path, folder: Path, precedence: bool) -> str:
    """The table."""
    bridge = Bridge(folder / "home", "mezzoforte")
    try:
        with browser(folder) as page:
            work, ended_s = analysed(bridge, recording, page)
            first_s = page.until(lambda: page.js("return window.drawn_ms")) / 1000 - ended_s
            duration_s = float(page.attribute("#lane", "aria-valuemax"))
            opened_bytes = page_memory_bytes(page)
            if precedence:
                give_precedence(page)
            page.click("#play")
            page.until(lambda: page.time_s() > 3)
            page.click("#play")
            rows = [scrolled(page, span_s, duration_s) for span_s in SPANS_S]
            for at in np.linspace(0, duration_s, 40)[:-1]:  # all over the recording, near and far
                page.js("document.querySelector('#all').scrollIntoView({block: 'center'})")
                page.place(float(at))
                page.keys("+")
            used_bytes = page_memory_bytes(page)
            heap_bytes = {m["name"]: m["value"] for m in metrics(page)}["JSHeapUsedSize"]
            marks = page.js("return document.querySelectorAll('#marks tr').length")
            heard = bridge.call("POST", f"/v1/works/{work}/heard", {"corrections": {"corrections": 1}})[1]
            beats = len(heard["analysis"]["beats"])
    finally:
        bridge.stop()
    lines = [
        "| | |", "|---|---:|",
        f"| length of the recording, beats, marks in the list | {duration_s / 60:.0f} min, {beats}, {marks} |",
        f"| first picture after the analysis had ended | {first_s:.2f} s |",
        *(f"| scrolling, {r.span_s:g} s in sight: frames a second; 99 % of the steps under; main thread per frame "
          f"| {r.fps:.0f}; {r.slowest_ms:.0f} ms; {r.busy_ms:.1f} ms |" for r in rows),
        "| private memory of the page's process: just opened; after playing and scrolling all over it "
        f"| {opened_bytes / 2**20:.0f} MiB; {used_bytes / 2**20:.0f} MiB |",
        f"| of it in use by the script | {heap_bytes / 2**20:.0f} MiB |",
    ]  # fmt: skip
    return "\n".join(lines)


def metrics(page: Browser) -> list[dict[str, Any]]:
    """The browser's own counters."""
    page.driver.execute_cdp_cmd("Performance.enable", {})
    return list(page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"])


def main() -> None:
    """Parse and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page.hour", description=(__doc__ or "").split("\n")[2])
    parser.add_argument("--recording", type=Path, help="what is repeated (default: plucked tones)")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--precedence", action="store_true",
        help="the browser goes before what else computes on this machine (needs root)")  # fmt: skip
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "hour.flac"
        write_flac(recording, one_tile(options.recording), options.seconds)
        print(measure(recording, Path(folder), options.precedence))


if __name__ == "__main__":
    main()
