"""Calibrate a model, choose its decoding options on validation pieces: `python -m train.measure.tune --model CARD …`.

Probabilities are fitted by logistic regression on the logits of peaks (beats) and of true beats (downbeats), the
beats' delay is their median error; the
other options by coordinate search on beat F, the mean of beat and downbeat F, and that of dynamics macro-F1 and
change-point F1.
Last, the confidence of change points is fitted on the beats that the model finds itself. The card gets the result;
its test figures, which belong to other options, are removed. Test pieces are not read. With `--changes-only` nothing
but that last step is done, which changes no decoded result and keeps the figures.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.decode import DecodeOptions
from runtime.decode.bars import downbeat_probability, find_bars
from runtime.decode.beats import track_beats
from runtime.decode.probability import probability
from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S, frames_to_s
from runtime.model import Model, find_card, load_model
from runtime.stages.peaks import find_peaks
from runtime.write.atomic import write_bytes
from train.data.labels.values import BeatPrediction
from train.fitting.command import Command
from train.frames.predict import Heard, analyse, levels_at, listen
from train.frames.segments import Pack
from train.measure.metrics import (
    beat_scores,
    calibration_error,
    change_is_counted,
    change_point_counts,
    changes_near,
    downbeat_scores,
    dynamics_scores,
    match_beats,
)

Floats = npt.NDArray[np.float64]

BEAT_GRID = {
    "tempo_stiffness": (0.0, 0.5, 1.0, 2.0, 4.0, 8.0),
    "beat_threshold": (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6),
    "tempo_cost_limit": (0.5, 1.0, 2.0, 4.0),
}
BAR_GRID = {
    "bar_weight": (0.0, 0.5, 1.0, 1.5),
    "tempo_stiffness": (0.5, 1.0, 1.5, 2.0, 3.0),
    "six_beat_share": (0.0, 0.05),
    "metre_change_cost": (2.0, 4.0, 6.0, 9.0, 14.0),
    "bar_break_cost": (1.0, 2.0, 3.0, 5.0, 8.0),
}
LEVEL_GRID = {
    "level_evidence": (0.1, 0.2, 0.4, 0.7, 1.0, 1.5),
    "level_change_cost": (1.0, 2.0, 4.0, 6.0, 9.0, 13.0),
    "level_change_weight": (0.0, 0.3, 0.6, 1.0, 1.5),
    "level_jump_cost": (0.0, 0.3, 1.0),
}


BEAT_OPTIONS = (
    "beat_scale", "beat_offset", "downbeat_scale", "downbeat_offset", "beat_delay_s",
    *dict.fromkeys((*BEAT_GRID, *BAR_GRID)),
)  # fmt: skip
"""The decoding options of beats and bars."""

N_GROUPS = 5
FEWEST_CHANGES = 30


@dataclass(frozen=True, eq=False)
class ChangeEvents:
    """Change points that were told: `logits` [k], whether each is `right` [k], `groups` [k] of pieces (0…4)."""

    logits: Floats
    right: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]


def fit_logistic(logits: Floats, hits: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """(scale, offset) with the largest likelihood of `hits` under sigmoid(scale · logit + offset); Newton's method
    with a weak pull towards (1, 0)."""
    scale, offset = fit_weights(np.column_stack([logits, np.ones_like(logits)]), hits, np.array([1.0, 0.0]))
    return float(scale), float(offset)


def held_out_probability(logits: Floats, hits: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64]) -> Floats:
    """Probabilities by fits that saw none of the group they are told for."""
    out = np.zeros(len(logits))
    for group in np.unique(groups):
        inside = groups == group
        out[inside] = probability(logits[inside], *fit_logistic(logits[~inside], hits[~inside]))
    return out


def fit_weights(x: Floats, hits: npt.NDArray[np.bool_], towards: Floats, pull: float = 1e-2) -> Floats:
    """Weights [k] with the largest likelihood of `hits` [n] under sigmoid(x · weights), `x` [n, k]; Newton's method
    with a pull towards the weights given, weak unless told."""
    w = towards.astype(np.float64)
    for _ in range(200):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -40, 40)))
        gradient = x.T @ (p - hits) + pull * (w - towards)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + pull * np.eye(len(w))
        step = np.linalg.solve(hessian, gradient)
        # Far from the optimum the curvature vanishes and a full step would overshoot for good.
        w = w - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return w


def calibrate(heard: Sequence[Heard], options: DecodeOptions) -> DecodeOptions:
    """Options with the calibration of beat peaks and downbeats fitted to these recordings."""
    beat_logits, beat_hits, bar_logits, bar_hits = [], [], [], []
    for h in heard:
        logits = h.logits.beat.astype(np.float64)
        peaks = find_peaks(1 / (1 + np.exp(-logits)), 0.01)
        _, matched = match_beats(h.truth.beats_s, peaks * FRAME_S)
        hits = np.zeros(len(peaks), bool)
        hits[matched] = True
        beat_logits.append(logits[peaks])
        beat_hits.append(hits)
        known = h.truth.beat_in_bar > 0
        frames = np.rint(h.truth.beats_s[known] / FRAME_S).astype(np.int64)[:, None] + np.arange(-2, 3)
        near = h.logits.downbeat[np.clip(frames, 0, len(logits) - 1)].max(axis=1)
        bar_logits.append(near.astype(np.float64))
        bar_hits.append(h.truth.beat_in_bar[known] == 1)
    beat = fit_logistic(np.concatenate(beat_logits), np.concatenate(beat_hits))
    bar = fit_logistic(np.concatenate(bar_logits), np.concatenate(bar_hits))
    return replace(options, beat_scale=beat[0], beat_offset=beat[1], downbeat_scale=bar[0], downbeat_offset=bar[1])


def calibrate_delay(heard: Sequence[Heard], options: DecodeOptions) -> DecodeOptions:
    """Options whose beats are as often too early as too late, by the median over matched beats."""
    options = replace(options, beat_delay_s=0.0)
    late_s = []
    for h in heard:
        found_s = _beats(h, options)[0].beats_s
        true_at, found_at = match_beats(h.truth.beats_s, found_s)
        late_s.append(found_s[found_at] - h.truth.beats_s[true_at])
    return replace(options, beat_delay_s=round(float(np.median(np.concatenate(late_s))), 4))


def change_events(heard: Sequence[Heard], model: Model, options: DecodeOptions) -> ChangeEvents:
    """The change points that these options tell on the model's own beats."""
    plain = replace(options, change_scale=1.0, change_offset=0.0)
    logits, right, groups = [np.zeros(0)], [np.zeros(0, bool)], [np.zeros(0, np.int64)]
    for h in heard:
        told = analyse(h, model, plain).change_points
        times_s = np.array([c.time_s for c in told])
        counted = change_is_counted(h.truth, times_s)
        p = np.array([c.confidence for c in told]).clip(1e-9, 1 - 1e-9)[counted]
        logits.append(np.log(p / (1 - p)))
        right.append(changes_near(h.truth, times_s)[counted])
        groups.append(np.full(counted.sum(), int(sha256(h.recording.piece_id.encode()).hexdigest()[:8], 16) % N_GROUPS))
    return ChangeEvents(np.concatenate(logits), np.concatenate(right), np.concatenate(groups))


