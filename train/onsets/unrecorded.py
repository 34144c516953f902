"""Scores that nobody recorded, put at an even tempo: more pieces for the stage that hears beats in notes.

What is written for strings or voices has the metre that piano music has. The works are those that come with the
package music21 (`pip install music21`, folder ``music21/corpus``; its ``license.txt`` says what they may be used for).
Who draws from these takes bends the time (`train.onsets.data`).
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.score.read.files import read_score
from runtime.score.table import Note, Score
from train.rendering.notes import NOTE, PackedNotes

CORPUS = "scores"
COMPOSERS = (
    "beethoven", "corelli", "cpebach", "haydn", "joplin", "mozart", "schubert", "schumann_clara", "schumann_robert",
    "weber",
)  # fmt: skip
"""Folders of the corpus, most of them string quartets."""
CHORALES_BY = 16
"""One in so many of Bach's chorales, which are much alike."""
TEST_WORKS = ("k545", "bwv846")
"""Works that test pieces are of."""

_KINDS = {".mxl", ".xml", ".musicxml"}
_FEWEST_BEATS = 24
_TEMPO_OCTAVES = (-0.3, 0.0, 0.4)
_ONSETS_PER_S = 3.8  # at the middle tempo
_BEAT_RANGE_S = (0.3, 1.3)
_GRACE_S = 0.07
_SHORTEST_S = 0.05
_VELOCITY = (45.0, 80.0)
_BLUR = 0.12


@dataclass(frozen=True, eq=False)
class Take:
    """A score at one tempo: its name, its notes, its beats in seconds and their place in the bar (1 downbeat)."""

    name: str
    notes: PackedNotes
    beats_s: npt.NDArray[np.float64]
    beat_in_bar: npt.NDArray[np.int64]


def works(folder: Path) -> list[Path]:
    """The scores that are used of music21's ``corpus`` folder. Raises `MezzoforteError` when it is another."""
    own = [p for name in COMPOSERS for p in sorted((folder / name).rglob("*")) if p.suffix in _KINDS]
    chorales = [p for p in sorted((folder / "bach").glob("bwv*")) if p.suffix in _KINDS][::CHORALES_BY]
    if not own:
        raise MezzoforteError(
            "there are no scores of music21 here", where=str(folder), advice="Name the folder corpus of that package"
        )
    return [p for p in (*own, *chorales) if not any(name in str(p.relative_to(folder)) for name in TEST_WORKS)]


def takes(score: Score, name: str) -> Iterator[Take]:
    """A score with two beats or more at three tempos, about the one at which 3.8 things are struck a second."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
    notes = _sounding(score)
    beats = np.array([float(at) for at, _, _ in score.beats()])
    place = np.array([k for _, _, k in score.beats()], np.int64)
    rising = np.append(True, np.diff(beats) > 0)
    beats, place = beats[rising], place[rising]
    usual_s = len({n.onset for n, _ in notes}) / _ONSETS_PER_S / float(score.end)
    beat_quarters = float(np.median(np.diff(beats)))
    for octaves in _TEMPO_OCTAVES:
        quarter_s = np.clip(usual_s * beat_quarters * 2.0**octaves, *_BEAT_RANGE_S) / beat_quarters
        table = _table(notes, len(score.staves), float(quarter_s), rng)
        yield Take(name, table, beats * quarter_s, place)


def _sounding(score: Score) -> list[tuple[Note, float]]:
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


def _table(notes: list[tuple[Note, float]], n_staves: int, quarter_s: float, rng: np.random.Generator) -> PackedNotes:
    onset_s = np.array([float(n.onset) * quarter_s - _GRACE_S * n.grace for n, _ in notes])
    length_s = np.array([quarters * quarter_s for _, quarters in notes])
    loudness: npt.NDArray[np.float64] = rng.uniform(*_VELOCITY, n_staves)
    velocity = loudness[[n.staff - 1 for n, _ in notes]] * np.exp(rng.normal(0, _BLUR, len(notes)))
    table = np.empty(len(notes), NOTE)
    table["onset_s"], table["offset_s"] = onset_s, onset_s + np.maximum(length_s, _SHORTEST_S)
    table["pitch"], table["velocity"] = [n.pitch for n, _ in notes], velocity.clip(1, 127)
    return table[np.argsort(table["onset_s"], kind="stable")]


def unrecorded(folder: Path) -> Iterator[Take]:
    """Takes of all works in music21's ``corpus`` folder; a score that cannot be read, or has hardly any beats, is
    named on stderr and left out."""
    for path in works(folder):
        name = str(path.relative_to(folder).with_suffix(""))
        try:
            score = read_score(path)
        except MezzoforteError as e:
            print(f"left out: {e}", file=sys.stderr)
            continue
        if not score.notes or sum(1 for _ in score.beats()) < _FEWEST_BEATS:
            print(f"left out: {name}: too short", file=sys.stderr)
            continue
        yield from takes(score, name)
