"""What is not this piece, or not music, must not become marks that look sure of themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from runtime.frames import SAMPLE_RATE_HZ
from tests.bridge.serve.server import Bridge, write_recording
from tests.bridge.serve.test_planning import _table

SECONDS = 24


def _noise(n: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(n)


def _sine(n: int) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 440 / SAMPLE_RATE_HZ * np.arange(n))


def _strings(n: int) -> np.ndarray:
    """A swelling cluster of many detuned saws: an orchestra rather than a piano, and another piece."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    rng = np.random.default_rng(1)
    saws = sum(
        ((t * f * (1 + 0.004 * rng.standard_normal()) + rng.random()) % 1 - 0.5) for f in (110, 165, 220, 262, 330)
    )
    return np.asarray(0.05 * saws * (1.1 + np.sin(2 * np.pi * 0.2 * t)))


@pytest.mark.parametrize("sound", [_noise, _sine, _strings])
def test_what_does_not_play_the_score_gives_no_marks_and_says_so(bridge: Bridge, tmp_path: Path, sound: object) -> None:
    assert callable(sound)
    recording = tmp_path / "take.wav"
    sf.write(recording, sound(SECONDS * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    job = bridge.analyse(recording, score=_table())
    assert bridge.finished(job)["state"] == "done"
    status, answer = bridge.call("GET", f"/v1/job/{job}/plan")
    assert (status, answer["error"]["code"]) == (422, "no_plan")
    assert answer["error"]["message"] and answer["error"]["advice"]


def test_silence_and_a_moment_are_said_to_be_that_and_give_nothing(bridge: Bridge, tmp_path: Path) -> None:
    for name, samples, word in (
        ("silence", np.zeros(5 * SAMPLE_RATE_HZ), "silence"),
        ("short", _sine(9000), "shorter"),
    ):
        recording = tmp_path / f"{name}.wav"
        sf.write(recording, samples, SAMPLE_RATE_HZ)
        job = bridge.analyse(recording)
        assert bridge.finished(job)["state"] == "done"
        analysis = bridge.call("GET", f"/v1/job/{job}/analysis")[1]
        assert any(word in w for w in analysis["warnings"])
        assert not any(analysis[part] for part in ("beats", "dynamics", "change_points", "hairpins"))


def test_the_same_recording_gives_the_same_answer_twice_and_every_event_has_a_confidence(
    bridge: Bridge, tmp_path: Path
) -> None:
    recording = write_recording(tmp_path / "take.wav", 12.0)
    answers = []
    for _ in range(2):
        job = bridge.analyse(recording)
        assert bridge.finished(job)["state"] == "done"
        answers.append(bridge.raw("GET", f"/v1/job/{job}/analysis", bridge.authorised())[2])
    assert answers[0] == answers[1]
    analysis = bridge.call("GET", f"/v1/job/{job}/analysis")[1]
    events = [e for part in ("beats", "dynamics", "change_points", "hairpins") for e in analysis[part]]
    assert events and all(0 <= e["confidence"] <= 1 for e in events)
