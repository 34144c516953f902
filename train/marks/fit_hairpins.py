"""Fit the hairpins of a score: `python -m train.marks.fit_hairpins --asap ASAP --cache CACHE --out hairpins.json`.

Learns from the hairpins, cresc. and dim. of published scores and from the loudness of one performance of each (see
`train.marks.takes`). What the chain costs and how sure its spans are is chosen on answers of weights that saw no piece
of the group; validation pieces have no part in any of it. Figures as JSON on stdout and in the file.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.decode.hairpins import beat_loudness_phon
from runtime.decode.probability import probability
from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from runtime.marks import gestures, hearing, swells
from runtime.marks.swells import FEATURES, Grid, Swell
from runtime.piano.table import load_piano
from runtime.score.table import Score
from runtime.write.atomic import write_bytes
from train.data.items import Item
from train.data.splits import split_of
from train.fitting.command import start
from train.levels.cv import group_of
from train.levels.fit import gather_items
from train.marks.takes import Take, takes
from train.measure.marks import Agreement, Gradual, Marks, agreement, editors_marks, same_gradual
from train.measure.metrics import Counts, calibration_error

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BIASES, SWITCH_COSTS = (2.5, 3.0, 3.5), (0.6, 1.0)
RIDGE = 3.0
_STEPS = 12


@dataclass(frozen=True, eq=False)
class Row:
    """One performance: features [n, F] and loudness level [n] of its beats, the editor's gradual changes, and those of
    each beat [n, 2]."""

    piece_id: str
    score: Score
    grid: Grid
    features: Floats
    phon: Floats
    truth: tuple[Gradual, ...]
    inside: Bools

    @staticmethod
    def of(take: Take) -> Row:
        """What is fitted of a performance."""
        grid, _ = hearing.grid_of(take.blank, take.alignment)
        truth = editors_marks(take.score, set(take.alignment.measures)).graduals
        at = np.array([float(a) for a in grid.at])
        inside = np.zeros((len(at), 2), bool)
        for g in truth:
            inside[(at >= float(g.start)) & (at < float(g.end)), swells.KINDS.index(g.kind)] = True  # type: ignore[arg-type]
        x = swells.features(take.blank, grid, take.ntot_sone, FRAME_S)
        phon = beat_loudness_phon(take.ntot_sone, grid.times_s)
        return Row(take.piece_id, take.blank, grid, x, phon, truth, inside)


def logistic(x: Floats, y: Bools, ridge: float = RIDGE) -> Floats:
    """Weights [F] of a logistic model of y [n] on x [n, F], by Newton's method, held down by `ridge`."""
    w = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = probability(x @ w, 1.0, 0.0)
        curvature = (x * np.maximum(p * (1 - p), 1e-4)[:, None]).T @ x + ridge * np.eye(len(w))
        w -= np.linalg.solve(curvature, x.T @ (p - y) + ridge * w)
    return w


def fit(rows: Sequence[Row]) -> dict[str, Floats]:
    """`mean`, `deviation` and `weights` of `runtime.marks.swells.SwellModel`."""
    x, y = np.concatenate([r.features for r in rows]), np.concatenate([r.inside for r in rows])
    mean, deviation = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    z = np.column_stack([(x - mean) / deviation, np.ones(len(x))])
    return {"mean": mean, "deviation": deviation, "weights": np.stack([logistic(z, y[:, k]) for k in (0, 1)])}


def evidence(model: dict[str, Floats], rows: Sequence[Row]) -> list[Floats]:
    """Evidence [n, 2] of the beats of each row."""
    whole = swells.SwellModel(**model, bias=0.0, switch_cost=0.0, confidence=np.zeros(3))
    return [whole.evidence(r.features) for r in rows]


def crossed(rows: Sequence[Row]) -> list[Floats]:
    """The evidence of weights that saw no piece of the row's group."""
    groups = [group_of(r.piece_id) for r in rows]
    out: list[Floats] = [np.empty((0, 2))] * len(rows)
    for group in sorted(set(groups)):
        held = [i for i, g in enumerate(groups) if g == group]
        answers = evidence(fit([r for r, g in zip(rows, groups, strict=True) if g != group]), [rows[i] for i in held])
        for i, answer in zip(held, answers, strict=True):
            out[i] = answer
    return out


def found(row: Row, z: Floats, bias: float, cost: float) -> list[Swell]:
    """The spans of one row."""
    return swells.heard(swells.swells(z, row.grid.goes_on, bias, cost), row.phon)


def counts(row: Row, spans: Sequence[Swell], sure: Floats, least: float = 0.0) -> Counts:
    """Hairpins that would be written, judged by the editor's."""
    heard = [swells.span_of(row.score, row.grid, s, float(p)) for s, p in zip(spans, sure, strict=True)]
    kept = gestures.hairpins(row.score, heard, (), least)
    return agreement(Marks((), row.truth), Marks((), tuple(Gradual(s.start, s.end, s.kind) for s in kept))).gradual


def total(rows: Sequence[Row], answers: Sequence[Floats], bias: float, cost: float) -> Counts:
    """All rows together, every span that the chain finds."""
    parts = Agreement()
    for row, z in zip(rows, answers, strict=True):
        spans = found(row, z, bias, cost)
        sure = probability(np.array([s.evidence for s in spans]), 1.0, 0.0)
        parts += Agreement(gradual=counts(row, spans, sure))
    return parts.gradual