def calibrate_changes(
    heard: Sequence[Heard], model: Model, options: DecodeOptions
) -> tuple[DecodeOptions, dict[str, float]]:
    """Options whose confidence of a change is the share of changes that are right (`changes_near`) on the model's own
    beats, and what was measured: number and share right, expected calibration error before, and after by fits that saw
    no piece of the group they are measured on.

    Raises `MezzoforteError` when fewer than `FEWEST_CHANGES` change points are told.
    """
    events = change_events(heard, model, options)
    if len(events.right) < FEWEST_CHANGES:
        raise MezzoforteError(
            f"{len(events.right)} change points are too few to calibrate", advice="Use a larger validation pack"
        )
    x, right = events.logits, events.right
    held = held_out_probability(x, right, events.groups)
    scale, offset = fit_logistic(x, right)
    before = probability(x, options.change_scale, options.change_offset)
    told = {
        "number": len(x), "share right": float(right.mean()), "mean confidence before": float(before.mean()),
        "error before": calibration_error(before, right), "error after": calibration_error(held, right),
    }  # fmt: skip
    return replace(options, change_scale=scale, change_offset=offset), told


def beat_objective(heard: Sequence[Heard], options: DecodeOptions) -> float:
    """Beat F, the mean over corpora of the means over recordings."""
    return float(np.mean([beat for beat, _ in beat_figures(heard, options).values()]))


