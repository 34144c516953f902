"""What the second stage knows about each beat from the notes themselves, where they are known beside the sound.

Velocities are seen against the recording's own middle and range, as loudness is in `runtime.stages.loudness_features`:
keyboards and pianos differ in what they call 64.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.stages.loudness_features import LIMIT, SLOPES, SPANS, around, rank, step

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAD_S, _LEAD_SHARE = 0.06, 0.2
_LEAST_RANGE = 5.0
_OCTAVE = 12.0
_SOUNDED = ("mean", "max", "min", "top", "bass")

NOTE_FEATURES = (
    *(f"velocity_{name}" for name in _SOUNDED), *(f"velocity_{k}" for k in SPANS),
    *(f"velocity_step_{k}" for k in SLOPES), *(f"velocity_step_abs_{k}" for k in SLOPES),
    "velocity_rank", "velocity_rank_4", "velocity_rank_16", "velocity_range", "velocity_level",
    "onsets", "onsets_4", "onsets_16", "register", "register_top", "register_bass", "register_4", "register_16",
)  # fmt: skip
"""Names of the columns, in order."""


def note_features(onset_s: Floats, pitch: Ints, velocity: Ints, beats_s: Floats) -> Floats:
    """One row per beat, float64 [n, len(NOTE_FEATURES)], every value within ±4.

    `onset_s` [k] in order, `pitch` [k] and `velocity` [k] 1..127 of the notes; `beats_s` [n] increasing, n ≥ 2. A note
    belongs to the last beat that is at most 60 ms (a fifth of a short interval) after it. Beats without a note take
    what lies between their neighbours'. Without any note inside the beats all is 0.
    """
    pooled = _pool(onset_s, pitch, velocity, beats_s)
    if pooled is None:
        return np.zeros((len(beats_s), len(NOTE_FEATURES)))
    low, middle, high = np.percentile(velocity, (10, 50, 90))
    spread = max((high - low) / 2, _LEAST_RANGE)
    mean, n = pooled["mean"], len(beats_s)
    near = {k: around(mean, k) for k in SPANS}
    steps = [step(mean, k) for k in SLOPES]
    count, register = np.log2(1 + pooled["count"]), pooled["register"] / _OCTAVE
    home = float(np.median(pitch)) / _OCTAVE
    columns = [(pooled[name] - middle) / spread for name in _SOUNDED]
    columns += [(near[k] - middle) / spread for k in SPANS]
    columns += [s / spread for s in steps] + [s / 6 for s in steps]
    columns += [rank(mean), rank(near[4]), rank(near[16])]
    columns += [np.full(n, spread / 8 - 1.5), np.full(n, middle / 16 - 4)]
    columns += [count - 2, around(count, 4) - 2, around(count, 16) - 2]
    columns += [register - home, (pooled["highest"] / _OCTAVE - home) / 2, (pooled["lowest"] / _OCTAVE - home) / 2]
    columns += [around(register, 4) - home, around(register, 16) - home]
    return np.asarray(np.clip(np.column_stack(columns), -LIMIT, LIMIT), np.float64)


def _pool(onset_s: Floats, pitch: Ints, velocity: Ints, beats_s: Floats) -> dict[str, Floats] | None:
    """Velocities and pitches [n] of each beat's notes; None without any."""
    intervals = np.append(np.diff(beats_s), beats_s[-1] - beats_s[-2])
    lead = np.minimum(_LEAD_S, _LEAD_SHARE * np.append(intervals[0], intervals[:-1]))
    edges = np.append(beats_s - lead, beats_s[-1] + intervals[-1] - lead[-1])
    bounds = np.searchsorted(onset_s, edges)
    count = np.diff(bounds)
    held = np.flatnonzero(count)
    if not len(held):
        return None
    inside = slice(bounds[0], bounds[-1])
    first = bounds[held] - bounds[0]
    v, p = velocity[inside].astype(np.float64), pitch[inside].astype(np.float64)
    beat = np.repeat(np.arange(len(count)), count)
    by_pitch = np.lexsort((v, p, beat))
    last = np.append(first[1:], len(v)) - 1
    found = {
        "mean": np.add.reduceat(v, first) / count[held],
        "max": np.maximum.reduceat(v, first),
        "min": np.minimum.reduceat(v, first),
        "top": v[by_pitch][last],
        "bass": v[by_pitch][first],
        "register": np.add.reduceat(p, first) / count[held],
        "highest": np.maximum.reduceat(p, first),
        "lowest": np.minimum.reduceat(p, first),
    }
    everywhere = np.arange(len(count))
    return {"count": count.astype(np.float64), **{k: np.interp(everywhere, held, x) for k, x in found.items()}}
