"""What other systems said about the recordings of a pack, read from files that they wrote in their own environments.

One JSON file per recording, ``DIR/<id>.json`` (`benchmarks/accuracy/baseline_beats.py`,
`benchmarks.accuracy.baseline_changes`)::

    {"system": "…", "recording": "<id>", "beats_s": [0.52, …], "beat_in_bar": [1, 2, …] or null}
    {"system": "…", "recording": "<id>", "changes_s": [12.4, …]}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.errors import DataError
from train.data.labels.values import BeatLabels, BeatPrediction, Floats, Ints, LevelPrediction
from train.measure.metrics import beat_scores, change_point_counts, downbeat_scores


@dataclass(frozen=True, eq=False)
class Told:
    """What a system said about one recording; None is what it does not say."""

    system: str
    beats: BeatPrediction | None
    has_bars: bool
    changes_s: Floats | None


def read_told(folder: Path, key: str) -> Told | None:
    """The file about the recording with this key of a pack, or None. Raises `DataError` when it is damaged."""
    path = folder / f"{key.replace('|', '/')}.json"
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        beats = positions = changes = None
        if data.get("beats_s") is not None:
            beats = np.array(data["beats_s"], np.float64)
            if data.get("beat_in_bar") is not None:
                positions = np.array(data["beat_in_bar"], np.int64)
                if positions.shape != beats.shape:
                    raise ValueError(f"{len(positions)} places in the bar for {len(beats)} beats")
        if data.get("changes_s") is not None:
            changes = np.array(data["changes_s"], np.float64)
        if beats is None and changes is None:
            raise ValueError("neither beats nor changes")
        prediction = None
        if beats is not None:
            prediction = BeatPrediction(beats, np.zeros(0) if positions is None else beats[positions == 1])
        return Told(str(data["system"]), prediction, positions is not None, changes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DataError) as e:
        raise DataError("a file of another system cannot be read", where=str(path), cause=str(e)) from e


def told_scores(truth: Sequence[BeatLabels], told: Sequence[Told]) -> dict[str, float]:
    """Figures by the names of `train.measure.evaluate.COLUMNS`, as far as the system says something about them.

    A change point counts at the true beat nearest in time: the ground-truth protocol.
    """
    out: dict[str, float] = {}
    beats = [t.beats for t in told if t.beats is not None]
    if told and len(beats) == len(told):
        beat = beat_scores(truth, beats)
        out.update(beat_f=beat.f_measure, beat_cmlt=beat.cmlt, beat_amlt=beat.amlt)
        if all(t.has_bars for t in told):
            out["downbeat_f"] = downbeat_scores(truth, beats).f_measure
    known = [i for i, t in enumerate(truth) if (t.levels > 0).any()]
    if known and all(t.changes_s is not None for t in told):
        labels = [truth[i] for i in known]
        changes = [told[i].changes_s for i in known]
        predicted = [_on_beats(t, c) for t, c in zip(labels, changes, strict=True) if c is not None]
        out["change_f1"] = change_point_counts(labels, predicted).f1
    return out


def _on_beats(truth: BeatLabels, changes_s: Floats) -> LevelPrediction:
    return LevelPrediction(np.zeros(truth.n_beats, np.int8), nearest_beats(truth.beats_s, changes_s))


def nearest_beats(beats_s: Floats, times_s: Floats) -> Ints:
    """Indices of the beats nearest to the times, each once, increasing; the earlier of two equally near."""
    if not len(beats_s):
        return np.zeros(0, np.int64)
    right = np.clip(np.searchsorted(beats_s, times_s), 0, len(beats_s) - 1)
    left = np.maximum(right - 1, 0)
    return np.unique(np.where(times_s - beats_s[left] <= beats_s[right] - times_s, left, right)).astype(np.int64)