def bar_objective(heard: Sequence[Heard], options: DecodeOptions) -> float:
    """Mean of beat F and downbeat F, likewise: beats are chosen with an eye to the bars."""
    return float(np.mean(list(beat_figures(heard, options).values())))


def beat_figures(heard: Sequence[Heard], options: DecodeOptions) -> dict[str, tuple[float, float]]:
    """Beat F and downbeat F by corpus, so that the larger one does not decide alone."""
    figures = {}
    for corpus in sorted({h.recording.corpus for h in heard}):
        members = [h for h in heard if h.recording.corpus == corpus]
        truth, predicted = [h.truth for h in members], [_beats(h, options) for h in members]
        beat = beat_scores(truth, [b for b, _ in predicted]).f_measure
        figures[corpus] = beat, downbeat_scores(truth, [d for _, d in predicted]).f_measure
    return figures


def beat_and_bar_figures(heard: Sequence[Heard], options: DecodeOptions) -> dict[str, dict[str, float]]:
    """Beat F, downbeat F and the calibration error of beats by corpus."""
    rows = {}
    for corpus, (beat, downbeat) in beat_figures(heard, options).items():
        error = beat_calibration([h for h in heard if h.recording.corpus == corpus], options)
        values = {"beat F": beat, "downbeat F": downbeat, "calibration error": error}
        rows[corpus] = {name: round(value, 4) for name, value in values.items()}
    return rows


def beat_calibration(heard: Sequence[Heard], options: DecodeOptions) -> float:
    """Expected calibration error of the confidence of beats."""
    told, right = [], []
    for h in heard:
        path = track_beats(h.logits.beat, h.logits.downbeat, options)
        hits = np.zeros(len(path.frames), bool)
        hits[match_beats(h.truth.beats_s, frames_to_s(path.frames))[1]] = True
        told.append(path.probability)
        right.append(hits)
    return calibration_error(np.concatenate(told), np.concatenate(right))


def _beats(h: Heard, options: DecodeOptions) -> tuple[BeatPrediction, BeatPrediction]:
    path = track_beats(h.logits.beat, h.logits.downbeat, options)
    times_s = frames_to_s(path.frames)
    bars = find_bars(downbeat_probability(h.logits.downbeat, path.frames, options), options)
    return BeatPrediction(times_s, np.empty(0)), BeatPrediction(times_s, times_s[bars.position == 1])


def level_objective(heard: Sequence[Heard], options: DecodeOptions) -> float:
    """Mean of dynamics macro-F1 and change-point F1 at ground-truth beats."""
    truth, predicted = [h.truth for h in heard], [levels_at(h, options) for h in heard]
    return (dynamics_scores(truth, predicted).macro_f1 + change_point_counts(truth, predicted).f1) / 2


def search(
    objective: Callable[[DecodeOptions], float], options: DecodeOptions, grid: dict[str, tuple[float, ...]]
) -> tuple[DecodeOptions, float]:
    """Coordinate search, two rounds over the grid; ties keep what was there."""
    best = objective(options)
    for _ in range(2):
        for name, values in grid.items():
            for value in values:
                candidate = replace(options, **{name: value})
                score = objective(candidate) if candidate != options else best
                if score > best + 1e-6:
                    best, options = score, candidate
    return options, best


