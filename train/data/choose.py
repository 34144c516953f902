"""Lists of performances to render, by split: `python -m train.data.choose DATA LISTS --fold 0 --pieces 24`.

Writes ``LISTS/CORPUS_SPLIT.txt`` (MIDI paths, one per line, for `train.rendering.render --list`) for the corpora
`mazurka_resynth` and `asap`, or for the folder of `train.onsets.perform` alone (`--performed`), and the splits train,
valid and test of `train.data.splits`. Which pieces and performances
are taken depends on hashed names alone.
"""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.data.corpora.asap import read_metadata
from train.data.corpora.mazurka_resynth import read_index
from train.data.corpora.performed import COLUMNS
from train.data.corpora.performed import CORPUS as PERFORMED
from train.data.items import read_rows
from train.data.pieces import asap_piece, mazurka_piece
from train.data.splits import Split, split_of
from train.fitting.command import Command


def mazurkas(folder: Path) -> list[tuple[str, str]]:
    """(piece, MIDI path) of every performance of the resynthesised mazurkas whose beat times are sound (tier A)."""
    return [(mazurka_piece(row["mazurka"]), row["midi"]) for row in read_index(folder) if row["tier"] == "A"]


def asap(folder: Path) -> list[tuple[str, str]]:
    """(piece, MIDI path) of every performance of (n)ASAP with an annotation."""
    return [
        (asap_piece(row["composer"], row["title"]), row["midi_performance"])
        for row in read_metadata(folder)
        if (folder / row["performance_annotations"]).is_file()
    ]


def performed(folder: Path) -> list[tuple[str, str]]:
    """(piece, MIDI path) of every performance that `train.onsets.perform` made."""
    return [(row["piece_id"], row["midi"]) for row in read_rows(folder / "index.csv", COLUMNS)]


CORPORA: dict[str, Callable[[Path], list[tuple[str, str]]]] = {"mazurka_resynth": mazurkas, "asap": asap}


def choose(
    performances: Iterable[tuple[str, str]], fold: int | None, pieces: int | None, per_piece: int
) -> dict[Split, list[str]]:
    """MIDI paths by split: at most `per_piece` of each piece, at most `pieces` pieces in train and a quarter of that,
    rounded up, in valid and in test (None: all)."""
    by_split: dict[Split, dict[str, list[str]]] = {split: defaultdict(list) for split in get_args(Split)}
    for piece, midi in performances:
        by_split[split_of(piece, fold)][piece].append(midi)
    chosen: dict[Split, list[str]] = {}
    for split, members in by_split.items():
        most = None if pieces is None else pieces if split == "train" else -(-pieces // 4)
        names = sorted(members, key=_hash)[:most]
        chosen[split] = sorted(midi for name in names for midi in sorted(members[name], key=_hash)[:per_piece])
    return chosen


def _hash(name: str) -> str:
    return hashlib.sha256(("choose " + name).encode()).hexdigest()


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder with mazurka_resynth and asap")
    parser.add_argument("lists", type=Path, help="folder for the lists")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold whose pieces are the test pieces")
    parser.add_argument("--pieces", type=int, help="at most so many pieces of each corpus to train on (default: all)")
    parser.add_argument("--performed", action="store_true", help="DATA is a folder of train.onsets.perform")
    parser.add_argument("--per-piece", type=int, default=1, help="performances of each piece")


def run(args: Namespace) -> None:
    """Write the lists; how many performances each has goes to stderr."""
    found = {name: read(args.data / name) for name, read in CORPORA.items() if (args.data / name).is_dir()}
    if args.performed:
        found = {PERFORMED: performed(args.data)}
    if not found:
        raise MezzoforteError("no data set", where=str(args.data), advice=f"Looked for {', '.join(CORPORA)}")
    args.lists.mkdir(parents=True, exist_ok=True)
    for corpus, performances in found.items():
        chosen = choose(performances, args.fold, args.pieces, args.per_piece)
        for split, midis in chosen.items():
            write_bytes(args.lists / f"{corpus}_{split}.txt", "".join(f"{m}\n" for m in midis).encode())
            print(f"{corpus} {split}: {len(midis)} performances", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