def choose(rows: Sequence[Row], answers: Sequence[Floats]) -> tuple[float, float]:
    """Bias and cost of the best F1; how many of the spans are written is for the densities to say."""
    tried = [(total(rows, answers, b, c).f1, b, c) for b, c in product(BIASES, SWITCH_COSTS)]
    _, bias, cost = max(tried)
    return bias, cost


def spans_and_hits(
    rows: Sequence[Row], answers: Sequence[Floats], bias: float, cost: float
) -> tuple[Floats, Bools, npt.NDArray[np.int64]]:
    """Terms [m, 3] of every span's confidence, whether an editor's hairpin is there, and its group."""
    terms, right, group = [], [], []
    for row, z in zip(rows, answers, strict=True):
        for s in found(row, z, bias, cost):
            span = swells.span_of(row.score, row.grid, s)
            mine = Gradual(span.start, span.end, span.kind)
            terms.append(swells.confidence_terms(s))
            right.append(any(same_gradual(g, mine) for g in row.truth))
            group.append(group_of(row.piece_id))
    return np.array(terms), np.array(right, bool), np.array(group)


def figures(rows: Sequence[Row], answers: Sequence[Floats], bias: float, cost: float, w: Floats) -> dict[str, float]:
    """F1 and counts of all spans, and the calibration error before (the mean evidence taken at its word) and after."""
    c = total(rows, answers, bias, cost)
    terms, right, _ = spans_and_hits(rows, answers, bias, cost)
    return {
        "pieces": len(rows), "hairpins": c.tp + c.fn, "found": c.tp + c.fp,
        "precision": c.precision, "recall": c.recall, "f1": c.f1,
        "ece_before": calibration_error(probability(terms[:, 0], 1.0, 0.0), right),
        "ece_after": calibration_error(probability(terms @ w, 1.0, 0.0), right),
    }  # fmt: skip


def crossed_error(terms: Floats, right: Bools, group: npt.NDArray[np.int64]) -> float:
    """The calibration error of confidences that saw no span of the group."""
    p = np.zeros(len(right))
    for g in np.unique(group):
        p[group == g] = probability(terms[group == g] @ logistic(terms[group != g], right[group != g]), 1.0, 0.0)
    return calibration_error(p, right)


def chosen_items(args: argparse.Namespace) -> list[Item]:
    """One performance of each piece with a wedge, the pieces with the shortest score files."""
    first: dict[str, Item] = {}
    for item in gather_items(args):
        if item.corpus == "asap" and item.labels.hairpins:
            first.setdefault(item.piece_id, item)
    size = {
        i.id: args.asap.joinpath(*i.id.split("/")[1:-1], "xml_score.musicxml").stat().st_size for i in first.values()
    }
    return sorted(first.values(), key=lambda i: size[i.id])[: args.pieces]


def gather(args: argparse.Namespace) -> list[Row]:
    """A row for each chosen item; performances laid along their scores are kept in the cache."""
    piano, rows = load_piano(), []
    for n, item in enumerate(chosen_items(args), 1):
        path = args.cache / "takes" / f"{item.id.replace('/', '|')}.pkl"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, pickle.dumps(list(takes(args.asap, [item], piano, args.cache))))
        rows += [Row.of(t) for t in pickle.loads(path.read_bytes())]
        if n % 10 == 0:
            print(f"{n} performances read", file=sys.stderr, flush=True)
    return rows


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train.marks.fit_hairpins", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--asap", type=Path, required=True, help="folder of (n)ASAP")
    parser.add_argument("--cache", type=Path, required=True, help="folder for curves, the same as for train.levels.fit")
    parser.add_argument("--pieces", type=int, default=90, help="so many pieces, those with the shortest score files")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.set_defaults(fold=None, mazurkas=None, asap_per_piece=6, mazurkas_per_piece=0)
    return parser


def run(args: argparse.Namespace) -> int:
    """Fit, measure, write."""
    rows = gather(args)
    learnt = [r for r in rows if split_of(r.piece_id, None) == "train"]
    held = [r for r in rows if split_of(r.piece_id, None) == "valid"]
    if not learnt or not held:
        raise MezzoforteError("too few pieces to learn from and to measure on", advice="Give a larger --pieces")
    answers = crossed(learnt)
    bias, cost = choose(learnt, answers)
    terms, right, group = spans_and_hits(learnt, answers, bias, cost)
    sure, model = logistic(terms, right), fit(learnt)
    out_of_group = figures(learnt, answers, bias, cost, sure) | {"ece_after": crossed_error(terms, right, group)}
    measured = {
        "train, out of group": out_of_group,
        "validation": figures(held, evidence(model, held), bias, cost, sure),
    }
    data: dict[str, Any] = {
        "schema": 1, "made_by": "train.marks.fit_hairpins", "licence": "CC BY-NC-SA 4.0",
        "data": f"hairpins, cresc. and dim. of {len(learnt)} ASAP scores, loudness of one emulated performance of each",
        "features": FEATURES, **{k: np.round(v, 5).tolist() for k, v in model.items()}, "bias": bias,
        "switch_cost": cost, "confidence": np.round(sure, 5).tolist(),
        "figures": {k: {n: round(v, 4) for n, v in row.items()} for k, row in measured.items()},
    }  # fmt: skip
    write_bytes(args.out, (json.dumps(data, indent=1) + "\n").encode())
    print(json.dumps(data["figures"], indent=1))
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
