"""How often the playing does what marks say, by the word that people read: `python -m benchmarks.marks.clear`.

Test pieces on the held-out piano, as in `benchmarks.marks.report`; "does": the true velocity goes the way of the mark,
as `train.marks.clear` has it, which fitted the probabilities on training pieces.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.marks.cases import Case, asap_cases, batik_cases
from runtime.dynamics.clear import probability
from runtime.dynamics.touch import RULES, clear_rule
from runtime.marks.annotate import Page
from train.fitting.command import Command, data_folder
from train.marks.clear import judged, table


def clear_table(cases: Iterable[Case]) -> str:
    """The table over all marks of all cases at the three shipped prices."""
    pairs = [pair for c in cases for pair in judged(Page.of(c.blank, c.heard, []), c.truth.velocity)]
    return table(
        np.array([probability(v, *clear_rule(RULES)) for v, _ in pairs]),
        np.array([does for _, does in pairs], np.float64),
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--renders", type=Path, required=True, help="ASAP's test pieces, by train.rendering")
    parser.add_argument("--batik-renders", type=Path, required=True, help="Batik's movements, by train.rendering")
    parser.add_argument("--work", type=Path, required=True, help="folder for what was heard")


def run(args: argparse.Namespace) -> None:
    """Print the table."""
    data = data_folder()
    batik = batik_cases(data / "batik_mozart", args.batik_renders, args.work)
    print(clear_table(chain(asap_cases(data / "asap", args.renders, args.work), batik)))


main = Command(add_options, run)

if __name__ == "__main__":
    main()
