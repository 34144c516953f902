"""Ours, the published network, its ablations, trained alike: `python -m benchmarks.accuracy.short_runs --work DIR …`.

Every network gets the same schedule (`train/presets/short`: 400 steps of 4 × 30 s), the same data and the same
validation pieces, so that five folds and ablations cost hours of one core and not days. The figures are lower than
those of long training; they are for comparing. DIR gets a folder per system and fold with checkpoints, the exported
model and `figures.json` (`train.measure.evaluate --json`), which `benchmarks.accuracy.folds` puts into tables. What is
done is skipped, so a run that was stopped goes on.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.stages import Stage, run_stages
from train.data.splits import MAZURKA_FOLDS
from train.fitting.command import Command

METRE_WEIGHT = "0.85"
"""Share of the metre branch in beats, as in the shipped model."""


@dataclass(frozen=True)
class System:
    """What is trained for the row of that label: presets of `train/presets/short` that have the four tasks together,
    perhaps a metre branch, perhaps a second stage for levels."""

    label: str
    presets: tuple[str, ...]
    metre: str | None = None
    second_stage: bool = False


SYSTEMS = {
    "published": System("published network", ("paper",)),
    "no_mmoe": System("… without mixture of experts", ("no_mmoe",)),
    "scale1": System("… with one scale", ("scale1",)),
    "logmel": System("… on 128 log-mel bands", ("logmel",)),
    "single": System("… one network per task", ("single_dynamics", "single_change", "single_beat", "single_downbeat")),
    "ours": System("ours", ("dynamics",), metre="metre", second_stage=True),
}


def figures_path(work: Path, system: str, fold: int) -> Path:
    """Where the figures of a system on a fold are."""
    return work / f"{system}_{fold}" / "figures.json"


def stages_of(name: str, fold: int, args: Namespace) -> Iterator[Stage]:
    """Train, export, tune and evaluate one system on one fold; nothing when its figures are there."""
    figures, system = figures_path(args.work, name, fold), SYSTEMS[name]
    if figures.is_file():
        return
    folder, on_fold = figures.parent, ("--fold", str(fold))
    for preset in (*system.presets, *([system.metre] if system.metre else [])):
        fit = ("--preset", f"short/{preset}", "--pack", str(args.pack), *on_fold, "--out", str(folder / preset))
        steps = ("--steps", str(args.steps)) if args.steps else ()
        yield Stage("train.frames", (*fit, *steps, "--resume", "--threads", "1"))
    card, branches = folder / f"{name}.json", [str(folder / preset / "last.pt") for preset in system.presets]
    metre = ("--metre", str(folder / system.metre / "last.pt"), "--metre-weight", METRE_WEIGHT) if system.metre else ()
    yield Stage("export.dynest", (*branches, *metre, "--out", str(card.with_suffix(".onnx"))), card)
    if system.second_stage:
        levels, packed = str(folder / "levels"), ("--pack", str(args.pack), *on_fold)
        corpora = ("--asap", str(args.asap), "--mazurkas", str(args.mazurkas), "--cache", str(args.cache))
        fit = (*corpora, *packed, "--out", levels, "--networks", "1")
        yield Stage("train.levels", fit, folder / "levels" / "levels.pt")
        yield Stage("export.levels", (levels, "--model", str(card)))
    yield Stage("train.measure.tune", ("--model", str(card), "--pack", str(args.valid), *on_fold))
    tests = ("--pack", *map(str, args.test), *on_fold)
    yield Stage("train.measure.evaluate", ("--model", str(card), *tests, "--json", str(figures)), figures)


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--work", type=Path, required=True, help="folder for everything that is made")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=["ours", "published"])
    parser.add_argument("--folds", nargs="+", type=int, choices=range(len(MAZURKA_FOLDS)), default=[0, 1, 2, 3, 4])
    parser.add_argument(
        "--pack", type=Path, required=True, help="renders of all mazurkas and of ASAP on training pianos"
    )
    parser.add_argument("--valid", type=Path, required=True, help="pack of validation renders")
    parser.add_argument(
        "--test", type=Path, nargs="+", required=True, help="packs of all mazurkas and ASAP, held-out piano"
    )
    parser.add_argument("--asap", type=Path, required=True, help="folder of (n)ASAP, for the second stage")
    parser.add_argument("--mazurkas", type=Path, required=True, help="folder of mazurka_resynth, for the second stage")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the second stage's loudness curves")
    parser.add_argument("--steps", type=int, help="instead of 400: a machine with a GPU has time for more")


def run(args: Namespace) -> None:
    """Run what is not done, fold by fold."""
    run_stages(stage for fold in args.folds for name in args.systems for stage in stages_of(name, fold, args))
    print(f"the figures are in {args.work}", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
