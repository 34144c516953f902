"""Short runs on Beat This's eight folds of ASAP: `python -m benchmarks.accuracy.eight_folds DATA --notes NOTES.h5 …`.

For each fold an onset stage learns from nothing, for few steps, from all that is in NOTES.h5 (`train.onsets.played`)
but the pieces of the fold, is calibrated on the validation pieces, and is measured by true notes on the performances of
the fold (`benchmarks.accuracy.comparable`). WORK gets a folder a fold with the run, the model and `figures.json`; what
is done is skipped, so a run that was stopped goes on.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.accuracy.comparable import N_FOLDS, asap_fold
from benchmarks.accuracy.stages import Stage, run_stages
from runtime.model import find_card
from runtime.write.atomic import write_bytes
from train.fitting.command import Command

MAZURKA_FOLD = ("--fold", "0")
"""Whose pieces are kept from learning here as in the shipped stage."""


def stages_of(fold: int, args: Namespace) -> Iterator[Stage]:
    """Train, export, calibrate and measure on one fold; nothing when its figures are there."""
    folder = args.work / f"fold_{fold}"
    figures, card, left_out = folder / "figures.json", folder / "model" / "mezzoforte.json", folder / "left_out.txt"
    if figures.is_file():
        return
    shipped = find_card("mezzoforte").parent
    card.parent.mkdir(parents=True, exist_ok=True)
    for path in shipped.glob("mezzoforte*"):
        shutil.copy(path, card.parent)
    write_bytes(left_out, "\n".join(sorted(asap_fold(args.data, fold).pieces)).encode())
    data, steps = ("--played", str(args.notes)), ("--steps", str(args.steps), "--threads", "1", "--resume")
    yield Stage("train.onsets", (*data, *MAZURKA_FOLD, "--out", str(folder), *steps, "--without", str(left_out)))
    yield Stage("export.onsets", (str(folder), "--model", str(card)))
    yield Stage("train.onsets.alone", ("--model", str(card), "--played", str(args.valid), *MAZURKA_FOLD))
    tested = (str(args.data), "--sets", "asap", "--asap-fold", str(fold))
    measure = ("measure", *tested, "--model", str(card), "--json", str(figures))
    yield Stage("benchmarks.accuracy.comparable", measure, figures)


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder with the public data sets")
    parser.add_argument("--notes", type=Path, required=True, help="file of train.onsets.played to learn from")
    parser.add_argument("--valid", type=Path, required=True, help="such a file with the validation pieces")
    parser.add_argument("--work", type=Path, required=True, help="folder for everything that is made")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--folds", nargs="+", type=int, choices=range(N_FOLDS), default=list(range(N_FOLDS)))


def run(args: Namespace) -> None:
    """Run what is not done, fold by fold."""
    run_stages(stage for fold in args.folds for stage in stages_of(fold, args))
    print(f"the figures are in {args.work}/fold_*/figures.json", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
