"""A plain synthetic piano for alignment tests: decaying partials, numpy only, the same samples every time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align.performance import Played


def render(
    notes: Iterable[tuple[float, float, int, float]], duration_s: float, noise: float = 1e-4, seed: int = 1
) -> np.ndarray:
    """Mono float32 audio of (onset s, length s, MIDI pitch, loudness 0..1)."""
    out = noise * np.random.default_rng(seed).standard_normal(int(duration_s * SAMPLE_RATE_HZ))
    for onset, length, pitch, loudness in notes:
        n = int((length + 0.3) * SAMPLE_RATE_HZ)
        t = np.arange(n) / SAMPLE_RATE_HZ
        envelope = np.minimum(1, t / 0.004) * np.exp(-t * 2.5) * np.clip((length + 0.3 - t) / 0.1, 0, 1)
        f = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * f * k * t) / k**1.3 for k in range(1, 9) if f * k < SAMPLE_RATE_HZ / 2.2)
        start = int(onset * SAMPLE_RATE_HZ)
        piece = (0.1 * loudness * envelope * tone)[: max(0, len(out) - start)]
        out[start : start + len(piece)] += piece
    return out.astype(np.float32)


def tempo_map(played: Played, start_s: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(positions, seconds) of a performance whose tempo wanders between about 80 and 140 quarters a minute."""
    positions = np.arange(played.starts[0], played.starts[-1] + 1)
    wander = np.cumsum(np.random.default_rng(seed).normal(0, 0.06, len(positions)))
    pace = 0.55 * np.exp(0.25 * np.sin(wander + positions / 7))
    return positions, start_s + np.concatenate([[0], np.cumsum(pace[:-1])])


def perform(
    played: Played, start_s: float = 0.5, tail_s: float = 1.5, seed: int = 3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(audio, positions, seconds): notes played at a wandering tempo."""
    positions, seconds = tempo_map(played, start_s, seed)
    on = np.interp(played.onsets, positions, seconds)
    off = np.interp(played.ends, positions, seconds)
    notes = [(a, b - a, int(p), 1.0) for a, b, p in zip(on, off, played.pitches, strict=True)]
    return render(notes, float(off.max()) + tail_s), positions, seconds
