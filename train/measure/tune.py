"""Calibrate a model, choose its decoding options on validation pieces: `python -m train.measure.tune --model CARD …`.

Probabilities are fitted by logistic regression on the logits of peaks (beats) and of true beats (downbeats), the
beats' delay is their median error; the other options by coordinate search on beat F and on the mean of beat and
downbeat F. The card gets the result; its test figures, which belong to other options, are removed. Test pieces are not
read.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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
from train.frames.predict import Heard, listen
from train.frames.segments import Pack, pack_sources
from train.measure.metrics import (
    beat_scores,
    calibration_error,
    downbeat_scores,
    match_beats,
)
from train.sources import add_data_option, chosen_on, crediting

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Floats = npt.NDArray[np.float64]
_Options = TypeVar("_Options", bound="DataclassInstance")

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
BEAT_OPTIONS = (
    "beat_scale", "beat_offset", "downbeat_scale", "downbeat_offset", "beat_delay_s",
    *dict.fromkeys((*BEAT_GRID, *BAR_GRID)),
)  # fmt: skip
"""The decoding options of beats and bars."""


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


def fit_weights(
    x: Floats, hits: npt.NDArray[np.bool_], towards: Floats, pull: float = 1e-2, counts: Floats | None = None
) -> Floats:
    """Weights [k] with the largest likelihood of `hits` [n] under sigmoid(x · weights), `x` [n, k], each row counting
    as `counts` [n] says (alike unless given); Newton's method with a pull towards the weights given, weak unless
    told."""
    w = towards.astype(np.float64)
    c = np.ones(len(x)) if counts is None else counts
    for _ in range(200):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -40, 40)))
        gradient = x.T @ (c * (p - hits)) + pull * (w - towards)
        hessian = (x * (c * p * (1 - p))[:, None]).T @ x + pull * np.eye(len(w))
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
    """Options whose beats are as often too early as too late, by the median over matched beats.

    Raises `MezzoforteError` when no true beat is found: without that the delay would be no number, nor any beat after.
    """
    options = replace(options, beat_delay_s=0.0)
    late_s = []
    for h in heard:
        found_s = _beats(h, options)[0].beats_s
        true_at, found_at = match_beats(h.truth.beats_s, found_s)
        late_s.append(found_s[found_at] - h.truth.beats_s[true_at])
    late = np.concatenate(late_s)
    if not len(late):
        raise MezzoforteError("no beat was found in any recording", advice="Train longer")
    return replace(options, beat_delay_s=round(float(np.median(late)), 4))


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


def search(
    objective: Callable[[_Options], float], options: _Options, grid: dict[str, tuple[float, ...]]
) -> tuple[_Options, float]:
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
    heard: Sequence[Heard], options: DecodeOptions | None = None, *, with_beats: bool = True
) -> tuple[DecodeOptions, dict[str, float]]:
    """Calibrated and tuned options, with the validation score of each stage.

    Without `with_beats` the options of beats and bars stay, but for the calibration: the stage for beats chose its own
    (`train.beats.fit`).
    """
    options = options or DecodeOptions()
    if with_beats:
        return tune_beats(heard, options)
    options = calibrate_delay(heard, calibrate(heard, options))
    return options, {"mean of beat and downbeat F": bar_objective(heard, options)}


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", required=True, help="path of the card to tune; it is rewritten")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(5))
    add_data_option(parser)


def run(args: Namespace) -> None:
    """Tune on the validation pieces of the pack and rewrite the card."""
    model, pack = load_model(args.model, "cpu"), Pack(args.pack)
    recordings = pack.split("valid", args.fold)
    if not recordings:
        raise MezzoforteError("the pack has no validation recordings", where=str(args.pack))
    sources = chosen_on(model.card, pack_sources(recordings), args.data)
    heard = listen(pack, recordings, model)
    options, scores = tune(heard, starting_options(model), with_beats=model.beats is None)
    # What other tools keep in a card's thresholds stays.
    thresholds = {**model.card.thresholds, **{k: round(v, 5) for k, v in asdict(options).items()}}
    card = crediting(replace(model.card, thresholds=thresholds, metrics=()), sources)
    card = card.holding_out(r.piece_id for r in recordings)
    write_bytes(find_card(args.model), card.to_json().encode())
    print(f"{len(recordings)} validation recordings: " + ", ".join(f"{k} {v:.3f}" for k, v in scores.items()))
    for name, value in thresholds.items():
        print(f"  {name} = {value:g}")


def starting_options(model: Model) -> DecodeOptions:
    """The defaults, but for the options of the stage for beats, which chose its own."""
    owned = BEAT_OPTIONS if model.beats is not None else ()
    return DecodeOptions.of({k: v for k, v in model.card.thresholds.items() if k in owned})


main = Command(add_options, run)

if __name__ == "__main__":
    main()
