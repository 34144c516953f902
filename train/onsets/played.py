"""Performances as notes with their beats, in one file: `python -m train.onsets.played OUT.h5 --corpus NAME DATA_DIR …`.

No sound is needed, so every performance counts, at full length. `--pack PACK` adds the recordings of a pack as the
shipped transcriber hears them, `--scores DIR` scores that nobody recorded (`train.onsets.unrecorded`). One group per
performance: `notes` (see `train.rendering.notes.NOTE`), `beats_s`, `beat_in_bar`, and the attributes corpus, piece_id,
composer. What is there is kept.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.notes.played import PlayedNotes
from train.beats.data import choose
from train.data.splits import Split, split_of_recording
from train.fitting.command import Command
from train.fitting.hdf5 import open_hdf5
from train.frames.hear import heard_notes, load_transcriber
from train.frames.pack import READERS
from train.frames.segments import Pack
from train.onsets.unrecorded import CORPUS as SCORES
from train.onsets.unrecorded import unrecorded
from train.rendering.notes import NOTE, PackedNotes, packed_notes
from train.rendering.performance import read_performance


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
    """The performances of one split. Raises `MezzoforteError` when the file is not one of `train.onsets.played`."""
    try:
        with open_hdf5(path, "r") as file:
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
        raise MezzoforteError("not a file of performances", where=str(path), advice="Run train.onsets.played") from e


def table_of(notes: PlayedNotes) -> PackedNotes:
    """Notes as a table."""
    table = np.empty(len(notes.onset_s), NOTE)
    for name in NOTE.names or ():
        table[name] = getattr(notes, name)
    return table


def _store(file: h5py.File, key: str, notes: PackedNotes, beats_s: np.ndarray, place: np.ndarray, **who: str) -> None:
    group = file.require_group(key)
    group["notes"], group["beats_s"], group["beat_in_bar"] = notes, beats_s, place.astype(np.int16)
    group.attrs.update(**who, complete=True)


def _is_there(file: h5py.File, key: str) -> bool:
    if key in file and not file[key].attrs.get("complete"):
        del file[key]
    return key in file


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
        if _is_there(file, key):
            continue
        try:
            notes = packed_notes(read_performance(item.midi_path))
        except MezzoforteError as e:
            failed.append(str(e))
            continue
        who = {"corpus": item.corpus, "piece_id": item.piece_id, "composer": item.composer}
        _store(file, key, notes, item.labels.beats_s, item.labels.beat_in_bar, **who)
    return len(items) - len(failed), failed


def collect_heard(file: h5py.File, pack: Pack, per_piece: int) -> int:
    """Add up to `per_piece` recordings of each piece of a pack, as the transcriber hears them; how many there are."""
    recordings, transcriber = choose(pack.recordings, per_piece), load_transcriber()
    for r in tqdm(recordings, desc="heard", unit="recording"):
        key = f"heard|{r.key}|{r.instrument}".replace("/", "|")
        if not _is_there(file, key):
            notes = table_of(heard_notes(pack.samples(r, 0, r.n_samples), transcriber))
            who = {"corpus": r.corpus, "piece_id": r.piece_id, "composer": r.composer}
            _store(file, key, notes, r.beats_s, r.beat_in_bar, **who)
    return len(recordings)


def collect_scores(file: h5py.File, folder: Path) -> int:
    """Add scores that nobody recorded, at several tempos each; how many of those there are."""
    counts = Counter[str]()
    for take in tqdm(unrecorded(folder), desc=SCORES, unit="take"):
        counts[take.name] += 1
        key = f"{SCORES}|{take.name}|{counts[take.name]}".replace("/", "|")
        if not _is_there(file, key):
            who = {"corpus": SCORES, "piece_id": take.name, "composer": take.name.split("/")[0]}
            _store(file, key, take.notes, take.beats_s, take.beat_in_bar, **who)
    return counts.total()


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", nargs=2, action="append", default=[], metavar=("NAME", "DATA_DIR"))
    parser.add_argument("--pack", type=Path, action="append", default=[], help="renders to be heard by the transcriber")
    parser.add_argument("--scores", type=Path, help="the folder corpus of the package music21")
    parser.add_argument("--per-piece", type=int, default=10, help="performances of a piece, at most (default: 10)")


def run(args: Namespace) -> int:
    """Collect everything; counts and failures go to stderr, the status is 1 when something failed."""
    status = 0
    with open_hdf5(args.out, "a") as file:
        for corpus, data_dir in args.corpus:
            if corpus not in READERS:
                raise MezzoforteError(f"there is no corpus {corpus!r}", advice=f"Choose from {', '.join(READERS)}")
            n, failed = collect(file, corpus, Path(data_dir), args.per_piece)
            print(f"{corpus}: {n} performances", *failed, sep="\n", file=sys.stderr)
            status |= bool(failed)
        for path in args.pack:
            n = collect_heard(file, Pack(path), args.per_piece)
            print(f"{path.name}: {n} recordings heard", file=sys.stderr)
        if args.scores:
            print(f"{SCORES}: {collect_scores(file, args.scores)} takes", file=sys.stderr)
    return status


main = Command(add_options, run)

if __name__ == "__main__":
    main()
