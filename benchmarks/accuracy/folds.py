"""Short runs as tables: `python -m benchmarks.accuracy.folds --work DIR --out FILE.md`.

Reads what `benchmarks.accuracy.short_runs` evaluated. Per corpus: mean ± standard deviation over the folds, and the
difference of each system to the first, by piece, with a bootstrap over pieces. A mazurka is a test piece of one fold;
the held-out pieces of ASAP are the same in all, and a piece counts there with its mean. Of one fold (`--folds 0`, for
ablations) every figure, and what each network is.
"""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.short_runs import SYSTEMS, figures_path
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.measure.evaluate import COLUMNS as ALL_COLUMNS
from train.measure.evaluate import table

COLUMNS = {
    "beat_f": "beat F", "downbeat_f": "downbeat F", "dynamics_macro_f1": "dynamics macro-F1",
    "dynamics_weighted_f1": "weighted F1", "within_one": "within one level", "change_f1": "change-point F1",
}  # fmt: skip
N_BOOTSTRAP = 10_000
HEAD = """# Five folds

Written by `python -m benchmarks.accuracy.folds`; the networks are made by `python -m benchmarks.accuracy.short_runs`
(400 steps of 4 × 30 s each, [baselines.md](baselines.md)). They are for comparing: the shipped model was trained many
times longer and is in [accuracy.md](accuracy.md), where the columns are explained. All audio is synthesised, the test
pieces on a piano that nothing was trained on. *Ours* is two branches of 400 steps each and the second stage for
levels, without the stage for beats; the published network has one of 400.
"""
ABLATIONS_HEAD = """# Ablations

Written by `python -m benchmarks.accuracy.folds --folds {fold} --systems {systems}`; the networks are made by `python -m
benchmarks.accuracy.short_runs` ([baselines.md](baselines.md)). Protocols and columns: [accuracy.md](accuracy.md). Each
network was trained once, for as many steps on the same data; its decoding options were chosen on the same validation
pieces. One seed each: small differences mean nothing, and a longer training may order them otherwise (how far one
system moves from fold to fold is in [folds.md](folds.md)).
"""

Results = dict[str, dict[int, dict[str, Any]]]
"""By system and fold: what `train.measure.evaluate --json` wrote."""


def read(work: Path, systems: Iterable[str], folds: Iterable[int]) -> Results:
    """The figures of all systems and folds. Raises `MezzoforteError` when some are not there or damaged."""
    results: Results = defaultdict(dict)
    for system in systems:
        for fold in folds:
            path = figures_path(work, system, fold)
            try:
                results[system][fold] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as e:
                raise MezzoforteError(
                    f"no figures of {system} on fold {fold}", where=str(path), cause=str(e),
                    advice="Run benchmarks.accuracy.short_runs with this system and fold",
                ) from e  # fmt: skip
    return dict(results)


