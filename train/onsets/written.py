"""Scores that nobody recorded, as notes on beats: the pieces that players are lent to (`train.onsets.performer`).

Every corpus of scores (`train.data.score_corpora`) that states a licence is read; test pieces in any edition are left
out by `train.data.overlaps`, and every piece carries its split for each fold. One group per score in the file of
`train.onsets.played`: `written` (see `WRITTEN`), `beat_in_bar`, and the attributes corpus, piece_id, composer, splits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.score.table import Note, Score
from train.data.overlaps import Overlaps
from train.data.score_corpora import SCORE_CORPORA, read_piece
from train.data.splits import MAZURKA_FOLDS, Split
from train.data.written import NO_LICENCE, WrittenPiece, beats_of
from train.sources import FREE, Sources, is_free

CORPORA = tuple(name for name in SCORE_CORPORA if name != "asap")
"""Those of ASAP's scores are played by people already."""
WRITTEN = np.dtype([("at", "<f4"), ("length", "<f4"), ("pitch", "u1"), ("staff", "u1"), ("grace", "?")])
"""One written note: onset and length in beats from the first beat (whatever a beat is there), MIDI pitch, staff."""
FOLDS: tuple[int | None, ...] = (*range(len(MAZURKA_FOLDS)), None)

_FEWEST_BEATS = 24
_FEWEST_NOTES = 60


@dataclass(frozen=True, eq=False)
class Written:
    """One score: notes in order on its beats, and the place of each beat in its bar (1 downbeat)."""

    key: str
    corpus: str
    piece_id: str
    notes: npt.NDArray[np.void]
    beat_in_bar: npt.NDArray[np.int64]

    @property
    def sources(self) -> Sources:
        """Its corpus (`train.sources`)."""
        return (f"corpus/{self.corpus}",)


def on_beats(score: Score) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]:
    """The notes that are struck, on beats, and the place of each beat in its bar; repeats stay folded.

    Times between beats are shares of the beat that they are in; what is before the first beat or after the last is
    counted in beats as long as those.
    """
    at_q, place = beats_of(score)
    rows = _struck(score)
    table = np.empty(len(rows), WRITTEN)
    if len(at_q) < 2:
        return table[:0], place
    start = _counted(np.array([float(n.onset) for n, _ in rows]), at_q)
    stop = _counted(np.array([float(n.onset) + length for n, length in rows]), at_q)
    table["at"], table["length"] = start, stop - start
    for name in ("pitch", "staff", "grace"):
        table[name] = [getattr(n, name) for n, _ in rows]
    return table[np.argsort(table["at"], kind="stable")], place


def _struck(score: Score) -> list[tuple[Note, float]]:
    """What is struck, with its length in quarters when what is tied to it has sounded."""
    ends: dict[tuple[int, int], int] = {}
    struck: list[tuple[Note, float]] = []
    for note in sorted(score.notes, key=lambda n: (n.onset, not n.grace)):
        key = note.staff, note.pitch
        if note.tied and key in ends:
            first, _ = struck[ends[key]]
            struck[ends[key]] = first, float(note.onset + note.duration - first.onset)
        else:
            ends[key] = len(struck)
            struck.append((note, float(note.duration)))
    return struck


def _counted(quarters: npt.NDArray[np.float64], at_q: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Positions in quarters as positions in beats."""
    last = np.arange(len(at_q), dtype=np.float64)
    inside = np.interp(quarters, at_q, last)
    before = np.minimum(quarters - at_q[0], 0) / (at_q[1] - at_q[0])
    after = np.maximum(quarters - at_q[-1], 0) / (at_q[-1] - at_q[-2])
    return np.asarray(inside + before + after)


def collect_written(
    file: h5py.File, data: Path, cache: Path, corpora: Sequence[str] = CORPORA, most: int | None = None
) -> Counter[str]:
    """Add every score (`most` of each corpus) of these corpora in `data` with a licence that is no test piece and not
    there yet; how many there are by corpus, and how many were left out and why."""
    overlaps, counts = Overlaps.read(data / "overlaps.csv"), Counter[str]()
    for name in corpora:
        if not (data / name).is_dir():
            continue
        for piece in tqdm(SCORE_CORPORA[name].pieces(data / name), desc=name, unit="score"):
            if most is not None and counts[name] >= most:
                break
            why_not = _collect_one(file, piece, overlaps, cache)
            counts[f"{name}: {why_not}" if why_not else name] += 1
    return counts


def corpora_for(data: str) -> tuple[str, ...]:
    """The corpora of scores that may be read, all or the free ones."""
    return tuple(name for name in CORPORA if data != FREE or is_free([f"corpus/{name}"]))


def _collect_one(file: h5py.File, piece: WrittenPiece, overlaps: Overlaps, cache: Path) -> str:
    """Add one score unless it is there; why it is left out, or nothing."""
    if piece.licence == NO_LICENCE:
        return "no licence"
    splits = [overlaps.split(piece.corpus, piece.path, fold) for fold in FOLDS]
    if all(split == "test" for split in splits):
        return "test pieces"
    key = piece.id.replace("/", "|")
    if key in file:
        if file[key].attrs.get("complete"):
            return ""
        del file[key]
    score = read_piece(piece, cache)
    if isinstance(score, MezzoforteError):
        return "refused"
    notes, place = on_beats(score)
    if len(place) < _FEWEST_BEATS or len(notes) < _FEWEST_NOTES:
        return "too short"
    group = file.create_group(key)
    group["written"], group["beat_in_bar"] = notes, place.astype(np.int16)
    who = {"corpus": piece.corpus, "piece_id": overlaps.piece_id(piece.corpus, piece.path), "composer": piece.composer}
    group.attrs.update(**who, splits=",".join(splits), complete=True)
    file.flush()  # a run that is killed leaves what it read
    return ""


def read_written(file: h5py.File, split: Split, fold: int | None) -> Iterator[Written]:
    """The scores of one split in an open file."""
    for key, g in file.items():
        if "written" in g and g.attrs["splits"].split(",")[FOLDS.index(fold)] == split:
            yield Written(
                key, g.attrs["corpus"], g.attrs["piece_id"], g["written"][()], g["beat_in_bar"][()].astype(np.int64)
            )
