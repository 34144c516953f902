"""Read POP909: pop songs arranged for piano, with beats and bars that were found by programmes.

Two annotations exist, from the MIDI file and from the audio; songs where they disagree on most downbeats are left out,
and bars of other lengths than the song's are flagged.
Data set: https://github.com/music-x-lab/POP909-Dataset (Z. Wang, K. Chen, J. Jiang, Y. Zhang, M. Xu, S. Dai, G. Bin,
G. Xia: POP909: A Pop-song Dataset for Music Arrangement Generation, ISMIR 2020), MIT.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.metre import notes_span_s, within_notes
from train.data.labels.values import BeatLabels, Floats, Ints

CORPUS = "pop909"
LICENCE = "MIT"
N_SONGS = 909
MIN_AGREEMENT = 0.5
NEAR_S = 0.15


def read_pop909(folder: Path, *, only: Wanted | None = None) -> Reading:
    """Every song, by number; those whose two annotations agree on fewer than half of the downbeats are dropped.

    Raises `DataError` when `folder` is not laid out like the data set.
    """
    songs = sorted(p for p in (folder / "POP909").glob("[0-9][0-9][0-9]") if p.is_dir())
    if not songs:
        raise DataError("no POP909/001, …", where=str(folder), cause="not the folder of POP909")
    reading = Reading()
    for song in songs:
        item_id, midi = f"{CORPUS}/{song.name}", song / f"{song.name}.mid"
        if only and not only(midi):
            continue
        try:
            agreement = downbeat_agreement(song)
            if agreement < MIN_AGREEMENT:
                reading.dropped.append(
                    Dropped(item_id, "the two annotations disagree", f"{agreement:.0%} of downbeats")
                )
                continue
            labels = song_labels(song, midi)
        except DataError as e:
            reading.dropped.append(Dropped(item_id, e.what, str(e), is_damage=True))
            continue
        reading.items.append(Item(item_id, CORPUS, f"{CORPUS}/{song.name}", "pop", labels, midi, {"split": "train"}))
    return reading


def song_labels(song: Path, midi: Path) -> BeatLabels:
    """Beats of `beat_midi.txt` from the first note to the last. Raises `DataError`."""
    beats_s, is_downbeat = _columns(song / "beat_midi.txt", downbeat=lambda row: row[2] == 1)
    position, length, flagged = _bars(is_downbeat)
    return within_notes(beats_s, position, length, notes_span_s(midi), flagged)


def downbeat_agreement(song: Path) -> float:
    """F1 of the downbeats of the two annotations within 150 ms. Raises `DataError` when one cannot be read."""
    by_midi, in_midi = _columns(song / "beat_midi.txt", downbeat=lambda row: row[2] == 1)
    by_audio, in_audio = _columns(song / "beat_audio.txt", downbeat=lambda row: row[1] == 1)
    a, b = by_midi[in_midi], by_audio[in_audio]
    if not len(a) or not len(b):
        return 0.0
    near = np.abs(a[:, None] - b[None]) <= NEAR_S
    return float((near.any(axis=1).sum() + near.any(axis=0).sum()) / (len(a) + len(b)))


def _columns(path: Path, downbeat: Callable[[list[float]], bool]) -> tuple[Floats, np.ndarray]:
    try:
        rows = [[float(x) for x in line.split()] for line in path.read_text(encoding="utf-8").splitlines() if line]
        times = np.array([row[0] for row in rows])
        marks = np.array([downbeat(row) for row in rows], bool)
    except (OSError, ValueError, IndexError) as e:
        raise DataError("the beats cannot be read", where=str(path), cause=str(e)) from e
    if len(times) < 2 or (np.diff(times) <= 0).any():
        raise DataError("no beats, or times that do not increase", where=str(path), cause="a damaged file")
    return times, marks


def _bars(is_downbeat: np.ndarray) -> tuple[Ints, Ints, np.ndarray]:
    """Position and length of the bar of each beat, and whether the bar has another length than most."""
    n, starts = len(is_downbeat), np.flatnonzero(is_downbeat)
    if len(starts) < 2:
        raise DataError("fewer than two bars")
    lengths = np.diff(starts)
    usual = Counter(lengths.tolist()).most_common(1)[0][0]
    index = np.searchsorted(starts, np.arange(n), side="right") - 1
    length = np.append(lengths, usual)[index]
    length[index < 0] = usual
    position = np.arange(n) - starts[np.maximum(index, 0)] + 1
    position = np.where(index < 0, (position - 1) % usual + 1, position)
    unusual = length != usual
    unusual |= position > length
    return position.astype(np.int64), length.astype(np.int64), unusual