def tune_beats(heard: Sequence[Heard], options: DecodeOptions) -> tuple[DecodeOptions, dict[str, float]]:
    """Options with beats and bars calibrated and tuned, and the score of each step."""
    options = calibrate_delay(heard, calibrate(heard, options))
    scores = {}
    options, scores["beat F"] = search(lambda o: beat_objective(heard, o), options, BEAT_GRID)
    options, scores["mean of beat and downbeat F"] = search(lambda o: bar_objective(heard, o), options, BAR_GRID)
    return options, scores


def tune(
    heard: Sequence[Heard], options: DecodeOptions | None = None, *, with_beats: bool = True, with_levels: bool = True
) -> tuple[DecodeOptions, dict[str, float]]:
    """Calibrated and tuned options, with the validation score of each stage.

    Without `with_beats` the options of beats and bars stay, but for the calibration, and without `with_levels` those of
    levels and changes: stages of their own have their own (`train.beats.fit`, `train.levels.fit`).
    """
    options, scores = options or DecodeOptions(), {}
    if with_beats:
        options, scores = tune_beats(heard, options)
    else:
        options = calibrate_delay(heard, calibrate(heard, options))
        scores["mean of beat and downbeat F"] = bar_objective(heard, options)
    levelled = [h for h in heard if (h.truth.levels > 0).any()]
    if levelled and with_levels:
        options, scores["levels and changes"] = search(lambda o: level_objective(levelled, o), options, LEVEL_GRID)
    return options, scores


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", required=True, help="path of the card to tune; it is rewritten")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--changes-only", action="store_true", help="only fit the confidence of change points")


def run(args: Namespace) -> None:
    """Tune on the validation pieces of the pack and rewrite the card."""
    model, pack = load_model(args.model, "cpu"), Pack(args.pack)
    recordings = pack.split("valid", args.fold)
    if not recordings:
        raise MezzoforteError("the pack has no validation recordings", where=str(args.pack))
    heard = listen(pack, recordings, model)
    options, scores, metrics = DecodeOptions.of(model.card.thresholds), {}, model.card.metrics
    if not args.changes_only:
        options, scores = tune(
            heard, starting_options(model), with_beats=model.beats is None, with_levels=model.levels is None
        )
        metrics = ()
    options, told = _try_changes(heard, model, options, must=args.changes_only)
    # What other tools keep in a card's thresholds stays.
    thresholds = {**model.card.thresholds, **{k: round(v, 5) for k, v in asdict(options).items()}}
    card = replace(model.card, thresholds=thresholds, metrics=metrics).holding_out(r.piece_id for r in recordings)
    write_bytes(find_card(args.model), card.to_json().encode())
    print(f"{len(recordings)} validation recordings: " + ", ".join(f"{k} {v:.3f}" for k, v in scores.items()))
    print("change points on own beats: " + ", ".join(f"{k} {v:.3f}" for k, v in told.items()))
    for name, value in thresholds.items():
        print(f"  {name} = {value:g}")


def starting_options(model: Model) -> DecodeOptions:
    """The defaults, but for the options of stages that chose their own."""
    owned = [*(("level_", "change_") if model.levels is not None else ())]
    owned += BEAT_OPTIONS if model.beats is not None else ()
    return DecodeOptions.of({k: v for k, v in model.card.thresholds.items() if k.startswith(tuple(owned))})


def _try_changes(
    heard: Sequence[Heard], model: Model, options: DecodeOptions, must: bool
) -> tuple[DecodeOptions, dict[str, float]]:
    """`calibrate_changes`; without `must`, too few change points leave the options as they are."""
    try:
        return calibrate_changes(heard, model, options)
    except MezzoforteError as e:
        if must:
            raise
        print(f"the confidence of changes is not calibrated: {e}", file=sys.stderr)
        return options, {}


main = Command(add_options, run)

if __name__ == "__main__":
    main()
