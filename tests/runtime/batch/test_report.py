"""What a run tells of how long it will take."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from runtime.batch import report as told_of
from runtime.batch.jobs import Item, Job, Options, Outcome, Setting
from runtime.batch.places import LocalPlace
from runtime.batch.report import Report


def job(name: str) -> Job:
    return Job(Item(name, f"/{name}.wav", 100, "", Options()), Setting("/out", "", "cpu", ""))


def test_what_failed_at_once_or_was_kept_says_nothing_of_the_time_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [0.0]
    monkeypatch.setattr(told_of.time, "monotonic", lambda: now_s[0])
    jobs = {name: job(name) for name in ("broken", "kept", "first", "second", "third")}
    with Report(jobs.values(), LocalPlace(str(tmp_path)), io.StringIO()) as report:
        now_s[0] = 1.0
        report.told(jobs["broken"], Outcome("broken", "failed", "no audio"), final=True)
        report.told(jobs["kept"], Outcome("kept", "done", reused=True), final=True)
        assert report.left_s() is None
        now_s[0] = 11.0
        report.told(jobs["first"], Outcome("first", "done", audio_s=60.0), final=True)
        assert report.left_s() == pytest.approx(22.0)
        report.watch("second", 0.5)
        assert report.left_s() == pytest.approx(11.0)
