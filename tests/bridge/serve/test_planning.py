"""From a recording and a score to a plan, through the running bridge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from bridge.api.notes import to_score
from runtime.corrections import Corrections, MarkEdit
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align.performance import play
from tests.bridge.serve.server import Bridge
from tests.bridge.serve.test_api import conforms
from tests.runtime.score.synth import perform

BARS = 24


def _table() -> dict[str, Any]:
    """24 bars of 3/4: a walk of eighths that never repeats, over a bass note per bar."""
    pitches = 60 + np.cumsum(np.random.default_rng(5).choice([-2, -1, 1, 2, 3, -3], 6 * BARS)) % 24
    notes = [[240 * i, 240, int(p), 1, 1, 0] for i, p in enumerate(pitches)]
    notes += [[1440 * i, 1440, 36 + int(pitches[6 * i]) % 12, 2, 1, 0] for i in range(BARS)]
    return {
        "measures": [{"tick": 1440 * i, "ticks": 1440, "time": [3, 4], "number": str(i + 1)} for i in range(BARS)],
        "staves": [{"part": 0, "name": "Piano"}, {"part": 0, "name": "Piano"}],
        "notes": notes,
        "marks": [{"kind": "dynamic", "value": "f", "tick": 0, "staff": 1, "ours": False}],
        "tempos": [[0, 120]],
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray, np.ndarray]:
    """A performance that is soft at first and loud from the middle on, and when its quarters were played."""
    audio, positions, seconds = perform(play(to_score(_table()), list(range(BARS))))
    middle = int(np.interp(1.5 * BARS, positions, seconds) * SAMPLE_RATE_HZ)
    audio[:middle] *= 0.05
    path = tmp_path_factory.mktemp("played") / "walk.wav"
    sf.write(path, audio, SAMPLE_RATE_HZ)
    return path, positions, seconds


@pytest.fixture(scope="module")
def job(bridge: Bridge, played: tuple[Path, np.ndarray, np.ndarray]) -> str:
    request = {"recording": {"path": str(played[0])}, "score": _table(), "fingerprint": "mine"}
    conforms(request, "AnalyseRequest")
    status, answer = bridge.call("POST", "/v1/analyse", request)
    assert status == 202, answer
    assert bridge.finished(answer["job"]["id"])["state"] == "done"
    return str(answer["job"]["id"])


def test_what_was_said_of_a_recording_on_the_page_is_honoured_here_too(
    bridge: Bridge, played: tuple[Path, np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    path, positions, seconds = played
    take = tmp_path / "take.wav"
    shutil.copy(path, take)
    bar_9_s = float(np.interp(24.0, positions, seconds))
    said = Corrections(marks=(MarkEdit("add", "dynamic", "fff", bar_9_s),))
    (tmp_path / "take.corrections.json").write_text(said.to_json())
    body = {"recording": {"path": str(take)}, "score": _table(), "fingerprint": "mine"}
    work = bridge.call("POST", "/v1/analyse", body)[1]["job"]["id"]
    assert bridge.finished(work)["state"] == "done"
    plan = bridge.call("GET", f"/v1/job/{work}/plan?policy=replace")[1]
    for step in plan["densities"]:
        assert ("fff", "9") in [(m["value"], m["number"]) for m in step["marks"]]
    assert "what you said in take.corrections.json is honoured" in plan["warnings"]


def test_one_answer_holds_every_density_of_a_policy_and_the_curve(bridge: Bridge, job: str) -> None:
    for policy in ("keep", "replace"):
        status, plan = bridge.call("GET", f"/v1/job/{job}/plan?policy={policy}")
        assert status == 200, plan
        conforms(plan, "Plan")
        assert plan["fingerprint"] == "mine"
        assert 0 <= plan["default"] < len(plan["densities"])
        counts = [len(d["marks"]) for d in plan["densities"]]
        assert counts == sorted(counts) and counts[-1] > 0
        beats = len(plan["curve"]["ticks"])
        assert len(plan["curve"]["heard_velocity"]) == beats >= 3 * (BARS - 1)
        for density in plan["densities"]:
            assert len(density["playback_velocity"]) == beats
            for mark in density["marks"]:
                start = 1440 * mark["measure"]
                assert start <= mark["tick"] < start + 1440
                assert mark["beat"] == pytest.approx(1 + (mark["tick"] - start) / 480)
    assert bridge.call("GET", f"/v1/job/{job}/plan?policy=most")[0] == 400


def test_the_curve_rises_where_the_playing_did(bridge: Bridge, job: str) -> None:
    curve = bridge.call("GET", f"/v1/job/{job}/plan")[1]["curve"]
    ticks, heard_velocity = np.array(curve["ticks"]), np.array(curve["heard_velocity"])
    soft, loud = heard_velocity[ticks < 1440 * (BARS // 2 - 1)], heard_velocity[ticks > 1440 * (BARS // 2 + 1)]
    assert loud.min() > soft.max()


def test_a_mark_tells_when_it_is_played(bridge: Bridge, job: str, played: tuple[Path, np.ndarray, np.ndarray]) -> None:
    _, positions, seconds = played
    marks = bridge.call("GET", f"/v1/job/{job}/plan?policy=replace")[1]["densities"][-1]["marks"]
    for mark in marks:
        assert mark["time_s"] == pytest.approx(np.interp(mark["tick"] / 480, positions, seconds), abs=0.2)


def test_doubts_about_beats_are_not_told_where_the_score_gives_the_beats(bridge: Bridge, job: str) -> None:
    own = bridge.call("GET", f"/v1/job/{job}/analysis")[1]["warnings"]
    told = bridge.call("GET", f"/v1/job/{job}/plan")[1]["warnings"]
    assert not any("beats are unsure" in w for w in told)
    assert set(told) >= {w for w in own if "beats" not in w}


def test_the_tempo_of_every_bar_is_that_of_the_performance(
    bridge: Bridge, job: str, played: tuple[Path, np.ndarray, np.ndarray]
) -> None:
    _, positions, seconds = played
    tempos = {t["tick"]: t["bpm"] for t in bridge.call("GET", f"/v1/job/{job}/plan")[1]["tempos"]}
    assert len(tempos) >= BARS - 2
    for tick, bpm in list(tempos.items())[1:-1]:
        start_s, end_s = np.interp([tick / 480, tick / 480 + 3], positions, seconds)
        assert bpm == pytest.approx(180 / (end_s - start_s), rel=0.1)


def test_the_analysis_tells_where_in_the_score_it_is(bridge: Bridge, job: str) -> None:
    analysis = bridge.call("GET", f"/v1/job/{job}/analysis")[1]
    assert analysis["score"]["measures_played"] == [str(n) for n in range(1, BARS + 1)]


def test_a_recording_that_cannot_be_placed_gives_an_analysis_but_no_plan_and_the_answer_says_why(
    bridge: Bridge, tmp_path: Path
) -> None:
    silence = tmp_path / "silence.wav"
    sf.write(silence, np.zeros(5 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    job = bridge.analyse(silence, score=_table())
    assert bridge.finished(job)["state"] == "done"
    status, answer = bridge.call("GET", f"/v1/job/{job}/plan")
    assert (status, answer["error"]["code"]) == (422, "no_plan")
    assert "silent" in answer["error"]["message"]
    conforms(answer, "Error")
    assert str(tmp_path) not in json.dumps(answer)


def test_the_page_is_used_where_it_agrees_with_the_table_and_said_where_not() -> None:
    from bridge.api.work import read_score

    table = _table()
    other_page = (Path(__file__).parents[2] / "musescore_plugin" / "small.musicxml").read_text(encoding="utf-8")
    score = read_score({**table, "musicxml": other_page})
    assert score is not None and score.format == "notes"
    assert any("differs" in w for w in score.warnings)
    page = read_score({"musicxml": other_page})
    assert page is not None and len(page.measures) == 10
