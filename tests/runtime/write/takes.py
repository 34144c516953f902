"""Made-up takes for the writer and bridge tests: rubato beats with marks, and an empty one."""

from __future__ import annotations

import itertools

import numpy as np

from runtime.analysis import (
    LADDER,
    Analysis,
    Beat,
    ChangePoint,
    Dynamic,
    Hairpin,
    Loudness,
    Metre,
    ModelIdentity,
    Source,
    Tempo,
)  # fmt: skip

MODEL = ModelIdentity("made-up", "0", "0" * 64, "cpu")


def take(
    duration_s: float = 412.0,
    *,
    first_s: float = 1.4,
    position: int = 1,
    metre: int = 3,
    seed: int = 7,
    hop_s: float = 0.1,
) -> Analysis:
    """A rubato take: beat lengths wander between 0.55 and 1.2 s, one dynamic every 48 beats."""
    rng = np.random.default_rng(seed)
    times = [first_s]
    while True:
        slow = 0.86 + 0.2 * np.sin(len(times) / 9) + 0.12 * rng.standard_normal()
        following = times[-1] + float(np.clip(slow, 0.55, 1.2))
        if following >= duration_s - 0.5:
            break
        times.append(following)
    steps = [position - 1 + i for i in range(len(times))]
    bar0 = 1 if position == 1 else 0
    beats = tuple(Beat(t, bar0 + s // metre, 1 + s % metre, 0.9) for t, s in zip(times, steps, strict=True))
    at = range(0, len(beats), 48)
    levels = [LADDER[(4 + k * 3) % 8] for k in range(len(at))]
    marks = tuple(Dynamic(beats[i].time_s, i, v, 0.7) for i, v in zip(at, levels, strict=True))  # type: ignore[arg-type]
    n = int(duration_s / hop_s) + 1
    sone = 8 + 6 * np.sin(np.arange(n) * hop_s / 5) + rng.random(n)
    return Analysis(
        source=Source("take $1 “Largo”.wav", duration_s, 44_100),
        model=MODEL,
        beats=beats,
        metre=(Metre(beats[0].time_s, metre, 0.95),),
        tempo=tuple(Tempo(a.time_s, 60 / (b.time_s - a.time_s)) for a, b in itertools.pairwise(beats)),
        dynamics=marks,
        beat_levels=tuple(levels[i // 48] for i in range(len(beats))),  # type: ignore[arg-type]
        change_points=tuple(ChangePoint(d.time_s, d.beat, 0.6) for d in marks[1:]),
        hairpins=(Hairpin(beats[2].time_s, beats[4].time_s, "crescendo", 0.5),) if len(beats) > 4 else (),
        loudness=Loudness(hop_s, tuple(float(v) for v in sone)),
        warnings=("made up",),
    )


def empty(duration_s: float = 10.0) -> Analysis:
    """What silence becomes."""
    return Analysis(Source("silence.wav", duration_s, 48_000), MODEL, warnings=("no beats were found",))
