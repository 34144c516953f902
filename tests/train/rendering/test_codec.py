"""Lossy codecs as augmentation: the sound changes a little, its times and its length do not."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ
from train.fitting.config import load_config
from train.rendering import codec
from train.rendering.codec import CODECS, through_codec


def tones(seconds: float, peak: float = 0.4) -> np.ndarray:
    out = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)
    for start in range(2_000, len(out) - 9_000, 11_025):
        t = np.arange(9_000) / SAMPLE_RATE_HZ
        out[start : start + 9_000] += (peak * np.exp(-5 * t) * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
    return out


@pytest.mark.parametrize("which", CODECS)
@pytest.mark.parametrize("peak", [0.4, 3.0])
def test_a_codec_keeps_times_and_length_and_changes_the_sound(which, peak, monkeypatch):
    monkeypatch.setattr(codec, "CODECS", (which,))
    sound = tones(5.0, peak)
    out = through_codec(sound, np.random.default_rng(1))
    assert out.shape == sound.shape and out.dtype == np.float32
    shifts = range(-HOP_SAMPLES, HOP_SAMPLES + 1, 3)
    alike = [float(sound[2_000:-2_000] @ out[2_000 + k : len(out) - 2_000 + k]) for k in shifts]
    assert abs(shifts[int(np.argmax(alike))]) <= 3
    error = float(np.abs(out - sound).mean() / np.abs(sound).mean())
    assert 1e-4 < error < 0.4


def test_nothing_stays_nothing():
    assert through_codec(np.zeros(0, np.float32), np.random.default_rng(0)).size == 0


def test_both_branches_of_the_model_train_on_codecs():
    assert all(load_config(p).augment.codec_probability > 0 for p in ("metre", "dynamics"))
