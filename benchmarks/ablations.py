"""Several models side by side on the same recordings: `python -m benchmarks.ablations --row NAME FILE … --out FILE.md`.

FILE is what `train.evaluate --json` wrote. One table per corpus that all of them were evaluated on; the first
model is the one that the others change something of.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.command import start
from train.evaluate import COLUMNS, table

HEAD = """# Ablations

Written by `python -m benchmarks.ablations{rows} --out {out}`; how the files are made: [baselines.md](baselines.md).
Protocols and columns: [accuracy.md](accuracy.md). Each network was trained once, for the same short number of steps on
the same data; its decoding options were chosen on the same validation pieces. One seed each: small differences mean
nothing, and a longer training may order them otherwise.
"""


def read(name: str, path: Path) -> dict[str, Any]:
    """Results by corpus. Raises `MezzoforteError` when the file cannot be read."""
    try:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for result in results.values():
            next(iter(result["clean"].values())), result["identity"], result["what"]
        return results
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as e:
        raise MezzoforteError(
            f"the figures of {name} cannot be read", where=str(path), cause=f"{type(e).__name__}: {e}"
        ) from e


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


def build_parser() -> argparse.ArgumentParser:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablations", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--row", nargs=2, action="append", required=True, metavar=("NAME", "FILE"))
    parser.add_argument("--out", type=Path, required=True)
    return parser


def run(args: argparse.Namespace) -> int:
    """Read, compare, write."""
    text = document({name: read(name, Path(path)) for name, path in args.row})
    head = HEAD.format(rows="".join(f" --row '{name}' FILE" for name, _ in args.row), out=args.out)
    write_bytes(args.out, f"{head}\n{text}\n".encode())
    print(args.out)
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
