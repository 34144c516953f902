"""What simple rules score on MazurkaBL's real recordings: `python -m train.measure.baselines DIR`.

No audio is needed: the rules see the recordings' loudness at the beats (`beat_dyn/`) or nothing at all. They are
told the true beats. Whatever a rule needs to know (class shares, a penalty) comes from the training and validation
mazurkas of each fold. Protocols: `train.measure.metrics`, clean folds of all 1,999 recordings.
"""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.corpora.mazurkabl import read_mazurkabl
from train.data.corpora.mazurkabl_facts import N_FOLDS, PID_FIXES, fold_role
from train.data.errors import DataError
from train.data.items import Item
from train.data.labels.values import N_LEVELS, BeatLabels, BeatPrediction, Floats, Ints, LevelPrediction
from train.fitting.command import Command
from train.measure import metrics

SHORTEST_SEGMENT_BEATS = 6
PENALTIES = (4.0, 8.0, 16.0, 32.0)
_SMOOTHING_BEATS = 5


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording's labels and its loudness at the beats [n] (sone, normalised by the data set's authors)."""

    mazurka: str
    labels: BeatLabels
    loudness: Floats


Rule = Callable[[Recording], LevelPrediction]


def read_recordings(folder: Path, every: int = 1) -> list[Recording]:
    """Every `every`-th recording with its loudness at the beats. Raises `DataError` when files are missing."""
    items = read_mazurkabl(folder).items[::every]
    tables: dict[str, dict[str, Floats]] = {}
    found = []
    for item in items:
        _, mazurka, pid = item.id.split("/")
        if mazurka not in tables:
            tables[mazurka] = _beat_dyn(folder / "beat_dyn" / f"{mazurka}beat_dynNORM.csv", mazurka)
        found.append(Recording(mazurka, item.labels, _fit(tables[mazurka][pid], item)))
    return found


def _beat_dyn(path: Path, mazurka: str) -> dict[str, Floats]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        table = np.array([[float(x) for x in row[3:]] for row in rows[1:]])
    except (OSError, ValueError) as e:
        raise DataError("the loudness at the beats cannot be read", where=str(path), cause=str(e)) from e
    return {PID_FIXES.get((mazurka, pid), pid): table[:, i] for i, pid in enumerate(rows[0][3:])}


def _fit(loudness: Floats, item: Item) -> Floats:
    """Three mazurkas have a row or two more or less than beats; the last value is repeated or dropped."""
    n = item.labels.n_beats
    return np.concatenate([loudness, np.repeat(loudness[-1:], max(0, n - len(loudness)))])[:n]


def class_shares(recordings: Sequence[Recording]) -> Floats:
    """Share of each level pp…ff over the known beats of `recordings`."""
    counts = sum(np.bincount(r.labels.levels, minlength=N_LEVELS + 1)[1:] for r in recordings)
    return counts / max(int(np.sum(counts)), 1)


def quantile_levels(values: Floats, shares: Floats) -> np.ndarray:
    """Levels 1…5 by rank: as many beats get each level as `shares` says, the softest pp."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return (1 + np.searchsorted(np.cumsum(shares)[:-1], (rank + 0.5) / len(values))).astype(np.int8)


def segment(values: Floats, penalty: float, shortest: int = SHORTEST_SEGMENT_BEATS) -> Ints:
    """Starts (beyond 0) of the segments that minimise squared error + `penalty` per change.

    The exact optimum that PELT finds too (Killick, Fearnhead, Eckley 2012), by dynamic programming over all starts.
    """
    n = len(values)
    sums, squares = np.concatenate([[0], np.cumsum(values)]), np.concatenate([[0], np.cumsum(values**2)])
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    previous = np.zeros(n + 1, np.int64)
    for stop in range(shortest, n + 1):
        starts = np.arange(0, stop - shortest + 1)
        mean = (sums[stop] - sums[starts]) / (stop - starts)
        cost = squares[stop] - squares[starts] - (stop - starts) * mean**2
        total = best[starts] + cost + penalty
        previous[stop] = starts[np.argmin(total)]
        best[stop] = total.min()
    changes, stop = [], n
    while stop > 0 and previous[stop] > 0:
        stop = int(previous[stop])
        changes.append(stop)
    return np.array(changes[::-1], np.int64)


def constant_rule(shares: Floats) -> Rule:
    """The commonest level of the training mazurkas at every beat."""
    level = 1 + int(np.argmax(shares))
    return lambda r: LevelPrediction(np.full(r.labels.n_beats, level))


