"""Both sets of weights side by side: `python -m benchmarks.accuracy.sets --fast SHIPPED FREE --best SHIPPED FREE …`.

Reads what other commands measured on the same recordings and writes a page: `--fast` and `--best` take what
`train.measure.evaluate --json` wrote (best: with `--notes`), `--heard` the rows of `benchmarks.transcription --json`,
`--marks` those of `benchmarks.marks --json`, each for the shipped set and then for the free one. A figure of the free
set is within reach when it is at most two points (hundredths) below the other's.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.marks.report import SYSTEMS
from benchmarks.transcription.report import REAL, Row, read_rows
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.measure.evaluate import COLUMNS

WITHIN_POINTS = 2.0
CORPORA = {
    "mazurka_resynth": "mazurkas", "asap": "ASAP", "batik_mozart": "Mozart (Batik)", "real_audio": "real recordings",
}  # fmt: skip
HEARD = ("onset P", "onset R", "onset F", "onset + end F", "+ velocity F")
MARKS = ("as_many", "half", "sparse", "normal", "detailed")
Pair = tuple[Path, Path]


@dataclass(frozen=True)
class Compared:
    """One figure of both sets, 0..1, the more the better."""

    what: str
    column: str
    shipped: float
    free: float

    @property
    def points(self) -> float:
        """By how much the free set is better, in points."""
        return 100 * (self.free - self.shipped)

    @property
    def is_within(self) -> bool:
        """Whether the free set is at most two points worse."""
        return self.points >= -WITHIN_POINTS


def of_evaluations(quality: str, pair: Pair) -> Iterator[Compared]:
    """The figures of two files of `train.measure.evaluate`. Raises `MezzoforteError` when they are about other
    recordings."""
    shipped, free = (_read(path) for path in pair)
    for corpus, title in CORPORA.items():
        if corpus not in shipped or corpus not in free:
            continue
        if shipped[corpus]["identity"] != free[corpus]["identity"]:
            raise MezzoforteError("these figures are about other recordings", where=f"{pair[0]}, {pair[1]}: {corpus}")
        rows = [next(iter(result[corpus]["clean"].values())) for result in (shipped, free)]
        what = f"{title} ({shipped[corpus]['n_recordings']}), {quality}"
        for key, column in COLUMNS.items():
            if all(key in row for row in rows):
                yield Compared(what, column, rows[0][key], rows[1][key])


def of_transcriptions(pair: Pair) -> Iterator[Compared]:
    """The figures of two files of `benchmarks.transcription`, on the recordings that are in both."""
    rows = [{(r.corpus, r.recording): r for r in read_rows(path)} for path in pair]
    both = [[of[key] for key in rows[0] if key in rows[1]] for of in rows]
    for corpus in sorted({r.corpus for r in both[0]} - {REAL}):
        some = [[r for r in of if r.corpus == corpus] for of in both]
        means = [np.nanmean([astuple(r.scores)[: len(HEARD)] for r in of if r.scores], axis=0) for of in some]
        for column, shipped, free in zip(HEARD, *means, strict=True):
            yield Compared(f"notes of {corpus} ({len(some[0])})", column, float(shipped), float(free))
    real = [[r for r in of if r.corpus == REAL] for of in both]
    if real[0]:
        yield Compared(f"notes of real recordings ({len(real[0])})", "onset F", *(_against_scores(of) for of in real))


def _against_scores(rows: Sequence[Row]) -> float:
    """F of the notes found, missing and extra in all recordings together."""
    found, missing, extra = (sum(getattr(r.real, k) for r in rows) for k in ("found", "missing", "extra"))
    return float(2 * found / max(1, 2 * found + missing + extra))


def of_marks(pair: Pair) -> Iterator[Compared]:
    """The share of what was played that marks explain, in two files of `benchmarks.marks`, on pieces in both."""
    shipped, free = (_read(path) for path in pair)
    for corpus in (name for name in shipped if name in free):
        rows = [{row["piece"]: row for row in of[corpus]} for of in (shipped, free)]
        for name in MARKS:
            pieces = [p for p in rows[0] if name in rows[0][p] and name in rows[1].get(p, {})]
            if pieces:
                means = [float(np.mean([of[p][name]["r2"] for p in pieces])) for of in rows]
                yield Compared(f"marks on {corpus}", f"{SYSTEMS[name]} ({len(pieces)})", *means)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise MezzoforteError("figures cannot be read", where=str(path), cause=f"{type(e).__name__}: {e}") from e
    if not isinstance(read, dict):
        raise MezzoforteError("these are no figures of corpora", where=str(path))
    return read


def table(compared: Sequence[Compared]) -> str:
    """Markdown: what was measured by column, both figures and the difference in points in each cell."""
    columns = list(dict.fromkeys(c.column for c in compared))
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for what in dict.fromkeys(c.what for c in compared):
        cells = {c.column: f"{c.shipped:.3f} → {c.free:.3f} ({c.points:+.1f})" for c in compared if c.what == what}
        lines.append(f"| {what} | " + " | ".join(cells.get(name, "–") for name in columns) + " |")
    return "\n".join(lines)


def verdict(compared: Sequence[Compared]) -> str:
    """How many figures are within two points, and which one is farthest from it."""
    within, worst = sum(c.is_within for c in compared), min(compared, key=lambda c: c.points)
    better = sum(c.points > 0 for c in compared)
    return (
        f"Of {len(compared)} figures the free set is within {WITHIN_POINTS:g} points, or better, in {within} "
        f"(better in {better}); farthest behind: {worst.column}, {worst.what}, by {-worst.points:.1f} points."
    )


HEAD = """# Both sets side by side

Written by `python -m benchmarks.accuracy.sets`; how the free set was made, and where it was cut short:
[training.md](training.md#weights-that-anyone-may-use). In each cell: the shipped set (`mezzoforte`, CC BY-NC-SA 4.0)
→ the free one (`mezzoforte-free`, CC BY 4.0), and how many points (hundredths) it is better. Same test pieces, same
unseen upright piano, same real recordings; protocols: [accuracy.md](accuracy.md),
[transcription.md](transcription.md), [marks.md](marks.md).
"""
PARTS: dict[str, tuple[str, Callable[[Pair], Iterator[Compared]]]] = {
    "best": ("Beats and dynamics, `--quality best`", lambda pair: of_evaluations("best", pair)),
    "fast": ("Beats and dynamics, `--quality fast`", lambda pair: of_evaluations("fast", pair)),
    "heard": ("Notes from sound, the first minute", of_transcriptions),
    "marks": ("Marks: R², the share of what was played that they explain", of_marks),
}


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    for name, (title, _) in PARTS.items():
        parser.add_argument(f"--{name}", nargs=2, type=Path, metavar=("SHIPPED", "FREE"), help=title)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.md")


def run(args: Namespace) -> None:
    """Write the page. Raises `MezzoforteError` when nothing is given."""
    parts = [(title, list(read(pair))) for name, (title, read) in PARTS.items() if (pair := getattr(args, name))]
    everything = [c for _, compared in parts for c in compared]
    if not everything:
        raise MezzoforteError("nothing to compare", advice=f"Give {', '.join('--' + name for name in PARTS)}")
    text = [HEAD, verdict(everything), *(f"\n## {title}\n\n{table(compared)}" for title, compared in parts if compared)]
    write_bytes(args.out, ("\n".join(text) + "\n").encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