def spread_table(rows: dict[str, list[dict[str, float]]]) -> str:
    """Markdown: mean ± standard deviation over folds; `rows` has the figures of each fold per system."""
    lines = ["| system | " + " | ".join(COLUMNS.values()) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for name, folds in rows.items():
        cells = []
        for key in COLUMNS:
            values = [fold[key] for fold in folds if key in fold]
            cells.append(f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def piece_means(folds: Iterable[dict[str, Any]], figure: str) -> dict[str, float]:
    """The figure of each piece, mean over the folds that tested it."""
    found: dict[str, list[float]] = defaultdict(list)
    for result in folds:
        for piece, figures in result["by_piece"].items():
            if figure in figures:
                found[piece].append(figures[figure])
    return {piece: float(np.mean(values)) for piece, values in found.items()}


def pair_row(ours: dict[str, float], theirs: dict[str, float]) -> str:
    """Cells of a comparison: pieces, mean difference with 95 % of a bootstrap over pieces, better : worse."""
    pieces = sorted(ours.keys() & theirs.keys())
    difference = np.array([ours[p] - theirs[p] for p in pieces])
    drawn = np.random.default_rng(0).integers(0, len(pieces), (N_BOOTSTRAP, len(pieces)))
    low, high = np.quantile(difference[drawn].mean(axis=1), (0.025, 0.975))
    better, worse = int((difference > 1e-9).sum()), int((difference < -1e-9).sum())
    return f"{len(pieces)} | {difference.mean():+.3f} ({low:+.3f} to {high:+.3f}) | {better} : {worse}"


def pair_table(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str:
    """Markdown: one row per figure that has pieces in both."""
    lines = ["| figure | pieces | mean difference (95 %) | better : worse |", "|---|---:|---:|---:|"]
    for key, label in COLUMNS.items():
        one, other = piece_means(ours, key), piece_means(theirs, key)
        if one.keys() & other.keys():
            lines.append(f"| {label} | {pair_row(one, other)} |")
    return "\n".join(lines)


def label(system: str) -> str:
    """What the rows of a system are called."""
    return SYSTEMS[system].label


def rules_of(result: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The rows of trivial rules beside a model's own."""
    return {name: row for name, row in list(result["clean"].items())[1:] if name.startswith("always")}


def document(results: Results) -> str:
    """Tables of all corpora. Raises `MezzoforteError` when systems were evaluated on different recordings."""
    first, parts = next(iter(results)), []
    for corpus in next(iter(results[first].values())):
        of = {name: [fold[corpus] for fold in folds.values()] for name, folds in results.items()}
        for name, folds in of.items():
            if [f["identity"] for f in folds] != [f["identity"] for f in of[first]]:
                raise MezzoforteError(f"{name}: evaluated on other recordings of {corpus}")
        rows = {label(name): [next(iter(f["clean"].values())) for f in folds] for name, folds in of.items()}
        for rule in rules_of(of[first][0]):
            rows[rule] = [rules_of(f)[rule] for f in of[first]]
        parts += _one_fold(corpus, of[first][0], rows) if len(of[first]) == 1 else _several_folds(corpus, of, rows)
    if len(results[first]) == 1:
        parts.append("\n".join(f"- {label(name)}: {_network(folds)}" for name, folds in results.items()))
    return "\n\n".join(parts)


def _one_fold(corpus: str, result: dict[str, Any], rows: dict[str, list[dict[str, float]]]) -> list[str]:
    pianos = ", ".join(result["instruments"])
    head = f"## {corpus}: {result['n_recordings']} recordings of {result['n_pieces']} pieces ({pianos})"
    return [head, table({name: row for name, (row,) in rows.items()}, ALL_COLUMNS)]


def _several_folds(
    corpus: str, of: dict[str, list[dict[str, Any]]], rows: dict[str, list[dict[str, float]]]
) -> list[str]:
    first, *others = of
    counts = ", ".join(f"{f['n_recordings']}" for f in of[first])
    parts = [f"## {corpus}: {len(of[first])} folds ({counts} recordings)\n\n{spread_table(rows)}"]
    for name in others:
        parts.append(f"{label(first)} less {label(name)}, by piece:\n\n{pair_table(of[first], of[name])}")
    return parts


def _network(folds: dict[int, dict[str, Any]]) -> str:
    """Name, size and data of what was evaluated."""
    ((result, *_),) = (tuple(corpora.values()) for corpora in folds.values())
    size, _, trained = result["what"].partition(";")
    return f"{size}, data {', '.join(sorted(set(re.findall('identity ([0-9a-f]+)', trained))))}"


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--work", type=Path, required=True, help="folder of benchmarks.accuracy.short_runs")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=["ours", "published"])
    parser.add_argument("--folds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--out", type=Path, required=True)


def run(args: Namespace) -> None:
    """Read, compare, write."""
    text, head = document(read(args.work, args.systems, args.folds)), HEAD
    if len(args.folds) == 1:
        head = ABLATIONS_HEAD.format(fold=args.folds[0], systems=" ".join(args.systems))
    write_bytes(args.out, f"{head}\n{text}\n".encode())
    print(args.out)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
