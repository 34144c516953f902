"""Performances as notes with their beats, in one file: `python -m train.onsets.played OUT.h5 --corpus NAME DATA_DIR …`.

No sound is needed, so every performance counts, at full length. `--pack PACK` adds the recordings of a pack as the
shipped transcriber hears them, `--scores DATA CACHE` scores that nobody recorded (`train.onsets.written`). One group
per performance: `notes` (see `train.rendering.notes.NOTE`), `beats_s`, `beat_in_bar`, `trusted`, and the attributes
corpus, piece_id, composer, sources (`train.sources`). What is there is kept.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.notes.played import PlayedNotes
from runtime.transcribe.own import OwnTranscriber
from train.beats.data import choose
from train.data.corpora import classical_piano_midi
from train.data.corpora.asap_faults import with_wrong_first_bar
from train.data.corpora.classical_piano_midi import read_classical_piano_midi
from train.data.items import Item, Reading
from train.data.overlaps import Overlaps
from train.data.splits import Split, split_of_recording
from train.fitting.command import Command
from train.fitting.hdf5 import open_hdf5
from train.frames.hear import heard_notes, load_transcriber
from train.frames.pack import READERS
from train.frames.segments import Pack, pack_sources
from train.onsets.written import collect_written, corpora_for
from train.rendering.notes import NOTE, PackedNotes, packed_notes
from train.rendering.performance import read_performance
from train.sources import ALL, UNKNOWN, Sources, add_data_option, of_card, taken, union


def _for_study(folder: Path) -> Reading:
    return read_classical_piano_midi(folder, Overlaps.read(folder.parent / "overlaps.csv"), fold=None)


PERFORMED: dict[str, Callable[..., Reading]] = {
    **READERS, classical_piano_midi.CORPUS: _for_study,
}  # fmt: skip
"""The readers of performances by corpus. classical_piano_midi is for study: a stage that learned from it is exported
only when that is said (`export.onsets --study`)."""
_SHORTEST_BEAT_S = 0.12
_FIRST_BAR_BEATS = 5


@dataclass(frozen=True, eq=False)
class Played:
    """One performance: notes by onset, beats in seconds, their place in the bar (1 downbeat, 0 unknown)."""

    key: str
    corpus: str
    piece_id: str
    notes: PackedNotes
    beats_s: npt.NDArray[np.float64]
    beat_in_bar: npt.NDArray[np.int64]
    trusted: npt.NDArray[np.bool_]
    """Whether the time and the place of each beat are to be believed."""
    sources: Sources = (UNKNOWN,)
    """All that it comes from (`train.sources`)."""


def read_played(path: Path, split: Split, fold: int | None) -> list[Played]:
    """The performances of one split. Raises `MezzoforteError` when the file is not one of `train.onsets.played`."""
    try:
        with open_hdf5(path, "r") as file:
            groups = [g for g in file.values() if g.attrs.get("complete")]
            return [
                Played(
                    g.name.lstrip("/"), g.attrs["corpus"], g.attrs["piece_id"], g["notes"][()], g["beats_s"][()],
                    g["beat_in_bar"][()].astype(np.int64), g["trusted"][()],
                    tuple(g.attrs.get("sources", UNKNOWN).split(",")),
                )
                for g in groups
                if "notes" in g and split_of_recording(g.attrs["corpus"], g.attrs["piece_id"], fold) == split
            ]  # fmt: skip
    except OSError as e:
        raise MezzoforteError("not a file of performances", where=str(path), advice="Run train.onsets.played") from e


def table_of(notes: PlayedNotes) -> PackedNotes:
    """Notes as a table."""
    table = np.empty(len(notes.onset_s), NOTE)
    for name in NOTE.names or ():
        table[name] = getattr(notes, name)
    return table


def _store(
    file: h5py.File,
    key: str,
    notes: PackedNotes,
    beats_s: np.ndarray,
    place: np.ndarray,
    trusted: np.ndarray,
    **who: str,
) -> None:
    group = file.require_group(key)
    group["notes"], group["beats_s"], group["beat_in_bar"] = notes, beats_s, place.astype(np.int16)
    group["trusted"] = trusted
    group.attrs.update(**who, complete=True)
    file.flush()  # a run that is killed leaves a file that can be gone on with


def _is_there(file: h5py.File, key: str) -> bool:
    if key in file and not file[key].attrs.get("complete"):
        del file[key]
    return key in file


def collect(file: h5py.File, corpus: str, data_dir: Path, per_piece: int) -> tuple[int, list[str]]:
    """Add up to `per_piece` performances of each piece of a corpus; how many there are, and what failed with why."""
    items, counts = [], Counter[str]()
    options = {"levels": False} if corpus == "asap" else {}
    wrong = with_wrong_first_bar(data_dir.parent / "asap_corrections") if corpus == "asap" else set[Path]()
    for item in PERFORMED[corpus](data_dir, **options).items:
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
        who = {"corpus": item.corpus, "piece_id": item.piece_id, "composer": item.composer,
               "sources": ",".join(item.sources)}  # fmt: skip
        is_wrong = item.midi_path.relative_to(data_dir) in wrong
        _store(file, key, notes, item.labels.beats_s, item.labels.beat_in_bar, trusted(item, is_wrong), **who)
    return len(items) - len(failed), failed


def trusted(item: Item, first_bar_is_wrong: bool) -> npt.NDArray[np.bool_]:
    """Which beats of a performance are to be believed: not those that are flagged, that stand under 0.12 s from another
    (repeats that were not played are crammed into half a second in ASAP) or next to such a pair, and not the first
    bar where it is known to be wrong."""
    believed = ~item.labels.flagged
    for at in np.flatnonzero(np.diff(item.labels.beats_s) < _SHORTEST_BEAT_S):
        believed[max(at - 1, 0) : at + 3] = False
    if first_bar_is_wrong:
        believed[:_FIRST_BAR_BEATS] = False
    return believed


def collect_heard(file: h5py.File, pack: Pack, per_piece: int, transcriber: OwnTranscriber, data: str = ALL) -> int:
    """Add up to `per_piece` recordings of each piece of a pack, as the transcriber hears them; how many there are."""
    recordings = choose(pack.recordings, per_piece)
    taken(union(pack_sources(recordings), of_card(transcriber.card)), data)
    for r in tqdm(recordings, desc="heard", unit="recording"):
        key = f"heard|{r.key}|{r.instrument}".replace("/", "|")
        if not _is_there(file, key):
            notes = table_of(heard_notes(pack.samples(r, 0, r.n_samples), transcriber))
            who = {"corpus": r.corpus, "piece_id": r.piece_id, "composer": r.composer,
                   "sources": ",".join(union(r.sources, of_card(transcriber.card)))}  # fmt: skip
            _store(file, key, notes, r.beats_s, r.beat_in_bar, np.ones(len(r.beats_s), bool), **who)
    return len(recordings)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", nargs=2, action="append", default=[], metavar=("NAME", "DATA_DIR"))
    parser.add_argument("--pack", type=Path, action="append", default=[], help="renders to be heard by the transcriber")
    parser.add_argument("--transcriber-path", type=Path, help="card of that transcriber (default: the shipped one)")
    add_data_option(parser)
    parser.add_argument(
        "--scores", type=Path, nargs=2, metavar=("DATA", "CACHE"),
        help="the data folder, of which every corpus of scores is read, and a folder for the scores as they were read",
    )  # fmt: skip
    parser.add_argument("--most-scores", type=int, metavar="N", help="only the first N scores of each corpus")
    parser.add_argument("--per-piece", type=int, default=10, help="performances of a piece, at most (default: 10)")


def run(args: Namespace) -> int:
    """Collect everything; counts and failures go to stderr, the status is 1 when something failed."""
    status = 0
    with open_hdf5(args.out, "a") as file:
        for corpus, data_dir in args.corpus:
            if corpus not in PERFORMED:
                raise MezzoforteError(f"there is no corpus {corpus!r}", advice=f"Choose from {', '.join(PERFORMED)}")
            taken([f"corpus/{corpus}"], args.data)
            n, failed = collect(file, corpus, Path(data_dir), args.per_piece)
            print(f"{corpus}: {n} performances", *failed, sep="\n", file=sys.stderr)
            status |= bool(failed)
        for path in args.pack:
            n = collect_heard(file, Pack(path), args.per_piece, load_transcriber(args.transcriber_path), args.data)
            print(f"{path.name}: {n} recordings heard", file=sys.stderr)
        if args.scores:
            for what, n in sorted(
                collect_written(file, *args.scores, corpora_for(args.data), args.most_scores).items()
            ):
                print(f"{what}: {n} scores", file=sys.stderr)
    return status


main = Command(add_options, run)

if __name__ == "__main__":
    main()
