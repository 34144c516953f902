"""Every corpus of scores by name, read once into a folder: `python -m train.data.score_corpora DATA CACHE`.

Prints per corpus what came out: pieces, bars, notes, dynamics, levels, gradual changes, and every file that was
refused with its reason.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from runtime.errors import MezzoforteError
from runtime.score.table import LEVEL_SIGNS, Score
from train.data.corpora import (
    asap_scores,
    chopin_first_editions,
    dcml,
    kern_piano,
    openscore_lieder,
    polish_scores,
)
from train.data.errors import DataError
from train.data.overlaps import Overlaps
from train.data.scores.store import kept
from train.data.written import ScoreCorpus, WrittenPiece
from train.fitting.command import Command

SCORE_CORPORA: dict[str, ScoreCorpus] = {
    module.CORPUS.name: module.CORPUS
    for module in (asap_scores, chopin_first_editions, dcml, kern_piano, openscore_lieder, polish_scores)
}
"""The readers by name, which is the name of the folder in the data folder."""


def read_corpus(name: str, data: Path, cache: Path | None) -> Iterator[tuple[WrittenPiece, Score | MezzoforteError]]:
    """Every piece of a corpus with its score, or with why it was refused; read once into `cache` when one is given.

    Raises `DataError` when the folder is not laid out like the corpus.
    """
    for piece in SCORE_CORPORA[name].pieces(data / name):
        yield piece, read_piece(piece, cache)


def read_piece(piece: WrittenPiece, cache: Path | None) -> Score | MezzoforteError:
    """Its score, or why it was refused; read once into `cache` when one is given."""
    corpus = SCORE_CORPORA[piece.corpus]
    try:
        return corpus.read(piece) if cache is None else kept(cache / piece.id, piece.file, lambda: corpus.read(piece))
    except MezzoforteError as e:
        return e


def counts(score: Score) -> Counter[str]:
    """Bars, notes, dynamics, levels and gradual changes of a score."""
    return Counter(
        pieces=1,
        measures=len(score.measures),
        notes=len(score.notes),
        dynamics=sum(m.kind == "dynamic" for m in score.marks),
        levels=sum(m.kind == "dynamic" and m.value in LEVEL_SIGNS for m in score.marks),
        hairpins=sum(m.kind == "hairpin" for m in score.marks),
        graduals=sum(m.kind in ("hairpin", "words") for m in score.marks),
    )


def scores_table(data: Path, cache: Path) -> str:
    """A chapter of Markdown: each corpus of scores counted, with what is kept for tests and what was refused."""
    overlaps = Overlaps.read(data / "overlaps.csv")
    columns = ("pieces", "measures", "notes", "levels", "other signs", "hairpins", "words", "test pieces", "refused")
    lines = ["| | licence | " + " | ".join(columns) + " |", "|---|---|" + "---:|" * len(columns)]
    for name in sorted(n for n in SCORE_CORPORA if (data / n).is_dir()):
        total: Counter[str] = Counter()
        for piece, score in read_corpus(name, data, cache):
            total += counts(score) if isinstance(score, Score) else Counter(refused=1)
            total["test pieces"] += overlaps.is_test_piece(name, piece.path)
        total["other signs"] = total["dynamics"] - total["levels"]
        total["words"] = total["graduals"] - total["hairpins"]
        cells = " | ".join(f"{total[c]:,}" for c in columns)
        lines.append(f"| {name} | {SCORE_CORPORA[name].licence} | {cells} |")
    what = "*words*: cresc. and dim. written out; *other signs*: sf, fp and the like; bars are bar units, as drawn."
    return "\n\n".join(["## Scores without performances", "\n".join(lines), what])


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder that holds the corpora's folders")
    parser.add_argument("cache", type=Path, help="folder for the scores as they were read")
    parser.add_argument("--only", nargs="*", choices=sorted(SCORE_CORPORA), help="these corpora alone")


def run(args: Namespace) -> None:
    """Read what is there and print the counts. Raises `DataError` when nothing is."""
    names = [n for n in args.only or SCORE_CORPORA if (args.data / n).is_dir()]
    if not names:
        raise DataError("no corpus of scores", where=str(args.data), advice=f"Looked for {', '.join(SCORE_CORPORA)}")
    for name in names:
        total: Counter[str] = Counter()
        for piece, score in read_corpus(name, args.data, args.cache):
            if isinstance(score, Score):
                total += counts(score)
            else:
                print(f"{piece.id}: {score}", file=sys.stderr, flush=True)
        print(name, ", ".join(f"{count:,} {what}" for what, count in total.items()), flush=True)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