def quantile_rule(shares: Floats) -> Rule:
    """Levels by the rank of the smoothed loudness within the recording."""
    ones = np.ones(_SMOOTHING_BEATS)

    def rule(r: Recording) -> LevelPrediction:
        smooth = np.convolve(r.loudness, ones, "same") / np.convolve(np.ones(len(r.loudness)), ones, "same")
        return LevelPrediction(quantile_levels(smooth, shares))

    return rule


def segment_rule(shares: Floats, penalty: float) -> Rule:
    """Change points by segmenting the standardised loudness; each segment has the level of its mean's rank."""

    def rule(r: Recording) -> LevelPrediction:
        values = (r.loudness - r.loudness.mean()) / max(float(r.loudness.std()), 1e-9)
        starts = segment(values, penalty)
        index = np.searchsorted(starts, np.arange(len(values)), side="right")
        means = np.array([values[index == k].mean() for k in range(len(starts) + 1)])[index]
        return LevelPrediction(quantile_levels(means + 1e-9 * np.arange(len(values)), shares), starts)

    return rule


def metronome(labels: BeatLabels, period_s: float) -> BeatPrediction:
    """Clicks every `period_s` from time 0 to two seconds past the last beat, every third a downbeat."""
    clicks = np.arange(0.0, float(labels.beats_s[-1]) + 2.0, period_s)
    return BeatPrediction(clicks, clicks[::3])


def score_fold(recordings: Sequence[Recording], fold: int) -> dict[str, dict[str, float]]:
    """Scores (percent) of every rule on the test mazurkas of one fold."""
    parts: dict[str, list[Recording]] = {"train": [], "valid": [], "test": []}
    for r in recordings:
        if (role := fold_role(r.mazurka, fold)) is not None:
            parts[role].append(r)
    shares = class_shares(parts["train"])
    penalty = max(PENALTIES, key=lambda p: _change_f1(parts["valid"][::4], segment_rule(shares, p)))
    period_s = float(np.median(np.concatenate([np.diff(r.labels.beats_s) for r in parts["train"]])))
    rules = {
        "commonest level": constant_rule(shares),
        "loudness rank": quantile_rule(shares),
        "segmented loudness (PELT optimum)": segment_rule(shares, penalty),
    }
    table = {name: _score(parts["test"], rule) for name, rule in rules.items()}
    truth = [r.labels for r in parts["test"]]
    clicks = [metronome(t, period_s) for t in truth]
    beats, downbeats = metrics.beat_scores(truth, clicks), metrics.downbeat_scores(truth, clicks)
    table["metronome"] = {
        "beat_f": 100 * beats.f_measure, "beat_cmlt": 100 * beats.cmlt, "beat_amlt": 100 * beats.amlt,
        "downbeat_f": 100 * downbeats.f_measure,
    }  # fmt: skip
    return table


def _score(recordings: Sequence[Recording], rule: Rule) -> dict[str, float]:
    truth, predicted = [r.labels for r in recordings], [rule(r) for r in recordings]
    levels = metrics.dynamics_scores(truth, predicted)
    return {
        "macro_f1": 100 * levels.macro_f1, "weighted_f1": 100 * levels.weighted_f1,
        "within_one": 100 * levels.within_one,
        "change_f1": 100 * metrics.change_point_counts(truth, predicted).f1,
        "change_f1_1_beat": 100 * metrics.change_point_counts(truth, predicted, tolerance_beats=1).f1,
    }  # fmt: skip


def _change_f1(recordings: Sequence[Recording], rule: Rule) -> float:
    return metrics.change_point_counts([r.labels for r in recordings], [rule(r) for r in recordings]).f1


def mean_of_folds(tables: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Mean over folds of every figure, rounded to 0.1."""
    return {
        name: {key: round(float(np.mean([t[name][key] for t in tables])), 1) for key in tables[0][name]}
        for name in tables[0]
    }


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("folder", type=Path, help="folder of MazurkaBL")
    parser.add_argument("--every", type=int, default=1, help="only every N-th recording")


def run(args: Namespace) -> None:
    """The mean over folds and every fold, as JSON."""
    recordings = read_recordings(args.folder, args.every)
    tables = [score_fold(recordings, fold) for fold in range(N_FOLDS)]
    rounded = [{n: {k: round(v, 2) for k, v in row.items()} for n, row in t.items()} for t in tables]
    print(json.dumps({"recordings": len(recordings), "mean": mean_of_folds(tables), "folds": rounded}, indent=1))


main = Command(add_options, run)

if __name__ == "__main__":
    main()
