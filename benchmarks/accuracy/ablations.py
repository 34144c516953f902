"""The published network and its ablations: `python -m benchmarks.accuracy.ablations --work DIR --out FILE.md`.

Reads what `benchmarks.accuracy.short_runs` evaluated on one fold. One table per corpus; the first system is the one
that the others change something of.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks.accuracy.folds import read
from benchmarks.accuracy.short_runs import SYSTEMS
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.measure.evaluate import COLUMNS, table

HEAD = """# Ablations

Written by `python -m benchmarks.accuracy.ablations --systems {systems}`; the networks are made by `python -m
benchmarks.accuracy.short_runs` ([baselines.md](baselines.md)). Protocols and columns: [accuracy.md](accuracy.md). Each
network was trained once, for as many steps on the same data; its decoding options were chosen on the same validation
pieces. One seed each: small differences mean nothing, and a longer training may order them otherwise (how far one
system moves from fold to fold is in [folds.md](folds.md)).
"""


def document(models: dict[str, dict[str, Any]]) -> str:
    """Tables of all corpora. Raises `MezzoforteError` when the models were evaluated on different recordings."""
    first = next(iter(models.values()))
    parts = []
    for corpus, reference in first.items():
        there = {name: results[corpus] for name, results in models.items() if corpus in results}
        if different := [name for name, r in there.items() if r["identity"] != reference["identity"]]:
            raise MezzoforteError(f"{', '.join(different)}: evaluated on other recordings of {corpus}")
        rules = list(reference["clean"].items())[1:]
        rows = {name: next(iter(r["clean"].values())) for name, r in there.items()}
        rows |= {name: row for name, row in rules if name.startswith("always")}
        pianos = ", ".join(reference["instruments"])
        parts.append(
            f"## {corpus}: {reference['n_recordings']} recordings of {reference['n_pieces']} pieces ({pianos})"
        )
        parts.append(table(rows, COLUMNS))
    parts.append("\n".join(f"- {name}: {next(iter(r.values()))['what']}" for name, r in models.items()))
    return "\n\n".join(parts)


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--work", type=Path, required=True, help="folder of benchmarks.accuracy.short_runs")
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--out", type=Path, required=True)


def run(args: Namespace) -> None:
    """Read, compare, write."""
    results = read(args.work, args.systems, [args.fold])
    text = document({SYSTEMS[name].label: folds[args.fold] for name, folds in results.items()})
    write_bytes(args.out, f"{HEAD.format(systems=' '.join(args.systems))}\n{text}\n".encode())
    print(args.out)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
