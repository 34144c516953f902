"""Real recordings that choose options: `python -m benchmarks.labels.validation DATA CACHE --out valid_real.h5`.

Six recordings of `DATA/real_piano` whose scores stand in the corpora (read once into CACHE, as by
`train.data.score_corpora`). The beats are those of the score, aligned with the whole recording; they are written only
where, of the beats with a note, nine in ten have one of their notes heard within 60 ms, and that share is printed. None
is a test piece. The onset stage has learned some of these scores: notes look a little better here than they are.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np

from benchmarks.labels.recordings import pack_recording, read_audio
from runtime.errors import MezzoforteError
from runtime.notes.played import PlayedNotes
from runtime.score.align.recording import align
from runtime.score.table import Score
from train.data.items import Item
from train.data.labels.values import BeatLabels
from train.data.overlaps import Overlaps
from train.data.score_corpora import SCORE_CORPORA, read_piece
from train.data.splits import REAL_VALIDATION
from train.fitting.command import Command
from train.frames.hear import heard_notes, load_transcriber
from train.frames.pack import SCHEMA

NEAR_S = 0.06
FEWEST_CONFIRMED = 0.9


@dataclass(frozen=True)
class Recorded:
    """A file of `real_piano`, and its score: a corpus and a path in it."""

    audio: str
    corpus: str
    path: str


RECORDINGS = (
    Recorded("betts_schumann_op15_04.ogg", "dcml", "schumann_kinderszenen/notes/n04.notes.tsv"),
    Recorded("betts_schumann_op15_07_traumerei.ogg", "dcml", "schumann_kinderszenen/notes/n07.notes.tsv"),
    Recorded("betts_schumann_op15_12.ogg", "dcml", "schumann_kinderszenen/notes/n12.notes.tsv"),
    Recorded("ligoratti_debussy_petit_negre.mp3", "dcml", "debussy_other_piano_pieces/notes/l114_petit.tsv"),
    Recorded("ligoratti_joplin_maple_leaf.mp3", "kern_piano", "joplin/kern/mapleleaf.krn"),
    Recorded("higuchi_prob_chopin_nocturne_op9_2.ogg", "chopin_first_editions", "kern/009-1-KI-002.krn"),
)


def score_of(recorded: Recorded, data: Path, cache: Path) -> Score:
    """Its score. Raises `MezzoforteError` when the corpus lacks it or it cannot be read."""
    for piece in SCORE_CORPORA[recorded.corpus].pieces(data / recorded.corpus):
        if piece.path == recorded.path:
            score = read_piece(piece, cache)
            if isinstance(score, MezzoforteError):
                raise score
            return score
    raise MezzoforteError(f"{recorded.corpus} has no {recorded.path}", where=str(data))


def confirmed(score: Score, beats: list[tuple[int, int, float]], notes: PlayedNotes) -> float:
    """Of the beats (bar, place in it, seconds) on which the score strikes something, the share with one of these
    notes heard within `NEAR_S`."""
    struck: dict[Fraction, set[int]] = defaultdict(set)
    for note in score.notes:
        if not note.tied and not note.grace:
            struck[note.onset].add(note.pitch)
    at = {(bar, place): position for position, bar, place in reversed(list(score.beats()))}
    found = []
    for bar, place, time_s in beats:
        if pitches := struck.get(at[bar, place]):
            near = np.abs(notes.onset_s - time_s) <= NEAR_S
            found.append(bool(np.isin(notes.pitch[near], list(pitches)).any()))
    return float(np.mean(found)) if found else 0.0


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder with real_piano, the corpora of scores and overlaps.csv")
    parser.add_argument("cache", type=Path, help="folder for the scores as they were read")
    parser.add_argument("--out", type=Path, required=True, help="the HDF5 file")


def run(args: Namespace) -> None:
    """Align, check, pack. Raises `MezzoforteError` when a recording does not agree with its score."""
    overlaps, transcriber = Overlaps.read(args.data / "overlaps.csv"), load_transcriber()
    with h5py.File(args.out, "w") as pack:
        pack.attrs["schema"] = SCHEMA
        for recorded in RECORDINGS:
            score = score_of(recorded, args.data, args.cache)
            samples = read_audio(args.data / REAL_VALIDATION / recorded.audio, None)
            beats = align(score, [samples]).beats(score)
            at = [(b.measure, b.position, b.time_s) for b in beats]
            share = confirmed(score, at, heard_notes(samples, transcriber))
            print(f"{recorded.audio}: {len(beats)} beats, {share:.1%} confirmed", file=sys.stderr, flush=True)
            if share < FEWEST_CONFIRMED:
                raise MezzoforteError("the recording does not agree with its score", where=recorded.audio)
            times_s, places = np.array([b.time_s for b in beats]), np.array([b.position for b in beats])
            labels = BeatLabels(times_s, places, np.zeros(len(beats), np.int8))
            piece = overlaps.piece_id(recorded.corpus, recorded.path)
            item = Item(f"{REAL_VALIDATION}/{recorded.audio}", REAL_VALIDATION, piece, piece.split("/")[0], labels)
            pack_recording(pack, item, samples, recorded.audio)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
