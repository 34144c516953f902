"""Performances as notes with their beats, in one file: `python -m train.pulse_data OUT.h5 --corpus NAME DATA_DIR …`.

No sound is needed, so every performance counts, at full length. One group per performance: `notes` (see
`train.notes.NOTE`), `beats_s`, `beat_in_bar`, and the attributes corpus, piece_id, composer. What is there is kept.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.errors import MezzoforteError
from train.command import start
from train.data.splits import Split, split_of_recording
from train.notes import PackedNotes, packed_notes
from train.pack import READERS
from train.performance import read_performance


@dataclass(frozen=True, eq=False)
class Played:
    """One performance: notes by onset, beats in seconds, their place in the bar (1 downbeat, 0 unknown)."""

    key: str
    corpus: str
    piece_id: str
    notes: PackedNotes
    beats_s: npt.NDArray[np.float64]
    beat_in_bar: npt.NDArray[np.int64]


def read_played(path: Path, split: Split, fold: int | None) -> list[Played]:
    """The performances of one split. Raises `MezzoforteError` when the file is not one of `train.pulse_data`."""
    try:
        with h5py.File(path, "r") as file:
            groups = [g for g in file.values() if g.attrs.get("complete")]
            return [
                Played(
                    g.name.lstrip("/"), g.attrs["corpus"], g.attrs["piece_id"], g["notes"][()], g["beats_s"][()],
                    g["beat_in_bar"][()].astype(np.int64),
                )
                for g in groups
                if split_of_recording(g.attrs["corpus"], g.attrs["piece_id"], fold) == split
            ]  # fmt: skip
    except OSError as e:
        raise MezzoforteError("not a file of performances", where=str(path), advice="Run train.pulse_data") from e


def collect(file: h5py.File, corpus: str, data_dir: Path, per_piece: int) -> tuple[int, list[str]]:
    """Add up to `per_piece` performances of each piece of a corpus; how many there are, and what failed with why."""
    items, counts = [], Counter[str]()
    options = {"levels": False} if corpus == "asap" else {}
    for item in READERS[corpus](data_dir, **options).items:
        if item.midi_path is not None and counts[item.piece_id] < per_piece:
            counts[item.piece_id] += 1
            items.append(item)
    failed = []
    for item in tqdm(items, desc=corpus, unit="performance"):
        key = item.id.replace("/", "|")
        if key in file and file[key].attrs.get("complete"):
            continue
        try:
            notes = packed_notes(read_performance(item.midi_path))
        except MezzoforteError as e:
            failed.append(str(e))
            continue
        group = file.require_group(key)
        group["notes"], group["beats_s"] = notes, item.labels.beats_s
        group["beat_in_bar"] = item.labels.beat_in_bar.astype(np.int16)
        group.attrs.update(corpus=item.corpus, piece_id=item.piece_id, composer=item.composer, complete=True)
    return len(items) - len(failed), failed


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.pulse_data", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", nargs=2, action="append", required=True, metavar=("NAME", "DATA_DIR"))
    parser.add_argument("--per-piece", type=int, default=10, help="performances of a piece, at most (default: 10)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Collect all corpora; counts and failures go to stderr, the status is 1 when something failed."""
    status = 0
    with h5py.File(args.out, "a") as file:
        for corpus, data_dir in args.corpus:
            if corpus not in READERS:
                raise MezzoforteError(f"there is no corpus {corpus!r}", advice=f"Choose from {', '.join(READERS)}")
            n, failed = collect(file, corpus, Path(data_dir), args.per_piece)
            print(f"{corpus}: {n} performances", *failed, sep="\n", file=sys.stderr)
            status |= bool(failed)
    return status


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
